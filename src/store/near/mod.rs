//! Answers of a store that is far away, remembered for a few seconds.

#[cfg(feature = "revocation")]
mod revocations;
#[cfg(feature = "sessions")]
mod sessions;
mod table;
#[cfg(test)]
mod tests;

use std::hash::Hash;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

#[cfg(feature = "revocation")]
pub use self::revocations::NearRevocations;
#[cfg(feature = "sessions")]
pub use self::sessions::NearSessions;
use self::table::Table;
use super::listener::Listener;
use crate::clock::{Clock, SystemClock};

/// What both kinds of near cache have.
struct Near<S, K, V> {
    store: S,
    max_entries: usize,
    stale_for: Duration,
    clock: Arc<dyn Clock>,
    /// Made at the first use, when all is set.
    table: OnceLock<Arc<Table<K, V>>>,
}

impl<S, K, V> Near<S, K, V>
where
    K: Hash + Eq + Send + 'static,
    V: Clone + Send + 'static,
{
    fn new(store: S, max_entries: usize) -> Self {
        Self {
            store,
            max_entries,
            stale_for: Duration::from_secs(5),
            clock: Arc::new(SystemClock),
            table: OnceLock::new(),
        }
    }

    fn table(&self, listen: impl FnOnce(&S, Arc<dyn Listener>)) -> &Arc<Table<K, V>> {
        self.table.get_or_init(|| {
            let clock = Arc::clone(&self.clock);
            let table = Arc::new(Table::new(self.max_entries, self.stale_for, clock));
            listen(&self.store, Arc::<Table<K, V>>::clone(&table));
            table
        })
    }
}
