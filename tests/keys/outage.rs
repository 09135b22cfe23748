//! Issuers that are down, slow, or wrong.

use tokio::time::{Instant, sleep};
use tower_auth::Eventual;
use tower_auth::testing::FixedClock;
use tower_auth::token::jwt::Jwt;
use tower_auth::token::{Cached, IntoVerifier as _};

use crate::support::{
    AUDIENCE, Answer, ISSUER, Idp, Service, Told, UNKNOWN_KEY, retry_after, secs, settings, signer,
    tokio_clock, told,
};

/// Issuer down when cold: 503, never 401, and with a time to come back at.
#[tokio::test(start_paused = true)]
async fn without_keys_and_without_issuer_no_token_is_called_bad() {
    for answer in [
        Answer::Broken,
        Answer::Hang,
        Answer::Status(500),
        Answer::Status(404),
        Answer::Status(302),
        Answer::Status(204),
        Answer::Text("<!doctype html><title>Sign in</title>".to_owned()),
        Answer::Text(String::new()),
        Answer::Text("{}".to_owned()),
        Answer::Text("[]".to_owned()),
        Answer::Text(r#"{"keys":{}}"#.to_owned()),
        Answer::Text(" ".repeat(256 * 1024 + 1)),
        Answer::Text(format!(r#"{{"keys":[{}]}}"#, vec!["{}"; 101].join(","))),
        Answer::Text("[".repeat(100_000)),
    ] {
        let clock = tokio_clock();
        let maker = signer(clock.clone());
        let idp = Idp::new(answer);
        let service = Service::new(&idp, clock);
        assert!(!service.keys.is_ready());
        for token in [maker.token("alice").sign(), maker.token("alice").kid("x").sign()] {
            assert_eq!(service.judge(&token).await, Told::Down);
            assert!(retry_after(&service, &token).await >= secs(1));
        }
        assert!(service.keys.ready().await.is_err());
        assert!(!service.keys.is_ready());
        assert_eq!((idp.asked(), service.keys.stats().failures), (1, 1));
    }
}

#[tokio::test(start_paused = true)]
async fn a_first_fetch_that_fails_is_not_remembered_for_ever() {
    let clock = tokio_clock();
    let maker = signer(clock.clone());
    let idp = Idp::new(Answer::Broken);
    let service = Service::new(&idp, clock);
    let token = maker.token("alice").sign();
    assert_eq!(service.judge(&token).await, Told::Down);
    idp.publish(&maker);
    sleep(secs(1)).await;
    assert_eq!(service.judge(&token).await, Told::Accepted);
}

/// One time-out is not a quarter of an hour of refusals.
#[tokio::test(start_paused = true)]
async fn a_dead_issuer_is_asked_by_the_back_off_however_many_requests_come() {
    let clock = tokio_clock();
    let maker = signer(clock.clone());
    let idp = Idp::new(Answer::Status(500));
    let service = Service::new(&idp, clock);
    let token = maker.token("alice").sign();
    let started = Instant::now();
    while started.elapsed() < secs(300) {
        for _ in 0..10 {
            assert_eq!(service.judge(&token).await, Told::Down);
        }
        sleep(std::time::Duration::from_millis(100)).await;
    }
    // 1 + 2 + 4 + 8 + 16 + 32 s, then every 60 s; each of them up to a quarter shorter.
    let asked = idp.asked();
    assert!((10..=13).contains(&asked), "{asked}");
    assert_eq!(service.keys.stats().failures_in_a_row as usize, asked);
}

#[tokio::test(start_paused = true)]
async fn keys_serve_through_an_outage_for_an_hour_and_not_longer() {
    let clock = tokio_clock();
    let maker = signer(clock.clone());
    let idp = Idp::with(&maker);
    let service = Service::new(&idp, clock);
    service.keys.ready().await.unwrap();
    idp.set(Answer::Hang);
    let token = maker.token("alice").expires_in(secs(100_000)).sign();
    let unknown = maker.token("alice").expires_in(secs(100_000)).kid("new").sign();
    // 10 min fresh and 1 h stale.
    for _ in 0..4_199 {
        assert_eq!(service.at_once(&token), Told::Accepted);
        sleep(secs(1)).await;
    }
    assert!(service.keys.is_ready());
    sleep(secs(2)).await;
    assert!(!service.keys.is_ready());
    assert_eq!(service.judge(&token).await, Told::Down);
    assert_eq!(service.judge(&unknown).await, Told::Down);
    idp.publish(&maker);
    sleep(secs(61)).await;
    assert_eq!(service.at_once(&token), Told::Accepted, "without a request that asks for it");
}

/// A token that waited for the first keys is remembered as one that was good without any. It is not
/// good when they are gone.
#[tokio::test(start_paused = true)]
async fn what_was_cached_before_the_first_keys_does_not_come_back_without_any() {
    let clock = tokio_clock();
    let maker = signer(clock.clone());
    let idp = Idp::with(&maker);
    let keys = settings(&idp, clock.clone()).time_to_live(secs(10)).stale_for(secs(0));
    let jwt = Jwt::issuer(ISSUER).audience(AUDIENCE).keys(keys.build().unwrap());
    let verifier = Cached::new(jwt.clock(clock.clone())).clock(clock).into_verifier().unwrap();
    let judge = async |token: &str| match verifier.verify(token) {
        Eventual::Ready(verdict) => told(verdict),
        Eventual::Pending(verdict) => told(verdict.await),
    };
    let token = maker.token("alice").sign();
    assert_eq!(judge(&token).await, Told::Accepted);
    idp.set(Answer::Broken);
    sleep(secs(11)).await;
    assert_eq!(judge(&token).await, Told::Down);
}

#[tokio::test(start_paused = true)]
async fn a_withdrawn_key_is_gone_with_the_next_refresh() {
    let clock = tokio_clock();
    let (old, new) = (signer(clock.clone()), signer(clock.clone()));
    let idp = Idp::with(&old);
    let service = Service::new(&idp, clock);
    service.keys.ready().await.unwrap();
    let token = old.token("alice").expires_in(secs(100_000)).sign();
    idp.publish(&new);
    sleep(secs(530)).await;
    assert_eq!(service.at_once(&token), Told::Waits, "unknown now, and worth a look");
    assert_eq!(service.judge(&token).await, UNKNOWN_KEY);
    // An issuer that withdraws all of them means it.
    idp.set(Answer::Text(r#"{"keys":[]}"#.to_owned()));
    service.keys.refresh().await.unwrap();
    assert_eq!(service.keys.stats().keys, 0);
    assert_eq!(service.judge(&new.token("alice").sign()).await, UNKNOWN_KEY);
}

/// A service that nobody used while its keys expired asks before it trusts them again.
#[test]
fn keys_that_expired_unseen_are_not_used_unasked() {
    let clock = FixedClock::at_unix(1_700_000_000);
    let (old, new) = (signer(clock.clone()), signer(clock.clone()));
    let idp = Idp::with(&old);
    let service = Service::new(&idp, clock.clone());
    let token = old.token("alice").expires_in(secs(100_000)).sign();
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    assert_eq!(runtime().block_on(service.judge(&token)), Told::Accepted);
    clock.advance(secs(700));
    idp.publish(&new);
    // Another runtime, as in a program with several: the source goes on there.
    assert_eq!(runtime().block_on(service.judge(&token)), UNKNOWN_KEY);
    assert_eq!(idp.asked(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_set_back_stops_nothing() {
    let clock = FixedClock::at_unix(1_700_000_000);
    let maker = signer(clock.clone());
    let idp = Idp::with(&maker);
    let early = FixedClock::at_unix(1_600_000_000);
    let shown = std::sync::Arc::new(std::sync::Mutex::new(clock.clone()));
    let reading = std::sync::Arc::clone(&shown);
    let moving = move || {
        let clock = reading.lock().unwrap().clone();
        tower_auth::clock::Clock::now(&clock)
    };
    let keys = settings(&idp, moving).build().unwrap();
    let service = Service::with(keys, clock.clone());
    service.keys.ready().await.unwrap();
    *shown.lock().unwrap() = early;
    let token = maker.token("alice").sign();
    assert_eq!(service.at_once(&token), Told::Accepted);
    sleep(secs(1)).await;
    assert_eq!(idp.asked(), 2, "how old the keys are is not known any more");
    assert_eq!(service.at_once(&token), Told::Accepted);
}

/// A balancer that waits for the probe sends no request that could begin the first fetch.
#[tokio::test(start_paused = true)]
async fn a_probe_alone_makes_a_cold_service_ready() {
    let clock = tokio_clock();
    let idp = Idp::with(&signer(clock.clone()));
    let service = Service::new(&idp, clock);
    assert!(!service.keys.is_ready());
    sleep(secs(1)).await;
    assert!(service.keys.is_ready());
    assert_eq!(idp.asked(), 1);
}
