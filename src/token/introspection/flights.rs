//! One call for all who ask the same at a time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::runtime::Handle;
use tokio::sync::watch;

use super::answer::Finding;
use crate::eventual::{BoxFuture, Eventual};
use crate::secret::SecretDigest;

type Calls = HashMap<SecretDigest, watch::Receiver<Option<Finding>>>;

/// The calls that are under way.
#[derive(Clone)]
pub(super) struct Flights {
    calls: Arc<Mutex<Calls>>,
    max: usize,
}

impl Flights {
    pub(super) fn new(max: usize) -> Self {
        Self { calls: Arc::default(), max }
    }

    /// Joins the call about this token, or makes it. Before it does, `known` says whether one has
    /// just ended.
    ///
    /// The call is a task of its own: it goes on when the request that began it goes away.
    pub(super) fn join(
        &self,
        token: SecretDigest,
        known: impl FnOnce() -> Option<Finding>,
        call: impl FnOnce() -> BoxFuture<Finding>,
    ) -> Eventual<Finding> {
        let mut calls = self.lock();
        if let Some(under_way) = calls.get(&token) {
            return wait(under_way.clone());
        }
        if let Some(finding) = known() {
            return finding.into();
        }
        if calls.len() >= self.max {
            return Finding::down("as many tokens as are allowed are being asked about").into();
        }
        let Ok(runtime) = Handle::try_current() else {
            return Finding::down("outside of a tokio runtime nobody can be asked").into();
        };
        let (sender, receiver) = watch::channel(None);
        calls.insert(token, receiver.clone());
        // A runtime that shuts down drops what it is given, and that takes the lock again.
        drop(calls);
        let flight = Flight { calls: Arc::clone(&self.calls), token };
        let call = call();
        runtime.spawn(async move {
            // Dropped last, and in any case.
            let flight = flight;
            let finding = call.await;
            drop(flight);
            sender.send_replace(Some(finding));
        });
        wait(receiver)
    }

    fn lock(&self) -> MutexGuard<'_, Calls> {
        lock(&self.calls)
    }
}

/// Takes the call off the list, however it ends.
struct Flight {
    calls: Arc<Mutex<Calls>>,
    token: SecretDigest,
}

impl Drop for Flight {
    fn drop(&mut self) {
        lock(&self.calls).remove(&self.token);
    }
}

fn lock(calls: &Mutex<Calls>) -> MutexGuard<'_, Calls> {
    // INVARIANT: nothing that can panic happens between two changes of the list.
    calls.lock().unwrap_or_else(PoisonError::into_inner)
}

fn wait(mut receiver: watch::Receiver<Option<Finding>>) -> Eventual<Finding> {
    Eventual::pending(async move {
        // An error says that the sender is gone and never sent.
        let finding = receiver.wait_for(Option::is_some).await.ok().and_then(|found| found.clone());
        finding.unwrap_or_else(|| Finding::down("the call was broken off"))
    })
}
