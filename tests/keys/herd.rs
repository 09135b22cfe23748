//! Many requests at the same moment.

use tower_auth::testing::FixedClock;

use crate::support::{Answer, Idp, Service, Told, UNKNOWN_KEY, all, secs, signer, tokio_clock};

#[tokio::test(start_paused = true)]
async fn a_cold_herd_makes_one_fetch_and_is_all_accepted() {
    let clock = tokio_clock();
    let maker = signer(clock.clone());
    let idp = Idp::new(Answer::Slow(secs(1), maker.jwk_set()));
    let service = Service::new(&idp, clock);
    let answers = service.herd(1000, &maker.token("alice").sign()).await;
    assert!(all(&answers, Told::Accepted));
    assert_eq!(idp.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_first_thousand_requests_after_a_rotation_are_accepted_with_one_fetch() {
    let clock = tokio_clock();
    let (old, new) = (signer(clock.clone()), signer(clock.clone()));
    let idp = Idp::with(&old);
    let service = Service::new(&idp, clock);
    service.keys.ready().await.unwrap();
    idp.set(Answer::Slow(secs(1), new.jwk_set()));
    let answers = service.herd(1000, &new.token("alice").sign()).await;
    assert!(all(&answers, Told::Accepted));
    assert_eq!(idp.asked(), 2);
}

#[tokio::test(start_paused = true)]
async fn one_request_after_a_rotation_is_accepted_within_itself() {
    let clock = tokio_clock();
    let (old, new) = (signer(clock.clone()), signer(clock.clone()));
    let idp = Idp::with(&old);
    let service = Service::new(&idp, clock);
    assert_eq!(service.judge(&old.token("alice").sign()).await, Told::Accepted);
    idp.publish(&new);
    assert_eq!(service.judge(&new.token("alice").sign()).await, Told::Accepted);
    assert_eq!(service.at_once(&old.token("alice").sign()), UNKNOWN_KEY);
    assert_eq!(idp.asked(), 2);
}

/// Keys without names: nothing but the signature says that the key is new.
#[tokio::test(start_paused = true)]
async fn a_rotation_of_nameless_keys_is_seen_too() {
    let clock = tokio_clock();
    let (old, new) = (signer(clock.clone()), signer(clock.clone()));
    let nameless = |maker: &tower_auth::testing::TokenMaker| {
        let mut set: serde_json::Value = serde_json::from_str(&maker.jwk_set()).unwrap();
        set["keys"][0].as_object_mut().unwrap().remove("kid");
        Answer::Keys(set.to_string())
    };
    let idp = Idp::new(nameless(&old));
    let service = Service::new(&idp, clock);
    assert_eq!(
        service.judge(&old.token("alice").without_header("kid").sign()).await,
        Told::Accepted
    );
    idp.set(nameless(&new));
    assert_eq!(
        service.judge(&new.token("alice").without_header("kid").sign()).await,
        Told::Accepted
    );
    assert_eq!(idp.asked(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_cold_herd_before_an_issuer_that_is_down_is_told_so_after_one_fetch() {
    let clock = tokio_clock();
    let maker = signer(clock.clone());
    let idp = Idp::new(Answer::Broken);
    let service = Service::new(&idp, clock);
    let token = maker.token("alice").sign();
    assert!(all(&service.herd(1000, &token).await, Told::Down));
    assert_eq!(idp.asked(), 1);
    // What comes while the failure is waited out is told at once.
    assert_eq!(service.at_once(&token), Told::Down);
    assert_eq!(idp.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_cold_flood_of_unknown_kids_makes_one_fetch_more() {
    let clock = tokio_clock();
    let maker = signer(clock.clone());
    let idp = Idp::new(Answer::Slow(secs(1), maker.jwk_set()));
    let service = Service::new(&idp, clock);
    let answers = service.herd(1000, &maker.token("alice").kid("invented").sign()).await;
    assert!(all(&answers, UNKNOWN_KEY));
    // The first token came before the keys were asked for, and all others after: for these one
    // fetch is made, and no more within the cooldown.
    assert_eq!(idp.asked(), 2);
}

/// A request that gives up takes no fetch with it.
#[tokio::test(start_paused = true)]
async fn a_request_that_is_dropped_leaves_the_fetch_to_the_others() {
    let clock = tokio_clock();
    let maker = signer(clock.clone());
    let idp = Idp::new(Answer::Slow(secs(2), maker.jwk_set()));
    let service = Service::new(&idp, clock);
    let token = maker.token("alice").sign();
    let first = tokio::time::timeout(secs(1), service.judge(&token)).await;
    assert!(first.is_err(), "given up");
    assert_eq!(service.judge(&token).await, Told::Accepted);
    assert_eq!(idp.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_panics_is_an_outage() {
    let clock = tokio_clock();
    let maker = signer(clock.clone());
    let idp = Idp::new(Answer::Panic);
    let service = Service::new(&idp, clock);
    let token = maker.token("alice").sign();
    assert!(all(&service.herd(10, &token).await, Told::Down));
    assert_eq!((idp.asked(), service.keys.stats().failures), (1, 1));
    idp.publish(&maker);
    tokio::time::sleep(secs(2)).await;
    assert_eq!(service.judge(&token).await, Told::Accepted);
}

/// The same with threads that race each other, many times: never a fetch too many.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn threads_that_race_share_their_fetches_too() {
    for _ in 0..40 {
        let clock = FixedClock::at_unix(1_700_000_000);
        let (old, new) = (signer(clock.clone()), signer(clock.clone()));
        let idp = Idp::with(&old);
        let service = Service::new(&idp, clock.clone());
        assert!(all(&service.herd(64, &old.token("alice").sign()).await, Told::Accepted));
        assert_eq!(idp.asked(), 1);
        idp.publish(&new);
        assert!(all(&service.herd(64, &new.token("alice").sign()).await, Told::Accepted));
        assert_eq!(idp.asked(), 2);
        assert!(all(&service.herd(64, &new.token("alice").kid("x").sign()).await, UNKNOWN_KEY));
        assert_eq!(idp.asked(), 2, "within the cooldown");

        let idp = Idp::new(Answer::Broken);
        let service = Service::new(&idp, clock);
        assert!(all(&service.herd(64, &old.token("alice").sign()).await, Told::Down));
        assert_eq!(idp.asked(), 1);
    }
}

/// A source that outlives the runtime that fetched for it, in the middle of a fetch.
#[test]
fn a_runtime_that_ends_takes_its_fetch_with_it_and_not_the_source() {
    let clock = FixedClock::at_unix(1_700_000_000);
    let maker = signer(clock.clone());
    let idp = Idp::new(Answer::Hang);
    let service = Service::new(&idp, clock);
    let token = maker.token("alice").sign();
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let first = runtime();
    let wait = std::time::Duration::from_millis(20);
    let gave_up =
        first.block_on(async { tokio::time::timeout(wait, service.judge(&token)).await.is_err() });
    assert!(gave_up);
    drop(first);
    assert_eq!(service.at_once(&token), Told::Down, "no runtime at all");
    idp.publish(&maker);
    assert_eq!(runtime().block_on(service.judge(&token)), Told::Accepted);
    assert_eq!((idp.asked(), service.keys.stats().failures), (2, 0));
}
