//! The settings.

use std::fmt;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;
use std::time::Duration;

use super::Attempts;
use super::lanes::Lanes;
use super::limiter::Limiter;
use super::policy::Policy;
use super::source::Source;
use crate::clock::{Clock, SystemClock};
use crate::error::ConfigError;
use crate::observe::{Observer, default_observer};
use crate::secret::Secret;
use crate::store::AttemptStore;

/// How often somebody may guess, and who counts. See the [module](super).
#[must_use = "limits do nothing until a builder is given them"]
pub struct AttemptLimits {
    store: Arc<dyn AttemptStore>,
    source: Source,
    policy: Policy,
    forget_after: Duration,
    known_for: Duration,
    waiting: usize,
    secret: Option<Secret>,
    clock: Arc<dyn Clock>,
    observer: Option<Arc<dyn Observer>>,
}

/// How long the next attempt has to wait, the more of them have failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delays {
    pub(super) free: u32,
    pub(super) first: Duration,
    pub(super) longest: Duration,
}

impl Delays {
    /// No delay before this many failures; then 1 s, doubling, up to 15 minutes.
    #[must_use]
    pub const fn after(failures: u32) -> Self {
        Self { free: failures, ..Self::PAIR }
    }

    /// The first delay, which each further failure doubles. Default: 1 s. At least 1 ms.
    #[must_use]
    pub const fn first(mut self, delay: Duration) -> Self {
        self.first = delay;
        self
    }

    /// The longest delay. Default: 15 minutes. At most a day.
    #[must_use]
    pub const fn longest(mut self, delay: Duration) -> Self {
        self.longest = delay;
        self
    }

    pub(super) const PAIR: Self =
        Self { free: 5, first: Duration::from_secs(1), longest: Duration::from_secs(15 * 60) };
    pub(super) const SOURCE: Self =
        Self { free: 100, first: Duration::from_secs(1), longest: Duration::from_secs(60) };

    fn validate(&self, whose: &str) -> Result<(), ConfigError> {
        let wrong = |why: &str| Err(ConfigError::new(format!("the delays for {whose} {why}")));
        if self.free == 0 || self.free > MOST_FREE {
            return wrong(
                "begin after 0 failures, or after more than 10 000: with 0 a stranger could keep \
                 an owner from ever trying, with more nobody is slowed down; give `Delays::after` \
                 a number between",
            );
        }
        if self.first < Duration::from_millis(1) || self.longest < self.first {
            return wrong(
                "have a first delay of less than a millisecond, or one that is longer than the \
                 longest: leave them at 1 s and their default",
            );
        }
        if self.longest > DAY {
            return wrong(
                "grow beyond a day, which keeps an owner out for as long as a stranger likes: \
                 give `longest` some minutes",
            );
        }
        Ok(())
    }
}

impl AttemptLimits {
    /// Counts failed attempts in `store`, by the address that `source` finds.
    pub fn new(store: impl AttemptStore, source: Source) -> Self {
        let policy =
            Policy { pair: Delays::PAIR, source: Delays::SOURCE, attacked_after: ATTACKED_AFTER };
        Self {
            store: Arc::new(store),
            source,
            policy,
            forget_after: FORGET_AFTER,
            known_for: KNOWN_FOR,
            waiting: WAITING,
            secret: None,
            clock: Arc::new(SystemClock),
            observer: None,
        }
    }

    /// The delays for one account from one source. Default: after 5 failures 1 s, doubling, up to
    /// 15 minutes.
    pub fn per_account_and_source(mut self, delays: Delays) -> Self {
        self.policy.pair = delays;
        self
    }

    /// The delays for one source, whatever the account. Default: after 100 failures 1 s, doubling,
    /// up to a minute. Many people can share an address, so be generous.
    pub fn per_source(mut self, delays: Delays) -> Self {
        self.policy.source = delays;
        self
    }

    /// After how many failures, from wherever, an account counts as under attack: a source from
    /// which it did not log in before then has one free failure. Default: 50. At least 1.
    pub fn attacked_after(mut self, failures: u32) -> Self {
        self.policy.attacked_after = failures;
        self
    }

    /// How long after its last failure a record is forgotten, in whole seconds. Default: an hour.
    /// At least the longest delay, at most 30 days.
    pub fn forget_after(mut self, time: Duration) -> Self {
        self.forget_after = time;
        self
    }

    /// How long after a success the account is known at its source, in whole seconds. Default: 30
    /// days. At least an hour, at most a year.
    pub fn known_for(mut self, time: Duration) -> Self {
        self.known_for = time;
        self
    }

    /// How many requests may wait for earlier ones of the same account or source; a tenth of them
    /// for the same. Beyond: 429. Default: 10 000, of some kilobytes each.
    pub fn waiting(mut self, requests: usize) -> Self {
        self.waiting = requests;
        self
    }

    /// With what the names in a shared store are made unreadable: 16 bytes at least, random, the
    /// same for all servers.
    pub fn secret(mut self, secret: impl Into<Secret>) -> Self {
        self.secret = Some(secret.into());
        self
    }

    /// Tells the time. Default: the system's clock.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Sees who is held up. Default: what the layer has; `tracing`, with that feature, where they
    /// are [built](Self::build) without one.
    pub fn observer(mut self, observer: impl Observer) -> Self {
        self.observer = Some(Arc::new(observer));
        self
    }

    /// Limits for a login form of your own, or for several layers that count together.
    ///
    /// # Errors
    ///
    /// When the limits could not work as set up; the sentence says what to do.
    pub fn build(self) -> Result<Attempts, ConfigError> {
        self.build_for(default_observer())
    }

    /// The same, for a layer with this observer.
    pub(crate) fn build_for(
        self,
        observer: Option<Arc<dyn Observer>>,
    ) -> Result<Attempts, ConfigError> {
        self.validate()?;
        let observer = self.observer.or(observer);
        let Self { store, source, policy, forget_after, known_for, waiting, secret, clock, .. } =
            self;
        let lanes = Lanes::new(waiting.div_ceil(10), waiting);
        Ok(Attempts(Arc::new(Limiter {
            store,
            source: source.build()?,
            policy,
            forget_after,
            known_for,
            lanes,
            secret: secret.unwrap_or_else(of_this_process),
            clock,
            observer,
        })))
    }

    fn validate(&self) -> Result<(), ConfigError> {
        let wrong = |why: &'static str| Err(ConfigError::new(why));
        self.store.validate()?;
        self.policy.pair.validate("one account and source")?;
        self.policy.source.validate("one source")?;
        let longest = self.policy.pair.longest.max(self.policy.source.longest);
        if self.forget_after < longest || self.forget_after > MONTH {
            return wrong(
                "failed attempts are forgotten before the longest delay ends, which would end it, \
                 or after more than 30 days: give `forget_after` an hour or so",
            );
        }
        if self.known_for < FORGET_AFTER || self.known_for > YEAR {
            return wrong(
                "`known_for` is less than an hour or more than a year: give it as long as your \
                 users stay away, such as 30 days",
            );
        }
        if self.policy.attacked_after == 0 {
            return wrong(
                "every account counts as under attack after 0 failures: give `attacked_after` \
                 more than one person mistypes in an hour, such as 50",
            );
        }
        match &self.secret {
            None if self.store.is_shared() => wrong(
                "attempts are counted in a store that is shared, and no secret makes the names in \
                 it unreadable: give `AttemptLimits::secret` 16 random bytes or more, the same on \
                 all servers",
            ),
            Some(secret) if secret.expose().len() < LEAST_SECRET => wrong(
                "the secret of the attempt limits has less than 16 bytes, so the names in the \
                 store could be guessed: take random ones, such as those of `openssl rand -hex 32`",
            ),
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for AttemptLimits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AttemptLimits").field("policy", &self.policy).finish_non_exhaustive()
    }
}

/// Good enough for names that never leave this process.
fn of_this_process() -> Secret {
    let random: Vec<u8> =
        (0_u8..4).flat_map(|part| RandomState::new().hash_one(part).to_le_bytes()).collect();
    random.into()
}

const ATTACKED_AFTER: u32 = 50;
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const FORGET_AFTER: Duration = Duration::from_secs(60 * 60);
const KNOWN_FOR: Duration = Duration::from_secs(30 * 24 * 60 * 60);
const LEAST_SECRET: usize = 16;
const MONTH: Duration = KNOWN_FOR;
const MOST_FREE: u32 = 10_000;
const WAITING: usize = 10_000;
const YEAR: Duration = Duration::from_secs(366 * 24 * 60 * 60);
