//! Counters.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

#[derive(Debug, Default)]
pub(super) struct Counters {
    fetches: AtomicU64,
    failures: AtomicU64,
    superseded: AtomicU64,
    spared: AtomicU64,
}

impl Counters {
    pub(super) fn add_fetch(&self) {
        self.fetches.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn add_failure(&self) {
        self.failures.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn add_superseded(&self) {
        self.superseded.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn add_spared(&self) {
        self.spared.fetch_add(1, Ordering::Relaxed);
    }

    /// Fills in what is counted.
    pub(super) fn stats(&self) -> KeyStats {
        KeyStats {
            fetches: self.fetches.load(Ordering::Relaxed),
            failures: self.failures.load(Ordering::Relaxed),
            superseded: self.superseded.load(Ordering::Relaxed),
            spared: self.spared.load(Ordering::Relaxed),
            failures_in_a_row: 0,
            keys: 0,
            age: None,
        }
    }
}

/// How a source of keys is doing: for metrics and for a page that shows the health of a service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeyStats {
    /// How often keys were asked for. Discovery and key set together are one fetch.
    pub fetches: u64,
    /// How many of these failed.
    pub failures: u64,
    /// How many were overtaken by a newer one, and dropped.
    pub superseded: u64,
    /// How many tokens with an unknown key were refused without a fetch, for want of time since
    /// the last one.
    pub spared: u64,
    /// How many failed since one went well.
    pub failures_in_a_row: u32,
    /// How many keys are at hand.
    pub keys: usize,
    /// How long ago the keys at hand were asked for.
    pub age: Option<Duration>,
}
