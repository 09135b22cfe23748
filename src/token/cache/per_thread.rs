//! One hot token on many threads.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::identity::Principal;

/// A principal of which each thread has a copy of its own.
///
/// Handing one out counts a reference, and dropping it counts again. Were it one counter for all,
/// two threads that serve the same caller would be slower together than one alone. The copies are
/// made by the threads that ask, so a token that only one of them sees has only one.
pub(super) struct PerThread {
    original: Principal,
    copies: [OnceLock<Principal>; COPIES],
}

impl PerThread {
    pub(super) fn new(original: Principal) -> Self {
        Self { original, copies: [const { OnceLock::new() }; COPIES] }
    }

    /// This thread's copy, by reference.
    pub(super) fn get(&self) -> Principal {
        let index = INDEX.with(|index| *index);
        match self.copies.get(index) {
            Some(copy) => copy.get_or_init(|| self.original.copied()).clone(),
            None => self.original.clone(),
        }
    }
}

thread_local! {
    static INDEX: usize = NEXT.fetch_add(1, Ordering::Relaxed) % COPIES;
}

static NEXT: AtomicUsize = AtomicUsize::new(0);
/// Threads beyond these share.
const COPIES: usize = 16;
