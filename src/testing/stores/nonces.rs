//! Uses of nonces.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::{ROUNDS, TASKS, answer, at_once, now, random};
use crate::store::{NonceStore, NonceUse, Use};

/// What every [`NonceStore`] does.
///
/// # Panics
///
/// When the store does something else: this is a test.
pub async fn check_nonces<S: NonceStore>(store: S) {
    let store = Arc::new(store);
    // A store may take nonces that are as old as itself for older ones.
    tokio::time::sleep(Duration::from_millis(20)).await;
    counts_are_new_once(&*store).await;
    nonces_for_one_use(&*store).await;
    old_nonces_are_seen(&*store).await;
    the_first_cnonce_is_kept(&*store).await;
    races(&store).await;
}

async fn counts_are_new_once(store: &impl NonceStore) {
    let nonce = nonce();
    let rows = [
        (1, Use::New),
        (1, Use::Seen),
        (2, Use::New),
        (5, Use::New),
        (3, Use::New),
        (3, Use::Seen),
        (0, Use::New),
        (1100, Use::New),
        (1100 - 1023, Use::New),
        (1100 - 1024, Use::Seen),
        (5, Use::Seen),
        (1024 + 5, Use::New),
        (1_000_000, Use::New),
        (1100, Use::Seen),
        (1_000_000 - 1023, Use::New),
        (1_000_000 - 1023, Use::Seen),
        (u32::MAX, Use::New),
        (u32::MAX - 1, Use::New),
        (u32::MAX, Use::Seen),
    ];
    for (count, want) in rows {
        let got = answer(store.note(&used(nonce, count))).await;
        assert_eq!(got, want, "the count {count} of {rows:?}, in this order");
    }
    let other = self::nonce();
    let got = answer(store.note(&used(other, 1))).await;
    assert_eq!(got, Use::New, "counts of another nonce are counted for themselves");
}

async fn nonces_for_one_use(store: &impl NonceStore) {
    let once = NonceUse { once: true, ..used(nonce(), 1) };
    assert_eq!(answer(store.note(&once)).await, Use::New, "a nonce for one use is used");
    let again = NonceUse { count: 2, ..once };
    assert_eq!(answer(store.note(&again)).await, Use::Seen, "and not again with another count");
}

async fn old_nonces_are_seen(store: &impl NonceStore) {
    let old = NonceUse { issued: SystemTime::UNIX_EPOCH, ..used(nonce(), 1) };
    let got = answer(store.note(&old)).await;
    assert_eq!(got, Use::Seen, "a nonce from before the store began to remember may be used");
}

async fn the_first_cnonce_is_kept(store: &impl NonceStore) {
    let nonce = nonce();
    assert_eq!(answer(store.first_cnonce(nonce)).await, None, "an unknown nonce has no cnonce");
    for (count, cnonce) in [(1, b"first \0\xff".as_slice()), (2, b"second")] {
        answer(store.note(&NonceUse { cnonce: Some(cnonce), ..used(nonce, count) })).await;
        let held = answer(store.first_cnonce(nonce)).await;
        assert_eq!(held.as_deref(), Some(b"first \0\xff".as_slice()), "the first cnonce is kept");
    }
    let without = self::nonce();
    answer(store.note(&used(without, 1))).await;
    assert_eq!(answer(store.first_cnonce(without)).await, None, "no cnonce was given");
}

async fn races<S: NonceStore>(store: &Arc<S>) {
    for _ in 0..ROUNDS {
        let nonce = nonce();
        let same =
            at_once(
                store,
                TASKS,
                |store, _| async move { answer(store.note(&used(nonce, 7))).await },
            );
        let new = same.await.into_iter().filter(|used| *used == Use::New).count();
        assert_eq!(new, 1, "of {TASKS} uses of one count at once, exactly one is new");
    }
    let nonce = nonce();
    let each = at_once(store, TASKS, |store, number| async move {
        answer(store.note(&used(nonce, number))).await
    });
    let new = each.await.into_iter().filter(|used| *used == Use::New).count();
    assert_eq!(new, TASKS as usize, "different counts at once are all new");
}

fn used(nonce: u128, count: u32) -> NonceUse<'static> {
    let issued = now();
    let expires = issued.checked_add(Duration::from_secs(60)).unwrap_or(issued);
    NonceUse { nonce, count, once: false, issued, expires, cnonce: None }
}

fn nonce() -> u128 {
    random().as_bytes().first_chunk().map_or(0, |bytes| u128::from_be_bytes(*bytes))
}
