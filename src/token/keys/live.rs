//! Keys that change while requests are answered.
//!
//! Reading takes no lock: the keys at hand are one `arc_swap` load away. What writes is a
//! [`flight`](super::flight), of which there is one at a time; whoever needs it waits for the same.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arc_swap::{ArcSwapOption, Guard};
use tokio::sync::watch;
use tokio::task::AbortHandle;

use super::pace::{Moment, Pace};
use super::stats::Counters;
use crate::clock::Clock;
use crate::eventual::BoxFuture;
use crate::jose::Keys;
use crate::observe::{Event, Observer};
use crate::rejection::Unavailable;
use crate::secret::SecretDigest;

/// Reads the keys from where they are kept.
pub(super) trait Load: Send + Sync + 'static {
    /// Reads them once.
    fn load(&self) -> BoxFuture<Result<Loaded, String>>;

    /// Told when what was read under this digest is in force, and not before: what was read may
    /// come too late, or be overtaken, and must then be read again.
    fn in_force(&self, _: SecretDigest) {}
}

/// What was read.
#[derive(Debug)]
pub(super) struct Loaded {
    /// Nothing where they did not change.
    pub(super) keys: Option<Keys>,
    pub(super) validity: Validity,
    /// Of the text, where the source looks for changes itself.
    pub(super) digest: Option<SecretDigest>,
}

/// How long what was read is good.
#[derive(Clone, Copy, Debug)]
pub(super) enum Validity {
    /// As the answer says, or as is usual.
    MaxAge(Option<Duration>),
    /// Until something else is read; looked at again after this time.
    UntilChanged(Duration),
}

/// Keys, and when they were asked for.
pub(super) struct Snapshot {
    pub(super) sequence: u64,
    pub(super) keys: Keys,
    pub(super) asked_at: Moment,
    pub(super) refresh_at: Moment,
    pub(super) expires_at: Moment,
    pub(super) usable_until: Moment,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Fresh,
    /// Good, and time to ask for new ones.
    Due,
    /// Good only while no new ones can be had.
    Stale,
    Gone,
}

impl Snapshot {
    fn phase(&self, now: Moment) -> Phase {
        if now.after(CLOCK_STEP) < self.asked_at {
            // The clock was set back: how old the keys are is not known any more.
            return Phase::Due;
        }
        match now {
            now if now < self.refresh_at => Phase::Fresh,
            now if now < self.expires_at => Phase::Due,
            now if now < self.usable_until => Phase::Stale,
            _ => Phase::Gone,
        }
    }
}

/// One source of keys, shared by whoever uses it.
pub(super) struct Live {
    pub(super) name: Box<str>,
    pub(super) load: Box<dyn Load>,
    pub(super) pace: Pace,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) observer: Option<Arc<dyn Observer>>,
    pub(super) current: ArcSwapOption<Snapshot>,
    pub(super) flight: Mutex<Flight>,
    pub(super) counters: Counters,
    /// Whether a fetch is under way: what spares the usual request the lock.
    pub(super) busy: AtomicBool,
    /// How many fetches were started.
    pub(super) started: AtomicU64,
    /// How many failed in a row.
    pub(super) failures: AtomicU32,
    /// Nothing is fetched earlier: a failure has to be waited out.
    pub(super) not_before: AtomicU64,
    /// Nothing is fetched for the sake of an unknown `kid` earlier.
    pub(super) no_kid_before: AtomicU64,
}

/// What is under way. The lock is held for a few instructions and never while something is waited
/// for.
#[derive(Default)]
pub(super) struct Flight {
    pub(super) newest: Option<(u64, watch::Receiver<()>)>,
    pub(super) keeper: Option<AbortHandle>,
    pub(super) left_out: Vec<String>,
    /// Why the last fetch failed, if it did.
    pub(super) why: Option<String>,
}

/// What is at hand for a request.
pub(super) enum Look {
    Use(Guard<Option<Arc<Snapshot>>>),
    No(Join),
}

/// Why new keys are wanted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Want {
    /// The keys at hand are too old, or there are none.
    Fresh,
    /// A token has a key that is not at hand.
    Kid,
}

/// What came of wanting new keys.
pub(super) enum Join {
    /// They are under way: wait for the landing.
    Landing(watch::Receiver<()>),
    /// Others came meanwhile.
    Newer,
    /// They were asked for a moment ago, and that must do.
    Resting,
    /// They can't be had now.
    Down(Unavailable),
}

impl Live {
    /// A source of which nothing was read yet.
    pub(super) fn new(
        name: Box<str>,
        load: Box<dyn Load>,
        pace: Pace,
        clock: Arc<dyn Clock>,
        observer: Option<Arc<dyn Observer>>,
    ) -> Self {
        Self {
            name,
            load,
            pace,
            clock,
            observer,
            current: ArcSwapOption::empty(),
            flight: Mutex::default(),
            counters: Counters::default(),
            busy: AtomicBool::new(false),
            started: AtomicU64::new(0),
            failures: AtomicU32::new(0),
            not_before: AtomicU64::new(0),
            no_kid_before: AtomicU64::new(0),
        }
    }

    /// With keys that were read just now, and are looked at again after a time.
    pub(super) fn with_keys(mut self, keys: Keys, again: Duration) -> Self {
        let left_out: Vec<String> = keys.left_out().map(str::to_owned).collect();
        if let Some(observer) = &self.observer {
            for why in &left_out {
                observer.on_event(&Event::KeyLeftOut { source: &self.name, why });
            }
        }
        let now = self.now();
        let first = Snapshot {
            sequence: 0,
            keys,
            asked_at: now,
            refresh_at: now.after(again),
            expires_at: Moment::FOREVER,
            usable_until: Moment::FOREVER,
        };
        self.current.store(Some(Arc::new(first)));
        let flight = self.flight.get_mut().unwrap_or_else(PoisonError::into_inner);
        flight.left_out = left_out;
        self
    }

    pub(super) fn now(&self) -> Moment {
        Moment::of(self.clock.now())
    }

    /// The newest fetch that had been started by now.
    pub(super) fn ticket(&self) -> u64 {
        self.started.load(Ordering::Acquire)
    }

    /// Which keys are in force; none are when they have been stale for too long.
    pub(super) fn generation(&self) -> u64 {
        let now = self.now();
        match &*self.current.load() {
            Some(snapshot) if snapshot.phase(now) != Phase::Gone => snapshot.sequence,
            // Counted from the other end, so that what was found good before there were keys does
            // not come back when they are gone.
            Some(snapshot) => u64::MAX.wrapping_sub(snapshot.sequence),
            None => u64::MAX,
        }
    }

    /// The keys to use now. Where it is time for new ones, they are fetched behind the request.
    pub(super) fn look(self: &Arc<Self>) -> Look {
        let now = self.now();
        let snapshot = self.current.load();
        match snapshot.as_ref().map_or(Phase::Gone, |snapshot| snapshot.phase(now)) {
            Phase::Fresh => Look::Use(snapshot),
            Phase::Due => {
                self.refresh_behind(&snapshot, now);
                Look::Use(snapshot)
            }
            Phase::Stale if self.failures.load(Ordering::Acquire) > 0 => {
                self.refresh_behind(&snapshot, now);
                Look::Use(snapshot)
            }
            Phase::Stale | Phase::Gone => Look::No(self.join(sequence(&snapshot), Want::Fresh)),
        }
    }

    /// For a token that no key of the snapshot `sequence` fits, and that came when `ticket` was
    /// drawn.
    pub(super) fn ask_again(self: &Arc<Self>, seen: u64, ticket: u64) -> Join {
        // Asked for after the token came: the issuer did not know its key then.
        if seen > ticket {
            return Join::Resting;
        }
        // The way of a flood of invented names, without the lock. INVARIANT: a fetch is busy before
        // its cooldown begins, and its keys are in force before it is no longer busy. Read in this
        // order, a cooldown that counts belongs to a fetch whose keys are those that were seen.
        if self.is_resting(self.now())
            && !self.busy.load(Ordering::Acquire)
            && sequence(&self.current.load()) == seen
        {
            self.counters.add_spared();
            return Join::Resting;
        }
        self.join(seen, Want::Kid)
    }

    /// Sees to it that keys are fetched if it is time for that, and waits for nothing.
    pub(super) fn begin(self: &Arc<Self>) {
        drop(self.look());
    }

    /// Whether keys are at hand that may be used at this moment.
    pub(super) fn usable(&self) -> Option<Arc<Snapshot>> {
        let now = self.now();
        self.current.load_full().filter(|snapshot| snapshot.phase(now) != Phase::Gone)
    }

    /// Which keys are at hand, and how long until it is time to ask for newer ones, if nobody does so
    /// before.
    pub(super) fn until_refresh(&self) -> (u64, Duration) {
        let snapshot = self.current.load();
        let due = snapshot.as_ref().map_or(Moment(0), |snapshot| snapshot.refresh_at);
        let due = due.max(Moment(self.not_before.load(Ordering::Acquire)));
        (sequence(&snapshot), self.now().until(due))
    }

    /// How long a failure has still to be waited out.
    pub(super) fn backing_off(&self, now: Moment) -> Option<Duration> {
        let until = Moment(self.not_before.load(Ordering::Acquire));
        let wait = now.until(until);
        // Longer than any back-off: the clock was set back.
        (!wait.is_zero() && wait <= CLOCK_STEP).then_some(wait)
    }

    /// Whether keys were asked for a moment ago for the sake of an unknown `kid`.
    pub(super) fn is_resting(&self, now: Moment) -> bool {
        let wait = now.until(Moment(self.no_kid_before.load(Ordering::Acquire)));
        // Longer than any cooldown: the clock was set back.
        !wait.is_zero() && wait <= self.pace.cooldown
    }

    fn refresh_behind(self: &Arc<Self>, snapshot: &Option<Arc<Snapshot>>, now: Moment) {
        if !self.busy.load(Ordering::Acquire) && self.backing_off(now).is_none() {
            // Where there is no runtime to fetch in, the keys at hand do as long as they do.
            drop(self.join(sequence(snapshot), Want::Fresh));
        }
    }

    /// The same with the reason of the last failure, for whoever waits while the service starts.
    pub(super) fn down_because(&self, wait: Duration) -> Unavailable {
        let down = self.down(wait);
        match &self.flight().why {
            Some(why) => Unavailable { detail: format!("{}: {why}", down.detail).into(), ..down },
            None => down,
        }
    }

    pub(super) fn down(&self, wait: Duration) -> Unavailable {
        Unavailable::new(format!("no keys from {}", self.name))
            .retry_after(wait.max(Duration::from_secs(1)))
    }
}

impl fmt::Debug for Live {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Live").field("name", &self.name).finish_non_exhaustive()
    }
}

/// The fetch that brought these keys; 0 for none.
pub(super) fn sequence(snapshot: &Option<Arc<Snapshot>>) -> u64 {
    snapshot.as_ref().map_or(0, |snapshot| snapshot.sequence)
}

/// Steps of the clock that are taken for a correction of its running, not of its time.
const CLOCK_STEP: Duration = Duration::from_secs(60);
