//! Refusals of gRPC calls: HTTP 200, the status in a field
//! ([PROTOCOL-HTTP2](https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md)).

use http::request::Builder;
use http::{Request, Response};
use tower_auth::policy::Decision;
use tower_auth::rejection::{Rejection, StepUp, Unavailable, Verdict};
use tower_auth::scheme::Bearer;
use tower_auth::testing::IdentityLayer;
use tower_auth::{AuthorizeLayer, Eventual, Identity};

use crate::support::{Payload, Stack, basic, bearer, door, get, lines};

fn call(content_type: &str) -> Builder {
    Request::post("/orders.Orders/List")
        .header("content-type", content_type)
        .header("te", "trailers")
}

async fn refused(stack: &Stack, request: Builder) -> Response<bytes::Bytes> {
    let before = stack.calls();
    let response = stack.send(request.body(Payload::Explosive).unwrap()).await;
    assert_eq!(stack.calls(), before, "the inner service is not called");
    assert_eq!(response.status(), 200);
    assert!(response.body().is_empty(), "trailers only");
    assert_eq!(lines(response.headers(), "cache-control"), ["no-store"]);
    assert_ne!(response.headers()["grpc-status"], "0");
    response
}

fn verify(token: &str) -> Eventual<Verdict> {
    Eventual::Ready(match token {
        "throttled" => Rejection::too_many_attempts(std::time::Duration::from_secs(7)).into(),
        "down" => Unavailable::new("idp").into(),
        "described" => Rejection::invalid_credentials("x").describe("100% wrong\r\nx: é").into(),
        _ => Rejection::invalid_credentials("x").into(),
    })
}

/// Each refusal has the status that makes a client do the right thing next.
#[tokio::test]
async fn refusals_are_trailers_only_with_their_status() {
    let stack = Stack::new(door(Bearer::new(verify)).scheme(basic()).build().unwrap());
    for (value, status, challenges, retry_after) in [
        (None, "16", 2, None),
        (Some("Bearer stolen-token"), "16", 2, None),
        (Some("Bearer a b"), "16", 2, None),
        (Some("Digest x=y"), "16", 2, None),
        (Some(""), "16", 2, None),
        (Some("Bearer throttled"), "8", 0, Some("7")),
        (Some("Bearer down"), "14", 0, Some("5")),
    ] {
        let request = call("application/grpc");
        let request =
            value.map_or(call("application/grpc"), |v| request.header("authorization", v));
        let response = refused(&stack, request).await;
        let fields = response.headers();
        assert_eq!(fields["grpc-status"], status, "{value:?}");
        assert_eq!(lines(fields, "www-authenticate").len(), challenges, "{value:?}");
        assert_eq!(fields.get("retry-after").map(|v| v.to_str().unwrap()), retry_after);
        assert_eq!(lines(fields, "content-type"), ["application/grpc"]);
        assert!(fields.contains_key("grpc-message"));
    }
}

/// The message is percent-encoded, so that nothing in it ends the field.
#[tokio::test]
async fn messages_are_percent_encoded() {
    let stack = Stack::new(door(Bearer::new(verify)).build().unwrap());
    let request = call("application/grpc").header("authorization", "Bearer described");
    let response = refused(&stack, request).await;
    assert_eq!(response.headers()["grpc-message"], "100%25 wrong%0D%0Ax: %C3%A9");
}

/// The refusals of policies.
#[tokio::test]
async fn policies_refuse_with_their_status() {
    async fn refused_by(decision: Decision) -> Response<bytes::Bytes> {
        let policy =
            move |_: &Identity, _: &http::request::Parts| Eventual::Ready(decision.clone());
        let stack = Stack::new((IdentityLayer::of("x"), AuthorizeLayer::new(policy)));
        refused(&stack, call("application/grpc+proto")).await
    }
    for (decision, status) in [
        (Decision::Deny, "7"),
        (Decision::InsufficientScope("a".into()), "7"),
        (Decision::StepUp(StepUp::acr("gold")), "16"),
        (Decision::Unavailable(Unavailable::new("x")), "14"),
    ] {
        assert_eq!(refused_by(decision).await.headers()["grpc-status"], status);
    }
    let concealed = refused_by(Decision::Conceal).await;
    assert_eq!(concealed.headers()["grpc-status"], "12");
    assert!(!concealed.headers().contains_key("grpc-message"), "an unknown method says as little");
}

/// A call is answered in its own content type.
#[tokio::test]
async fn every_kind_of_grpc_is_answered_in_kind() {
    let stack = Stack::new(door(bearer()).build().unwrap());
    for content_type in [
        "application/grpc",
        "application/grpc+proto",
        "application/grpc-web",
        "application/grpc-web+proto",
        "application/grpc-web-text",
        "Application/GRPC;charset=utf-8",
    ] {
        let response = refused(&stack, call(content_type)).await;
        assert_eq!(lines(response.headers(), "content-type"), [content_type]);
    }
}

/// A gateway that asks with `GET` whether a request may pass takes any 2xx for a yes; a client must
/// not get it one by writing a content type. Nothing but a `POST` is a gRPC call.
#[tokio::test]
async fn a_content_type_alone_does_not_turn_a_401_into_a_200() {
    let stack = Stack::new(door(bearer()).build().unwrap());
    for method in ["GET", "HEAD", "PUT", "OPTIONS", "CONNECT", "QUERY"] {
        let request = Request::builder()
            .method(method)
            .uri("/")
            .header("content-type", "application/grpc")
            .header("te", "trailers");
        stack.refuses(request, 401).await;
    }
    for content_type in
        ["application/grpcx", "application/grpc/x", "text/html, application/grpc", ""]
    {
        stack.refuses(call(content_type), 401).await;
    }
    stack.refuses(get("/").header("accept", "application/grpc"), 401).await;
}

/// The renderer is not asked: there is no body to render.
#[tokio::test]
async fn the_renderer_is_not_asked_for_grpc() {
    let renderer = |_: &tower_auth::respond::Refusal<'_>| -> tower_auth::respond::RefusalBody {
        panic!("there is no body to render")
    };
    let stack = Stack::new(door(bearer()).respond_with(renderer).build().unwrap());
    refused(&stack, call("application/grpc")).await;
}
