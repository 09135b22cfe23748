//! A file that changes while the service runs.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use tokio::time::sleep;
use tower_auth::password::{HashPool, Htpasswd};
use tower_auth::testing::FixedClock;

use crate::support::{Gate, Log, Path, Service, WONDERLAND, cheap, until};

async fn line(name: &str, password: &str) -> String {
    let hash = HashPool::default().hash_with(cheap(), password).await.unwrap();
    format!("{name}:{}\n", hash.expose())
}

fn setting() -> FixedClock {
    FixedClock::at_unix(1_700_000_000)
}

#[tokio::test]
async fn a_changed_and_a_removed_user_are_refused_at_once_remembered_or_not() {
    let (clock, path, log) = (setting(), Path::new("changes"), Log::default());
    path.write(&format!("alice:{WONDERLAND}\nbob:{WONDERLAND}\ncarol:{WONDERLAND}\n"));
    let users = Htpasswd::settings()
        .clock(clock.clone())
        .observer(log.clone())
        .remember(Duration::from_secs(600))
        .open(&path.0)
        .unwrap();
    let service = Service::new(users.clone());
    for name in ["alice", "bob", "carol"] {
        assert_eq!(service.status(name, "wonderland").await, 200, "{name}");
    }
    path.write(&format!("{}carol:{WONDERLAND}\n", line("alice", "mirror").await));
    users.refresh().await.unwrap();
    for (name, password, status) in [
        ("alice", "wonderland", 401),
        ("alice", "mirror", 200),
        ("bob", "wonderland", 401),
        ("carol", "wonderland", 200),
    ] {
        assert_eq!(service.status(name, password).await, status, "{name} {password}");
    }
    // The same again is not told of.
    users.refresh().await.unwrap();
    assert_eq!(log.codes(), ["users_refreshed"]);
}

/// Behind the request, which is answered from what is at hand.
#[tokio::test]
async fn a_file_is_read_again_when_it_is_time() {
    let (clock, path) = (setting(), Path::new("time"));
    path.write(&format!("alice:{WONDERLAND}\n"));
    let users = Htpasswd::settings().clock(clock.clone()).open(&path.0).unwrap();
    let service = Service::new(users);
    path.write(&line("alice", "mirror").await);
    assert_eq!(service.status("alice", "wonderland").await, 200);
    clock.advance(Duration::from_secs(5));
    for _ in 0..1000 {
        if service.status("alice", "wonderland").await == 401 {
            assert_eq!(service.status("alice", "mirror").await, 200);
            return;
        }
        sleep(Duration::from_millis(5)).await;
    }
    panic!("the file was never read");
}

/// Nobody has to ask for that.
#[tokio::test]
async fn a_file_is_read_again_without_requests() {
    let (clock, path, log) = (setting(), Path::new("idle"), Log::default());
    path.write(&format!("alice:{WONDERLAND}\n"));
    let settings = Htpasswd::settings().clock(clock.clone()).observer(log.clone());
    let users = settings.look_every(Duration::from_secs(1)).open(&path.0).unwrap();
    path.write(&line("alice", "mirror").await);
    clock.advance(Duration::from_secs(1));
    until(|| !log.codes().is_empty()).await;
    let service = Service::new(users);
    assert_eq!(service.status("alice", "wonderland").await, 401);
}

#[tokio::test]
async fn a_broken_version_leaves_the_old_one_in_force_and_is_told_of() {
    let (clock, path, log) = (setting(), Path::new("broken"), Log::default());
    path.write(&format!("alice:{WONDERLAND}\n"));
    let users =
        Htpasswd::settings().clock(clock.clone()).observer(log.clone()).open(&path.0).unwrap();
    let service = Service::new(users.clone());
    for broken in ["", "# nobody", "alice", "alice:hunter2-plain", "alice:{SHA}"] {
        path.write(broken);
        assert!(users.refresh().await.is_err(), "{broken:?}");
        assert_eq!(service.status("alice", "wonderland").await, 200, "{broken:?}");
    }
    std::fs::remove_file(&path.0).unwrap();
    let outage = users.refresh().await.unwrap_err();
    assert!(!outage.detail().is_empty());
    clock.advance(Duration::from_secs(1_000_000));
    assert_eq!(service.status("alice", "wonderland").await, 200);
    until(|| log.codes().len() == 7).await;
    assert!(log.codes().iter().all(|code| code == "users_unavailable"));
    let text = log.text();
    assert!(text.contains("line 1: ") && text.contains("failures: 6"), "{text}");
    assert!(!text.contains("hunter2"), "{text}");
    path.write(&line("alice", "mirror").await);
    users.refresh().await.unwrap();
    assert_eq!(log.codes().last().unwrap(), "users_refreshed");
    assert_eq!(service.status("alice", "wonderland").await, 401);
    // What was in force before the outage is read anew like any other.
    path.write(&format!("alice:{WONDERLAND}\n"));
    users.refresh().await.unwrap();
    assert_eq!(service.status("alice", "wonderland").await, 200);
}

/// Also where the text is the one that is in force already.
#[tokio::test]
async fn the_end_of_an_outage_is_told_of() {
    let (path, log) = (Path::new("recovered"), Log::default());
    let text = format!("alice:{WONDERLAND}\n");
    path.write(&text);
    let users = Htpasswd::settings().clock(setting()).observer(log.clone()).open(&path.0).unwrap();
    path.write("");
    users.refresh().await.unwrap_err();
    path.write(&text);
    users.refresh().await.unwrap();
    users.refresh().await.unwrap();
    assert_eq!(log.codes(), ["users_unavailable", "users_refreshed"]);
}

/// A clock that is set back by an hour does not keep a removed user for one.
#[tokio::test]
async fn a_clock_that_was_set_back_is_not_waited_for() {
    let (now, path) = (Arc::new(AtomicU64::new(1_700_000_000)), Path::new("set-back"));
    let shown = Arc::clone(&now);
    let clock = move || SystemTime::UNIX_EPOCH + Duration::from_secs(shown.load(Ordering::SeqCst));
    path.write(&format!("alice:{WONDERLAND}\nbob:{WONDERLAND}\n"));
    let users = Htpasswd::settings().clock(clock).open(&path.0).unwrap();
    let service = Service::new(users);
    path.write(&format!("bob:{WONDERLAND}\n"));
    now.fetch_sub(3600, Ordering::SeqCst);
    for _ in 0..1000 {
        if service.status("alice", "wonderland").await == 401 {
            return;
        }
        sleep(Duration::from_millis(5)).await;
    }
    panic!("the file was never read");
}

/// A password that is being hashed while it is changed is the old one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_counts_for_what_is_being_hashed() {
    let path = Path::new("meanwhile");
    path.write(&format!("alice:{WONDERLAND}\nbob:{WONDERLAND}\n"));
    let pool = HashPool::new(1, 8);
    let users = Htpasswd::settings().pool(&pool).clock(setting()).open(&path.0).unwrap();
    let service = Service::new(users.clone());
    let gate = Gate::close(&pool).await;
    let [alice, bob] = ["alice", "bob"].map(|name| service.spawn(name, "wonderland"));
    until(|| pool.stats().waiting == 2).await;
    path.write(&format!("bob:{WONDERLAND}\n"));
    users.refresh().await.unwrap();
    drop(gate);
    assert_eq!((alice.await.unwrap(), bob.await.unwrap()), (401, 200));
}
