//! WebSockets: a token in the one field that a page can set, and identities that end meanwhile.

use std::time::Duration;

use http::Request;
use http::request::Builder;
use tower_auth::scheme::session::SessionCookie;
use tower_auth::testing::FixedClock;
use tower_auth::{Auth, Identity, Principal};

use crate::site::{MINUTE, Site, holding};
use crate::support::{IMPORTER, Stack, bearer, door, lines};

fn socket(protocols: &str) -> Builder {
    Request::get("/chat")
        .header("connection", "Upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-protocol", protocols)
}

fn sockets() -> Stack {
    Stack::new(door(bearer().in_websocket_protocol()).build().unwrap())
}

const TOKEN: &str = "bearer.mF_9.B5f-4.1JqM";

#[tokio::test]
async fn a_token_among_the_protocols_lets_in_and_is_not_seen_by_the_handler() {
    let stack = sockets();
    for (sent, left) in [
        (vec!["chat, bearer.mF_9.B5f-4.1JqM"], vec!["chat"]),
        (vec!["bearer.mF_9.B5f-4.1JqM,chat ,  superchat"], vec!["chat, superchat"]),
        (vec!["chat", "bearer.mF_9.B5f-4.1JqM"], vec!["chat"]),
        (vec![TOKEN], vec![]),
        (
            vec!["Bearer.x, bearer, abearer.y, bearer.mF_9.B5f-4.1JqM"],
            vec!["Bearer.x, bearer, abearer.y"],
        ),
    ] {
        let request = sent.iter().fold(Request::get("/chat"), |request, line| {
            request.header("sec-websocket-protocol", *line)
        });
        let (seen, response) = stack.admits(request).await;
        assert_eq!(seen.extensions.get::<Identity>().unwrap().subject(), "importer");
        assert_eq!(lines(&seen.headers, "sec-websocket-protocol"), left, "{sent:?}");
        assert_eq!(lines(response.headers(), "cache-control"), ["private"]);
    }
}

/// RFC 6750 §2: one token, in one place; and of the characters that a protocol can have.
#[tokio::test]
async fn what_is_no_single_token_is_refused() {
    let stack = sockets();
    for protocols in ["bearer.", "bearer.a/b", "bearer.a=", "bearer.a b", "chat, bearer.\"a\""] {
        stack.refuses(socket(protocols), 400).await;
    }
    for protocols in ["bearer.a, bearer.b", &format!("{TOKEN}, {TOKEN}")] {
        stack.refuses(socket(protocols), 400).await;
    }
    let both = socket(TOKEN).header("authorization", IMPORTER);
    stack.refuses(both, 400).await;
    stack.refuses(socket("bearer.wrong"), 401).await;
    stack.refuses(socket("chat"), 401).await;
    stack.refuses(socket(&format!("bearer.{}", "a".repeat(20_000))), 400).await;
    stack.admits(socket("chat").header("authorization", IMPORTER)).await;
}

#[tokio::test]
async fn a_token_there_is_nothing_unless_that_is_asked_for() {
    let stack = Stack::new(door(bearer()).build().unwrap());
    stack.refuses(socket(TOKEN), 401).await;
    let (seen, _) = stack.admits(socket(TOKEN).header("authorization", IMPORTER)).await;
    assert_eq!(lines(&seen.headers, "sec-websocket-protocol"), [TOKEN], "it is the handler's");
}

/// What prints the request does not show the token.
#[tokio::test]
async fn a_refused_token_is_shown_nowhere() {
    let refused = sockets().refuses(socket("bearer.very-secret-token"), 401).await;
    assert!(!format!("{:?}", refused.response).contains("very-secret-token"));
}

/// A browser sends its session along to its own site: the page has one of them too many.
#[tokio::test]
async fn a_session_beside_the_token_is_refused() {
    let site = Site::new();
    let pair = site.login("alice").await.pair().to_owned();
    let front = door(SessionCookie::new(&site.sessions)).scheme(bearer().in_websocket_protocol());
    let stack = Stack::new(front.build().unwrap());
    stack.refuses(socket(TOKEN).header("cookie", &pair), 400).await;
    stack.admits(socket(TOKEN)).await;
    let own = socket("chat").header("cookie", &pair).header("sec-fetch-site", "same-origin");
    stack.admits(own).await;
}

/// What goes on after the answer can be told when its caller is no longer known.
#[tokio::test(start_paused = true)]
async fn a_stream_can_wait_for_the_end_of_its_identity() {
    let site = Site::new();
    let pair = site.login("alice").await.pair().to_owned();
    let (seen, _) = site.stack.admits(crate::site::with_cookie(&pair)).await;
    let expired = Auth::of(&seen).unwrap().expired_by(site.clock.clone());
    let expired = tokio::spawn(expired);
    advance(&site.clock, 29 * MINUTE).await;
    assert!(!expired.is_finished());
    advance(&site.clock, 2 * MINUTE).await;
    assert!(expired.is_finished());
    assert!(site.sessions.current(&holding(&pair)).await.unwrap().is_none());
}

/// A machine that slept through the end, or a clock that was set, is noticed within a minute.
#[tokio::test(start_paused = true)]
async fn a_clock_that_jumps_is_heeded() {
    let site = Site::new();
    let pair = site.login("alice").await.pair().to_owned();
    let (seen, _) = site.stack.admits(crate::site::with_cookie(&pair)).await;
    let expired = tokio::spawn(Auth::of(&seen).unwrap().expired_by(site.clock.clone()));
    advance(&site.clock, MINUTE / 2).await;
    site.clock.advance(60 * MINUTE);
    tokio::time::sleep(MINUTE).await;
    assert!(expired.is_finished());
}

#[tokio::test(start_paused = true)]
async fn what_does_not_expire_is_waited_for_without_end() {
    for principal in [Principal::new("robot")] {
        let tokens = tower_auth::token::OpaqueTokens::new().token(principal, "mF_9.B5f-4.1JqM");
        let front = door(tower_auth::scheme::Bearer::new(tokens)).optional().build().unwrap();
        let stack = Stack::new(front);
        for request in [Request::get("/").header("authorization", IMPORTER), Request::get("/")] {
            let (seen, _) = stack.admits(request).await;
            let expired = tokio::spawn(Auth::of(&seen).unwrap().expired());
            tokio::time::sleep(Duration::from_secs(400 * 24 * 60 * 60)).await;
            assert!(!expired.is_finished());
        }
    }
}

/// Moves both clocks, a second at a time.
async fn advance(clock: &FixedClock, by: Duration) {
    for _ in 0..by.as_secs() {
        clock.advance(Duration::from_secs(1));
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}
