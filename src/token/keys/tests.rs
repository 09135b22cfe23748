//! What counts as read, by a source that answers when it is told to.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::task::yield_now;

use super::live::{Join, Live, Load, Loaded, Validity, Want};
use super::pace::Pace;
use crate::clock::SystemClock;
use crate::eventual::BoxFuture;
use crate::jose::{Algorithm, Keys, SigningKey};
use crate::secret::SecretDigest;

type Answer = oneshot::Sender<Result<Loaded, String>>;

/// Each read waits for its answer; what comes in force is written down.
#[derive(Clone, Default)]
struct Told {
    reads: Arc<Mutex<Vec<Answer>>>,
    in_force: Arc<Mutex<Vec<SecretDigest>>>,
}

impl Load for Told {
    fn load(&self) -> BoxFuture<Result<Loaded, String>> {
        let (answer, told) = oneshot::channel();
        self.reads.lock().unwrap().push(answer);
        Box::pin(async { told.await.unwrap() })
    }

    fn in_force(&self, digest: SecretDigest) {
        self.in_force.lock().unwrap().push(digest);
    }
}

impl Told {
    fn source(&self) -> Arc<Live> {
        let (load, clock) = (Box::new(self.clone()), Arc::new(SystemClock));
        let live = Live::new("keys".into(), load, Pace::REMOTE, clock, None);
        Arc::new(live.with_keys(some_keys(), Duration::from_secs(5)))
    }

    /// What answers the read that has just begun.
    async fn next(&self) -> Answer {
        loop {
            let begun = self.reads.lock().unwrap().pop();
            match begun {
                Some(answer) => return answer,
                None => yield_now().await,
            }
        }
    }

    fn in_force(&self) -> Vec<SecretDigest> {
        self.in_force.lock().unwrap().clone()
    }
}

fn some_keys() -> Keys {
    SigningKey::generate(Algorithm::ES256).unwrap().keys().unwrap()
}

fn read(digest: SecretDigest) -> Result<Loaded, String> {
    let validity = Validity::UntilChanged(Duration::from_secs(5));
    Ok(Loaded { keys: Some(some_keys()), validity, digest: Some(digest) })
}

fn start(live: &Arc<Live>) -> Join {
    live.join(0, Want::Kid)
}

#[tokio::test(start_paused = true)]
async fn what_is_overtaken_by_a_refresh_does_not_count_as_read() {
    let (old, new) = (SecretDigest::of(b"old"), SecretDigest::of(b"new"));
    let told = Told::default();
    let live = told.source();
    assert!(matches!(start(&live), Join::Landing(_)));
    let slow = told.next().await;
    let refreshing = Arc::clone(&live);
    let refreshed = tokio::spawn(async move { refreshing.refresh().await });
    told.next().await.send(read(new)).unwrap();
    refreshed.await.unwrap().unwrap();
    slow.send(read(old)).unwrap();
    while live.stats().superseded == 0 {
        yield_now().await;
    }
    assert!(told.in_force() == [new], "only what the refresh read");
}

#[tokio::test(start_paused = true)]
async fn what_comes_after_the_time_limit_does_not_count_as_read() {
    let digest = SecretDigest::of(b"late");
    let told = Told::default();
    let live = told.source();
    let Join::Landing(mut landing) = start(&live) else { panic!("no read was started") };
    let slow = told.next().await;
    landing.changed().await.unwrap_err();
    assert_eq!(live.stats().failures, 1);
    assert!(slow.send(read(digest)).is_err(), "nobody waits for it");
    assert!(told.in_force().is_empty());
    let refreshing = Arc::clone(&live);
    let refreshed = tokio::spawn(async move { refreshing.refresh().await });
    told.next().await.send(read(digest)).unwrap();
    refreshed.await.unwrap().unwrap();
    assert!(told.in_force() == [digest], "read again, and in force");
}
