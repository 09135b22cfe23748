//! The cookie itself,
//! [RFC 6265bis](https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis).

use http::Request;
use http::header::SET_COOKIE;
use tower_auth::scheme::session::SameSite;

use crate::site::{CLEARED, Site, head, holding, line, with_cookie};
use crate::support::lines;

/// RFC 6265bis §4.1.1 and §4.1.3.2; §4.1.2.6 for `HttpOnly`.
#[tokio::test]
async fn the_cookie_is_of_this_host_alone_and_out_of_reach_for_scripts() {
    let site = Site::new();
    let cookie = site.login("alice").await;
    let pair = cookie.pair().to_owned();
    assert_eq!(line(cookie), format!("{pair}; Path=/; HttpOnly; Secure; SameSite=Lax"));
    let value = pair.strip_prefix("__Host-session=").unwrap();
    assert_eq!(value.len(), 46, "the group of the subject and 256 bits");
    assert!(value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'), "{value}");
}

#[tokio::test]
async fn ids_do_not_repeat() {
    let site = Site::new();
    let mut pairs = Vec::new();
    for _ in 0..100 {
        pairs.push(site.login("alice").await.pair().to_owned());
    }
    pairs.sort();
    pairs.dedup();
    assert_eq!(pairs.len(), 100);
}

/// §4.1.1: no attribute twice.
#[tokio::test]
async fn settings_of_the_cookie_are_written_once_each() {
    let strict = Site::with(|it| it.same_site(SameSite::Strict).cookie_name("__Host-Http-s"));
    let cookie = strict.login("alice").await;
    let pair = cookie.pair().to_owned();
    assert_eq!(line(cookie), format!("{pair}; Path=/; HttpOnly; Secure; SameSite=Strict"));
    assert!(pair.starts_with("__Host-Http-s="));

    let kept = Site::with(|it| it.persistent());
    assert!(line(kept.login("alice").await).ends_with("; SameSite=Lax; Max-Age=43200"));

    let plain = Site::with(|it| it.danger_insecure_cookie());
    let cookie = plain.login("alice").await;
    let pair = cookie.pair().to_owned();
    assert_eq!(line(cookie), format!("{pair}; Path=/; HttpOnly; SameSite=Lax"));
    assert!(pair.starts_with("session="));
    plain.admits(&pair).await;
}

#[tokio::test]
async fn a_name_that_is_set_stays_whatever_else_is_set_before_or_after() {
    for site in [
        Site::with(|it| it.cookie_name("shop").danger_insecure_cookie()),
        Site::with(|it| it.danger_insecure_cookie().cookie_name("shop")),
    ] {
        let pair = site.login("alice").await.pair().to_owned();
        assert!(pair.starts_with("shop="));
        site.admits(&pair).await;
    }
}

/// §4.1.1: "Servers MUST NOT include more than one Set-Cookie header field in the same response
/// with the same cookie-name"; [RFC 9110 §5.3](https://www.rfc-editor.org/rfc/rfc9110#section-5.3):
/// lines of `Set-Cookie` are never joined.
#[tokio::test]
async fn a_response_sets_the_cookie_once_and_leaves_others_alone() {
    let site = Site::new();
    let (first, second) = (site.login("alice").await, site.login("alice").await);
    let want = line(second.clone());
    let mut headers = http::HeaderMap::new();
    headers.append(SET_COOKIE, "theme=dark, blue".parse().unwrap());
    headers.append(SET_COOKIE, "__Host-session2=x".parse().unwrap());
    first.add_to(&mut headers);
    second.add_to(&mut headers);
    let set = lines(&headers, "set-cookie");
    assert_eq!(set, ["theme=dark, blue", "__Host-session2=x", &*want]);
}

/// §5.4: names are compared with regard to case.
/// [RFC 9113 §8.2.3](https://www.rfc-editor.org/rfc/rfc9113#section-8.2.3): HTTP/2 may send each
/// cookie in a line of its own.
#[tokio::test]
async fn the_cookie_is_found_in_any_line_and_by_its_exact_name() {
    let site = Site::new();
    let pair = site.login("alice").await.pair().to_owned();
    let crumbs = [
        vec!["a=b".to_owned(), pair.clone(), "c=d".to_owned()],
        vec![format!("a=b; {pair}; c=d")],
        vec![format!("a=b;{pair};c=d")],
        vec![format!("; =v; junk; {pair}; ")],
        // Said twice it is still one.
        vec![pair.clone(), pair.clone()],
    ];
    for lines in crumbs {
        let request =
            lines.iter().fold(Request::get("/"), |request, line| request.header("cookie", line));
        site.stack.admits(request).await;
    }
    let other_case = pair.replace("__Host-", "__host-");
    let refused = site.stack.refuses(with_cookie(&other_case), 401).await;
    assert_eq!(refused.lines("set-cookie"), [""; 0], "no cookie of ours was sent");
}

/// §4.2.2: nobody can rely on the order of cookies with one name. One may have been planted by a
/// neighbour under the same domain.
#[tokio::test]
async fn two_different_cookies_of_the_name_are_refused_in_any_order() {
    let site = Site::new();
    let mine = site.login("alice").await.pair().to_owned();
    let planted = site.login("mallory").await.pair().to_owned();
    for (first, second) in [
        (&*mine, &*planted),
        (&*planted, &*mine),
        (&*mine, "__Host-session="),
        ("__Host-session=", &*mine),
        (&*mine, "__Host-session=x"),
    ] {
        site.refuses(&format!("{first}; {second}")).await;
        let apart = Request::get("/").header("cookie", first).header("cookie", second);
        site.stack.refuses(apart, 401).await;
    }
    // It was not known which of them to end.
    site.admits(&mine).await;
}

/// §4.1.1 and §4.2.1: quotes are part of the value; whatever has never been an id is none, however
/// large it is or however many pieces it says to have.
#[tokio::test]
async fn what_is_no_id_is_refused_and_taken_back() {
    let site = Site::new();
    let pair = site.login("alice").await.pair().to_owned();
    let value = pair.strip_prefix("__Host-session=").unwrap();
    let (start, last) = value.split_at(42);
    // The last character holds two spare bits: another spelling of the same id is not taken.
    let respelled = char::from(last.as_bytes()[0] + 1);
    for value in [
        String::new(),
        format!("\"{value}\""),
        format!("{value}="),
        format!("{value}A"),
        start.to_owned(),
        format!("{start}{respelled}"),
        value.replace(|_| true, "+"),
        "A".repeat(46),
        "A".repeat(64 * 1024),
        "chunks:1000000000".to_owned(),
        "chunks:-1".to_owned(),
    ] {
        site.refuses(&format!("__Host-session={value}")).await;
    }
    for beside in ["__Host-session.0", "__Host-session.1", "__Host-session-1"] {
        let refused = site.stack.refuses(with_cookie(&format!("{beside}={value}")), 401).await;
        assert_eq!(refused.reason(), None, "`{beside}` is nothing to us");
    }
    let raw = http::HeaderValue::from_bytes(b"__Host-session=\xff\xfe").unwrap();
    site.stack.refuses(Request::get("/").header("cookie", raw), 401).await;
    site.admits(&pair).await;
}

#[tokio::test]
async fn nothing_that_prints_shows_an_id() {
    let site = Site::new();
    let cookie = site.login("alice").await;
    let pair = cookie.pair().to_owned();
    let id = pair.strip_prefix("__Host-session=").unwrap();
    let list = site.sessions.list(&holding(&pair), "alice").await.unwrap();
    let (seen, response) = site.stack.admits(with_cookie(&pair)).await;
    let mut headers = http::HeaderMap::new();
    cookie.clone().add_to(&mut headers);
    let handle = list[0].handle();
    let shown = format!(
        "{cookie:?} {:?} {:?} {list:?} {handle:?} {handle} {:?} {response:?} {headers:?}",
        site.sessions, site.store, seen.headers
    );
    assert!(!shown.contains(id), "{shown}");
    // Who reads the list of sessions, or the store, can't log in with what is there.
    site.refuses(&format!("__Host-session={handle}")).await;
}

/// §4.1.2.2: `Max-Age` is the browser's affair.
#[tokio::test]
async fn logging_out_takes_the_cookie_back_under_the_same_attributes() {
    let site = Site::new();
    let pair = site.login("alice").await.pair().to_owned();
    assert_eq!(line(site.sessions.logout(&holding(&pair)).await.unwrap()), CLEARED);
    // Also where there was none.
    assert_eq!(line(site.sessions.logout(&head(Request::get("/"))).await.unwrap()), CLEARED);
}

/// §8.3: over a connection that is not secured nothing of a session is read or sent.
#[tokio::test]
async fn no_cookie_over_a_connection_that_is_not_secured() {
    use crate::support::{Stack, door};
    use tower_auth::scheme::session::SessionCookie;

    let site = Site::new();
    let pair = site.login("alice").await.pair().to_owned();
    let secured = door(SessionCookie::new(&site.sessions).login_page("/login"))
        .require_secure(|head| head.headers.contains_key("x-secured"));
    let stack = Stack::new(secured.build().unwrap());
    for cookie in [&*pair, "__Host-session=stale"] {
        let refused = stack.refuses(with_cookie(cookie).header("accept", "text/html"), 400).await;
        assert_eq!(refused.lines("set-cookie"), [""; 0]);
    }
    stack.admits(with_cookie(&pair).header("x-secured", "yes")).await;
}
