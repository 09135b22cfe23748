//! The preset for servers of the Model Context Protocol, revisions 2025-06-18, 2025-11-25 and
//! 2026-07-28, chapter
//! [Authorization](https://modelcontextprotocol.io/specification/2025-11-25/basic/authorization).

use std::convert::Infallible;

use http::{Request, Response, StatusCode};
use tower::{ServiceBuilder, ServiceExt as _, service_fn};
use tower_auth::AuthorizeLayer;
use tower_auth::mcp::{self, ProtectedServer};
use tower_auth::policy::scope;
use tower_auth::testing::{TokenMaker, assert_refused};

use crate::support::{challenge, line};

const IDP: &str = "https://idp.example";
const URL: &str = "https://mcp.example.com/public/mcp";
const CHALLENGE: &str = "Bearer realm=\"mcp\", resource_metadata=\
    \"https://mcp.example.com/.well-known/oauth-protected-resource/public/mcp\"";

fn server(url: &str) -> ProtectedServer {
    let server = mcp::protected_server(url, IDP).name("Files");
    server.scopes_supported("files:read files:write").scope("files:read").build().unwrap()
}

/// Answers with what the server sees of the credentials.
async fn send(
    server: &ProtectedServer,
    idp: &TokenMaker,
    request: Request<()>,
) -> Response<String> {
    let inner = service_fn(|request: Request<()>| async move {
        let seen = request.headers().contains_key("authorization");
        Ok::<_, Infallible>(Response::new(format!("authorization: {seen}")))
    });
    let front_door = server.front_door(server.jwt().keys(idp.keys())).build().unwrap();
    let service = ServiceBuilder::new()
        .layer(front_door)
        .layer(AuthorizeLayer::new(scope("files:write files:read").unwrap()))
        .service(inner);
    let (head, body) = service.oneshot(request).await.unwrap().into_parts();
    let body = crate::support::bytes(body).await;
    Response::from_parts(head, String::from_utf8(body.to_vec()).unwrap())
}

fn post(authorization: Option<&str>) -> Request<()> {
    let request = authorization
        .into_iter()
        .fold(Request::post("/public/mcp"), |r, value| r.header("authorization", value));
    request.body(()).unwrap()
}

fn idp() -> TokenMaker {
    TokenMaker::es256().issuer(IDP).audience(URL)
}

/// All revisions: 401 for no token and for bad ones, 400 for malformed ones, 403 for a scope, each
/// with the metadata's URL; 2025-11-25: with the scope.
#[tokio::test]
async fn refusals_are_what_the_protocol_says() {
    let (server, idp) = (server(URL), idp());
    let refused = send(&server, &idp, post(None)).await;
    assert_eq!(refused.status(), 401);
    assert_eq!(line(refused.headers()), format!("{CHALLENGE}, scope=\"files:read\""));

    for (token, status, error) in [
        (idp.token("a").expired().sign(), 401, "invalid_token"),
        (TokenMaker::es256().issuer(IDP).audience(URL).token("a").sign(), 401, "invalid_token"),
        ("not a token".to_owned(), 400, "invalid_request"),
        (idp.token("a").scope("files:read").sign(), 403, "insufficient_scope"),
    ] {
        let refused = send(&server, &idp, post(Some(&format!("Bearer {token}")))).await;
        let challenge = challenge(&refused, status);
        assert_eq!(challenge.params["error"], error);
        assert!(line(refused.headers()).starts_with(CHALLENGE), "{challenge:?}");
    }
}

/// 2025-11-25 "Scope Challenge Handling": status, error, scope, metadata.
#[tokio::test]
async fn a_missing_scope_is_named_with_all_others_of_the_operation() {
    let (server, idp) = (server(URL), idp());
    let token = format!("Bearer {}", idp.token("a").scope("mail:read").sign());
    let refused = send(&server, &idp, post(Some(&token))).await;
    assert_eq!(refused.status(), 403);
    assert_eq!(
        line(refused.headers()),
        format!("{CHALLENGE}, error=\"insufficient_scope\", scope=\"files:write files:read\""),
    );
}

/// All revisions: tokens issued for this server, and no others.
#[tokio::test]
async fn a_token_for_another_server_is_refused() {
    let idp = TokenMaker::es256().issuer(IDP);
    for (url, audience, good) in [
        (URL, URL, true),
        (URL, "https://mcp.example.com/public/mcp/", false),
        (URL, "https://mcp.example.com", false),
        (URL, "https://mcp.example.com/public/mcp2", false),
        (URL, "https://other.example/public/mcp", false),
        ("https://mcp.example.com", "https://mcp.example.com", true),
        ("https://mcp.example.com", "https://mcp.example.com/", true),
        ("https://mcp.example.com/", "https://mcp.example.com", true),
        ("https://mcp.example.com", "https://mcp.example.com/mcp", false),
        ("HTTPS://MCP.Example.com:443/mcp", "https://mcp.example.com/mcp", true),
        ("HTTPS://MCP.Example.com:443/mcp", "HTTPS://MCP.Example.com:443/mcp", true),
        ("https://mcp.example.com:8443", "https://mcp.example.com:8443", true),
        ("https://mcp.example.com:8443", "https://mcp.example.com", false),
    ] {
        let token = idp.token("a").claim("aud", audience).scope("files:read files:write").sign();
        let answer = send(&server(url), &idp, post(Some(&format!("Bearer {token}")))).await;
        assert_eq!(answer.status(), if good { 200 } else { 401 }, "{url} {audience}");
    }
    let none = idp.token("a").scope("files:read files:write").sign();
    let answer = send(&server(URL), &idp, post(Some(&format!("Bearer {none}")))).await;
    assert_eq!(answer.status(), 401);
}

/// All revisions: the client's token is for this server, which must not pass it on.
#[tokio::test]
async fn the_server_never_sees_the_token() {
    let idp = idp();
    let token = idp.token("a").scope("files:read files:write").sign();
    let answer = send(&server(URL), &idp, post(Some(&format!("Bearer {token}")))).await;
    assert_eq!((answer.status(), answer.body().as_str()), (StatusCode::OK, "authorization: false"));
}

/// All revisions: never in the query.
#[tokio::test]
async fn a_token_in_the_query_is_no_token() {
    let idp = idp();
    let token = idp.token("a").scope("files:read files:write").sign();
    let request = Request::post(format!("/public/mcp?access_token={token}")).body(()).unwrap();
    let refused = send(&server(URL), &idp, request).await;
    assert_eq!(assert_refused(&refused, StatusCode::UNAUTHORIZED).error(), None);
}

/// All revisions: a session id proves nothing.
#[tokio::test]
async fn a_session_id_is_no_token() {
    let request = Request::post("/public/mcp").header("mcp-session-id", "1").body(()).unwrap();
    assert_eq!(send(&server(URL), &idp(), request).await.status(), 401);
}

/// 2025-11-25: the path form first, then the root; 2025-06-18: `authorization_servers` is there.
#[test]
fn the_metadata_is_for_both_well_known_paths() {
    let server = server(URL);
    assert_eq!(
        server.metadata_paths().collect::<Vec<_>>(),
        [
            "/.well-known/oauth-protected-resource/public/mcp",
            "/.well-known/oauth-protected-resource"
        ]
    );
    let document: serde_json::Value = serde_json::from_str(server.metadata().document()).unwrap();
    assert_eq!(
        document,
        serde_json::json!({
            "resource": URL,
            "authorization_servers": [IDP],
            "scopes_supported": ["files:read", "files:write"],
            "bearer_methods_supported": ["header"],
            "resource_name": "Files",
        })
    );
    let root = mcp::protected_server("https://mcp.example.com/", IDP).build().unwrap();
    assert_eq!(root.metadata().resource(), "https://mcp.example.com");
    assert_eq!(
        root.metadata_paths().collect::<Vec<_>>(),
        ["/.well-known/oauth-protected-resource"]
    );
}

/// All revisions: canonical server URI; 2026-07-28: `offline_access` is not for resources.
#[test]
fn what_the_protocol_forbids_is_refused() {
    let on = |url: &str| mcp::protected_server(url, IDP);
    for (builder, why) in [
        (on("http://mcp.example.com"), "is not secured"),
        (on("https://mcp.example.com#fragment"), "has a fragment"),
        (on("mcp.example.com"), "is no absolute URL"),
        (mcp::protected_server(URL, ""), "the authorization server"),
        (mcp::protected_server(URL, "http://idp.example"), "is not secured"),
        (on(URL).scopes_supported("a offline_access"), "`offline_access` is among"),
        (on(URL).scope("offline_access"), "`offline_access` is among"),
        (on(URL).scopes_supported("a  b"), "names no scope"),
    ] {
        let said = builder.build().unwrap_err().to_string();
        assert!(said.contains(why), "{said}");
    }
}
