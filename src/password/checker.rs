//! One check of a password, from its name to its answer.

use std::sync::Arc;
use std::time::Duration;

use super::flights::{Flights, Found};
use super::formats::{Check, matches};
use super::memory::{ENTRIES, Memory};
use super::pool::HashPool;
use super::seal::Seal;
use crate::clock::{Clock, SystemClock};
use crate::error::ConfigError;
use crate::eventual::Eventual;
use crate::identity::{Principal, Verified};
use crate::rejection::{Rejection, Verdict, reason};
use crate::secret::{Secret, SecretDigest};

/// What directories share: where hashes are made, which are under way, and what is remembered.
#[derive(Clone)]
pub(super) struct Checker {
    pub(super) pool: HashPool,
    pub(super) clock: Arc<dyn Clock>,
    flights: Flights,
    memory: Option<Memory>,
    seal: Seal,
}

/// What a password is compared with.
#[derive(Clone)]
pub(super) enum Against {
    /// The hash of an account, and the digest of its text.
    Stored(Arc<dyn Check>, SecretDigest),
    /// One that costs the same; whatever comes of it is no.
    Decoy(Arc<dyn Check>),
}

impl Checker {
    pub(super) fn new() -> Result<Self, ConfigError> {
        Ok(Self {
            pool: HashPool::default(),
            clock: Arc::new(SystemClock),
            flights: Flights::default(),
            memory: None,
            seal: Seal::random()?,
        })
    }

    pub(super) fn remember(&mut self, time: Duration) -> Result<(), ConfigError> {
        self.memory = Some(Memory::new(time, ENTRIES)?);
        Ok(())
    }

    /// Whose account it is, until that principal expires. Then it costs what it did, and is nobody's.
    pub(super) fn in_time(&self, whose: Principal) -> Result<Principal, Rejection> {
        if whose.is_over(Some(&*self.clock)) {
            return Err(Rejection::invalid_credentials(reason::UNKNOWN_USER));
        }
        Ok(whose)
    }

    /// Whether `password` is right for the account. At once where that was found a moment ago, or
    /// can't be found.
    ///
    /// `then` is called where it was hashed and is right, with the password.
    pub(super) fn check(
        &self,
        name: &str,
        password: &str,
        against: &Against,
        then: impl FnOnce(&Secret) + Send + 'static,
    ) -> Eventual<Found> {
        let (name, bytes) = (name.as_bytes(), password.as_bytes());
        let (digest, check, is_stored) = match against {
            Against::Stored(check, stamp) => {
                (self.seal.digest(&[b"stored", name, stamp.as_bytes(), bytes]), check, true)
            }
            Against::Decoy(check) => (self.seal.digest(&[b"decoy", name, bytes]), check, false),
        };
        let now = self.clock.now();
        if let Some(memory) = self.memory.as_ref().filter(|_| is_stored)
            && memory.holds(digest, now)
        {
            return Eventual::Ready(Ok(true));
        }
        let (check, memory) = (Arc::clone(check), self.memory.clone());
        let password = Arc::new(Secret::from(password));
        let hashed = Arc::clone(&password);
        let work = move || {
            let matches = matches(&*check, hashed.expose());
            matches && is_stored
        };
        self.flights.join(digest, &self.pool, work, move |found| {
            if !matches!(found, Ok(true)) {
                return;
            }
            if let Some(memory) = memory {
                memory.keep(digest, now);
            }
            then(&password);
        })
    }
}

/// Hashes to compare with where there is none, so that it costs as much as with one.
///
/// Which one belongs to the name: so names that nobody has cost what the names that somebody has
/// cost, as often, also where the accounts have hashes of several kinds; and each costs the same
/// whenever it is tried. They are in the order of their costs, so that a new account moves few
/// names to another.
#[derive(Clone)]
pub(super) struct Decoys(Arc<[Arc<dyn Check>]>);

impl Decoys {
    pub(super) fn new(like: impl IntoIterator<Item = Arc<dyn Check>>) -> Self {
        let mut like: Vec<_> = like.into_iter().collect();
        like.sort_by_key(|check| check.profile());
        Self(like.into())
    }

    pub(super) fn of(&self, checker: &Checker, name: &str) -> Option<Against> {
        let index = checker.seal.choice(name, self.0.len());
        self.0.get(index).cloned().map(Against::Decoy)
    }
}

/// What is said of a checked password.
pub(super) fn verdict(found: Found, whose: Result<Principal, Rejection>) -> Verdict {
    match (found, whose) {
        (Err(outage), _) => outage.into(),
        (Ok(true), Ok(principal)) => Verified::assertion(principal).into(),
        (Ok(false), Ok(_)) => Rejection::invalid_credentials(reason::WRONG_PASSWORD).into(),
        (Ok(_), Err(rejection)) => rejection.into(),
    }
}
