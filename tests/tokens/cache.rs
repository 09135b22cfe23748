//! The cache of verified tokens: T47 of the threats, row by row.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tower_auth::testing::{FixedClock, TokenMaker};
use tower_auth::token::{Cached, IntoVerifier, VerifyToken as _};

use crate::support::{Counting, NOW, at, clock, judge};

fn cached(verifier: &Counting, clock: &FixedClock) -> Arc<dyn tower_auth::token::VerifyToken> {
    Cached::new(verifier.clone()).clock(clock.clone()).into_verifier().unwrap()
}

#[tokio::test]
async fn only_good_verdicts_are_remembered() {
    for counting in [Counting::new(), Counting::slow()] {
        let verifier = cached(&counting, &clock());
        for (token, want, calls) in [
            ("good", Ok("good".to_owned()), 1),
            ("bad", Err("unknown_token".to_owned()), 3),
            ("down", Err("503".to_owned()), 3),
        ] {
            let before = counting.calls();
            for _ in 0..3 {
                assert_eq!(judge(&verifier, token).await, want);
            }
            assert_eq!(counting.calls() - before, calls, "{token}");
        }
    }
}

#[tokio::test]
async fn a_verdict_ends_with_its_time_and_with_the_token() {
    for (expires, lasts) in [(None, 60), (Some(NOW + 10), 10), (Some(NOW + 90), 60)] {
        let mut counting = Counting::new();
        if let Some(expires) = expires {
            counting = counting.expires_at(at(expires));
        }
        let clock = clock();
        let verifier = cached(&counting, &clock);
        judge(&verifier, "good").await.unwrap();
        clock.advance(Duration::from_secs(lasts) - Duration::from_millis(1));
        judge(&verifier, "good").await.unwrap();
        assert_eq!(counting.calls(), 1);
        clock.advance(Duration::from_millis(1));
        judge(&verifier, "good").await.unwrap();
        assert_eq!(counting.calls(), 2, "{expires:?}");
    }
}

/// Within its leeway a verifier takes what has expired. That is its business, each time.
#[tokio::test]
async fn what_has_expired_is_not_remembered() {
    let counting = Counting::new().expires_at(at(NOW));
    let verifier = cached(&counting, &clock());
    for _ in 0..3 {
        judge(&verifier, "good").await.unwrap();
    }
    assert_eq!(counting.calls(), 3);
}

#[tokio::test]
async fn a_clock_that_is_set_back_prolongs_nothing() {
    let counting = Counting::new();
    let time = Arc::new(std::sync::atomic::AtomicU64::new(NOW));
    let shown = Arc::clone(&time);
    let clock = move || at(shown.load(std::sync::atomic::Ordering::SeqCst));
    let verifier = Cached::new(counting.clone()).clock(clock).into_verifier().unwrap();
    judge(&verifier, "good").await.unwrap();
    time.store(NOW - 3600, std::sync::atomic::Ordering::SeqCst);
    judge(&verifier, "good").await.unwrap();
    assert_eq!(counting.calls(), 2);
}

/// What was good an hour ago by the clock's new time is not good again when it comes to that.
#[tokio::test]
async fn a_clock_that_is_set_back_brings_nothing_back_when_it_runs_on() {
    let verdict = Arc::new(Mutex::new("good"));
    let told = Arc::clone(&verdict);
    let counting = Counting::new();
    let verifier = move |_: &str| {
        let verdict = *told.lock().unwrap();
        counting.verify(verdict)
    };
    let time = Arc::new(Mutex::new(at(NOW)));
    let shown = Arc::clone(&time);
    let clock = move || *shown.lock().unwrap();
    let verifier = Cached::new(verifier).clock(clock).into_verifier().unwrap();
    judge(&verifier, "token").await.unwrap();
    *time.lock().unwrap() = at(NOW - 3600);
    for answer in ["down", "bad"] {
        *verdict.lock().unwrap() = answer;
        judge(&verifier, "token").await.unwrap_err();
        *time.lock().unwrap() = at(NOW + 1);
        judge(&verifier, "token").await.unwrap_err();
    }
}

#[tokio::test]
async fn a_key_that_is_withdrawn_empties_it() {
    let counting = Counting::new();
    let verifier = cached(&counting, &clock());
    judge(&verifier, "good").await.unwrap();
    counting.rotate();
    judge(&verifier, "good").await.unwrap();
    judge(&verifier, "good").await.unwrap();
    assert_eq!(counting.calls(), 2);
}

/// The verdict was reached with the old key, so it is as old as that.
#[tokio::test]
async fn a_key_that_is_withdrawn_while_it_is_used_counts_as_withdrawn() {
    let counting = Counting::slow();
    let verifier = cached(&counting, &clock());
    let tower_auth::Eventual::Pending(later) = verifier.verify("good") else { panic!() };
    counting.rotate();
    later.await;
    judge(&verifier, "good").await.unwrap();
    assert_eq!(counting.calls(), 2);
}

/// Tokens of one length and one end have one place, and are different all the same.
#[tokio::test]
async fn a_token_is_known_by_all_of_it() {
    let end = "e".repeat(600);
    let counting = Counting::new();
    let verifier = cached(&counting, &clock());
    judge(&verifier, &format!("good-a{end}")).await.unwrap();
    assert_eq!(judge(&verifier, &format!("evil-a{end}")).await.unwrap_err(), "unknown_token");
    let other = format!("good-b{end}");
    assert_eq!(judge(&verifier, &other).await.unwrap(), other);
    assert_eq!(judge(&verifier, &format!("good-a{end}")).await.unwrap(), format!("good-a{end}"));
    assert_eq!(counting.calls(), 3);
}

#[tokio::test]
async fn it_is_bounded_and_a_flood_of_bad_tokens_changes_nothing() {
    let counting = Counting::new();
    let settings = Cached::new(counting.clone()).clock(clock()).max_entries(8);
    let verifier = settings.into_verifier().unwrap();
    judge(&verifier, "good").await.unwrap();
    for n in 0..1000 {
        judge(&verifier, &format!("bad-{n}")).await.unwrap_err();
    }
    let before = counting.calls();
    judge(&verifier, "good").await.unwrap();
    assert_eq!(counting.calls(), before);
    for n in 0..1000 {
        let token = format!("good-{n}");
        assert_eq!(judge(&verifier, &token).await.unwrap(), token);
    }
    let before = counting.calls();
    for n in 0..1000 {
        judge(&verifier, &format!("good-{n}")).await.unwrap();
    }
    assert!(counting.calls() - before >= 1000 - 8);
}

#[test]
fn many_threads_see_one_token() {
    let counting = Counting::new();
    let verifier = cached(&counting, &clock());
    std::thread::scope(|scope| {
        for _ in 0..20 {
            scope.spawn(|| {
                for n in 0..2000 {
                    let token = format!("good-{}", n % 7);
                    match verifier.verify(&token) {
                        tower_auth::Eventual::Ready(tower_auth::rejection::Verdict::Valid(who)) => {
                            assert_eq!(who.get().subject(), token);
                        }
                        tower_auth::Eventual::Ready(_) | tower_auth::Eventual::Pending(_) => {
                            panic!()
                        }
                    }
                }
            });
        }
    });
    assert!(counting.calls() <= 20 * 7, "{}", counting.calls());
}

#[test]
fn a_wrong_set_up_is_refused() {
    let refusal = |settings: Cached<Counting>| settings.into_verifier().err().unwrap().to_string();
    let good = || Cached::new(Counting::new());
    assert!(refusal(good().max_entries(0)).contains("remembers nothing"));
    assert!(refusal(good().ttl(Duration::ZERO)).contains("between 0 and 10 minutes"));
    assert!(refusal(good().ttl(Duration::from_secs(601))).contains("between 0 and 10 minutes"));
}

/// With keys that are fetched: one that the issuer withdraws is withdrawn here at the next refresh.
#[tokio::test]
async fn a_key_that_its_issuer_withdraws_empties_it() {
    use tower_auth::token::jwt::{Issuers, Jwt};
    use tower_auth::token::keys::RemoteKeys;

    let idp = || TokenMaker::es256().issuer("https://idp.example").audience("https://api.example");
    let (old, new) = (idp(), idp());
    let published = Arc::new(Mutex::new(old.jwk_set()));
    let shown = Arc::clone(&published);
    let client = move |_: http::Request<bytes::Bytes>| {
        let set = shown.lock().unwrap().clone();
        async move { Ok(http::Response::new(bytes::Bytes::from(set))) }
    };
    let keys = RemoteKeys::from_url("https://idp.example/jwks", client).build().unwrap();
    keys.ready().await.unwrap();
    let jwt =
        || Jwt::issuer("https://idp.example").audience("https://api.example").keys(keys.clone());
    let one = Cached::new(jwt()).into_verifier().unwrap();
    let several = Cached::new(Issuers::new().issuer(jwt())).into_verifier().unwrap();
    let token = old.token("alice").sign();
    for verifier in [&one, &several] {
        assert!(judge(verifier, &token).await.is_ok());
    }
    *published.lock().unwrap() = new.jwk_set();
    keys.refresh().await.unwrap();
    for verifier in [&one, &several] {
        assert_eq!(judge(verifier, &token).await.unwrap_err(), "no_matching_key");
        assert!(judge(verifier, &new.token("alice").sign()).await.is_ok());
    }
}

#[test]
fn a_hit_allocates_nothing() {
    let counting = Counting::new();
    let verifier = cached(&counting, &clock());
    let hit = || drop(std::hint::black_box(verifier.verify("good")));
    // The second makes this thread's copy.
    hit();
    hit();
    assert_eq!(allocation_counter::measure(hit).count_total, 0);
    assert_eq!(counting.calls(), 1);
}
