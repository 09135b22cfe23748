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
use std::hash::{BuildHasher as _, BuildHasherDefault, Hasher, RandomState};
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// All lanes of one limiter.
#[derive(Clone)]
pub(super) struct Lanes(Arc<Inner>);

/// Which lane: by a keyed hash, so that nobody can look for two with the same one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct LaneId {
    /// The same for all lanes of one source.
    shard: u64,
    tag: u64,
}

struct Inner {
    shards: Box<[Shard]>,
    hasher: RandomState,
    seed: [u64; 2],
    waiting: AtomicUsize,
    most_in_a_lane: usize,
    most: usize,
}

#[derive(Default)]
struct Shard {
    /// How many have left that had begun: who has read a record before has to read it again.
    left: AtomicU64,
    lanes: Mutex<Map>,
}

type Map = HashMap<u64, Lane, BuildHasherDefault<Tagged>>;

/// A tag is a hash already.
#[derive(Default)]
struct Tagged(u64);

impl Hasher for Tagged {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|&byte| self.write_u64(self.0.rotate_left(8) ^ u64::from(byte)));
    }

    fn write_u64(&mut self, tag: u64) {
        self.0 = tag;
    }
}

#[derive(Default)]
struct Lane {
    running: u32,
    /// How many have hung up since somebody was right, as long as anybody is here.
    hung_up: u32,
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
        let hasher = RandomState::new();
        let seed = [hasher.hash_one(1_u8), hasher.hash_one(2_u8)];
        let waiting = AtomicUsize::new(0);
        Self(Arc::new(Inner { shards, hasher, seed, waiting, most_in_a_lane, most }))
    }

    /// The lane of a source. Schemes have lanes of their own: a request for which several must be
    /// right waits for them in their order, and so never for itself.
    pub(super) fn of_source(&self, source: IpAddr, scheme: &str) -> LaneId {
        let source = match source {
            IpAddr::V4(v4) => u128::from(v4.to_bits()),
            // The half that counts.
            IpAddr::V6(v6) => v6.to_bits().rotate_left(64) | V6,
        };
        let mix = |sum: u64, word: u64| {
            let product = u128::from(sum ^ word).wrapping_mul(u128::from(self.0.seed[1] | 1));
            (product ^ (product >> 64)) as u64
        };
        let scheme = scheme.bytes().fold(self.0.seed[0], |sum, byte| mix(sum, u64::from(byte)));
        let tag = mix(mix(scheme, source as u64), (source >> 64) as u64);
        LaneId { shard: tag, tag }
    }

    /// The lane of an account within that of a source.
    pub(super) fn of_account(&self, source: LaneId, account: &str) -> LaneId {
        LaneId { tag: source.tag ^ self.0.hasher.hash_one(account), ..source }
    }

    /// A mark that is another one after somebody has left.
    pub(super) fn mark(&self, lane: LaneId) -> u64 {
        self.0.shard(lane).map_or(0, |shard| shard.left.load(Ordering::Acquire))
    }

    /// Goes, if less than `room` are under way, nobody waits before, and the mark is still what it
    /// was when the record was read.
    pub(super) fn enter(
        &self,
        lane: LaneId,
        room: u32,
        mark: Option<u64>,
        baton: &mut Option<Baton>,
    ) -> Entry {
        let Some(shard) = self.0.shard(lane) else { return Entry::Full };
        let mut lanes = shard.lock();
        if mark.is_some_and(|mark| mark != shard.left.load(Ordering::Acquire)) {
            return Entry::Stale;
        }
        let found = lanes.entry(lane.tag).or_default();
        let is_next = baton.as_ref().is_some_and(|baton| baton.lane == lane);
        if found.running < room && (is_next || found.queue.is_empty()) {
            found.running = found.running.saturating_add(1);
            return Entry::In(Slot { lanes: self.clone(), lane, began: false });
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

    fn change(&self, lane: LaneId, change: impl FnOnce(&Shard, &mut Lane)) {
        let Some(shard) = self.0.shard(lane) else { return };
        let mut lanes = shard.lock();
        if let Some(found) = lanes.get_mut(&lane.tag) {
            change(shard, found);
            if found.running == 0 && found.queue.is_empty() {
                lanes.remove(&lane.tag);
            }
        }
    }

    fn wake_next(&self, lane: LaneId) {
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
    fn shard(&self, lane: LaneId) -> Option<&Shard> {
        self.shards.get((lane.shard >> SHARD_SHIFT) as usize)
    }
}

impl Shard {
    fn lock(&self) -> MutexGuard<'_, Map> {
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
    lane: LaneId,
    began: bool,
}

impl Slot {
    /// From now on the record may change.
    pub(super) fn begin(&mut self) {
        self.began = true;
    }

    /// Says that whoever is under way hangs up, and how many did before.
    pub(super) fn hang_up(&self) -> u32 {
        let mut before = 0;
        self.lanes.change(self.lane, |_, lane| {
            before = lane.hung_up;
            lane.hung_up = before.saturating_add(1);
        });
        before
    }

    /// A success forgets who hung up, as it forgets failures.
    pub(super) fn succeed(&self) {
        self.lanes.change(self.lane, |_, lane| lane.hung_up = 0);
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut next = None;
        self.lanes.change(self.lane, |shard, lane| {
            lane.running = lane.running.saturating_sub(1);
            shard.left.fetch_add(u64::from(self.began), Ordering::Release);
            next = self.lanes.pop(lane);
        });
        wake(next);
    }
}

/// Somebody who waits.
#[must_use = "nobody waits until it is awaited"]
pub(super) struct Turn {
    lanes: Lanes,
    lane: LaneId,
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
    lane: LaneId,
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
/// What leaves as many bits as there are shards.
const SHARD_SHIFT: u32 = 58;
/// No IPv4 address has this bit.
const V6: u128 = 1 << 127;
