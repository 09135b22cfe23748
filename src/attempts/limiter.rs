//! One attempt, from the question whether it may be made to what it came to.

use std::mem;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use http::request::Parts;

use super::guess::{Guess, Target};
use super::lanes::{Baton, Entry, LaneId, Lanes, Slot, Turn};
use super::policy::Policy;
use super::source::Source;
use crate::clock::Clock;
use crate::eventual::Eventual;
use crate::observe::{Event, Observer};
use crate::rejection::{Rejection, RejectionKind, Unavailable, reason};
use crate::secret::Secret;
use crate::store::{AttemptKeys, AttemptRecords, AttemptStore};

/// Limits attempts. All services of a layer share one.
pub(crate) struct Limiter {
    pub(super) store: Arc<dyn AttemptStore>,
    pub(super) source: Source,
    pub(super) policy: Policy,
    pub(super) forget_after: Duration,
    pub(super) known_for: Duration,
    pub(super) lanes: Lanes,
    pub(super) secret: Secret,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) observer: Option<Arc<dyn Observer>>,
}

/// Who guesses at what.
pub(crate) struct Suspect<'a> {
    target: Target<'a>,
    source: IpAddr,
    /// The lanes of the account from this source, and of the source.
    lanes: (Option<LaneId>, LaneId),
}

/// Whether an attempt may be made.
pub(crate) enum Admission {
    /// It may, or may not.
    Known(Result<Pass, Denial>),
    /// Earlier ones come first: [wait](Limiter::wait_for).
    Later(Later),
}

/// An attempt may not be made.
pub(crate) enum Denial {
    /// Too many have failed, or wait.
    Refused(Rejection),
    /// Whether it may can't be known.
    Unavailable(Unavailable),
}

/// What comes before an attempt that has to wait.
pub(crate) struct Later(Option<Turn>);

/// The permission for one attempt.
pub(crate) struct Pass {
    /// At the account, and of the source.
    slots: [Option<Slot>; 2],
    /// Whether a success would be news.
    is_news: bool,
    /// Whether it is one of the many that may run at once where the owner is known.
    is_trusted: bool,
}

/// What an attempt came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Finding {
    /// The guess was right.
    Right,
    /// It was wrong.
    Wrong,
    /// It was none, or it can't be known.
    Neither,
}

impl Finding {
    /// What a rejection says of the guess.
    pub(crate) fn of(rejection: &Rejection) -> Self {
        if rejection.is_counted() { Self::Wrong } else { Self::Neither }
    }
}

impl Limiter {
    /// Who makes a guess.
    pub(crate) fn suspect<'a>(
        &self,
        guess: Guess<'a>,
        scheme: &str,
        head: &Parts,
    ) -> Result<Suspect<'a>, Rejection> {
        let Some(source) = self.source.of(head) else {
            return Err(Rejection::of(RejectionKind::Misconfigured, reason::NO_SOURCE).with_detail(
                "attempts are limited by where they come from, and this request does not say it: \
                 have the server put the peer's address into the request's extensions, as \
                 `Source` wants it (axum: `into_make_service_with_connect_info`)",
            ));
        };
        let lane = self.lanes.of_source(source, scheme);
        let pair = match &guess.0 {
            Target::Account(name) => Some(self.lanes.of_account(lane, name)),
            Target::Nothing | Target::Secret(_) => None,
        };
        Ok(Suspect { target: guess.0, source, lanes: (pair, lane) })
    }

    /// Asks whether an attempt may be made.
    pub(crate) fn ask(self: &Arc<Self>, suspect: &Suspect<'_>) -> Eventual<Admission> {
        let (mark, now) = (Some(self.lanes.mark(suspect.lanes.1)), self.clock.now());
        match self.store.standing(&suspect.keys(&self.secret), now) {
            Eventual::Ready(known) => self.decide(suspect, known, now, mark, &mut None).into(),
            Eventual::Pending(known) => {
                let (limiter, suspect) = (Arc::clone(self), suspect.to_owned());
                Eventual::pending(async move {
                    let known = known.await;
                    limiter.decide(&suspect, known, limiter.clock.now(), mark, &mut None)
                })
            }
        }
    }

    /// Waits for those before, if there are any, and asks again, until there is an answer.
    pub(crate) async fn wait_for(
        self: &Arc<Self>,
        suspect: &Suspect<'static>,
        admission: Admission,
    ) -> Result<Pass, Denial> {
        let mut later = match admission {
            Admission::Known(answer) => return answer,
            Admission::Later(later) => later,
        };
        let mut stale = 0_u32;
        loop {
            let mut baton = None;
            match later.0.take() {
                Some(turn) => baton = Some(turn.await),
                None => stale = stale.saturating_add(1),
            }
            // Where others leave all the time, what was known a moment ago must do.
            let mark = (stale < MOST_STALE).then(|| self.lanes.mark(suspect.lanes.1));
            let standing = self.store.standing(&suspect.keys(&self.secret), self.clock.now());
            let known = match standing {
                Eventual::Ready(known) => known,
                Eventual::Pending(known) => known.await,
            };
            match self.decide(suspect, known, self.clock.now(), mark, &mut baton) {
                Admission::Later(again) => later = again,
                Admission::Known(answer) => return answer,
            }
        }
    }

    fn decide(
        &self,
        suspect: &Suspect<'_>,
        known: Result<AttemptRecords, Unavailable>,
        now: SystemTime,
        mark: Option<u64>,
        baton: &mut Option<Baton>,
    ) -> Admission {
        let known = match known {
            Ok(known) => known,
            Err(outage) => return Admission::Known(Err(Denial::Unavailable(outage))),
        };
        let room = match self.policy.judge(&known, now) {
            Ok(room) => room,
            Err(wait) => return Admission::refused(wait),
        };
        let (pair, source) = suspect.lanes;
        let entries = [(pair, Some(room.pair)), (Some(source), room.source)];
        let mut slots = [None, None];
        for (slot, entry) in slots.iter_mut().zip(entries) {
            let (Some(lane), Some(room)) = entry else { continue };
            match self.lanes.enter(lane, room, mark, baton) {
                Entry::In(entered) => *slot = Some(entered),
                Entry::Wait(turn) => return Admission::Later(Later(Some(turn))),
                Entry::Stale => return Admission::Later(Later(None)),
                Entry::Full => return Admission::refused(WHEN_FULL),
            }
        }
        slots.iter_mut().flatten().for_each(Slot::begin);
        let is_fresh = known.known_since.is_some_and(|since| {
            now.duration_since(since).is_ok_and(|passed| passed < RENEW_AFTER)
        });
        let is_news = !is_fresh || known.pair.count() > 0;
        let is_trusted = known.known_since.is_some() && known.pair.count() == 0;
        Admission::Known(Ok(Pass { slots, is_news, is_trusted }))
    }

    /// Whether somebody who hangs up has failed. Of the many that run at once where the owner is
    /// known, as many as are free: a page that is left must not lock its reader out.
    fn counts_hanging_up(&self, pass: &Pass) -> bool {
        let [pair, _] = &pass.slots;
        match pair {
            Some(slot) if pass.is_trusted => slot.hang_up() < self.policy.pair.free,
            _ => true,
        }
    }

    fn note_limits(&self, suspect: &Suspect<'_>, known: &AttemptRecords) {
        let Some(observer) = &self.observer else { return };
        let (source, failures) = (suspect.source, known.account.count());
        if let Target::Account(name) = &suspect.target
            && failures == self.policy.attacked_after
        {
            let account = &**name;
            observer.on_event(&Event::AccountAttacked { account, source, failures });
        }
        let failures = known.source.count();
        if failures == self.policy.source.free {
            observer.on_event(&Event::SourceLimited { source, failures });
        }
    }
}

impl Admission {
    fn refused(wait: Duration) -> Self {
        Self::Known(Err(Denial::Refused(Rejection::too_many_attempts(wait))))
    }
}

impl<'a> Suspect<'a> {
    fn keys(&'a self, secret: &'a Secret) -> AttemptKeys<'a> {
        let keys = AttemptKeys::from_source(self.source, secret);
        match &self.target {
            Target::Nothing => keys,
            Target::Account(name) => keys.on_account(name),
            Target::Secret(presented) => keys.at_secret(presented),
        }
    }

    pub(crate) fn to_owned(&self) -> Suspect<'static> {
        Suspect { target: self.target.clone().take(), source: self.source, lanes: self.lanes }
    }

    pub(crate) fn into_owned(mut self) -> Suspect<'static> {
        Suspect { target: self.target.take(), source: self.source, lanes: self.lanes }
    }
}

/// An attempt that is under way.
///
/// Dropped without a finding it counts as wrong: a client that hangs up has had its guess, and the
/// work for it is done or under way.
pub(crate) struct Underway<'a> {
    limiter: Arc<Limiter>,
    suspect: Suspect<'a>,
    /// Until the finding is told.
    pass: Option<Pass>,
}

impl<'a> Underway<'a> {
    pub(crate) fn new(limiter: Arc<Limiter>, suspect: Suspect<'a>, pass: Pass) -> Self {
        Self { limiter, suspect, pass: Some(pass) }
    }

    pub(crate) fn into_owned(mut self) -> Underway<'static> {
        let target = self.suspect.target.take();
        let suspect = Suspect { target, source: self.suspect.source, lanes: self.suspect.lanes };
        Underway { limiter: Arc::clone(&self.limiter), suspect, pass: mem::take(&mut self.pass) }
    }

    /// Tells what it came to. Others of its lane go on once that is known.
    pub(crate) fn found(mut self, finding: Finding) -> Eventual<Result<(), Unavailable>> {
        let Some(pass) = self.pass.take() else { return Eventual::Ready(Ok(())) };
        let limiter = Arc::clone(&self.limiter);
        match finding {
            Finding::Neither => Eventual::Ready(Ok(())),
            Finding::Right if !pass.is_news => Eventual::Ready(Ok(())),
            Finding::Right => {
                if let [Some(pair), _] = &pass.slots {
                    pair.succeed();
                }
                let of = self.suspect.keys(&limiter.secret);
                let told = limiter.store.succeeded(&of, limiter.clock.now(), limiter.known_for);
                after(told, pass, |_| ())
            }
            Finding::Wrong => match limiter.count(&self.suspect) {
                Eventual::Ready(counted) => {
                    Eventual::Ready(counted.map(|known| limiter.note_limits(&self.suspect, &known)))
                }
                pending @ Eventual::Pending(_) => {
                    let suspect = self.suspect.to_owned();
                    let limiter = Arc::clone(&limiter);
                    after(pending, pass, move |known| limiter.note_limits(&suspect, &known))
                }
            },
        }
    }
}

impl Limiter {
    fn count(&self, suspect: &Suspect<'_>) -> Eventual<Result<AttemptRecords, Unavailable>> {
        let of = suspect.keys(&self.secret);
        self.store.failed(&of, self.clock.now(), self.forget_after)
    }
}

impl Drop for Underway<'_> {
    fn drop(&mut self) {
        if let Some(pass) = self.pass.take() {
            // Nobody is left to wait for the answer; stores hold what they are told all the same.
            if self.limiter.counts_hanging_up(&pass)
                && let Eventual::Ready(Ok(known)) = self.limiter.count(&self.suspect)
            {
                self.limiter.note_limits(&self.suspect, &known);
            }
            drop(pass);
        }
    }
}

/// Holds the place of an attempt until the store has it.
fn after<T: 'static>(
    told: Eventual<Result<T, Unavailable>>,
    pass: Pass,
    then: impl FnOnce(T) + Send + 'static,
) -> Eventual<Result<(), Unavailable>> {
    told.map(move |told| {
        drop(pass);
        told.map(then)
    })
}

/// How often a record is read again because others have left meanwhile.
const MOST_STALE: u32 = 8;
/// A success that is remembered for days need not be told on each request.
const RENEW_AFTER: Duration = Duration::from_secs(10 * 60);
/// When those who wait may be fewer.
const WHEN_FULL: Duration = Duration::from_secs(1);
