//! One call for a herd, and answers that are remembered no longer than they may.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use serde_json::json;
use tower_auth::Eventual;
use tower_auth::rejection::Verdict;
use tower_auth::testing::FixedClock;

use crate::support::{Act, JSON, NOW, Server, TOKEN, code, json as say, judge, verifier};

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

const ACTIVE: &str = r#"{"active":true,"sub":"alice"}"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_requests_with_one_token_are_one_call() {
    for body in [ACTIVE, r#"{"active":false}"#] {
        let server = Server::start(Act::Slowly(Duration::from_millis(100), body.into())).await;
        let verifier = verifier(server.settings());
        let herd: Vec<_> = (0..1000)
            .map(|_| {
                let verifier = Arc::clone(&verifier);
                tokio::spawn(async move { judge(&verifier, TOKEN).await.is_ok() })
            })
            .collect();
        for request in herd {
            assert_eq!(request.await.unwrap(), body == ACTIVE);
        }
        assert_eq!(server.calls(), 1);
    }
}

/// An outage too is one call for those who wait, and none of it stays.
#[tokio::test]
async fn a_herd_shares_an_outage_and_a_call_outlives_whoever_began_it() {
    let server = Server::start(Act::Slowly(Duration::from_millis(50), "<html>".into())).await;
    let verifier = verifier(server.settings());
    let (one, two) = tokio::join!(judge(&verifier, TOKEN), judge(&verifier, TOKEN));
    assert_eq!((code(one), code(two)), ("503".into(), "503".into()));
    assert_eq!(server.calls(), 1);

    server.now_does(Act::Slowly(Duration::from_millis(50), ACTIVE.into()));
    drop(verifier.verify(TOKEN));
    judge(&verifier, TOKEN).await.unwrap();
    assert_eq!(server.calls(), 2);
}

/// RFC 7662 §4: a good answer ends with its time and with `exp`.
#[tokio::test]
async fn a_good_answer_ends_in_time() {
    for (exp, lasts) in [(None, 60), (Some(NOW + 10), 10), (Some(NOW + 300), 60)] {
        let body = exp.map_or_else(
            || ACTIVE.to_owned(),
            |exp| json!({"active": true, "sub": "alice", "exp": exp}).to_string(),
        );
        let server = Server::start(say(body)).await;
        let clock = FixedClock::at_unix(NOW);
        let verifier = verifier(server.settings_at(clock.clone()));
        judge(&verifier, TOKEN).await.unwrap();
        server.now_does(say(r#"{"active":false}"#));
        clock.advance(Duration::from_secs(lasts - 1));
        assert!(matches!(verifier.verify(TOKEN), Eventual::Ready(Verdict::Valid(_))));
        assert_eq!(server.calls(), 1);
        clock.advance(Duration::from_secs(1));
        assert_eq!(code(judge(&verifier, TOKEN).await), "token_inactive");
        assert_eq!(server.calls(), 2);
    }
}

/// RFC 7662 §4: a bad answer is soon asked again.
#[tokio::test]
async fn a_bad_answer_ends_sooner() {
    let server = Server::start(say(r#"{"active":false}"#)).await;
    let clock = FixedClock::at_unix(NOW);
    let verifier = verifier(server.settings_at(clock.clone()));
    assert_eq!(code(judge(&verifier, TOKEN).await), "token_inactive");
    server.now_does(say(ACTIVE));
    clock.advance(Duration::from_secs(4));
    assert_eq!(code(judge(&verifier, TOKEN).await), "token_inactive");
    assert_eq!(server.calls(), 1);
    clock.advance(Duration::from_secs(1));
    assert_eq!(code(judge(&verifier, TOKEN).await), "ok");
}

/// RFC 7662 §4: a token that was revoked meanwhile is not good again when a clock that was set back
/// comes to the time of the good answer once more.
#[tokio::test]
async fn a_clock_that_is_set_back_brings_no_answer_back_when_it_runs_on() {
    for later in [say(r#"{"active":false}"#), Act::Say(500, JSON, String::new())] {
        let server = Server::start(say(ACTIVE)).await;
        let time = Arc::new(AtomicU64::new(NOW));
        let shown = Arc::clone(&time);
        let clock = move || SystemTime::UNIX_EPOCH + secs(shown.load(Ordering::SeqCst));
        let verifier = verifier(server.settings().clock(clock));
        judge(&verifier, TOKEN).await.unwrap();
        server.now_does(later);
        time.store(NOW - 3600, Ordering::SeqCst);
        judge(&verifier, TOKEN).await.unwrap_err();
        time.store(NOW + 10, Ordering::SeqCst);
        judge(&verifier, TOKEN).await.unwrap_err();
        assert_eq!(server.calls(), 3);
    }
}

/// Nothing that was said before an answer is heeded after it, even where the answer is not kept.
#[tokio::test]
async fn a_bad_answer_drives_out_the_good_one_before_it() {
    let server = Server::start(say(ACTIVE)).await;
    let time = Arc::new(AtomicU64::new(NOW));
    let shown = Arc::clone(&time);
    let clock = move || SystemTime::UNIX_EPOCH + secs(shown.load(Ordering::SeqCst));
    let settings = server.settings().clock(clock).remember_inactive(Duration::ZERO);
    let verifier = verifier(settings);
    judge(&verifier, TOKEN).await.unwrap();
    server.now_does(say(r#"{"active":false}"#));
    // The good answer has ended when the bad one comes, and the clock then goes back into its time.
    time.store(NOW + 61, Ordering::SeqCst);
    assert_eq!(code(judge(&verifier, TOKEN).await), "token_inactive");
    time.store(NOW + 1, Ordering::SeqCst);
    assert_eq!(code(judge(&verifier, TOKEN).await), "token_inactive");
}

/// Tokens that begin and end alike are different tokens.
#[tokio::test]
async fn a_token_is_known_by_all_of_it() {
    let server = Server::start(say(ACTIVE)).await;
    let verifier = verifier(server.settings());
    let long = "a".repeat(600);
    judge(&verifier, &format!("{long}b{long}")).await.unwrap();
    server.now_does(say(r#"{"active":false}"#));
    for other in [format!("{long}c{long}"), long.clone(), format!("{long}b{long}=")] {
        assert_eq!(code(judge(&verifier, &other).await), "token_inactive");
    }
}

/// A flood of invented tokens is answered by 503 where it would be too much for the server, and
/// drives out no good answer.
#[tokio::test]
async fn a_flood_is_bounded() {
    let server = Server::start(say(ACTIVE)).await;
    let settings = server.settings().max_calls(4).max_entries(8);
    let verifier = verifier(settings);
    judge(&verifier, TOKEN).await.unwrap();
    server.now_does(Act::Slowly(Duration::from_millis(50), r#"{"active":false}"#.into()));
    for round in 0..5 {
        let asked: Vec<_> =
            (0..20).map(|n| verifier.verify(&format!("invented-{round}-{n}"))).collect();
        let mut refused = 0;
        for verdict in asked {
            match verdict {
                Eventual::Ready(Verdict::Unavailable(_)) => refused += 1,
                Eventual::Pending(asked) => assert!(matches!(asked.await, Verdict::Rejected(_))),
                other @ Eventual::Ready(_) => panic!("{other:?}"),
            }
        }
        assert_eq!(refused, 16);
    }
    assert!(matches!(verifier.verify(TOKEN), Eventual::Ready(Verdict::Valid(_))));
}
