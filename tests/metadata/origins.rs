//! Requests of web pages, MCP Streamable HTTP: "Servers MUST validate the `Origin` header".

use std::convert::Infallible;

use http::{Request, Response};
use tower::{Layer as _, ServiceExt as _, service_fn};
use tower_auth::mcp::AllowOrigins;
use tower_auth::rejection::Rejection;
use tower_auth::testing::{Strict, assert_refused};

const APP: &str = "https://app.example";

async fn send(origins: &[&str]) -> Response<tower_auth::respond::EitherBody<String>> {
    let inner = service_fn(|_: Request<()>| async {
        Ok::<_, Infallible>(Response::new(String::from("content")))
    });
    let layer = AllowOrigins::new([APP, "http://127.0.0.1:6274"]).unwrap();
    let request = origins.iter().fold(Request::post("/mcp"), |r, o| r.header("origin", *o));
    let service = layer.layer(Strict::new(inner));
    service.oneshot(request.body(()).unwrap()).await.unwrap()
}

#[tokio::test]
async fn only_listed_pages_and_programs_may_call() {
    for (origins, status) in [
        (&[][..], 200),
        (&[APP], 200),
        (&["http://127.0.0.1:6274"], 200),
        (&["http://127.0.0.1:6275"], 403),
        (&["https://evil.example"], 403),
        (&["https://app.example.evil.example"], 403),
        (&["https://app.example/"], 403),
        (&["http://app.example"], 403),
        (&["null"], 403),
        (&[""], 403),
        (&[APP, "https://evil.example"], 403),
        (&["https://evil.example", APP], 403),
    ] {
        let answer = send(origins).await;
        assert_eq!(answer.status(), status, "{origins:?}");
        if status == 403 {
            assert!(assert_refused(&answer, answer.status()).challenges.is_empty());
            let why = answer.extensions().get::<Rejection>().unwrap();
            assert_eq!(why.reason(), "foreign_origin");
        }
    }
}

#[test]
fn what_browsers_never_send_is_no_origin() {
    for origin in [
        "https://app.example/",
        "https://App.example",
        "https://app.example/path",
        "https://app.example?x",
        "http://app.example",
        "null",
        "*",
        "",
    ] {
        assert!(AllowOrigins::new([origin]).is_err(), "{origin}");
    }
    assert!(AllowOrigins::new([] as [&str; 0]).is_ok());
}
