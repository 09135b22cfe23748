//! The pool: how much at once, who waits, and who does not.

use std::time::Duration;

use tokio::time::{sleep, timeout};
use tower_auth::password::{Argon2id, HashError, HashPool, Htpasswd, PasswordHash};
use tower_auth::testing::assert_refused;

use crate::support::{Gate, Service, Table, WONDERLAND, cheap, hashed, until};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_pool_is_an_outage_and_nobody_else_waits() {
    let pool = HashPool::new(1, 2);
    let service = Service::new(hashed(&[("alice", Some(WONDERLAND))]).pool(&pool));
    let gate = Gate::close(&pool).await;
    let let_in = ["a", "b"].map(|password| service.spawn("alice", password));
    until(|| pool.stats().waiting == 2).await;
    for name in ["alice", "nobody"] {
        let response = service.ask(name, "c").await;
        let read = assert_refused(&response, http::StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(read.retry_after, Some(1), "{name}");
    }
    assert_eq!(pool.stats().refused, 2);
    // The same as one that is under way needs no place of its own.
    let same = service.spawn("alice", "b");
    // Whoever needs no hash is answered meanwhile.
    for _ in 0..100 {
        let answer = timeout(Duration::from_secs(5), service.ask_as_nobody()).await.unwrap();
        assert_eq!(answer.body(), "nobody");
    }
    drop(gate);
    for request in let_in.into_iter().chain([same]) {
        assert_eq!(request.await.unwrap(), 401);
    }
    assert_eq!(service.status("alice", "wonderland").await, 200);
    assert_eq!(pool.stats().hashes, 1 + 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_goes_away_gives_up_its_place() {
    let pool = HashPool::new(1, 1);
    let service = Service::new(hashed(&[("alice", Some(WONDERLAND))]).pool(&pool));
    let gate = Gate::close(&pool).await;
    let waiting = service.spawn("alice", "a");
    let with_it = service.spawn("alice", "a");
    until(|| pool.stats().waiting == 1).await;
    assert_eq!(service.status("alice", "b").await, 503);
    sleep(Duration::from_millis(100)).await;
    waiting.abort();
    sleep(Duration::from_millis(30)).await;
    assert_eq!(pool.stats().waiting, 1, "another waits for the same");
    with_it.abort();
    until(|| pool.stats().waiting == 0).await;
    let next = service.spawn("alice", "b");
    until(|| pool.stats().waiting == 1).await;
    drop(gate);
    assert_eq!(next.await.unwrap(), 401);
    assert_eq!(pool.stats().hashes, 2, "nobody hashed for who went away");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn work_that_was_begun_keeps_its_place_to_the_end() {
    let pool = HashPool::new(1, 0);
    let (open, closed) = std::sync::mpsc::channel::<()>();
    let busy = pool.clone();
    let work = tokio::spawn(async move { busy.run(move || closed.recv().is_ok()).await.is_ok() });
    until(|| pool.stats().running == 1).await;
    work.abort();
    assert!(work.await.unwrap_err().is_cancelled());
    let service = Service::new(hashed(&[("alice", Some(WONDERLAND))]).pool(&pool));
    assert_eq!(service.status("alice", "wonderland").await, 503);
    drop(open);
    until(|| pool.stats().running == 0).await;
    assert_eq!(service.status("alice", "wonderland").await, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn work_that_panics_is_an_outage_and_gives_its_place_back() {
    let pool = HashPool::new(1, 0);
    assert!(pool.run(|| -> bool { panic!("a directory with a mistake in it") }).await.is_err());
    until(|| pool.stats().running == 0).await;
    assert!(pool.run(|| true).await.unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn directories_can_share_a_pool() {
    let pool = HashPool::new(1, 1);
    let file = format!("alice:{WONDERLAND}");
    let file = Service::new(Htpasswd::settings().pool(&pool).from_text(&file).unwrap());
    let accounts = Service::new(hashed(&[("alice", Some(WONDERLAND))]).pool(&pool));
    let gate = Gate::close(&pool).await;
    let first = file.spawn("alice", "wonderland");
    until(|| pool.stats().waiting == 1).await;
    assert_eq!(accounts.status("alice", "wonderland").await, 503);
    drop(gate);
    assert_eq!(first.await.unwrap(), 200);
    until(|| pool.stats().running == 0).await;
    assert_eq!(accounts.status("alice", "wonderland").await, 200);
}

/// No panic, and nobody is let in.
#[test]
fn outside_of_a_runtime_passwords_cannot_be_checked() {
    use std::task::{Context, Poll, Waker};
    let service = Service::new(hashed(&[("alice", Some(WONDERLAND))]));
    let mut answer = Box::pin(service.status("alice", "wonderland"));
    let answer = answer.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    assert_eq!(answer, Poll::Ready(503));

    // To make a hash needs none.
    let pool = HashPool::default();
    let mut hash = Box::pin(pool.hash_with(cheap(), "wonderland"));
    while hash.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending() {
        std::thread::yield_now();
    }
}

/// A check on a runtime that shuts down is an outage for whoever waits elsewhere.
#[test]
fn a_runtime_that_shuts_down_breaks_the_check_off() {
    let runtime = || {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        builder.worker_threads(1).enable_all().build().unwrap()
    };
    let (here, other) = (runtime(), runtime());
    let pool = HashPool::new(1, 1);
    let service = Service::new(hashed(&[("alice", Some(WONDERLAND))]).pool(&pool));
    let gate = here.block_on(Gate::close(&pool));
    let first = service.clone();
    other.spawn(async move { first.status("alice", "wonderland").await });
    let status = here.block_on(async {
        until(|| pool.stats().waiting == 1).await;
        let joined = service.spawn("alice", "wonderland");
        sleep(Duration::from_millis(100)).await;
        other.shutdown_background();
        timeout(Duration::from_secs(10), joined).await.unwrap().unwrap()
    });
    assert_eq!(status, 503);
    drop(gate);
}

#[tokio::test]
async fn passwords_that_could_never_be_presented_are_not_hashed() {
    let pool = HashPool::default();
    let hash = async |password: &str| pool.hash_with(cheap(), password).await;
    assert!(matches!(hash("").await, Err(HashError::Empty)));
    assert!(matches!(hash("a\n").await, Err(HashError::ControlCharacter)));
    assert!(matches!(hash(&"x".repeat(1025)).await, Err(HashError::TooLong)));
    assert_eq!(pool.stats().hashes, 0);
    let hash = hash("A\u{30a}ngstro\u{308}m").await.unwrap();
    // Composed or not, it is one password.
    assert!(pool.verify(&hash, "\u{c5}ngstr\u{f6}m").await.unwrap());
    assert!(pool.verify(&hash, "A\u{30a}ngstro\u{308}m").await.unwrap());
    assert!(!pool.verify(&hash, "Angstrom").await.unwrap());
    let service =
        Service::new(tower_auth::password::Hashed::new(Table::of(&[("a", Some(hash.expose()))])));
    assert_eq!(service.status("a", "A\u{30a}ngstro\u{308}m").await, 200);
}

/// [OWASP](https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html)'s
/// first choice.
#[tokio::test]
async fn a_password_is_hashed_with_the_recommended_costs() {
    let hash = HashPool::default().hash("wonderland").await.unwrap();
    assert!(hash.expose().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", hash.expose());
    assert!(!hash.is_outdated(Argon2id::default()));
    assert!(hash.is_outdated(Argon2id::new(19456, 3, 1).unwrap()));
    assert!(!hash.is_outdated(cheap()));
    assert!(PasswordHash::parse(WONDERLAND).unwrap().is_outdated(Argon2id::default()));
}
