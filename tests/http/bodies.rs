//! The bodies of refusals: problem documents
//! ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)), plain text, or one's own.

use bytes::Bytes;
use http::{HeaderValue, Request};
use serde_json::Value;
use tower_auth::policy::{Decision, Policy};
use tower_auth::rejection::{Rejection, StepUp, Unavailable, Verdict};
use tower_auth::respond::{Refusal, RefusalBody};
use tower_auth::scheme::Bearer;
use tower_auth::testing::IdentityLayer;
use tower_auth::{AuthorizeLayer, Eventual};

use crate::support::{Payload, Refused, Stack, basic, bearer, door, get};

/// A stack that can be refused for every reason: the token says which.
fn every_refusal() -> Vec<(&'static str, u16)> {
    vec![
        ("Bearer stolen-token", 401),
        ("Bearer described", 401),
        ("Bearer a b", 400),
        ("Bearer throttled", 429),
        ("Bearer down", 503),
        ("Digest x=y", 401),
        ("", 400),
    ]
}

fn verify(token: &str) -> Eventual<Verdict> {
    Eventual::Ready(match token {
        "throttled" => Rejection::too_many_attempts(std::time::Duration::from_secs(7)).into(),
        "down" => Unavailable::new("idp").retry_after(std::time::Duration::from_secs(9)).into(),
        "described" => {
            Rejection::invalid_credentials("x").describe("say \"no\"\\\n\t\u{7f}é").into()
        }
        _ => Rejection::invalid_credentials("x").into(),
    })
}

fn problem(refused: &Refused) -> Value {
    assert_eq!(refused.lines("content-type"), ["application/problem+json"]);
    serde_json::from_slice(refused.response.body()).unwrap()
}

/// [RFC 9457 §3.1](https://www.rfc-editor.org/rfc/rfc9457#section-3.1): the status is the real
/// one; without a type the title is the phrase of the status (§4.2.1).
#[tokio::test]
async fn problem_documents_are_json_and_say_the_status() {
    let stack = Stack::new(door(Bearer::new(verify)).build().unwrap());
    for (value, status) in every_refusal() {
        let refused = stack.refuses(get("/").header("authorization", value), status).await;
        let body = problem(&refused);
        assert_eq!(body["status"], status);
        let title = match status {
            400 => "Bad Request",
            401 => "Unauthorized",
            429 => "Too Many Requests",
            503 => "Service Unavailable",
            other => panic!("{other}"),
        };
        assert_eq!(body["title"], title);
        assert!(body["detail"].is_string());
        let extra = body
            .as_object()
            .unwrap()
            .keys()
            .find(|k| !["title", "status", "detail"].contains(&&***k));
        assert_eq!(extra, None);
    }
}

/// The same for the refusals of policies.
#[tokio::test]
async fn refusals_of_policies_say_their_status_too() {
    async fn refused_by(decision: Decision, status: u16) -> Refused {
        let policy = move |_: &_, _: &_| Eventual::Ready(decision.clone());
        fn is_policy(policy: impl Policy) -> impl Policy {
            policy
        }
        let layers = (IdentityLayer::of("x"), AuthorizeLayer::new(is_policy(policy)));
        Stack::new(layers).refuses(get("/"), status).await
    }
    let scope = Decision::InsufficientScope("a".into());
    let step_up = Decision::StepUp(StepUp::acr("gold"));
    let down = Decision::Unavailable(Unavailable::new("x"));
    for (decision, status) in [(Decision::Deny, 403), (scope, 403), (step_up, 401), (down, 503)] {
        let refused = refused_by(decision, status).await;
        assert_eq!(problem(&refused)["status"], status);
    }
    let concealed = refused_by(Decision::Conceal, 404).await;
    assert!(concealed.response.body().is_empty());
    assert!(concealed.lines("content-type").is_empty());
}

/// [RFC 9110 §12.5.1](https://www.rfc-editor.org/rfc/rfc9110#section-12.5.1); the refusal is the
/// same in every form.
#[tokio::test]
async fn text_is_sent_to_who_prefers_text() {
    let stack = Stack::new(door(Bearer::new(verify)).build().unwrap());
    let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    for accept in ["text/plain", browser, "text/*;q=0.3", "application/json;q=0.1, text/html"] {
        for (value, status) in every_refusal() {
            let plain = get("/").header("authorization", value);
            let as_problem = stack.refuses(plain, status).await;
            let request = get("/").header("authorization", value).header("accept", accept);
            let refused = stack.refuses(request, status).await;
            assert_eq!(refused.lines("content-type"), ["text/plain; charset=utf-8"]);
            assert!(refused.text().starts_with(&status.to_string()), "{}", refused.text());
            assert_eq!(refused.read, as_problem.read);
        }
    }
}

/// What a client writes into `Accept` costs it nothing but the form of the body.
#[tokio::test]
async fn no_accept_field_breaks_a_refusal() {
    let stack = Stack::new(door(basic()).build().unwrap());
    let many = "text/html;q=0.1,".repeat(4000);
    let weights = "text/plain;q=nan, */*;q=-1, text/html;q=1e309, a/b;q=0.0000001";
    for accept in [
        many.as_str(),
        weights,
        "",
        ",",
        ";;;",
        "*/*;q=0",
        "text/plain;q=0, application/problem+json;q=0, application/json;q=0",
        "/",
        "text/",
        "\"",
        "a/b;q=\"1,2\"",
        "text/plain;q=1;q=0",
    ] {
        stack.refuses(get("/").header("accept", accept), 401).await;
    }
    let bytes = HeaderValue::from_bytes(b"text/\xff;q=\xff, \x80").unwrap();
    stack.refuses(get("/").header("accept", bytes), 401).await;
    let twice = get("/").header("accept", "text/plain").header("accept", "application/json");
    stack.refuses(twice, 401).await;
}

/// [RFC 9110 §9.3.2](https://www.rfc-editor.org/rfc/rfc9110#section-9.3.2)
#[tokio::test]
async fn head_gets_the_fields_of_get_without_the_content() {
    let stack = Stack::new(door(Bearer::new(verify)).scheme(basic()).build().unwrap());
    for (value, status) in every_refusal() {
        for accept in ["*/*", "text/plain"] {
            let fill = |r: http::request::Builder| {
                r.header("authorization", value).header("accept", accept)
            };
            let of_get = stack.refuses(fill(get("/")), status).await;
            let of_head = stack.refuses(fill(Request::head("/")), status).await;
            assert!(of_head.response.body().is_empty());
            let length = of_get.response.body().len().to_string();
            assert_eq!(of_head.lines("content-length"), [length]);
            let mut fields = of_head.response.headers().clone();
            fields.remove("content-length");
            assert_eq!(&fields, of_get.response.headers());
        }
    }
}

/// A renderer of one's own changes the body, and nothing else.
#[tokio::test]
async fn a_renderer_can_lose_no_status_challenge_or_field() {
    let empty = |_: &Refusal<'_>| RefusalBody::new(HeaderValue::from_static("x/y"), Bytes::new());
    let page = |refusal: &Refusal<'_>| {
        let (status, title) = (refusal.status(), refusal.title());
        let html = format!("<h1>{status} {title}</h1><p>{}</p>", refusal.detail());
        RefusalBody::new(HeaderValue::from_static("text/html"), html)
    };
    let layer = || door(Bearer::new(verify)).scheme(basic());
    let usual = Stack::new(layer().build().unwrap());
    let with_empty = Stack::new(layer().respond_with(empty).build().unwrap());
    let with_page = Stack::new(layer().respond_with(page).build().unwrap());
    for (value, status) in every_refusal() {
        let request = || get("/").header("authorization", value);
        let want = usual.refuses(request(), status).await;
        for (stack, content_type) in [(&with_empty, "x/y"), (&with_page, "text/html")] {
            let refused = stack.refuses(request(), status).await;
            assert_eq!(refused.read, want.read);
            assert_eq!(refused.lines("content-type"), [content_type]);
            assert_eq!(refused.reason(), want.reason());
        }
    }
}

/// The renderer of the front door writes the refusals of the policies behind it.
#[tokio::test]
async fn the_renderer_is_asked_for_refusals_of_policies() {
    let mine = |refusal: &Refusal<'_>| {
        assert_eq!(refusal.rejection().reason(), "not_permitted");
        RefusalBody::new(HeaderValue::from_static("x/y"), "mine")
    };
    let layers = (
        door(bearer()).respond_with(mine).build().unwrap(),
        AuthorizeLayer::new(|_: &_, _: &_| false),
    );
    let request = get("/").header("authorization", crate::support::IMPORTER);
    assert_eq!(Stack::new(layers).refuses(request, 403).await.text(), "mine");
}

/// [RFC 9110 §15.5](https://www.rfc-editor.org/rfc/rfc9110#section-15.5): a 4xx explains itself;
/// it explains nothing of the inside.
#[tokio::test]
async fn what_operators_are_told_is_not_in_the_body() {
    let verify = |_: &str| -> Eventual<Verdict> {
        let why = Rejection::invalid_credentials("internal_code").with_detail("shard 7 says no");
        Eventual::Ready(why.into())
    };
    let stack = Stack::new(door(Bearer::new(verify)).build().unwrap());
    for accept in ["*/*", "text/plain"] {
        let request = get("/").header("authorization", "Bearer x").header("accept", accept);
        let refused = stack.refuses(request, 401).await;
        let fields = format!("{:?}", refused.response.headers());
        for hidden in ["internal_code", "shard"] {
            assert!(!refused.text().contains(hidden) && !fields.contains(hidden));
        }
    }
}

/// A form that is too large: [RFC 9110 §15.5.14](https://www.rfc-editor.org/rfc/rfc9110#section-15.5.14).
#[tokio::test]
async fn a_form_beyond_the_limit_is_content_too_large() {
    let layer = door(bearer().danger_in_form_body()).build_buffering(4).unwrap();
    let request = Request::post("/")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Payload::Bytes(Bytes::from_static(b"12345")))
        .unwrap();
    let refused = Stack::new(layer).refuses_whole(request, 413).await;
    assert_eq!(problem(&refused)["title"], "Content Too Large");
    assert!(refused.challenges().is_empty());
}
