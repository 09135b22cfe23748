//! Where failures are remembered.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use tower_auth::rejection::Unavailable;
use tower_auth::store::{AttemptKeys, AttemptRecords, AttemptStore, MemoryAttempts};
use tower_auth::{Eventual, Secret};

use crate::guarded::{Guarded, HOME, OFFICE, People, wrong};

type Answer<T> = Eventual<Result<T, Unavailable>>;

/// A store behind a network: it answers later, and does what it is told whoever waits for it.
#[derive(Clone)]
pub(crate) struct Remote {
    memory: Arc<MemoryAttempts>,
    reads: Arc<AtomicBool>,
    writes: Arc<AtomicBool>,
}

impl Remote {
    pub(crate) fn new(memory: MemoryAttempts) -> Self {
        let up = || Arc::new(AtomicBool::new(true));
        Self { memory: Arc::new(memory), reads: up(), writes: up() }
    }

    pub(crate) fn set_up(&self, up: bool) {
        self.reads.store(up, Ordering::SeqCst);
        self.writes.store(up, Ordering::SeqCst);
    }

    fn later<T: Send + 'static>(up: &AtomicBool, answer: impl FnOnce() -> Answer<T>) -> Answer<T> {
        let answer = up.load(Ordering::SeqCst).then(answer);
        Eventual::pending(async move {
            tokio::time::sleep(Duration::from_millis(1)).await;
            match answer {
                Some(Eventual::Ready(answer)) => answer,
                Some(Eventual::Pending(answer)) => answer.await,
                None => Err(Unavailable::new("attempts").retry_after(Duration::from_secs(7))),
            }
        })
    }
}

impl AttemptStore for Remote {
    fn standing(&self, of: &AttemptKeys<'_>, at: SystemTime) -> Answer<AttemptRecords> {
        Self::later(&self.reads, || self.memory.standing(of, at))
    }

    fn failed(
        &self,
        of: &AttemptKeys<'_>,
        at: SystemTime,
        keep: Duration,
    ) -> Answer<AttemptRecords> {
        Self::later(&self.writes, || self.memory.failed(of, at, keep))
    }

    fn succeeded(&self, of: &AttemptKeys<'_>, at: SystemTime, keep: Duration) -> Answer<()> {
        Self::later(&self.writes, || self.memory.succeeded(of, at, keep))
    }
}

#[tokio::test(start_paused = true)]
async fn a_store_over_a_network_counts_like_one_at_hand() {
    let guarded = Guarded::by(People::default(), Remote::new(MemoryAttempts::new(1000)));
    for _ in 0..5 {
        guarded.wrong(HOME, "alice").await;
    }
    assert_eq!(guarded.too_early(HOME, "alice").await, 1);
    guarded.after(1);
    guarded.right(HOME, "alice").await;
    guarded.right(OFFICE, "alice").await;
}

#[tokio::test(start_paused = true)]
async fn a_store_that_is_down_lets_nobody_through_and_nobody_be_looked_up() {
    let store = Remote::new(MemoryAttempts::new(1000));
    let guarded = Guarded::by(People::default(), store.clone());
    guarded.right(HOME, "alice").await;
    store.reads.store(false, Ordering::SeqCst);
    let before = guarded.people.asked();
    for request in [crate::guarded::right(HOME, "alice"), wrong(HOME, "alice")] {
        let refused = guarded.stack.refuses(request, 503).await;
        assert_eq!(refused.read.retry_after, Some(7));
    }
    assert_eq!(guarded.people.asked(), before);
}

/// What can't be counted would be a guess for free, so it is not answered.
#[tokio::test(start_paused = true)]
async fn what_can_not_be_counted_is_not_answered() {
    let store = Remote::new(MemoryAttempts::new(1000));
    let guarded = Guarded::by(People::default(), store.clone());
    store.writes.store(false, Ordering::SeqCst);
    guarded.stack.refuses(crate::guarded::right(HOME, "alice"), 503).await;
    guarded.stack.refuses(wrong(HOME, "alice"), 503).await;
    store.writes.store(true, Ordering::SeqCst);
    guarded.right(HOME, "alice").await;
}

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000 + seconds)
}

fn now<T>(answer: Answer<T>) -> T {
    let Eventual::Ready(answer) = answer else { panic!("memory is at hand") };
    answer.unwrap()
}

/// A million invented names, as fast as one source can have them, push nothing out that matters.
#[test]
fn a_million_invented_names_take_no_memory_and_push_out_no_record() {
    let store = MemoryAttempts::new(10_000);
    let secret = Secret::from("not looked at in memory");
    let hour = Duration::from_secs(3600);
    let keys = |source: [u8; 4]| AttemptKeys::from_source(source.into(), &secret);
    let (victim, flood) = (keys([192, 0, 2, 1]).on_account("alice"), keys([198, 51, 100, 2]));
    let owner = keys([203, 0, 113, 3]).on_account("alice");
    for _ in 0..5 {
        now(store.failed(&victim, at(0), hour));
    }
    now(store.succeeded(&owner, at(0), hour));

    let bytes = store.bytes();
    assert!(bytes < 10_000 * 110, "{bytes}");
    for number in 0..1_000_000_u32 {
        let name = format!("invented-{number}");
        let records = now(store.failed(&flood.on_account(&name), at(1), hour));
        assert_eq!(records.source.count(), number + 1, "the source that floods is known");
    }
    assert_eq!(store.bytes(), bytes);
    let records = now(store.standing(&victim, at(2)));
    let counts = (records.pair.count(), records.account.count(), records.source.count());
    assert_eq!(counts, (5, 5, 5));
    assert!(now(store.standing(&owner, at(2))).known_since.is_some());
}

/// The same through the door: the flood is slowed down long before it fills anything.
#[tokio::test]
async fn a_flood_of_names_is_slowed_down_before_it_fills_anything() {
    let guarded = Guarded::by(People::default(), MemoryAttempts::new(1000));
    for _ in 0..5 {
        guarded.wrong(HOME, "alice").await;
    }
    for number in 0..10_000 {
        let request = wrong(OFFICE, &format!("invented-{number}"));
        guarded.stack.send(request.body(crate::support::Payload::Explosive).unwrap()).await;
    }
    assert_eq!(guarded.people.asked(), 105);
    assert_eq!(guarded.too_early(HOME, "alice").await, 1);
}

#[test]
fn records_end_with_their_time() {
    let store = MemoryAttempts::new(8);
    let secret = Secret::from("not looked at in memory");
    let source = AttemptKeys::from_source([192, 0, 2, 1].into(), &secret);
    let keys = source.on_account("alice");
    let hour = Duration::from_secs(3600);
    now(store.failed(&keys, at(0), hour));
    now(store.failed(&keys, at(3599), hour));
    assert_eq!(now(store.standing(&keys, at(7198))).pair.count(), 2);
    assert_eq!(now(store.standing(&keys, at(7199))), AttemptRecords::default());
    assert_eq!(now(store.failed(&keys, at(7199), hour)).pair.count(), 1);

    now(store.succeeded(&keys, at(7200), hour));
    assert_eq!(now(store.standing(&keys, at(7201))).known_since, Some(at(7200)));
    assert_eq!(now(store.standing(&keys, at(10_800))).known_since, None);
    assert_eq!(now(store.standing(&keys, at(7201))).pair.count(), 0);
    assert_eq!(
        now(store.standing(&source, at(7201))).source.count(),
        1,
        "the source keeps its own"
    );
}

/// Names in a store of many machines can't be read, nor be tried without the secret.
#[test]
fn digests_are_keyed_and_told_apart() {
    let secrets = [Secret::from("one secret of all"), Secret::from("another secret")];
    let mut digests = Vec::new();
    for secret in &secrets {
        let [here, there] =
            [1, 2].map(|last| AttemptKeys::from_source([192, 0, 2, last].into(), secret));
        for name in ["alice", "bob"] {
            let account = here.on_account(name);
            assert_eq!(account.source_digest(), here.source_digest());
            assert_eq!(account.account_digest(), there.on_account(name).account_digest());
            digests.push(account.account_digest().unwrap());
            for keys in [here, there] {
                digests.push(keys.on_account(name).pair_digest().unwrap());
                digests.push(keys.on_account(name).known_digest().unwrap());
                digests.push(keys.at_secret(name.as_bytes()).known_digest().unwrap());
            }
        }
        digests.extend([here.source_digest(), there.source_digest()]);
        let key = here.at_secret(b"key-of-robot-1");
        assert!(key.pair_digest().is_none() && key.account_digest().is_none());
        assert!(here.known_digest().is_none());
        assert_eq!(format!("{key:?}"), "AttemptKeys(***)");
    }
    let mut bytes: Vec<_> = digests.iter().map(|digest| *digest.as_bytes()).collect();
    bytes.sort_unstable();
    bytes.dedup();
    assert_eq!(bytes.len(), digests.len());
}
