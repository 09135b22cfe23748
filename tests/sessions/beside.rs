//! Sessions beside other schemes, and where nobody has to be known.

use http::Request;
use tower_auth::Identity;
use tower_auth::scheme::session::SessionCookie;

use crate::site::{CLEARED, Site, own_post, with_cookie};
use crate::support::{ALADDIN, IMPORTER, Stack, basic, bearer, door, lines};

fn beside_bearer(site: &Site) -> Stack {
    Stack::new(door(SessionCookie::new(&site.sessions)).scheme(bearer()).build().unwrap())
}

/// One handler for a browser and an agent, each with theirs.
#[tokio::test]
async fn a_session_or_a_token_is_enough() {
    let site = Site::new();
    let pair = site.login("alice").await.pair().to_owned();
    let stack = beside_bearer(&site);
    let (seen, response) = stack.admits(with_cookie(&pair)).await;
    let who = seen.extensions.get::<Identity>().unwrap();
    assert_eq!((who.subject(), who.scheme().as_str()), ("alice", "Cookie"));
    assert_eq!(lines(response.headers(), "cache-control"), ["private"]);
    let (seen, response) = stack.admits(Request::get("/").header("authorization", IMPORTER)).await;
    let who = seen.extensions.get::<Identity>().unwrap();
    assert_eq!((who.subject(), who.scheme().as_str()), ("importer", "Bearer"));
    assert_eq!(lines(response.headers(), "cache-control"), [""; 0]);
    assert_eq!(lines(response.headers(), "vary"), ["cookie"]);
}

/// [RFC 6750 §2](https://www.rfc-editor.org/rfc/rfc6750#section-2): two at once are refused,
/// be they good or bad; no guess is made which of them is meant.
#[tokio::test]
async fn a_session_and_a_token_at_once_are_refused() {
    let site = Site::new();
    let pair = site.login("alice").await.pair().to_owned();
    let stack = beside_bearer(&site);
    for cookie in [&*pair, "__Host-session=stale"] {
        for credentials in [IMPORTER, "Bearer mF_wrong", ALADDIN, "Unknown x"] {
            let both = with_cookie(cookie).header("authorization", credentials);
            let refused = stack.refuses(both, 400).await;
            assert_eq!(refused.reason(), Some("several_credentials"));
            assert_eq!(refused.lines("set-cookie"), [""; 0]);
        }
    }
    site.admits(&pair).await;
    // Other cookies are no credentials.
    let theme = Request::get("/").header("cookie", "theme=dark").header("authorization", IMPORTER);
    stack.admits(theme).await;
    // A door that takes no tokens has nothing to do with `Authorization`.
    let (seen, _) = site.stack.admits(with_cookie(&pair).header("authorization", IMPORTER)).await;
    assert_eq!(seen.extensions.get::<Identity>().unwrap().subject(), "alice");
}

/// No page can make a browser send a token, so a token needs no evidence.
#[tokio::test]
async fn tokens_need_no_evidence_of_an_own_page() {
    let site = Site::new();
    let pair = site.login("alice").await.pair().to_owned();
    let stack = beside_bearer(&site);
    let foreign = || Request::post("/").header("sec-fetch-site", "cross-site");
    stack.admits(foreign().header("authorization", IMPORTER)).await;
    stack.refuses(foreign().header("cookie", &pair), 403).await;
    stack.admits(own_post(&pair)).await;
}

/// `optional()`: nobody has to be known, but what is presented has to be good.
#[tokio::test]
async fn where_nobody_has_to_be_known_a_stale_cookie_is_refused_and_taken_back() {
    let site = Site::new();
    let pair = site.login("alice").await.pair().to_owned();
    let front = door(SessionCookie::new(&site.sessions)).optional();
    let stack = Stack::new(front.build().unwrap());
    let (seen, response) = stack.admits(Request::get("/")).await;
    assert!(seen.extensions.get::<Identity>().is_none());
    assert_eq!(lines(response.headers(), "cache-control"), [""; 0]);
    assert_eq!(lines(response.headers(), "vary"), ["cookie"], "it is another for who is known");
    let (seen, response) = stack.admits(with_cookie(&pair)).await;
    assert_eq!(seen.extensions.get::<Identity>().unwrap().subject(), "alice");
    assert_eq!(lines(response.headers(), "cache-control"), ["private"]);
    // Nobody acts in nobody's name.
    stack.admits(Request::post("/").header("sec-fetch-site", "cross-site")).await;
    stack.refuses(with_cookie(&pair).method("POST"), 403).await;

    let refused = stack.refuses(with_cookie("__Host-session=stale"), 401).await;
    assert_eq!(refused.lines("set-cookie"), [CLEARED]);
}

/// Both proofs at once, where that is asked.
#[tokio::test]
async fn a_session_and_a_password_can_be_demanded_together() {
    let site = Site::new();
    let pair = site.login("alice").await.pair().to_owned();
    let front = door(SessionCookie::new(&site.sessions)).scheme(basic()).all();
    let stack = Stack::new(front.build().unwrap());
    stack.refuses(with_cookie(&pair), 401).await;
    stack.refuses(Request::get("/").header("authorization", ALADDIN), 401).await;
    let (seen, _) = stack.admits(with_cookie(&pair).header("authorization", ALADDIN)).await;
    assert_eq!(seen.extensions.get::<Identity>().unwrap().subject(), "alice");
    let stale = with_cookie("__Host-session=stale").header("authorization", ALADDIN);
    assert_eq!(stack.refuses(stale, 401).await.lines("set-cookie"), [CLEARED]);
}

/// What is taken out of a request is the session and nothing else.
#[tokio::test]
async fn stripping_takes_out_the_session_and_leaves_the_other_cookies() {
    let site = Site::new();
    let pair = site.login("alice").await.pair().to_owned();
    let front = door(SessionCookie::new(&site.sessions)).strip_credentials();
    let stack = Stack::new(front.build().unwrap());
    let value = pair.strip_prefix("__Host-session=").unwrap();
    for (sent, left) in [
        (vec![pair.clone()], vec![]),
        (vec![format!("a=b; {pair}; c=d")], vec!["a=b; c=d"]),
        (vec!["a=b".into(), pair.clone(), "c=d".into()], vec!["a=b", "c=d"]),
        (vec![format!("{pair};{pair}"), "a=b".into()], vec!["a=b"]),
        (vec![format!("__host-session=y; {pair}")], vec!["__host-session=y"]),
        (vec![format!("{pair}; __Host-session2=y")], vec!["__Host-session2=y"]),
    ] {
        let request = sent.iter().fold(Request::get("/"), |it, line| it.header("cookie", line));
        let request = request.header("x-other", "stays");
        let (seen, response) = stack.admits(request).await;
        assert_eq!(lines(&seen.headers, "cookie"), left, "{sent:?}");
        assert_eq!(lines(&seen.headers, "x-other"), ["stays"]);
        assert!(!format!("{seen:?}").contains(value), "{seen:?}");
        assert_eq!(lines(response.headers(), "cache-control"), ["private"]);
    }
}

/// A proxy's own credentials are not in a cookie of the origin's.
#[tokio::test]
async fn a_proxy_challenges_with_407() {
    let site = Site::new();
    let pair = site.login("alice").await.pair().to_owned();
    let cookie = SessionCookie::new(&site.sessions).login_page("/login");
    let stack = Stack::new(door(cookie).proxy().build().unwrap());
    let page = Request::get("/").header("sec-fetch-mode", "navigate");
    stack.refuses(page, 407).await;
    let (seen, _) = stack.admits(with_cookie(&pair)).await;
    assert_eq!(lines(&seen.headers, "cookie"), [""; 0]);
}
