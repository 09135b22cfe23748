//! Failed attempts.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::{ROUNDS, TASKS, answer, at_once, now};
use crate::secret::Secret;
use crate::store::{AttemptKeys, AttemptRecords, AttemptStore};

/// What every [`AttemptStore`] does. It is told of times up to two hours ahead.
///
/// # Panics
///
/// When the store does something else: this is a test.
pub async fn check_attempts<S: AttemptStore>(store: S) {
    let test = Arc::new(Test { store, secret: Secret::from("secret of a test"), start: second() });
    failures_are_counted(&test).await;
    what_names_no_account_counts_for_its_source(&test).await;
    a_success_forgets_the_pair(&test).await;
    a_success_is_remembered_for_a_while(&test).await;
    failures_are_forgotten(&test).await;
    nobody_needs_to_wait(&test).await;
    races(&test).await;
}

struct Test<S> {
    store: S,
    secret: Secret,
    start: SystemTime,
}

impl<S: AttemptStore> Test<S> {
    fn from(&self, source: impl Into<IpAddr>) -> AttemptKeys<'_> {
        AttemptKeys::from_source(source.into(), &self.secret)
    }

    async fn standing(&self, of: &AttemptKeys<'_>, seconds: u64) -> AttemptRecords {
        answer(self.store.standing(of, self.at(seconds))).await
    }

    async fn failed(&self, of: &AttemptKeys<'_>, seconds: u64) -> AttemptRecords {
        answer(self.store.failed(of, self.at(seconds), HOUR)).await
    }

    async fn succeeded(&self, of: &AttemptKeys<'_>, seconds: u64) {
        answer(self.store.succeeded(of, self.at(seconds), HOUR)).await;
    }

    fn at(&self, seconds: u64) -> SystemTime {
        self.start.checked_add(Duration::from_secs(seconds)).unwrap_or(self.start)
    }
}

async fn failures_are_counted<S: AttemptStore>(test: &Test<S>) {
    let (here, there) = (test.from([192, 0, 2, 1]), test.from(IpAddr::from([0x2001; 8])));
    let rows = [
        ("a first failure", here, "alice", [1, 1, 1]),
        ("a second one", here, "alice", [2, 2, 2]),
        ("another account of this source", here, "bob", [1, 1, 3]),
        ("this account, from another source", there, "alice", [1, 3, 1]),
        ("an account whose name is longer", there, "alice ", [1, 1, 2]),
        ("the first again", here, "alice", [3, 4, 4]),
    ];
    for (seconds, (name, source, account, want)) in (1..).zip(rows) {
        let of = source.on_account(account);
        let told = test.failed(&of, seconds).await;
        assert_eq!(counts(&told), want, "{name}: pair, account, source");
        let known = test.standing(&of, seconds).await;
        assert_eq!(known, told, "{name}: what is known is what was told");
        for (kind, failures) in
            [("pair", known.pair), ("account", known.account), ("source", known.source)]
        {
            assert_eq!(failures.last(), test.at(seconds), "{name}: the last failure of the {kind}");
        }
    }
    let (nobody, nowhere) = (here.on_account("nobody"), test.from([192, 0, 2, 2]));
    assert_eq!(counts(&test.standing(&nobody, 9).await), [0, 0, 4], "an account without failures");
    assert_eq!(counts(&test.standing(&nowhere.on_account("alice"), 9).await), [0, 4, 0]);
    let unknown = test.standing(&nowhere.on_account("nobody"), 9).await;
    assert_eq!(unknown, AttemptRecords::default(), "nothing is known of others");
}

async fn what_names_no_account_counts_for_its_source<S: AttemptStore>(test: &Test<S>) {
    let source = test.from([192, 0, 2, 3]);
    let (secret, account) = (source.at_secret(b"carol"), source.on_account("carol"));
    assert_eq!(counts(&test.failed(&source, 0).await), [0, 0, 1], "a guess at nothing");
    assert_eq!(counts(&test.failed(&secret, 0).await), [0, 0, 2], "a guess with a secret");
    assert_eq!(counts(&test.failed(&account, 0).await), [1, 1, 3], "a guess at an account");
    assert_eq!(counts(&test.standing(&secret, 0).await), [0, 0, 3], "a secret has no failures");
}

async fn a_success_forgets_the_pair<S: AttemptStore>(test: &Test<S>) {
    let (here, there) = (test.from([192, 0, 2, 4]), test.from([192, 0, 2, 5]));
    let of = here.on_account("dora");
    for source in [here, here, there] {
        test.failed(&source.on_account("dora"), 0).await;
    }
    test.succeeded(&of, 1).await;
    assert_eq!(test.standing(&of, 1).await.pair.count(), 0, "a success forgets the failures");
    assert_eq!(counts(&test.standing(&here, 1).await), [0, 0, 2], "but none of the source");
    let other = test.standing(&there.on_account("dora"), 1).await;
    assert_eq!(counts(&other), [1, 3, 1], "and none elsewhere, nor of the account");
    assert_eq!(test.failed(&of, 2).await.pair.count(), 1, "the next failure is a first");
    let known = test.standing(&of, 2).await.known_since;
    assert_eq!(known, Some(test.at(1)), "a failure takes no success back");
}

async fn a_success_is_remembered_for_a_while<S: AttemptStore>(test: &Test<S>) {
    let (here, there) = (test.from([192, 0, 2, 6]), test.from([192, 0, 2, 7]));
    let account = here.on_account("emma");
    let secret = here.at_secret(b"emma\0\xff");
    for (name, of) in [("an account", account), ("a secret", secret)] {
        assert_eq!(test.standing(&of, 0).await.known_since, None, "{name} is unknown");
        test.succeeded(&of, 0).await;
        test.succeeded(&of, 10).await;
        let known = test.standing(&of, 3609).await.known_since;
        assert_eq!(known, Some(test.at(10)), "when {name} last succeeded");
        let known = test.standing(&of, 3610).await.known_since;
        assert_eq!(known, None, "a success of {name} is forgotten in time");
    }
    test.succeeded(&here, 10).await;
    for (name, of) in [
        ("a source", here),
        ("another account", here.on_account("emm")),
        ("another secret", here.at_secret(b"emma")),
        ("this account elsewhere", there.on_account("emma")),
        ("this secret elsewhere", there.at_secret(b"emma\0\xff")),
    ] {
        assert_eq!(test.standing(&of, 11).await.known_since, None, "{name} did not succeed");
    }
}

async fn failures_are_forgotten<S: AttemptStore>(test: &Test<S>) {
    let source = test.from([192, 0, 2, 8]);
    let of = source.on_account("fred");
    test.failed(&of, 0).await;
    test.failed(&source.on_account("gina"), 1800).await;
    assert_eq!(counts(&test.failed(&of, 3599).await), [2, 2, 3], "each failure renews a record");
    let (last, over) = (test.standing(&of, 7198).await, test.standing(&of, 7199).await);
    assert_eq!(counts(&last), [2, 2, 3], "within an hour of the last failure");
    assert_eq!(over, AttemptRecords::default(), "an hour after the last failure");
    assert_eq!(counts(&test.failed(&of, 7199).await), [1, 1, 1], "the next failure is a first");
}

/// Clients hang up.
async fn nobody_needs_to_wait<S: AttemptStore>(test: &Test<S>) {
    let of = test.from([192, 0, 2, 9]).on_account("hugo");
    drop(test.store.failed(&of, test.at(0), HOUR));
    within_a_second("a failure", async || test.standing(&of, 0).await.pair.count() == 1).await;
    drop(test.store.succeeded(&of, test.at(0), HOUR));
    let is_known = async || test.standing(&of, 0).await.known_since.is_some();
    within_a_second("a success", is_known).await;
}

async fn within_a_second(what: &str, is_known: impl AsyncFn() -> bool) {
    for _ in 0..100 {
        if is_known().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(is_known().await, "{what} holds even if nobody waits for the answer");
}

async fn races<S: AttemptStore>(test: &Arc<Test<S>>) {
    for round in 0..ROUNDS {
        let name = format!("race {round}");
        let source = IpAddr::from([0x2001, 0xdb8, 0, 0, 0, 0, 0, round as u16]);
        let told = at_once(test, TASKS, |test, _| {
            let name = name.clone();
            async move { test.failed(&test.from(source).on_account(&name), 0).await }
        });
        let told = told.await;
        let kinds: [fn(&AttemptRecords) -> u32; 3] =
            [|told| told.pair.count(), |told| told.account.count(), |told| told.source.count()];
        for count in kinds {
            let mut seen: Vec<u32> = told.iter().map(count).collect();
            seen.sort_unstable();
            let each: Vec<u32> = (1..=TASKS).collect();
            assert_eq!(seen, each, "of {TASKS} failures at once, each counts as one");
        }
    }
}

fn counts(known: &AttemptRecords) -> [u32; 3] {
    [known.pair, known.account, known.source].map(|failures| failures.count())
}

/// A whole second: a store need not keep more of it.
fn second() -> SystemTime {
    let since = now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let seconds = Duration::from_secs(since.as_secs());
    SystemTime::UNIX_EPOCH.checked_add(seconds).unwrap_or(SystemTime::UNIX_EPOCH)
}

const HOUR: Duration = Duration::from_secs(3600);
