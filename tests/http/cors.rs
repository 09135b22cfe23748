//! Pages of other origins, <https://fetch.spec.whatwg.org>: with the CORS layer outside of the door.

use http::Request;
use http::header::{AUTHORIZATION, RETRY_AFTER, WWW_AUTHENTICATE};
use tower::ServiceBuilder;
use tower_auth::AuthenticateLayer;
use tower_http::cors::{Any, CorsLayer};

use crate::support::{ALADDIN, Payload, Stack, basic, bearer, door, get};

const PAGE: &str = "https://app.example";

fn cors() -> CorsLayer {
    CorsLayer::new()
        .allow_origin([PAGE.parse().unwrap()])
        .allow_methods(Any)
        .allow_headers([AUTHORIZATION])
        .expose_headers([WWW_AUTHENTICATE, RETRY_AFTER])
}

fn both() -> AuthenticateLayer {
    door(basic()).scheme(bearer()).build().unwrap()
}

/// As a browser sends it: no credentials, whatever the page asked for.
fn preflight() -> http::request::Builder {
    Request::options("/")
        .header("origin", PAGE)
        .header("access-control-request-method", "GET")
        .header("access-control-request-headers", "authorization")
}

/// A preflight must be answered with success, so it may not get as far as the door; and
/// `Authorization` is allowed by its name only, `*` does not cover it.
#[tokio::test]
async fn a_preflight_is_answered_by_the_cors_layer_outside() {
    let stack = Stack::new(ServiceBuilder::new().layer(cors()).layer(both()));
    let response = stack.send(preflight().body(Payload::Explosive).unwrap()).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["access-control-allow-headers"], "authorization");
    assert_eq!(stack.calls(), 0, "nor as far as the service");
}

/// Inside of the door it is refused, and no page can send a token.
#[tokio::test]
async fn behind_the_door_a_cors_layer_is_of_no_use() {
    let stack = Stack::new(ServiceBuilder::new().layer(both()).layer(cors()));
    stack.refuses(preflight(), 401).await;
}

/// What is `OPTIONS` and no preflight needs credentials like anything else.
#[tokio::test]
async fn other_requests_for_options_are_not_let_past() {
    let stack = Stack::new(both());
    stack.refuses(Request::options("/").header("origin", PAGE), 401).await;
    stack.admits(Request::options("/").header("authorization", ALADDIN)).await;
}

/// A page can read a refusal only if that has the fields of CORS, and the challenge only if it is
/// exposed.
#[tokio::test]
async fn a_page_can_read_why_it_was_refused() {
    let stack = Stack::new(ServiceBuilder::new().layer(cors()).layer(both()));
    for credentials in [None, Some("Bearer nonsense"), Some("Bearer a b")] {
        let request = get("/").header("origin", PAGE);
        let request = match credentials {
            Some(credentials) => request.header("authorization", credentials),
            None => request,
        };
        let status = if credentials == Some("Bearer a b") { 400 } else { 401 };
        let refused = stack.refuses(request, status).await;
        assert_eq!(refused.lines("access-control-allow-origin"), [PAGE]);
        let exposed = refused.lines("access-control-expose-headers").join(",");
        for name in [WWW_AUTHENTICATE, RETRY_AFTER] {
            assert!(exposed.contains(name.as_str()), "{exposed}");
        }
        assert_eq!(refused.challenges().len(), 2);
    }
}
