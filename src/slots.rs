//! A bounded set of entries that is read without a lock.
//!
//! The memory is a row of groups of eight places; an entry may stand in any place of the one group
//! that its hash names. A full group gives up the entry that ends first. So there is no list to
//! maintain, nothing to rehash and no background work.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use arc_swap::ArcSwapOption;

/// What can be held.
pub(crate) trait Entry {
    /// From when on it may be used.
    fn since(&self) -> SystemTime;

    /// Until when it may be used.
    fn until(&self) -> SystemTime;

    /// Whether the two say of one thing.
    fn is_same(&self, other: &Self) -> bool;

    /// Whether it may be used at `now`. Not before it was made: a clock that is set back would
    /// otherwise keep it longer than allowed, and it is [forgotten](Slots::find) then.
    fn is_current(&self, now: SystemTime) -> bool {
        self.since() <= now && now < self.until()
    }
}

pub(crate) struct Slots<E> {
    places: Box<[Place<E>]>,
}

struct Place<E> {
    /// The hash of the entry: only a hint that saves looking at it. Whoever reads an old one misses
    /// an entry that has just come, or looks at one and finds it to be another.
    hash: AtomicU64,
    entry: ArcSwapOption<E>,
}

impl<E: Entry> Slots<E> {
    /// Room for `max_entries`, rounded up to a multiple of eight.
    pub(crate) fn new(max_entries: usize) -> Self {
        let groups = max_entries.div_ceil(GROUP).max(1);
        let place = || Place { hash: AtomicU64::new(0), entry: ArcSwapOption::empty() };
        Self { places: (0..groups.saturating_mul(GROUP)).map(|_| place()).collect() }
    }

    /// What `take` makes of the current entry that it wants.
    ///
    /// One that was made later than `now` is forgotten: the clock was set back, and will come to the
    /// entry's time once more, when that is long out of date.
    pub(crate) fn find<R>(
        &self,
        hash: u64,
        now: SystemTime,
        take: impl Fn(&E) -> Option<R>,
    ) -> Option<R> {
        self.group(hash).iter().find_map(|place| {
            if place.hash.load(Ordering::Relaxed) != hash {
                return None;
            }
            let guard = place.entry.load();
            let entry = guard.as_deref()?;
            if entry.is_current(now) {
                return take(entry);
            }
            if entry.since() > now {
                place.entry.compare_and_swap(&guard, None);
            }
            None
        })
    }

    /// Forgets the entries that `is_it` knows.
    #[cfg(any(feature = "token-cache", all(feature = "introspection", feature = "_jose")))]
    pub(crate) fn forget(&self, hash: u64, is_it: impl Fn(&E) -> bool) {
        for place in self.group(hash) {
            if place.hash.load(Ordering::Relaxed) != hash {
                continue;
            }
            let guard = place.entry.load();
            if guard.as_deref().is_some_and(&is_it) {
                place.entry.compare_and_swap(&guard, None);
            }
        }
    }

    /// Adds an entry, in the place of the same one if there is such, else where it is missed
    /// least.
    ///
    /// Two that add the same thing at once may both find a place. Each of the two ends in time.
    pub(crate) fn put(&self, hash: u64, now: SystemTime, entry: E) {
        let worth = |place: &&Place<E>| match place.entry.load().as_deref() {
            Some(held) if held.is_same(&entry) => None,
            Some(held) if held.is_current(now) => Some(held.until()),
            _ => Some(SystemTime::UNIX_EPOCH),
        };
        if let Some(place) = self.group(hash).iter().min_by_key(worth) {
            place.entry.store(Some(Arc::new(entry)));
            place.hash.store(hash, Ordering::Release);
        }
    }

    fn group(&self, hash: u64) -> &[Place<E>] {
        let groups = self.places.len().checked_div(GROUP).unwrap_or(1) as u64;
        // Maps 32 bits evenly to the groups, without a division.
        let group = ((hash >> 32).wrapping_mul(groups) >> 32) as usize;
        let start = group.saturating_mul(GROUP);
        self.places.get(start..start.saturating_add(GROUP)).unwrap_or_default()
    }
}

const GROUP: usize = 8;
