//! One hash for many, and no hash at all.

use std::sync::atomic::Ordering;
use std::time::Duration;

use tower_auth::Eventual;
use tower_auth::password::{HashPool, Hashed, Htpasswd};
use tower_auth::testing::FixedClock;

use crate::support::{Gate, Service, Table, WONDERLAND, hashed, until};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_equal_log_ins_at_once_are_one_hash() {
    let pool = HashPool::new(1, 8);
    let table = Table::of(&[("alice", Some(WONDERLAND))]);
    let service = Service::new(Hashed::new(table.clone()).decoys_like([WONDERLAND]).pool(&pool));
    let gate = Gate::close(&pool).await;
    let right: Vec<_> = (0..1000).map(|_| service.spawn("alice", "wonderland")).collect();
    let wrong: Vec<_> = (0..1000).map(|_| service.spawn("alice", "wonderlane")).collect();
    let nobody: Vec<_> = (0..1000).map(|_| service.spawn("nobody", "wonderland")).collect();
    until(|| table.1.load(Ordering::SeqCst) == 3000).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!((pool.stats().running, pool.stats().waiting), (1, 3));
    drop(gate);
    for (requests, want) in [(right, 200), (wrong, 401), (nobody, 401)] {
        for request in requests {
            assert_eq!(request.await.unwrap(), want);
        }
    }
    assert_eq!((pool.stats().hashes, pool.stats().refused), (1 + 3, 0));
}

/// Pairs whose names and passwords are one text when they are put together.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn checks_that_look_alike_when_put_together_are_not_shared() {
    let pool = HashPool::new(1, 16);
    let hash = HashPool::default().hash_with(crate::support::cheap(), "bc").await.unwrap();
    let entries = ["a", "ab", "abc", ""].map(|name| (name, Some(hash.expose())));
    let directory = hashed(&entries).pool(&pool).remember(Duration::from_secs(600));
    let service = Service::new(directory);
    let pairs = [("a", "bc"), ("ab", "c"), ("abc", ""), ("", "abc"), ("ab", "bc"), ("", "bc")];
    // At the same time, and again when the right ones are remembered.
    for hashes in [1 + 6, 1 + 6 + 1 + 3] {
        let gate = Gate::close(&pool).await;
        let asked = pairs.map(|(name, password)| (service.spawn(name, password), password));
        drop(gate);
        for (request, password) in asked {
            assert_eq!(request.await.unwrap(), if password == "bc" { 200 } else { 401 });
        }
        until(|| pool.stats().running == 0).await;
        assert_eq!(pool.stats().hashes, hashes);
    }
}

fn setting() -> FixedClock {
    FixedClock::at_unix(1_700_000_000)
}

#[tokio::test]
async fn a_right_password_is_remembered_for_its_time_and_a_wrong_one_never() {
    let (pool, clock) = (HashPool::default(), setting());
    let users = Htpasswd::settings()
        .pool(&pool)
        .clock(clock.clone())
        .remember(Duration::from_secs(30))
        .from_text(&format!("alice:{WONDERLAND}\nbob:{WONDERLAND}"))
        .unwrap();
    let service = Service::new(users);
    for (name, password, status, hashes) in [
        ("alice", "wonderland", 200, 1),
        ("alice", "wonderland", 200, 1),
        ("bob", "wonderland", 200, 2),
        ("alice", "wonderlane", 401, 3),
        ("alice", "wonderlane", 401, 4),
        ("nobody", "wonderland", 401, 5),
        ("nobody", "wonderland", 401, 6),
        ("alice", "wonderland", 200, 6),
    ] {
        assert_eq!(service.status(name, password).await, status, "{name} {password}");
        assert_eq!(pool.stats().hashes, hashes, "{name} {password}");
    }
    clock.advance(Duration::from_secs(30));
    assert_eq!(service.status("alice", "wonderland").await, 200);
    assert_eq!(pool.stats().hashes, 7);
}

/// Without a task and without a box.
#[tokio::test]
async fn a_remembered_password_is_answered_on_the_spot() {
    use tower_auth::rejection::Verdict;
    use tower_auth::scheme::basic::Directory;

    struct Probe<D>(D, std::sync::Arc<std::sync::Mutex<Vec<bool>>>);
    impl<D: Directory> Directory for Probe<D> {
        fn verify(
            &self,
            name: &str,
            password: tower_auth::scheme::basic::Password<'_>,
        ) -> Eventual<Verdict> {
            let answer = self.0.verify(name, password);
            self.1.lock().unwrap().push(matches!(answer, Eventual::Ready(_)));
            answer
        }
    }
    let directory =
        hashed(&[("alice", Some(WONDERLAND))]).clock(setting()).remember(Duration::from_secs(30));
    let at_once = std::sync::Arc::default();
    let service = Service::new(Probe(directory, std::sync::Arc::clone(&at_once)));
    for _ in 0..3 {
        assert_eq!(service.status("alice", "wonderland").await, 200);
    }
    assert_eq!(*at_once.lock().unwrap(), [false, true, true]);
}

#[tokio::test]
async fn nothing_is_remembered_of_an_account_that_changed() {
    let pool = HashPool::default();
    let table = Table::of(&[("alice", Some(WONDERLAND))]);
    let directory = Hashed::new(table.clone()).pool(&pool).remember(Duration::from_secs(600));
    let service = Service::new(directory.decoys_like([WONDERLAND]));
    for _ in 0..2 {
        assert_eq!(service.status("alice", "wonderland").await, 200);
    }
    assert_eq!(pool.stats().hashes, 1);
    let other = HashPool::default().hash_with(crate::support::cheap(), "mirror").await.unwrap();
    table.set("alice", Some(other.expose()));
    assert_eq!(service.status("alice", "wonderland").await, 401);
    assert_eq!(service.status("alice", "mirror").await, 200);
    table.set("alice", None);
    assert_eq!(service.status("alice", "mirror").await, 401);
    table.0.lock().unwrap().clear();
    assert_eq!(service.status("alice", "mirror").await, 401);
}

#[tokio::test]
async fn without_being_asked_nothing_is_remembered() {
    let pool = HashPool::default();
    let service = Service::new(hashed(&[("alice", Some(WONDERLAND))]).pool(&pool));
    for hashes in 1..=3 {
        assert_eq!(service.status("alice", "wonderland").await, 200);
        assert_eq!(pool.stats().hashes, hashes);
    }
}

#[test]
fn times_beyond_ten_minutes_refuse_to_build() {
    for time in [Duration::ZERO, Duration::from_secs(601)] {
        let hashed = Service::try_new(hashed(&[]).remember(time));
        let file = Htpasswd::settings().remember(time).from_text(&format!("alice:{WONDERLAND}"));
        for error in [hashed.err().unwrap(), file.unwrap_err()] {
            let error = error.to_string();
            assert!(error.contains("must be between 0 and 10 minutes"), "{error}");
        }
    }
}
