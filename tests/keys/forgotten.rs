//! Tenants that are forgotten while they are looked up, and look-ups that never end.

use std::future::pending;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};
use tower_auth::Eventual;
use tower_auth::testing::TokenMaker;
use tower_auth::token::jwt::{Jwt, Tenants};
use tower_auth::token::{IntoVerifier, VerifyToken};

use crate::support::{AUDIENCE, ISSUER, Told, UNKNOWN_KEY, secs, signer, tokio_clock, told};

const STRANGER: Told = Told::Rejected("wrong_issuer");

/// A table of one tenant that can be changed, and takes a second to be read.
#[derive(Clone)]
struct Database {
    row: Arc<Mutex<Option<TokenMaker>>>,
    asked: Arc<AtomicUsize>,
}

impl Database {
    fn new(row: Option<&TokenMaker>) -> Self {
        Self { row: Arc::new(Mutex::new(row.cloned())), asked: Arc::default() }
    }

    fn set(&self, row: Option<&TokenMaker>) {
        *self.row.lock().unwrap() = row.cloned();
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    fn tenants(&self) -> Tenants {
        let own = self.clone();
        let tenants = Tenants::new(move |issuer: &str| {
            own.asked.fetch_add(1, Ordering::SeqCst);
            let row = own.row.lock().unwrap().clone();
            let jwt = |maker: TokenMaker| Jwt::issuer(issuer).audience(AUDIENCE).keys(maker.keys());
            let settings = row.map(|maker| jwt(maker).clock(tokio_clock()));
            async move {
                sleep(secs(1)).await;
                Ok(settings)
            }
        });
        tenants.clock(tokio_clock())
    }
}

fn judge(verifier: &Arc<dyn VerifyToken>, token: &str) -> JoinHandle<Told> {
    let (verifier, token) = (Arc::clone(verifier), token.to_owned());
    tokio::spawn(async move {
        match verifier.verify(&token) {
            Eventual::Ready(verdict) => told(verdict),
            Eventual::Pending(verdict) => told(verdict.await),
        }
    })
}

/// Half a look-up.
const HALF: Duration = Duration::from_millis(500);

#[tokio::test(start_paused = true)]
async fn what_a_look_up_finds_after_it_was_forgotten_is_not_taken() {
    let (old, new) = (signer(tokio_clock()), signer(tokio_clock()));
    let (old_token, new_token) = (old.token("alice").sign(), new.token("alice").sign());
    let database = Database::new(Some(&old));
    let tenants = database.tenants();
    let verifier = tenants.clone().into_verifier().unwrap();
    let waiting = [judge(&verifier, &old_token), judge(&verifier, &new_token)];
    sleep(HALF).await;
    database.set(Some(&new));
    tenants.forget(ISSUER);
    let [with_old, with_new] = waiting;
    assert_eq!(with_old.await.unwrap(), UNKNOWN_KEY, "by the settings that are forgotten");
    assert_eq!(with_new.await.unwrap(), Told::Accepted);
    assert_eq!(judge(&verifier, &old_token).await.unwrap(), UNKNOWN_KEY);
    assert_eq!(database.asked(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_stranger_who_signs_up_while_looked_up_is_none_once_forgotten() {
    let maker = signer(tokio_clock());
    let token = maker.token("alice").sign();
    let database = Database::new(None);
    let tenants = database.tenants();
    let verifier = tenants.clone().into_verifier().unwrap();
    let waiting = judge(&verifier, &token);
    sleep(HALF).await;
    database.set(Some(&maker));
    tenants.forget(ISSUER);
    assert_eq!(waiting.await.unwrap(), Told::Accepted);
    // And one who leaves.
    tenants.forget(ISSUER);
    let waiting = judge(&verifier, &token);
    sleep(HALF).await;
    database.set(None);
    tenants.forget(ISSUER);
    assert_eq!(waiting.await.unwrap(), STRANGER);
    assert_eq!(tenants.len(), 0);
}

/// Between the end of the forgotten look-up and that of the new one.
#[tokio::test(start_paused = true)]
async fn a_look_up_that_was_forgotten_ends_without_a_trace() {
    let maker = signer(tokio_clock());
    let token = maker.token("alice").sign();
    let database = Database::new(Some(&maker));
    let tenants = database.tenants();
    let verifier = tenants.clone().into_verifier().unwrap();
    let first = judge(&verifier, &token);
    sleep(HALF).await;
    tenants.forget(ISSUER);
    let started = Instant::now();
    sleep(HALF + HALF / 2).await;
    assert_eq!(tenants.len(), 0);
    let second = judge(&verifier, &token);
    for request in [first, second] {
        assert_eq!(request.await.unwrap(), Told::Accepted);
    }
    assert_eq!((database.asked(), started.elapsed().as_secs()), (2, 1), "they share the new one");
}

#[tokio::test(start_paused = true)]
async fn a_tenant_that_is_forgotten_again_and_again_keeps_no_request_for_ever() {
    let maker = signer(tokio_clock());
    let database = Database::new(Some(&maker));
    let tenants = database.tenants();
    let verifier = tenants.clone().into_verifier().unwrap();
    let request = judge(&verifier, &maker.token("alice").sign());
    for _ in 0..10 {
        sleep(HALF).await;
        tenants.forget(ISSUER);
    }
    assert!(request.is_finished());
    assert_eq!(request.await.unwrap(), Told::Down);
}

/// As many as may be looked up at once, and nobody ever hears of them again.
#[tokio::test(start_paused = true)]
async fn look_ups_that_hang_end_and_make_room_for_others() {
    let maker = signer(tokio_clock());
    let keys = maker.keys();
    let found = move |issuer: &str| {
        let jwt = Jwt::issuer(issuer).audience(AUDIENCE).keys(keys.clone()).clock(tokio_clock());
        let found = (issuer == ISSUER).then_some(jwt);
        async move { if found.is_some() { Ok(found) } else { pending().await } }
    };
    let tenants = || Tenants::new(found.clone());
    for (tenants, limit) in [(tenants(), 5), (tenants().time_limit(secs(2)), 2)] {
        let verifier = tenants.into_verifier().unwrap();
        let token = maker.token("alice").sign();
        let started = Instant::now();
        let hanging: Vec<_> = (0..256)
            .map(|number| maker.token("x").claim("iss", format!("https://{number}.example")).sign())
            .map(|token| judge(&verifier, &token))
            .collect();
        sleep(secs(1)).await;
        assert_eq!(judge(&verifier, &token).await.unwrap(), Told::Down, "there is no room");
        for request in hanging {
            assert_eq!(request.await.unwrap(), Told::Down);
        }
        assert_eq!(started.elapsed().as_secs(), limit);
        assert_eq!(judge(&verifier, &token).await.unwrap(), Told::Accepted);
    }
}

#[tokio::test(start_paused = true)]
async fn a_look_up_that_panics_is_an_outage_and_asked_again() {
    let maker = signer(tokio_clock());
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let tenants = Tenants::new(move |_: &str| {
        count.fetch_add(1, Ordering::SeqCst);
        async { panic!("a database with a mistake in it") }
    });
    let verifier = tenants.into_verifier().unwrap();
    for number in 1..=2 {
        let request = judge(&verifier, &maker.token("alice").sign());
        assert_eq!((request.await.unwrap(), asked.load(Ordering::SeqCst)), (Told::Down, number));
    }
}
