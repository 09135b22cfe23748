//! One-time values.

use std::sync::Arc;
use std::time::Duration;

use super::{ROUNDS, TASKS, answer, at_once, now, random};
use crate::store::{ReplayStore, Use};

/// What every [`ReplayStore`] does. The values live for a minute.
///
/// # Panics
///
/// When the store does something else: this is a test.
pub async fn check_replays<S: ReplayStore>(store: S) {
    let store = Arc::new(store);
    let until = || now().checked_add(Duration::from_secs(59)).unwrap_or_else(now);
    let (one, other) = (random(), random());
    assert_eq!(answer(store.note(&one, until())).await, Use::New, "a first use is new");
    assert_eq!(answer(store.note(&one, until())).await, Use::Seen, "a second use is seen");
    assert_eq!(answer(store.note(&other, until())).await, Use::New, "another value is new");
    assert_eq!(answer(store.note(&one, until())).await, Use::Seen, "a third use is seen");
    for _ in 0..ROUNDS {
        let value = random();
        let uses =
            at_once(
                &store,
                TASKS,
                |store, _| async move { answer(store.note(&value, until())).await },
            );
        let new = uses.await.into_iter().filter(|used| *used == Use::New).count();
        assert_eq!(new, 1, "of {TASKS} uses at once, exactly one is new");
    }
}
