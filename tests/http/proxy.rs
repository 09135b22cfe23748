//! The proxy's family of fields,
//! [RFC 9110 §11.7](https://www.rfc-editor.org/rfc/rfc9110#section-11.7).

use http::Request;
use tower_auth::policy::{PolicyExt, role, scope};
use tower_auth::{AuthorizeLayer, Identity};

use crate::support::{ALADDIN, IMPORTER, Stack, basic, bearer, door, get};

fn proxy() -> Stack {
    Stack::new(door(basic()).scheme(bearer()).proxy().build().unwrap())
}

/// Every refusal of an origin has its mirror image: 407 and `Proxy-Authenticate`, and nothing of
/// the origin's.
#[tokio::test]
async fn refusals_are_407_with_proxy_challenges_only() {
    let stack = proxy();
    for (value, status, error) in [
        (None, 407, None),
        (Some("Digest x=y"), 407, None),
        (Some("Basic QWxhZGRpbjpvcGVuIHdpbmRvdw=="), 407, None),
        (Some("Basic"), 407, None),
        (Some("Bearer stolen-token"), 407, Some("invalid_token")),
        (Some("Bearer a b"), 400, Some("invalid_request")),
        (Some(""), 400, Some("invalid_request")),
    ] {
        let request = value.map_or(get("/"), |v| get("/").header("proxy-authorization", v));
        let refused = stack.refuses(request, status).await;
        assert_eq!(refused.lines("proxy-authenticate").len(), 2, "{value:?}");
        assert!(refused.challenges().is_empty(), "{value:?}");
        assert_eq!(refused.error(), error);
        assert!(refused.text().contains(&format!("\"status\":{status}")));
        assert!(!refused.text().contains("WWW-Authenticate"));
    }
}

/// Credentials for the origin are none for the proxy.
#[tokio::test]
async fn authorization_is_not_read_by_a_proxy() {
    let stack = proxy();
    for value in [ALADDIN, IMPORTER, "Bearer a b", ""] {
        let refused = stack.refuses(get("/").header("authorization", value), 407).await;
        assert_eq!(refused.error(), None);
    }
}

/// [RFC 9110 §11.7.2](https://www.rfc-editor.org/rfc/rfc9110#section-11.7.2) and
/// [§11.6.2](https://www.rfc-editor.org/rfc/rfc9110#section-11.6.2): what was for the proxy ends
/// there; what is for the origin goes on, byte for byte.
#[tokio::test]
async fn proxy_authorization_is_consumed_and_authorization_forwarded_as_it_is() {
    let request = get("/?access_token=mF_9.B5f-4.1JqM")
        .header("proxy-authorization", ALADDIN)
        .header("authorization", "  odd   but, not ours \t x")
        .header("authorization", "twice");
    let (head, response) = proxy().admits(request).await;
    assert!(!head.headers.contains_key("proxy-authorization"));
    let kept: Vec<_> = head.headers.get_all("authorization").iter().collect();
    assert_eq!(kept, ["  odd   but, not ours \t x", "twice"]);
    assert_eq!(head.uri, "/?access_token=mF_9.B5f-4.1JqM");
    assert_eq!(head.extensions.get::<Identity>().unwrap().subject(), "Aladdin");
    assert!(response.headers().is_empty());
}

/// [RFC 9110 §9.3.6](https://www.rfc-editor.org/rfc/rfc9110#section-9.3.6), with its example.
#[tokio::test]
async fn a_tunnel_is_opened_only_to_who_may() {
    let users = tower_auth::scheme::basic::Users::new().user("hello", "world");
    let scheme = tower_auth::scheme::Basic::new("proxy", users);
    let stack = Stack::new(door(scheme).proxy().build().unwrap());
    let connect = || Request::connect("server.example.com:80").header("host", "server.example.com");
    let refused = stack.refuses(connect(), 407).await;
    assert_eq!(refused.lines("proxy-authenticate"), [r#"Basic realm="proxy", charset="UTF-8""#]);
    let request = connect().header("proxy-authorization", "basic aGVsbG86d29ybGQ=");
    let (head, response) = stack.admits(request).await;
    assert_eq!(head.uri, "server.example.com:80");
    assert!(response.headers().is_empty(), "nothing is added to the 2xx of a CONNECT");
}

/// Two lines, in every order.
#[tokio::test]
async fn two_lines_for_the_proxy_are_refused() {
    let stack = proxy();
    for (first, second) in [(ALADDIN, IMPORTER), (IMPORTER, ALADDIN), (ALADDIN, "")] {
        let request =
            get("/").header("proxy-authorization", first).header("Proxy-Authorization", second);
        stack.refuses(request, 400).await;
    }
}

/// What an origin says of scopes, a proxy says in its own field.
#[tokio::test]
async fn policies_behind_a_proxy_speak_of_the_proxy() {
    let policy = scope("orders:write").unwrap().and(role("importer"));
    let layers = (door(bearer()).proxy().build().unwrap(), AuthorizeLayer::new(policy));
    let request = get("/").header("proxy-authorization", IMPORTER);
    let refused = Stack::new(layers).refuses(request, 403).await;
    assert_eq!(refused.error(), Some("insufficient_scope"));
    assert!(refused.challenges().is_empty());
}

/// A proxy and the origin behind it, in one process: each asks for its own.
#[tokio::test]
async fn proxy_and_origin_ask_each_for_their_own() {
    let layers = (door(basic()).proxy().build().unwrap(), door(bearer()).build().unwrap());
    let stack = Stack::new(layers);
    stack.refuses(get("/"), 407).await;
    stack.refuses(get("/").header("proxy-authorization", ALADDIN), 401).await;
    stack.refuses(get("/").header("authorization", IMPORTER), 407).await;
    let both = get("/").header("proxy-authorization", ALADDIN).header("authorization", IMPORTER);
    let (head, _) = stack.admits(both).await;
    assert_eq!(head.extensions.get::<Identity>().unwrap().subject(), "importer");
}
