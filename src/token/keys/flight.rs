//! One fetch, from its start to its landing.

use std::sync::atomic::Ordering;
use std::sync::{Arc, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::AbortHandle;
use tokio::time::{sleep, timeout};

use super::live::{Flight, Join, Live, Loaded, Snapshot, Validity, Want, sequence};
use super::pace::{Moment, back_off, refresh_after};
use crate::observe::Event;
use crate::rejection::Unavailable;

impl Live {
    pub(super) fn flight(&self) -> MutexGuard<'_, Flight> {
        self.flight.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Joins the fetch that is under way, or starts one if it may be.
    ///
    /// `seen` are the keys that would not do. All is looked at again under the lock: a fetch may
    /// have landed since.
    pub(super) fn join(self: &Arc<Self>, seen: u64, want: Want) -> Join {
        let mut flight = self.flight();
        if let Some((_, landing)) = &flight.newest {
            return Join::Landing(landing.clone());
        }
        if sequence(&self.current.load()) != seen {
            return Join::Newer;
        }
        let now = self.now();
        if let Some(wait) = self.backing_off(now) {
            return Join::Down(self.down(wait));
        }
        if want == Want::Kid && self.is_resting(now) {
            self.counters.add_spared();
            return Join::Resting;
        }
        let launch = self.take_off(&mut flight);
        if want == Want::Kid && launch.is_ok() {
            self.no_kid_before.store(now.after(self.pace.cooldown).0, Ordering::Release);
        }
        // A runtime that shuts down drops what it is given, and that takes the lock again.
        drop(flight);
        launch.map_or_else(Join::Down, |launch| Join::Landing(launch.go()))
    }

    fn take_off(self: &Arc<Self>, flight: &mut Flight) -> Result<Launch, Unavailable> {
        let runtime = Handle::try_current()
            .map_err(|_| Unavailable::new("keys can't be fetched outside of a tokio runtime"))?;
        let sequence = self.started.fetch_add(1, Ordering::AcqRel).saturating_add(1);
        let (done, landing) = watch::channel(());
        self.busy.store(true, Ordering::Release);
        flight.newest = Some((sequence, landing.clone()));
        self.counters.add_fetch();
        if flight.keeper.as_ref().is_none_or(AbortHandle::is_finished) {
            let keeper = runtime.spawn(keep_fresh(Arc::downgrade(self)));
            flight.keeper = Some(keeper.abort_handle());
        }
        let (live, asked_at) = (Arc::clone(self), self.now());
        let fetch = Airborne { live, sequence, asked_at, landed: false, _done: done };
        Ok(Launch { fetch, runtime, landing })
    }

    /// Puts what a fetch brought in force, unless a newer one was here before.
    fn land(&self, sequence: u64, asked_at: Moment, result: Result<Loaded, String>) {
        let mut flight = self.flight();
        let current = self.current.load_full();
        let told = match result {
            _ if current.as_ref().is_some_and(|current| current.sequence > sequence) => {
                self.counters.add_superseded();
                Told::Nothing
            }
            Ok(loaded) => {
                self.put_in_force(sequence, asked_at, loaded, current.as_deref(), &mut flight)
            }
            Err(why) => {
                flight.why = Some(why.clone());
                Told::Failed(why, self.back_off())
            }
        };
        self.end(sequence, &mut flight);
        drop(flight);
        self.tell(&told);
    }

    /// Last of all: whoever sees that nothing is under way sees what it brought, too.
    fn end(&self, sequence: u64, flight: &mut Flight) {
        if flight.newest.as_ref().is_some_and(|(newest, _)| *newest == sequence) {
            flight.newest = None;
            self.busy.store(false, Ordering::Release);
        }
    }

    fn put_in_force(
        &self,
        sequence: u64,
        asked_at: Moment,
        loaded: Loaded,
        current: Option<&Snapshot>,
        flight: &mut Flight,
    ) -> Told {
        let Loaded { keys, validity, digest } = loaded;
        let changed = keys.is_some();
        let Some(keys) = keys.or_else(|| current.map(|current| current.keys.clone())) else {
            return Told::Failed("nothing was read".to_owned(), self.back_off());
        };
        let left_out: Vec<String> = keys.left_out().map(str::to_owned).collect();
        let count = keys.len();
        let (refresh_at, expires_at) = match validity {
            Validity::MaxAge(max_age) => {
                let fresh_for = self.pace.fresh_for(max_age);
                (asked_at.after(refresh_after(fresh_for)), asked_at.after(fresh_for))
            }
            Validity::UntilChanged(again) => (asked_at.after(again), Moment::FOREVER),
        };
        let usable_until = expires_at.after(self.pace.stale);
        self.current.store(Some(Arc::new(Snapshot {
            sequence,
            keys,
            asked_at,
            refresh_at,
            expires_at,
            usable_until,
        })));
        if let Some(digest) = digest {
            self.load.in_force(digest);
        }
        self.failures.store(0, Ordering::Release);
        self.not_before.store(0, Ordering::Release);
        if left_out == flight.left_out {
            return if changed { Told::Read(count, Vec::new()) } else { Told::Nothing };
        }
        flight.left_out.clone_from(&left_out);
        Told::Read(count, left_out)
    }

    fn back_off(&self) -> Duration {
        self.counters.add_failure();
        let failures = self.failures.load(Ordering::Acquire).saturating_add(1);
        let wait = back_off(failures);
        self.failures.store(failures, Ordering::Release);
        self.not_before.store(self.now().after(wait).0, Ordering::Release);
        // What failed has taught nothing of a `kid`: the back-off alone counts.
        self.no_kid_before.store(0, Ordering::Release);
        wait
    }

    fn tell(&self, told: &Told) {
        let Some(observer) = &self.observer else { return };
        let source = &*self.name;
        match told {
            Told::Nothing => {}
            Told::Read(keys, left_out) => {
                observer.on_event(&Event::KeysRefreshed { source, keys: *keys });
                for why in left_out {
                    observer.on_event(&Event::KeyLeftOut { source, why });
                }
            }
            Told::Failed(why, retry_after) => {
                let failures = self.failures.load(Ordering::Acquire);
                let retry_after = *retry_after;
                observer.on_event(&Event::KeysUnavailable { source, why, failures, retry_after });
            }
        }
    }

    /// Waits for new keys, unless others than `seen` came meanwhile or none can be had now.
    pub(super) async fn refresh_if(self: &Arc<Self>, seen: u64) {
        if let Join::Landing(mut landing) = self.join(seen, Want::Fresh) {
            // An error says that the sender is gone: it has landed.
            let _ = landing.changed().await;
        }
    }

    /// Asks anew, whatever is under way, and waits. Says whether keys that were asked for since
    /// are in force.
    pub(super) async fn refresh(self: &Arc<Self>) -> Result<(), Unavailable> {
        let before = self.ticket();
        let launch = self.take_off(&mut self.flight());
        let mut landing = launch?.go();
        // An error says that the sender is gone: it has landed.
        let _ = landing.changed().await;
        match self.current.load_full() {
            Some(snapshot) if snapshot.sequence > before => Ok(()),
            _ => Err(self.down_because(self.backing_off(self.now()).unwrap_or_default())),
        }
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        let flight = self.flight.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some(keeper) = flight.keeper.take() {
            keeper.abort();
        }
    }
}

/// What operators are told of a fetch.
enum Told {
    Nothing,
    Read(usize, Vec<String>),
    Failed(String, Duration),
}

/// A fetch that is about to start.
struct Launch {
    fetch: Airborne,
    runtime: Handle,
    landing: watch::Receiver<()>,
}

impl Launch {
    /// Starts it. Not to be called with the lock held.
    fn go(self) -> watch::Receiver<()> {
        self.runtime.spawn(self.fetch.fly());
        self.landing
    }
}

/// A fetch under way. However it ends, whoever waits is woken.
struct Airborne {
    live: Arc<Live>,
    sequence: u64,
    asked_at: Moment,
    landed: bool,
    /// Nothing is ever sent: that it is gone says that the fetch is over.
    _done: watch::Sender<()>,
}

impl Airborne {
    async fn fly(mut self) {
        let limit = self.live.pace.time_limit;
        let result = match timeout(limit, self.live.load.load()).await {
            Ok(result) => result,
            Err(_) => Err(format!("no answer within {limit:?}")),
        };
        self.landed = true;
        self.live.land(self.sequence, self.asked_at, result);
    }
}

impl Drop for Airborne {
    fn drop(&mut self) {
        if self.landed {
            return;
        }
        if std::thread::panicking() {
            let why = "the HTTP client panicked".to_owned();
            return self.live.land(self.sequence, self.asked_at, Err(why));
        }
        // The runtime shuts down. Another one may go on with this source.
        self.live.end(self.sequence, &mut self.live.flight());
    }
}

/// Asks for new keys before the old ones expire, whether requests come or not.
async fn keep_fresh(live: Weak<Live>) {
    loop {
        let Some(strong) = live.upgrade() else { return };
        // The keys that it is time to replace: others may land before they are asked for.
        let (seen, wait) = strong.until_refresh();
        let landing = strong.flight().newest.as_ref().map(|(_, landing)| landing.clone());
        let landing = match landing {
            None if wait.is_zero() => match strong.join(seen, Want::Fresh) {
                Join::Landing(landing) => Some(landing),
                Join::Newer | Join::Resting | Join::Down(_) => None,
            },
            landing => landing,
        };
        drop(strong);
        match landing {
            // An error says that the sender is gone: it has landed.
            Some(mut landing) => drop(landing.changed().await),
            None => sleep(wait.saturating_add(MARGIN)).await,
        }
    }
}

/// Timers and clocks may differ by a little.
const MARGIN: Duration = Duration::from_millis(10);
