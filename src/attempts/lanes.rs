//! Who may go at once, and who waits for whom.
//!
//! A lane is what attempts at one account from one source share, or all from one source. Whoever
//! finds no room in it waits, in order, and is woken when somebody leaves, to ask anew: what is
//! known may be another thing then.
//!
//! Who is woken holds the lane's [`Baton`], and hands it to the next one by dropping it, whatever
//! becomes of the request; only who has to wait again keeps it. So somebody is always there to wake
//! those who wait: one who is under way, or one who holds a baton.

use std::collections::{HashMap, VecDeque};
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// All lanes of one limiter.
#[derive(Clone)]
pub(super) struct Lanes(Arc<Inner>);

struct Inner {
    shards: Box<[Shard]>,
    waiting: AtomicUsize,
    most_in_a_lane: usize,
    most: usize,
}

#[derive(Default)]
struct Shard {
    /// How many have left: who has read a record before that has to read it again.
    left: AtomicU64,
    lanes: Mutex<HashMap<u64, Lane>>,
}

#[derive(Default)]
struct Lane {
    running: u32,
    queue: VecDeque<Arc<Mutex<Waiter>>>,
}

#[derive(Default)]
struct Waiter {
    woken: bool,
    waker: Option<Waker>,
}

/// What became of somebody who wants to go.
pub(super) enum Entry {
    /// They may.
    In(Slot),
    /// They wait.
    Wait(Turn),
    /// Others have left since they looked.
    Stale,
    /// Too many wait already.
    Full,
}

impl Lanes {
    pub(super) fn new(most_in_a_lane: usize, most: usize) -> Self {
        let shards = (0..SHARDS).map(|_| Shard::default()).collect();
        Self(Arc::new(Inner { shards, waiting: AtomicUsize::new(0), most_in_a_lane, most }))
    }

    /// A mark that is another one after somebody has left.
    pub(super) fn mark(&self, lane: u64) -> u64 {
        self.0.shard(lane).map_or(0, |shard| shard.left.load(Ordering::Acquire))
    }

    /// Goes, if less than `room` are under way, nobody waits before, and the mark is still what it
    /// was when the record was read.
    pub(super) fn enter(
        &self,
        lane: u64,
        room: u32,
        mark: Option<u64>,
        baton: &mut Option<Baton>,
    ) -> Entry {
        let Some(shard) = self.0.shard(lane) else { return Entry::Full };
        let mut lanes = shard.lock();
        if mark.is_some_and(|mark| mark != shard.left.load(Ordering::Acquire)) {
            return Entry::Stale;
        }
        let found = lanes.entry(lane).or_default();
        let is_next = baton.as_ref().is_some_and(|baton| baton.lane == lane);
        if found.running < room && (is_next || found.queue.is_empty()) {
            found.running = found.running.saturating_add(1);
            return Entry::In(Slot { lanes: self.clone(), lane });
        }
        let waiter = Arc::<Mutex<Waiter>>::default();
        if is_next {
            // INVARIANT: `room` is at least 1, so somebody is under way, and will wake the next.
            found.queue.push_front(Arc::clone(&waiter));
            if let Some(baton) = baton.take() {
                baton.keep();
            }
        } else {
            let waiting = self.0.waiting.load(Ordering::Relaxed);
            if waiting >= self.0.most || found.queue.len() >= self.0.most_in_a_lane {
                return Entry::Full;
            }
            found.queue.push_back(Arc::clone(&waiter));
        }
        self.0.waiting.fetch_add(1, Ordering::Relaxed);
        Entry::Wait(Turn { lanes: self.clone(), lane, waiter, over: false })
    }

    fn change(&self, lane: u64, change: impl FnOnce(&Shard, &mut Lane)) {
        let Some(shard) = self.0.shard(lane) else { return };
        let mut lanes = shard.lock();
        if let Some(found) = lanes.get_mut(&lane) {
            change(shard, found);
            if found.running == 0 && found.queue.is_empty() {
                lanes.remove(&lane);
            }
        }
    }

    fn wake_next(&self, lane: u64) {
        let mut next = None;
        self.change(lane, |_, lane| next = self.pop(lane));
        wake(next);
    }

    fn pop(&self, lane: &mut Lane) -> Option<Arc<Mutex<Waiter>>> {
        let next = lane.queue.pop_front()?;
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
        Some(next)
    }
}

impl Inner {
    fn shard(&self, lane: u64) -> Option<&Shard> {
        let count = u64::try_from(self.shards.len()).ok()?;
        self.shards.get(usize::try_from(lane.checked_rem(count)?).ok()?)
    }
}

impl Shard {
    fn lock(&self) -> MutexGuard<'_, HashMap<u64, Lane>> {
        // INVARIANT: nothing is done while the lock is held that could panic.
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn lock(waiter: &Mutex<Waiter>) -> MutexGuard<'_, Waiter> {
    waiter.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Outside of the lanes' lock: a waker can be any code.
fn wake(waiter: Option<Arc<Mutex<Waiter>>>) {
    let Some(waiter) = waiter else { return };
    let mut guard = lock(&waiter);
    guard.woken = true;
    let waker = guard.waker.take();
    drop(guard);
    if let Some(waker) = waker {
        waker.wake();
    }
}

/// Somebody who is under way.
pub(super) struct Slot {
    lanes: Lanes,
    lane: u64,
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut next = None;
        self.lanes.change(self.lane, |shard, lane| {
            lane.running = lane.running.saturating_sub(1);
            shard.left.fetch_add(1, Ordering::Release);
            next = self.lanes.pop(lane);
        });
        wake(next);
    }
}

/// Somebody who waits.
#[must_use = "nobody waits until it is awaited"]
pub(super) struct Turn {
    lanes: Lanes,
    lane: u64,
    waiter: Arc<Mutex<Waiter>>,
    over: bool,
}

impl Future for Turn {
    type Output = Baton;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Baton> {
        let mut waiter = lock(&self.waiter);
        if !waiter.woken {
            match &mut waiter.waker {
                Some(waker) => waker.clone_from(cx.waker()),
                none => *none = Some(cx.waker().clone()),
            }
            return Poll::Pending;
        }
        drop(waiter);
        self.over = true;
        Poll::Ready(Baton { lanes: self.lanes.clone(), lane: self.lane, kept: false })
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if self.over {
            return;
        }
        let mut was_waiting = false;
        self.lanes.change(self.lane, |_, lane| {
            let place = lane.queue.iter().position(|other| Arc::ptr_eq(other, &self.waiter));
            if let Some(place) = place {
                lane.queue.remove(place);
                self.lanes.0.waiting.fetch_sub(1, Ordering::Relaxed);
                was_waiting = true;
            }
        });
        if !was_waiting {
            self.lanes.wake_next(self.lane);
        }
    }
}

/// The duty to wake the next one.
pub(super) struct Baton {
    lanes: Lanes,
    lane: u64,
    kept: bool,
}

impl Baton {
    fn keep(mut self) {
        self.kept = true;
    }
}

impl Drop for Baton {
    fn drop(&mut self) {
        if !self.kept {
            self.lanes.wake_next(self.lane);
        }
    }
}

const SHARDS: usize = 64;
