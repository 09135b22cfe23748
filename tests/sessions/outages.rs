//! When the store can't be asked.

use std::sync::Arc;

use http::Request;
use tower_auth::scheme::session::{SessionCookie, Sessions};
use tower_auth::store::MemorySessions;
use tower_auth::testing::FixedClock;

use crate::site::{MINUTE, Site, head, holding, with_cookie};
use crate::slow_store::Slow;
use crate::support::{Stack, door};

/// 503, never a 401: the session may well be there, and keeps its cookie.
#[tokio::test]
async fn while_the_store_is_down_requests_get_503_and_sessions_survive() {
    let mut slow = None;
    let site = Site::on(|store| slow.insert(Slow::new(store)).clone(), |it| it);
    let slow = slow.unwrap();
    let pair = site.login("alice").await.pair().to_owned();
    let page = door(SessionCookie::new(&site.sessions).login_page("/login")).build().unwrap();
    let page = Stack::new(page);

    slow.switch_off(true);
    for _ in 0..3 {
        let refused = site.stack.refuses(with_cookie(&pair), 503).await;
        assert_eq!(refused.lines("set-cookie"), [""; 0]);
        assert!(!refused.text().contains("10.0.0.7"), "what is down is not the client's affair");
    }
    page.refuses(with_cookie(&pair).header("sec-fetch-mode", "navigate"), 503).await;
    // Whoever presents nothing that had to be looked up is answered as ever.
    site.stack.refuses(Request::get("/"), 401).await;
    site.refuses("__Host-session=x").await;

    slow.switch_off(false);
    site.admits(&pair).await;
}

/// Nobody is told that they are logged in, or out, when they are not.
#[tokio::test]
async fn while_the_store_is_down_nothing_begins_or_ends() {
    let mut slow = None;
    let site = Site::on(|store| slow.insert(Slow::new(store)).clone(), |it| it);
    let slow = slow.unwrap();
    let pair = site.login("alice").await.pair().to_owned();
    let mine = holding(&pair);
    let handle = site.sessions.current(&mine).await.unwrap().unwrap().handle();
    slow.switch_off(true);
    assert!(site.sessions.login(&head(Request::post("/")), "alice").await.is_err());
    assert!(site.sessions.login(&mine, "alice").await.is_err());
    assert!(site.sessions.renew(&mine).await.is_err());
    assert!(site.sessions.logout(&mine).await.is_err());
    assert!(site.sessions.logout_everywhere("alice").await.is_err());
    assert!(site.sessions.logout_elsewhere(&mine, "alice").await.is_err());
    assert!(site.sessions.list(&mine, "alice").await.is_err());
    assert!(site.sessions.current(&mine).await.is_err());
    assert!(site.sessions.end("alice", &handle).await.is_err());
    slow.switch_off(false);
    site.admits(&pair).await;
    assert_eq!(site.store.len(), 1);
}

/// In axum an outage in a handler is a 503 by `?`.
#[tokio::test]
async fn an_outage_is_a_response() {
    use axum::response::IntoResponse as _;

    let outage = tower_auth::rejection::Unavailable::new("the store at 10.0.0.7 is down");
    let response = outage.into_response();
    assert_eq!(response.status(), 503);
    assert!(response.headers().contains_key("retry-after"));
}

#[tokio::test]
async fn a_full_store_refuses_logins_and_ends_nobody() {
    let clock = FixedClock::at_unix(1_700_000_000);
    let store = Arc::new(MemorySessions::new(3).clock(clock.clone()));
    let sessions = Sessions::builder(Arc::clone(&store)).clock(clock.clone()).build().unwrap();
    let stack = Stack::new(door(SessionCookie::new(&sessions)).build().unwrap());
    let nobody = || head(Request::post("/"));
    let mut pairs = Vec::new();
    for name in ["a", "b", "c"] {
        pairs.push(sessions.login(&nobody(), name).await.unwrap().pair().to_owned());
    }
    let full = sessions.login(&nobody(), "d").await.unwrap_err();
    assert_eq!(full.to_string(), "not available: the list of sessions is full: allow more");
    for pair in &pairs {
        stack.admits(with_cookie(pair)).await;
        // Renewing takes no more room.
        assert!(sessions.renew(&holding(pair)).await.unwrap().is_some());
    }
    assert!(sessions.login(&nobody(), "d").await.is_err());
    clock.advance(30 * MINUTE);
    let _ = sessions.login(&nobody(), "d").await.unwrap();
    assert_eq!(store.len(), 1, "those that ran out made room");
}
