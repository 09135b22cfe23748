//! Behind the requests.

use std::sync::{Arc, Mutex};

use tokio::time::{Instant, sleep};
use tower_auth::observe::Event;

use crate::support::{Answer, Idp, Service, Told, secs, settings, signer, tokio_clock};

#[tokio::test(start_paused = true)]
async fn keys_are_refreshed_at_four_fifths_of_their_time_without_a_request() {
    let clock = tokio_clock();
    let maker = signer(clock.clone());
    let idp = Idp::with(&maker);
    let service = Service::new(&idp, clock);
    service.keys.ready().await.unwrap();
    sleep(secs(431)).await;
    assert_eq!(idp.asked(), 1);
    sleep(secs(98)).await;
    assert_eq!(idp.asked(), 2);
    sleep(secs(431)).await;
    assert!(idp.asked() <= 3);
    sleep(secs(98)).await;
    assert_eq!(idp.asked(), 3);
}

#[tokio::test(start_paused = true)]
async fn cache_control_is_heeded_within_bounds() {
    for (cache_control, fresh_for) in
        [("max-age=1200", 1200), ("max-age=0", 60), ("no-store", 60), ("max-age=31536000", 86_400)]
    {
        let clock = tokio_clock();
        let maker = signer(clock.clone());
        let idp = Idp::new(Answer::Cached(maker.jwk_set(), cache_control));
        let service = Service::new(&idp, clock);
        service.keys.ready().await.unwrap();
        sleep(secs(fresh_for * 72 / 100 - 1)).await;
        assert_eq!(idp.asked(), 1, "{cache_control}");
        sleep(secs(fresh_for * 16 / 100 + 3)).await;
        assert_eq!(idp.asked(), 2, "{cache_control}");
    }
}

#[tokio::test(start_paused = true)]
async fn good_tokens_are_answered_at_once_while_a_refresh_hangs() {
    let clock = tokio_clock();
    let maker = signer(clock.clone());
    let idp = Idp::with(&maker);
    let service = Service::new(&idp, clock);
    service.keys.ready().await.unwrap();
    idp.set(Answer::Hang);
    let token = maker.token("alice").expires_in(secs(10_000)).sign();
    while idp.asked() < 2 {
        sleep(secs(1)).await;
    }
    let started = Instant::now();
    for _ in 0..1000 {
        assert_eq!(service.at_once(&token), Told::Accepted);
    }
    assert_eq!(started.elapsed(), secs(0));
    assert_eq!(idp.asked(), 2);
}

/// An answer that was asked for earlier does not undo a later one, in whatever order they come.
#[tokio::test(start_paused = true)]
async fn of_two_answers_the_one_asked_for_later_holds() {
    let clock = tokio_clock();
    let (old, new) = (signer(clock.clone()), signer(clock.clone()));
    let idp = Idp::new(Answer::Slow(secs(4), old.jwk_set()));
    let service = Service::new(&idp, clock);
    let early = service.keys.clone();
    let early = tokio::spawn(async move { early.refresh().await.is_ok() });
    sleep(secs(1)).await;
    idp.set(Answer::Slow(secs(1), new.jwk_set()));
    service.keys.refresh().await.unwrap();
    assert_eq!(service.at_once(&new.token("alice").sign()), Told::Accepted);
    assert!(early.await.unwrap(), "the early one is served by the later one's keys");
    assert_eq!(service.at_once(&new.token("alice").sign()), Told::Accepted);
    let stats = service.keys.stats();
    assert_eq!((idp.asked(), stats.fetches, stats.superseded), (2, 2, 1));
}

#[tokio::test(start_paused = true)]
async fn one_key_that_cannot_be_used_hides_no_other_and_is_told_of_once() {
    let clock = tokio_clock();
    let maker = signer(clock.clone());
    let mut set: serde_json::Value = serde_json::from_str(&maker.jwk_set()).unwrap();
    let keys = set["keys"].as_array_mut().unwrap();
    let mut encryption = keys[0].clone();
    encryption["use"] = "enc".into();
    let weak = serde_json::json!({"kty": "RSA", "n": "A".repeat(171) + "Q", "e": "AQAB"});
    for odd in [
        encryption,
        weak,
        serde_json::json!({"kty": "oct", "k": "c2VjcmV0", "alg": "HS256"}),
        serde_json::json!({"kty": "AKP", "alg": "ML-DSA-44", "pub": "AA"}),
        serde_json::json!({"kty": "EC", "kid": 5}),
        serde_json::json!("no object"),
        serde_json::json!({}),
    ] {
        keys.insert(0, odd);
    }
    let idp = Idp::new(Answer::Keys(set.to_string()));
    let events = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&events);
    let observer = move |event: &Event<'_>| seen.lock().unwrap().push(event.code());
    let keys = settings(&idp, clock.clone()).observer(observer).build().unwrap();
    let service = Service::with(keys, clock);
    assert_eq!(service.judge(&maker.token("alice").sign()).await, Told::Accepted);
    service.keys.refresh().await.unwrap();
    idp.set(Answer::Broken);
    assert!(service.keys.refresh().await.is_err());
    let events = events.lock().unwrap();
    let count = |code| events.iter().filter(|event| **event == code).count();
    assert_eq!(count("keys_refreshed"), 2);
    assert_eq!(count("key_left_out"), 7);
    assert_eq!(count("keys_unavailable"), 1);
    assert_eq!(service.keys.stats().keys, 1);
}

/// Nothing goes on for a source that nobody has any more.
#[tokio::test(start_paused = true)]
async fn a_source_that_is_dropped_asks_no_more() {
    let clock = tokio_clock();
    let maker = signer(clock.clone());
    let idp = Idp::with(&maker);
    let service = Service::new(&idp, clock);
    service.keys.ready().await.unwrap();
    drop(service);
    sleep(secs(10_000)).await;
    assert_eq!(idp.asked(), 1);
}

#[test]
fn settings_out_of_bounds_are_refused() {
    let idp = Idp::new(Answer::Broken);
    for (settings, want) in [
        (
            settings(&idp, tokio_clock()).time_to_live(secs(1)),
            "`time_to_live` of the keys is 1s: choose between 10s and 86400s",
        ),
        (
            settings(&idp, tokio_clock()).cooldown(secs(0)),
            "`cooldown` of the keys is 0ns: choose between 1s and 600s",
        ),
        (
            settings(&idp, tokio_clock()).time_limit(secs(61)),
            "`time_limit` of the keys is 61s: choose between 100ms and 60s",
        ),
    ] {
        assert_eq!(settings.build().unwrap_err().to_string(), want);
    }
}
