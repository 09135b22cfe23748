//! Digest on a proxy, [RFC 7616 §3.8](https://www.rfc-editor.org/rfc/rfc7616#section-3.8) and
//! [RFC 9110 §11.7](https://www.rfc-editor.org/rfc/rfc9110#section-11.7).

use http::Request;
use http::request::Builder;
use tower_auth::Identity;
use tower_auth::header::AuthenticationInfo;

use crate::client::Login;
use crate::info::expected;
use crate::support::{Payload, SHA, Stack, digest, door, get, lines, raw_params};

fn proxy() -> Stack {
    Stack::new(door(digest().danger_md5().domain(["/a"])).proxy().build().unwrap())
}

fn to_proxy(login: &Login, request: Builder) -> Builder {
    request.header("proxy-authorization", login.header())
}

/// 407 with `Proxy-Authenticate`, `Proxy-Authorization`, `Proxy-Authentication-Info`, and none of
/// the origin's fields.
#[tokio::test]
async fn a_proxy_speaks_of_itself_in_its_own_fields() {
    let stack = proxy();
    for (algorithm, position) in [(SHA, 0), ("MD5", 1)] {
        let refused = stack.refuses(get("http://pride.example/rock"), 407).await;
        let asked = lines(&refused.response, "proxy-authenticate");
        assert_eq!(asked.len(), 2);
        assert!(asked[position].contains(&format!("algorithm={algorithm}, ")), "{asked:?}");
        assert!(refused.challenges().is_empty());

        let uri = "http://pride.example/rock".to_owned();
        let login = Login { uri, ..stack.login(algorithm).await };
        let admitted = stack.admits(to_proxy(&login, get(&login.uri))).await;
        assert_eq!(admitted.head.extensions.get::<Identity>().unwrap().subject(), "Mufasa");
        assert!(lines(&admitted.response, "authentication-info").is_empty());
        let info = lines(&admitted.response, "proxy-authentication-info");
        assert!(AuthenticationInfo::parse(info[0].as_bytes()).is_ok());
        assert_eq!(raw_params(info[0]), expected(&login, "auth", b""));

        let refused = stack.refuses(to_proxy(&login, get(&login.uri)), 407).await;
        assert_eq!(refused.reason(), Some("nonce_reused"));
        assert!(refused.is_stale() && refused.challenges().is_empty());
    }
}

/// [RFC 9110 §9.3.6](https://www.rfc-editor.org/rfc/rfc9110#section-9.3.6): no tunnel without
/// credentials. The `uri` of a `CONNECT` is the authority, as its target is.
#[tokio::test]
async fn a_tunnel_is_opened_only_to_who_may() {
    let stack = proxy();
    let connect = || Request::connect("pride.example:443").header("host", "pride.example");
    let refused = stack.refuses(connect(), 407).await;
    assert_eq!(lines(&refused.response, "proxy-authenticate").len(), 2);

    let fresh = stack.login(SHA).await;
    let login = |uri: &str| Login { method: "CONNECT".into(), uri: uri.into(), ..fresh.clone() };
    for other in ["pride.example", "pride.example:80", "/", "http://pride.example:443", "*"] {
        let refused = stack.refuses(to_proxy(&login(other), connect()), 400).await;
        assert_eq!(refused.reason(), Some("wrong_uri"), "{other}");
    }
    let right = login("pride.example:443");
    let admitted = stack.admits(to_proxy(&right, connect())).await;
    assert!(!admitted.head.headers.contains_key("proxy-authorization"));
    let names: Vec<_> = admitted.response.headers().keys().collect();
    assert_eq!(names, ["proxy-authentication-info"]);
}

/// A tunnel to a resource ([RFC 8441 §4](https://www.rfc-editor.org/rfc/rfc8441#section-4)) has a
/// path, and that is what counts: who may open one may not open all of that host.
#[tokio::test]
async fn a_tunnel_to_a_path_needs_that_path() {
    let stack = Stack::new(door(digest()).build().unwrap());
    let fresh = stack.login(SHA).await;
    let login = |uri: &str| Login { method: "CONNECT".into(), uri: uri.into(), ..fresh.clone() };
    let connect = |login: &Login| {
        Request::connect("https://pride.example/chat").header("authorization", login.header())
    };
    for other in ["pride.example", "/", "/chat/2"] {
        stack.refuses(connect(&login(other)), 400).await;
    }
    stack.admits(connect(&login("/chat"))).await;
}

/// [RFC 9110 §11.7.2](https://www.rfc-editor.org/rfc/rfc9110#section-11.7.2): credentials for one
/// are none for the other.
#[tokio::test]
async fn origin_and_proxy_take_only_what_is_for_them() {
    let origin = Stack::new(door(digest()).build().unwrap());
    let login = origin.login(SHA).await;
    origin.refuses(to_proxy(&login, get("/rock")), 401).await;
    origin.admits(get("/rock").header("authorization", login.header())).await;

    let stack = proxy();
    let login = stack.login(SHA).await;
    stack.refuses(get("/rock").header("authorization", login.header()), 407).await;
    let both = get("/rock").header("authorization", "Digest for=the, origin=\"it is\"");
    let admitted = stack.admits(to_proxy(&login, both)).await;
    assert!(!admitted.head.headers.contains_key("proxy-authorization"));
    assert_eq!(admitted.head.headers["authorization"], "Digest for=the, origin=\"it is\"");
}

/// Both in one process, each with a nonce, a count and a proof of its own.
#[tokio::test]
async fn a_proxy_and_the_origin_behind_it_each_ask_for_their_own() {
    let layers = (door(digest()).proxy().build().unwrap(), door(digest()).build().unwrap());
    let stack = Stack::new(layers);
    let to_us = stack.login(SHA).await;
    // The proxy let it through, and says so beside the question of the origin.
    let request = to_proxy(&to_us, get("/rock")).body(Payload::Explosive).unwrap();
    let asked = stack.send(request).await;
    assert_eq!(asked.status(), 401);
    assert_eq!(lines(&asked, "proxy-authentication-info").len(), 1);
    let line = lines(&asked, "www-authenticate")[0];
    let nonce = line.split("nonce=\"").nth(1).unwrap().split('"').next().unwrap();
    let to_origin = Login::new(SHA, nonce);
    let to_us = Login { nc: "00000002".into(), ..to_us };
    let request = to_proxy(&to_us, get("/rock")).header("authorization", to_origin.header());
    let admitted = stack.admits(request).await;
    assert_eq!(lines(&admitted.response, "authentication-info").len(), 1);
    assert_eq!(lines(&admitted.response, "proxy-authentication-info").len(), 1);
}
