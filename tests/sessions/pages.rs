//! What people see and what programs get.

use axum::Router;
use axum::routing::get as on_get;
use http::request::Builder;
use http::{Method, Request};
use tower::ServiceExt as _;
use tower_auth::AuthenticateLayer;
use tower_auth::scheme::session::{SessionCookie, local_target};

use crate::site::{CLEARED, Site, with_cookie};
use crate::support::{Payload, Stack, basic, basic_of, bearer, door, lines};

fn pages(site: &Site) -> Stack {
    let cookie = SessionCookie::new(&site.sessions).realm("orders").login_page("/login");
    Stack::new(door(cookie).build().unwrap())
}

/// A browser that goes to a page.
fn navigating(uri: &str) -> Builder {
    Request::get(uri).header("sec-fetch-mode", "navigate").header("accept", "text/html,*/*;q=0.8")
}

/// Where the answer to this request sends its sender.
async fn sent_to(stack: &Stack, request: Builder) -> String {
    let response = stack.send(request.body(Payload::Explosive).unwrap()).await;
    assert_eq!(response.status(), 303, "{response:?}");
    assert_eq!(stack.calls(), 0);
    assert_eq!(lines(response.headers(), "cache-control"), ["no-store"]);
    assert!(response.body().is_empty() && !response.headers().contains_key("www-authenticate"));
    response.headers()["location"].to_str().unwrap().to_owned()
}

/// [RFC 9110 §15.4.4](https://www.rfc-editor.org/rfc/rfc9110#section-15.4.4)
#[tokio::test]
async fn a_page_navigation_goes_to_the_login_page_and_remembers_the_page() {
    let stack = pages(&Site::new());
    for (uri, location) in [
        ("/account", "/login?next=%2Faccount"),
        ("/", "/login?next=%2F"),
        ("/orders?page=2&sort=a%26b", "/login?next=%2Forders%3Fpage%3D2%26sort%3Da%2526b"),
        ("//evil.example/x", "/login?next=%2F%2Fevil.example%2Fx"),
        ("https://orders.example/account", "/login?next=%2Faccount"),
        ("/login/", "/login?next=%2Flogin%2F"),
        ("/a;b'c\"d", "/login?next=%2Fa%3Bb%27c%22d"),
    ] {
        assert_eq!(sent_to(&stack, navigating(uri)).await, location, "{uri}");
        let head = navigating(uri).method(Method::HEAD);
        assert_eq!(sent_to(&stack, head).await, location, "HEAD {uri}");
    }
    // A browser of before 2023, which does not say how it fetches.
    let old = Request::get("/account").header("accept", "text/html, image/png");
    assert_eq!(sent_to(&stack, old).await, "/login?next=%2Faccount");
}

#[tokio::test]
async fn a_login_page_with_a_query_of_its_own_keeps_it() {
    let site = Site::new();
    let cookie = SessionCookie::new(&site.sessions).login_page("/login?lang=de");
    let stack = Stack::new(door(cookie).build().unwrap());
    assert_eq!(sent_to(&stack, navigating("/a")).await, "/login?lang=de&next=%2Fa");
}

/// [RFC 9110 §15.5.2](https://www.rfc-editor.org/rfc/rfc9110#section-15.5.2): a 401 has a
/// challenge. No browser prompts for this one.
#[tokio::test]
async fn programs_get_a_401_with_the_cookie_challenge() {
    let stack = pages(&Site::new());
    let challenge = r#"Cookie realm="orders", form-action="/login", cookie-name="__Host-session""#;
    let get = || Request::get("/account");
    for request in [
        get(),
        get().header("accept", "application/json"),
        get().header("accept", "*/*"),
        get().header("sec-fetch-mode", "cors").header("accept", "text/html"),
        get().header("sec-fetch-mode", "same-origin"),
        get().header("sec-fetch-mode", "no-cors").header("accept", "image/*,*/*;q=0.8"),
        get().header("sec-fetch-mode", "websocket"),
        get().header("accept", "text/html").header("x-requested-with", "XMLHttpRequest"),
        get().header("accept", "application/xhtml+xml"),
        get().header("accept", "text/html-not"),
        navigating("/account").method(Method::POST),
        navigating("/account").method(Method::PUT),
        navigating("/account").method(Method::OPTIONS),
        navigating("/account").method("BREW"),
        Request::get("/account").method(Method::HEAD),
        // Nothing of this size is carried through a login.
        navigating(&format!("/?{}", "x".repeat(4000))),
    ] {
        let refused = stack.refuses(request, 401).await;
        assert_eq!(refused.challenges(), [challenge]);
    }
}

/// A preflight has no cookies, and is answered by the CORS layer outside of this one; one
/// that gets here is refused as any request, never redirected, which would fail it.
#[tokio::test]
async fn a_preflight_is_no_page() {
    let stack = pages(&Site::new());
    let preflight = Request::options("/account")
        .header("origin", "https://app.example")
        .header("access-control-request-method", "POST")
        .header("sec-fetch-mode", "cors");
    stack.refuses(preflight, 401).await;
}

#[tokio::test]
async fn a_stale_cookie_is_taken_back_on_the_way_to_the_login_page() {
    let stack = pages(&Site::new());
    for stale in ["__Host-session=x", &format!("__Host-session={}", "A".repeat(46))] {
        let request = navigating("/account").header("cookie", stale);
        let response = stack.send(request.body(Payload::Explosive).unwrap()).await;
        assert_eq!(response.status(), 303);
        assert_eq!(lines(response.headers(), "set-cookie"), [CLEARED]);
    }
}

/// The login page belongs outside of the front door. Inside, people see a 401 instead of going
/// round and round.
#[tokio::test]
async fn the_login_page_itself_is_never_a_redirect() {
    let stack = pages(&Site::new());
    for uri in ["/login", "/login?next=%2Flogin", "/login?"] {
        stack.refuses(navigating(uri), 401).await;
    }
}

/// A 403 is not cured by logging in, nor is a request that makes no sense or an outage.
#[tokio::test]
async fn only_a_401_is_a_redirect() {
    use tower::ServiceBuilder;
    use tower_auth::{AuthorizeLayer, policy::role};

    let site = Site::new();
    let pair = site.login("alice").await.pair().to_owned();
    let cookie = SessionCookie::new(&site.sessions).login_page("/login");
    let layers = ServiceBuilder::new()
        .layer(door(cookie).scheme(bearer()).build().unwrap())
        .layer(AuthorizeLayer::new(role("admin")));
    let stack = Stack::new(layers);
    let page = || navigating("/admin").header("cookie", &pair);
    stack.refuses(page(), 403).await;
    stack.refuses(page().header("authorization", "Bearer x"), 400).await;
}

/// A wrong password beside the sessions is answered as it would be without them.
#[tokio::test]
async fn who_comes_with_another_scheme_gets_its_answer() {
    let site = Site::new();
    let cookie = || SessionCookie::new(&site.sessions).login_page("/login");
    let stack = Stack::new(door(cookie()).scheme(basic()).scheme(bearer()).build().unwrap());
    let wrong = basic_of("Aladdin:wrong");
    for credentials in [&*wrong, "Bearer mF_wrong", "Basic !"] {
        let refused =
            stack.refuses(navigating("/account").header("authorization", credentials), 401).await;
        assert_eq!(refused.challenges().len(), 3, "{credentials}");
    }
    // With nothing at all, a person is sent to the page rather than asked by the browser.
    assert_eq!(sent_to(&stack, navigating("/account")).await, "/login?next=%2Faccount");
}

/// Every answer to a page without a session, in one table: never a page with 200.
#[tokio::test]
async fn no_answer_without_a_session_is_a_200() {
    let stack = pages(&Site::new());
    for method in ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT", "BREW"] {
        for accept in ["text/html", "application/json", "*/*", "", "image/*"] {
            for mode in [None, Some("navigate"), Some("cors"), Some("no-cors")] {
                let request = Request::builder().method(method).uri("/a").header("accept", accept);
                let request =
                    mode.into_iter().fold(request, |it, m| it.header("sec-fetch-mode", m));
                let response = stack.send(request.body(Payload::Explosive).unwrap()).await;
                assert!([303, 401].contains(&response.status().as_u16()), "{response:?}");
            }
        }
    }
    assert_eq!(stack.calls(), 0);
}

/// The door is on the routes, so another spelling of a path reaches no handler, and a
/// nested router, which cuts the path, does not change where people come back to.
#[tokio::test]
async fn routers_hide_nothing_from_the_door() {
    let site = Site::new();
    let front: AuthenticateLayer =
        door(SessionCookie::new(&site.sessions).login_page("/login")).build().unwrap();
    let inner = Router::new().route("/account", on_get(async || "yours")).route_layer(front);
    let app = Router::new().route("/login", on_get(async || "log in")).nest("/app", inner);
    let ask = |uri: &str| {
        let request = navigating(uri).body(axum::body::Body::empty()).unwrap();
        app.clone().oneshot(request)
    };
    let response = ask("/app/account?a=b").await.unwrap();
    assert_eq!(response.headers()["location"], "/login?next=%2Fapp%2Faccount%3Fa%3Db");
    for spelling in [
        "//app/account",
        "/app//account",
        "/app/account/",
        "/app/./account",
        "/app/x/../account",
        "/login/../app/account",
        "/app/%61ccount",
        "/app%2Faccount",
        "/APP/account",
        "/app/account;x",
        "/app/account%00",
    ] {
        let status = ask(spelling).await.unwrap().status();
        assert!([303, 404].contains(&status.as_u16()), "{spelling}: {status}");
    }
    // A fragment is no part of a request target, and never gets this far.
    assert!(
        matches!("/app/account#/login".parse::<http::Uri>(), Ok(uri) if uri.path() == "/app/account")
    );
    let pair = site.login("alice").await.pair().to_owned();
    let request = with_cookie(&pair).uri("/app/account").body(axum::body::Body::empty()).unwrap();
    assert_eq!(app.clone().oneshot(request).await.unwrap().status(), 200);
}

/// [RFC 9110 §9.3.2](https://www.rfc-editor.org/rfc/rfc9110#section-9.3.2): a route that answers
/// GET answers HEAD.
#[tokio::test]
async fn methods_nobody_thought_of_need_the_session_too() {
    let site = Site::new();
    for method in ["GET", "HEAD", "OPTIONS", "TRACE", "BREW", "get"] {
        let request = Request::builder().method(method).uri("/account");
        site.stack.refuses(request, 401).await;
    }
}

/// A door behind a door asks for its own, too.
#[tokio::test]
async fn an_inner_door_replaces_no_outer_one() {
    use tower::ServiceBuilder;

    let site = Site::new();
    let outer = door(SessionCookie::new(&site.sessions)).build().unwrap();
    let inner = door(crate::support::api_key()).build().unwrap();
    let stack = Stack::new(ServiceBuilder::new().layer(outer).layer(inner));
    let pair = site.login("alice").await.pair().to_owned();
    stack.refuses(Request::get("/").header("x-api-key", crate::support::ROBOT), 401).await;
    stack.refuses(with_cookie(&pair), 401).await;
    stack.admits(with_cookie(&pair).header("x-api-key", crate::support::ROBOT)).await;
}

/// Open redirects: whatever leads out of the service, by any reading of a browser.
#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn only_places_of_this_service_are_gone_back_to() {
    for inside in [
        "/",
        "/account",
        "/orders?page=2&next=https://evil.example",
        "/a//b",
        "/login?next=//evil.example",
        "/%2f%2fevil.example",
        "/@evil.example",
        "/:80",
        "/.evil.example",
        "/a#b",
    ] {
        assert_eq!(local_target(inside), Some(inside));
    }
    for outside in [
        "",
        "account",
        "?next=/",
        "#/",
        ".",
        "..//evil.example",
        "//",
        "//evil.example",
        "///evil.example",
        "////evil.example",
        "//evil.example/%2f..",
        "/\\evil.example",
        "\\/evil.example",
        "\\\\evil.example",
        "/\\/evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "/\r\n/evil.example",
        "/\0/evil.example",
        " /evil.example",
        " //evil.example",
        "/ /evil.example",
        "\t//evil.example",
        "/\u{9}\u{a}/evil.example",
        "https:evil.example",
        "https:/evil.example",
        "https://evil.example",
        "https:///evil.example",
        "HTTPS://evil.example",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\tscript:alert(1)",
        "data:text/html,x",
        "//evil.example:443/",
        "//user@evil.example",
        "//%65vil.example",
        "//evil。example",
        "/\u{2028}/evil.example",
        "/／evil.example",
        "／／evil.example",
        "\u{feff}//evil.example",
        "/ä",
        "evil.example",
        "@evil.example",
        ":80",
        "/./..\\evil.example",
    ] {
        assert_eq!(local_target(outside), None, "{outside:?}");
    }
}
