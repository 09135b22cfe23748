//! One hash for all who need the same at a time.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};

use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::AbortHandle;

use super::pool::HashPool;
use crate::eventual::Eventual;
use crate::rejection::Unavailable;
use crate::secret::SecretDigest;

/// Whether the password is right, if that can be known.
pub(super) type Found = Result<bool, Unavailable>;

/// The checks that wait for their turn or are being made.
///
/// There are never more than the pool has places.
#[derive(Clone, Default)]
pub(super) struct Flights {
    open: Arc<Mutex<Open>>,
    number: Arc<AtomicU64>,
}

type Open = HashMap<SecretDigest, (u64, Weak<Flight>)>;

/// Held by whoever waits for it. With the last of them goes the task: in the queue it gives up its
/// place; a hash that was begun is ended on its thread, for nobody.
struct Flight {
    landing: watch::Receiver<Option<Found>>,
    task: OnceLock<AbortHandle>,
}

impl Drop for Flight {
    fn drop(&mut self) {
        if let Some(task) = self.task.get() {
            task.abort();
        }
    }
}

impl Flights {
    /// Joins the check that is known under `digest`, or makes it. `after` is called with what came
    /// of it, before whoever waits is told.
    pub(super) fn join(
        &self,
        digest: SecretDigest,
        pool: &HashPool,
        work: impl FnOnce() -> bool + Send + 'static,
        after: impl FnOnce(&Found) + Send + 'static,
    ) -> Eventual<Found> {
        let mut open = lock(&self.open);
        if let Some(flight) = open.get(&digest).and_then(|(_, flight)| flight.upgrade()) {
            return wait(flight);
        }
        let Ok(runtime) = Handle::try_current() else {
            let outside = "passwords can't be hashed outside of a tokio runtime";
            return Eventual::Ready(Err(Unavailable::new(outside)));
        };
        let place = match pool.enter() {
            Ok(place) => place,
            Err(full) => return Eventual::Ready(Err(full)),
        };
        let (sender, landing) = watch::channel(None);
        let flight = Arc::new(Flight { landing, task: OnceLock::new() });
        let number = self.number.fetch_add(1, Ordering::Relaxed);
        open.insert(digest, (number, Arc::downgrade(&flight)));
        let entry = OpenEntry { open: Arc::clone(&self.open), digest, number };
        // A runtime that shuts down drops what it is given, and that takes the lock again.
        drop(open);
        let task = runtime.spawn(async move {
            let entry = entry;
            let found = place.run(work).await;
            drop(entry);
            after(&found);
            sender.send_replace(Some(found));
        });
        let _ = flight.task.set(task.abort_handle());
        wait(flight)
    }
}

/// Takes the check off the list, however it ends.
struct OpenEntry {
    open: Arc<Mutex<Open>>,
    digest: SecretDigest,
    number: u64,
}

impl Drop for OpenEntry {
    fn drop(&mut self) {
        let mut open = lock(&self.open);
        // Another may have begun since nobody waited for this one any more.
        if open.get(&self.digest).is_some_and(|(number, _)| *number == self.number) {
            open.remove(&self.digest);
        }
    }
}

fn lock(open: &Mutex<Open>) -> MutexGuard<'_, Open> {
    // INVARIANT: nothing that can panic happens between two changes of the list.
    open.lock().unwrap_or_else(PoisonError::into_inner)
}

fn wait(flight: Arc<Flight>) -> Eventual<Found> {
    Eventual::pending(async move {
        let mut landing = flight.landing.clone();
        // An error says that the sender is gone and never sent.
        let found = landing.wait_for(Option::is_some).await.ok().and_then(|found| found.clone());
        found.unwrap_or_else(|| Err(Unavailable::new("the check of a password was broken off")))
    })
}
