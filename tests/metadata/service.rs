//! The service that answers with the document.

use axum::Router;
use axum::body::Body;
use axum::routing::get;
use http::{Request, Response};
use http_body::Body as _;
use tower::ServiceExt as _;
use tower_auth::metadata::MetadataBody;
use tower_auth::policy::any_identity;
use tower_auth::{AuthorizeLayer, Principal};

use crate::support::{RESOURCE, bearer_of, bytes, door, metadata, orders};

async fn call(method: &str, with: &[(&str, &str)]) -> Response<MetadataBody> {
    let request = with.iter().fold(
        Request::builder().method(method).uri("/whatever").header("host", "evil.example"),
        |request, (name, value)| request.header(*name, *value),
    );
    orders().service().oneshot(request.body(()).unwrap()).await.unwrap()
}

/// [RFC 9728 §3.2](https://www.rfc-editor.org/rfc/rfc9728#section-3.2), and
/// [§7.10](https://www.rfc-editor.org/rfc/rfc9728#section-7.10) on caching.
#[tokio::test]
async fn get_answers_with_json_that_may_be_kept() {
    let answer = call("GET", &[]).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-type"], "application/json");
    assert_eq!(answer.headers()["cache-control"], "public, max-age=3600");
    assert_eq!(answer.headers()["access-control-allow-origin"], "*");
    let length = answer.headers()["content-length"].to_str().unwrap().to_owned();
    assert_eq!(answer.body().size_hint().exact().unwrap().to_string(), length);
    let body = bytes(answer.into_body()).await;
    assert_eq!(body.len().to_string(), length);
    assert_eq!(body, orders().document());
}

/// [RFC 9110 §9.3.2](https://www.rfc-editor.org/rfc/rfc9110#section-9.3.2)
#[tokio::test]
async fn head_answers_with_the_fields_of_get() {
    let (get, head) = (call("GET", &[]).await, call("HEAD", &[]).await);
    assert_eq!(head.headers(), get.headers());
    assert!(head.body().is_end_stream());
    assert_eq!(bytes(head.into_body()).await, "");
}

/// [RFC 9110 §15.5.6](https://www.rfc-editor.org/rfc/rfc9110#section-15.5.6)
#[tokio::test]
async fn other_methods_are_told_which_there_are() {
    for method in ["POST", "PUT", "DELETE", "PATCH", "TRACE", "get"] {
        let answer = call(method, &[]).await;
        assert_eq!(answer.status(), 405, "{method}");
        assert_eq!(answer.headers()["allow"], "GET, HEAD, OPTIONS", "{method}");
        assert_eq!(bytes(answer.into_body()).await, "", "{method}");
    }
}

/// MCP clients in browsers send `MCP-Protocol-Version`, so the browser asks first.
#[tokio::test]
async fn a_preflight_is_told_that_it_may() {
    let answer = call(
        "OPTIONS",
        &[
            ("origin", "https://inspector.example"),
            ("access-control-request-method", "GET"),
            ("access-control-request-headers", "mcp-protocol-version"),
        ],
    )
    .await;
    assert_eq!(answer.status(), 204);
    assert_eq!(answer.headers()["access-control-allow-origin"], "*");
    assert_eq!(answer.headers()["access-control-allow-methods"], "GET, HEAD, OPTIONS");
    assert_eq!(answer.headers()["access-control-allow-headers"], "*");
    assert!(answer.headers().get("access-control-allow-credentials").is_none());
}

/// The document is outside of the front door, and what a request says of its host changes nothing.
#[tokio::test]
async fn a_router_serves_it_to_those_without_a_token() {
    let metadata = orders();
    let front_door = door(bearer_of(Principal::new("a")).resource_metadata(&metadata)).unwrap();
    let app = Router::new()
        .route("/orders", get(async || "42").route_layer(AuthorizeLayer::new(any_identity())))
        .layer(front_door)
        .route_service(metadata.path(), metadata.service());
    let send = async |uri: &str| {
        let request = Request::get(uri).header("host", "evil.example").body(Body::empty());
        app.clone().oneshot(request.unwrap()).await.unwrap()
    };
    let document = send("/.well-known/oauth-protected-resource/orders").await;
    assert_eq!(document.status(), 200);
    let document = bytes(document.into_body()).await;
    let document: serde_json::Value = serde_json::from_slice(&document).unwrap();
    assert_eq!(document["resource"], RESOURCE);
    let refused = send("/orders").await;
    assert_eq!(refused.status(), 401);
    assert!(!format!("{:?}", refused.headers()).contains("evil"));
}

#[tokio::test]
async fn how_long_it_may_be_kept_is_a_setting() {
    let metadata = metadata(RESOURCE).max_age(std::time::Duration::from_millis(60_900));
    let service = metadata.build().unwrap().service();
    let answer = service.oneshot(Request::new(())).await.unwrap();
    assert_eq!(answer.headers()["cache-control"], "public, max-age=60");
}
