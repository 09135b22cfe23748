//! `uri` is the target of the request,
//! [RFC 7616 §3.4.6](https://www.rfc-editor.org/rfc/rfc7616#section-3.4.6).

use axum::Router;
use axum::routing::get as on_get;
use http::{Request, StatusCode};
use tower::ServiceExt as _;
use tower_auth::AuthenticateLayer;
use tower_auth::header::parse_challenges;

use crate::client::Login;
use crate::support::{KEY, Payload, SHA, digest, door, stack};

/// A request for `target`, whose credentials are right but name `uri`.
async fn answer(method: &str, target: &str, uri: &str) -> (StatusCode, Option<&'static str>) {
    let stack = stack(digest());
    let login = Login { method: method.into(), uri: uri.into(), ..stack.login(SHA).await };
    let request = Request::builder().method(method).uri(target);
    let request = request.header("authorization", login.header()).body(Payload::Explosive).unwrap();
    let response = stack.send(request).await;
    let why = response.extensions().get::<tower_auth::rejection::Rejection>();
    (response.status(), why.map(|why| why.reason()))
}

/// 400, not 401: §3.4.6 says so, and the same credentials would be no better the next time.
#[tokio::test]
async fn another_target_is_refused() {
    for (target, uri) in [
        ("/admin/delete", "/"),
        ("/admin/delete", "/admin"),
        ("/admin/delete", "/admin/delete/"),
        ("/admin/delete/", "/admin/delete"),
        ("/admin/delete", "/other"),
        ("/admin/delete", "*"),
        ("/admin/delete", "admin/delete"),
        ("/admin/delete", "//admin/delete"),
        ("/admin/delete", "/admin//delete"),
        ("/admin/delete", "/admin/./delete"),
        ("/admin/delete", "/admin/delete?"),
        ("/admin/delete", "/ADMIN/delete"),
        ("/admin/delete", "http://h/admin/delete"),
        ("/a?b=c", "/a"),
        ("/a?b=c", "/a?b=d"),
        ("/a?b=c", "/a?b=c&d"),
        ("/a?b=c&d=e", "/a?d=e&b=c"),
        ("/a?b", "/a?B"),
        ("/a%2Fb", "/a%2fb"),
        ("/a%2Fb", "/a/b"),
        ("/%61", "/a"),
        ("http://h.example/a", "http://other.example/a"),
        ("http://h.example/a", "https://h.example/a"),
        ("http://h.example/a", "http://h.example:80/a"),
        ("http://h.example/a", "http://h.example/A"),
        ("http://h.example/a", "http://h.example"),
        ("http://h.example/a", "h.example/a"),
    ] {
        let want = (StatusCode::BAD_REQUEST, Some("wrong_uri"));
        assert_eq!(answer("GET", target, uri).await, want, "{uri} for {target}");
    }
}

/// The target itself; and where it is absolute (on a proxy, and as HTTP/2 has it) the path of it,
/// which clients send there.
#[tokio::test]
async fn the_target_as_it_was_sent_is_accepted() {
    for (method, target, uri) in [
        ("GET", "/", "/"),
        ("GET", "/a?b=c", "/a?b=c"),
        ("GET", "/a?", "/a?"),
        ("GET", "//a/../b/", "//a/../b/"),
        ("GET", "/a%2Fb%C3%A9", "/a%2Fb%C3%A9"),
        ("GET", "http://h.example/a?b", "http://h.example/a?b"),
        ("GET", "http://h.example/a?b", "HTTP://H.Example/a?b"),
        ("GET", "http://h.example/a?b", "/a?b"),
        ("GET", "http://h.example", "/"),
        ("GET", "http://h.example", "http://h.example"),
        ("GET", "http://h.example", "http://h.example/"),
        ("OPTIONS", "*", "*"),
        ("OPTIONS", "/a", "/a"),
        ("PURGE", "/a", "/a"),
    ] {
        let want = (StatusCode::OK, None);
        assert_eq!(answer(method, target, uri).await, want, "{uri} for {method} {target}");
    }
}

/// [RFC 7616 §3.4.6](https://www.rfc-editor.org/rfc/rfc7616#section-3.4.6): the method is hashed as
/// it was sent.
#[tokio::test]
async fn the_method_is_part_of_the_response() {
    let stack = stack(digest());
    for (sent, hashed) in [("HEAD", "GET"), ("GET", "HEAD"), ("DELETE", "GET"), ("get", "GET")] {
        let login = Login { method: hashed.into(), ..stack.login(SHA).await };
        let request = Request::builder().method(sent).uri("/rock");
        let refused = stack.refuses(request.header("authorization", login.header()), 401).await;
        assert_eq!(refused.reason(), Some("wrong_password"));
    }
    stack.lets_in(&Login { method: "HEAD".into(), ..stack.login(SHA).await }).await;
    stack.lets_in(&Login { method: "get".into(), ..stack.login(SHA).await }).await;
}

/// Nobody learns from a wrong `uri` whether the password was right.
#[tokio::test]
async fn a_wrong_uri_is_refused_whoever_sends_it() {
    let stack = stack(digest());
    let login = Login { uri: "/other".into(), ..stack.login(SHA).await };
    for login in [
        login.clone(),
        Login { password: "wrong".into(), ..login.clone() },
        Login { username: "nobody".into(), ..login },
    ] {
        let request = Request::get("/rock").header("authorization", login.header());
        assert_eq!(stack.refuses(request, 400).await.reason(), Some("wrong_uri"));
    }
}

fn layer() -> AuthenticateLayer {
    door(digest().key(KEY)).build().unwrap()
}

/// Status of a `GET` that goes through a router.
async fn routed(router: &Router, target: &str, uri: &str) -> StatusCode {
    let request = |credentials: Option<String>| {
        let mut request = Request::get(target);
        if let Some(credentials) = credentials {
            request = request.header("authorization", credentials);
        }
        request.body(axum::body::Body::empty()).unwrap()
    };
    let asked = router.clone().oneshot(request(None)).await.unwrap();
    assert_eq!(asked.status(), StatusCode::UNAUTHORIZED);
    let line = asked.headers()["www-authenticate"].as_bytes();
    let challenge = parse_challenges(line).next().unwrap().unwrap();
    let nonce = challenge.param("nonce").unwrap().value_str().unwrap().into_owned();
    let login = Login { uri: uri.into(), ..Login::new(SHA, &nonce) };
    router.clone().oneshot(request(Some(login.header()))).await.unwrap().status()
}

/// axum's `nest` takes a prefix off the target; the client never knew of it.
#[tokio::test]
async fn the_target_is_the_clients_in_nested_routers() {
    let bare = || Router::new().route("/c", on_get(|| async { "in" }));
    let outside = Router::new().nest("/a", Router::new().nest("/b", bare())).layer(layer());
    let between = Router::new().nest("/a", Router::new().nest("/b", bare()).layer(layer()));
    let inside = Router::new().nest("/a", Router::new().nest("/b", bare().layer(layer())));
    let on_route = bare().route_layer(layer());
    let on_route = Router::new().nest("/a", Router::new().nest("/b", on_route));
    let service = Router::new().nest_service("/a", Router::new().nest("/b", bare().layer(layer())));
    for (name, router) in [
        ("outside", outside),
        ("between", between),
        ("inside", inside),
        ("on the route", on_route),
        ("a nested service", service),
    ] {
        assert_eq!(routed(&router, "/a/b/c?d", "/a/b/c?d").await, StatusCode::OK, "{name}");
        assert_eq!(
            routed(&router, "http://h/a/b/c", "http://h/a/b/c").await,
            StatusCode::OK,
            "{name}"
        );
        for other in ["/c?d", "/b/c?d", "/a/b/c", "/a/b/c?e"] {
            let status = routed(&router, "/a/b/c?d", other).await;
            assert_eq!(status, StatusCode::BAD_REQUEST, "{name}: {other}");
        }
    }
}

/// axum answers `HEAD` where it has a route for `GET`; what was sent counts.
#[tokio::test]
async fn head_is_head_though_a_router_takes_it_for_get() {
    let router = Router::new().route("/c", on_get(|| async { "in" })).layer(layer());
    let nonce = stack(digest().key(KEY)).nonce(SHA).await;
    for (hashed, want) in [("GET", 401), ("HEAD", 200)] {
        let login = Login { uri: "/c".into(), method: hashed.into(), ..Login::new(SHA, &nonce) };
        let request = Request::head("/c").header("authorization", login.header());
        let request = request.body(axum::body::Body::empty()).unwrap();
        let response = router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), want);
    }
}
