//! Revocations, nearer.

use std::fmt;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;
use std::time::Duration;

use super::Near;
use super::table::Table;
use crate::clock::Clock;
use crate::eventual::Eventual;
use crate::rejection::Unavailable;
use crate::store::listener::Listener;
use crate::store::revocation::{Revocation, RevocationQuery, RevocationStore, Standing};

/// Remembers the answers of a list of revocations that is far away, so that most requests need not
/// ask it.
///
/// - What is remembered is at most 5 s old ([`stale_for`](Self::stale_for)), whatever happens: this
///   is how long a token that was revoked on another machine may still be taken.
/// - It is mostly far less: a store that [tells](RevocationStore::listen) of revocations, as Redis
///   does, is heeded as soon as its news arrive.
/// - What was revoked through this same value is heeded at once.
/// - At most `max_entries` answers are remembered, by 128 bits of a hash whose key nobody knows.
pub struct NearRevocations<S> {
    near: Near<S, u128, Standing>,
    hashers: [RandomState; 2],
}

impl<S: RevocationStore> NearRevocations<S> {
    /// In front of `store`, with room for `max_entries`.
    pub fn new(store: S, max_entries: usize) -> Self {
        let hashers = [RandomState::new(), RandomState::new()];
        Self { near: Near::new(store, max_entries), hashers }
    }

    /// How old an answer may be. Default: 5 s.
    #[must_use]
    pub const fn stale_for(mut self, most: Duration) -> Self {
        self.near.stale_for = most;
        self
    }

    /// Tells the time. Default: the system's clock.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.near.clock = Arc::new(clock);
        self
    }

    /// How many answers are remembered, those among them that are too old.
    #[must_use]
    pub fn len(&self) -> usize {
        self.table().len()
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn table(&self) -> &Arc<Table<u128, Standing>> {
        self.near.table(|store, listener| store.listen(listener))
    }

    fn name(&self, token: &RevocationQuery<'_>) -> u128 {
        let [high, low] = &self.hashers;
        (u128::from(high.hash_one(token)) << 64) | u128::from(low.hash_one(token))
    }
}

impl<S: RevocationStore> RevocationStore for NearRevocations<S> {
    fn check(&self, token: &RevocationQuery<'_>) -> Eventual<Result<Standing, Unavailable>> {
        let (table, name) = (self.table(), self.name(token));
        let names = |_: &Standing| token.targets().map(|target| target.digest(token.get_issuer()));
        if let Some(standing) = table.get(&name, self.near.clock.now(), names) {
            return Eventual::Ready(Ok(standing));
        }
        let (table, asked) = (Arc::clone(table), table.ticket());
        self.near.store.check(token).map(move |answer| {
            if let Ok(standing) = answer {
                table.put(asked, name, standing);
            }
            answer
        })
    }

    fn revoke(&self, revocation: &Revocation<'_>) -> Eventual<Result<(), Unavailable>> {
        let (table, name) = (Arc::clone(self.table()), revocation.digest());
        self.near.store.revoke(revocation).map(move |answer| {
            // After an error too: it may have been done all the same.
            table.changed(&name);
            answer
        })
    }

    fn listen(&self, listener: Arc<dyn Listener>) {
        self.near.store.listen(listener);
    }
}

impl<S> fmt::Debug for NearRevocations<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NearRevocations")
            .field("stale_for", &self.near.stale_for)
            .finish_non_exhaustive()
    }
}
