//! What caches are told, [RFC 9111](https://www.rfc-editor.org/rfc/rfc9111).

use http::header::CACHE_CONTROL;
use http::{HeaderMap, Request, Response};
use tower_auth::scheme::session::SessionCookie;

use crate::site::{Site, with_cookie};
use crate::support::{Inner, Stack, door, lines};

/// Behind a door for sessions, a service that says this of caches.
fn saying(site: &Site, fields: &'static [(&'static str, &'static str)]) -> Stack {
    let inner = Inner::new(move |_| {
        let mut response = Response::default();
        for (name, value) in fields {
            response.headers_mut().append(*name, value.parse().unwrap());
        }
        response
    });
    Stack::over(inner, door(SessionCookie::new(&site.sessions)).optional().build().unwrap())
}

/// RFC 9111 §3.5 and §5.2.2.7: an answer under a session is private or stricter, whatever the
/// service says; `private` has no argument, which caches may not heed.
#[tokio::test]
async fn answers_under_a_session_are_private_or_stricter() {
    let site = Site::new();
    let pair = site.login("alice").await.pair().to_owned();
    for (said, want) in [
        (&[][..], &["private"][..]),
        (&[("cache-control", "max-age=60")], &["max-age=60", "private"]),
        (&[("cache-control", "private")], &["private"]),
        (&[("cache-control", "Private, max-age=60")], &["Private, max-age=60"]),
        (&[("cache-control", "no-store")], &["no-store"]),
        (&[("cache-control", "no-cache")], &["no-cache", "private"]),
        (&[("cache-control", "public")], &["private"]),
        (&[("cache-control", "public, max-age=60")], &["max-age=60", "private"]),
        (
            &[("cache-control", "PUBLIC"), ("cache-control", "s-maxage=60, max-age=5")],
            &["max-age=5", "private"],
        ),
        (&[("cache-control", "s-maxage=60")], &["private"]),
        (
            &[("cache-control", "private=\"set-cookie, x\"")],
            &["private=\"set-cookie, x\"", "private"],
        ),
        (&[("cache-control", "public, private")], &["private"]),
        (&[("cache-control", "ext=\"a, private, b\"")], &["ext=\"a, private, b\"", "private"]),
    ] {
        let (_, response) = saying(&site, said).admits(with_cookie(&pair)).await;
        assert_eq!(lines(response.headers(), "cache-control"), want, "{said:?}");
        assert_eq!(lines(response.headers(), "vary"), ["cookie"], "{said:?}");
    }
    let (_, response) = saying(&site, &[("vary", "accept")]).admits(with_cookie(&pair)).await;
    assert_eq!(lines(response.headers(), "vary"), ["accept", "cookie"]);
}

/// Nobody's answer is the service's own affair, but for what it depends on.
#[tokio::test]
async fn answers_to_nobody_stay_as_they_are() {
    let site = Site::new();
    let stack = saying(&site, &[("cache-control", "public, max-age=60")]);
    let (_, response) = stack.admits(Request::get("/")).await;
    assert_eq!(lines(response.headers(), "cache-control"), ["public, max-age=60"]);
    assert_eq!(lines(response.headers(), "vary"), ["cookie"]);
}

/// RFC 9111 §7.3: `Set-Cookie` alone keeps no cache from storing an answer.
#[tokio::test]
async fn an_answer_that_sets_the_cookie_is_not_stored() {
    let site = Site::new();
    let mut headers = HeaderMap::new();
    headers.insert(CACHE_CONTROL, "public, max-age=60".parse().unwrap());
    site.login("alice").await.add_to(&mut headers);
    assert_eq!(lines(&headers, "cache-control"), ["no-store"]);

    // In axum, where it is a part of the response, before or after others.
    use axum::response::IntoResponse as _;
    let response = (site.login("alice").await, "welcome").into_response();
    assert_eq!(lines(response.headers(), "cache-control"), ["no-store"]);
    assert_eq!(lines(response.headers(), "set-cookie").len(), 1);
}

/// No refusal is stored.
#[tokio::test]
async fn refusals_are_not_stored() {
    let site = Site::new();
    let pair = site.login("alice").await.pair().to_owned();
    // `refuses` looks at `Cache-Control` each time.
    site.stack.refuses(Request::get("/"), 401).await;
    site.stack.refuses(with_cookie("__Host-session=x"), 401).await;
    site.stack.refuses(with_cookie(&pair).method("POST"), 403).await;
}
