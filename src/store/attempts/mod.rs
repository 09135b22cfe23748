//! What a store of failed attempts is asked and told.

mod memory;

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::error::ConfigError;
use crate::eventual::Eventual;
use crate::rejection::Unavailable;
use crate::secret::{Secret, SecretDigest};

pub use memory::MemoryAttempts;

/// Remembers failed attempts, and from where an account logged in.
///
/// What each kind of wrong answer costs:
///
/// - Too few failures give whoever guesses that many guesses more.
/// - Too many keep an honest caller out until they are forgotten: an hour, as a rule.
/// - A success that is forgotten leaves the owner of an account that is under attack with one free
///   failure instead of five. A success that is invented takes the limit of its source away.
/// - [`Unavailable`] where the answer was known costs a 503, which clients repeat by themselves.
///
/// So a store that can't tell says `Unavailable`. It is asked before each guess, and told after
/// it: answer [`Eventual::Ready`] where nothing has to be waited for. A version for several
/// machines does each of the three in one script, so that two of them at once count as two.
///
/// What it is told holds even if nobody waits for the returned future: also of a guess whose client
/// has gone away. So send it off before returning.
#[diagnostic::on_unimplemented(message = "`{Self}` does not remember failed attempts")]
pub trait AttemptStore: Send + Sync + 'static {
    /// What is known, and at `at` not forgotten, of an account, of a source, and of the two
    /// together.
    ///
    /// # Errors
    ///
    /// It can't be known now.
    fn standing(
        &self,
        of: &AttemptKeys<'_>,
        at: SystemTime,
    ) -> Eventual<Result<AttemptRecords, Unavailable>>;

    /// Counts one failure at `at` for the pair, the account and the source, each where there is a
    /// key for it, and answers with what is known then. A record without a failure for `keep` is
    /// forgotten: the next one is its first.
    ///
    /// # Errors
    ///
    /// It could not be counted.
    fn failed(
        &self,
        of: &AttemptKeys<'_>,
        at: SystemTime,
        keep: Duration,
    ) -> Eventual<Result<AttemptRecords, Unavailable>>;

    /// Forgets the failures of the pair, and nothing else; and remembers for `keep` that it
    /// succeeded at `at`.
    ///
    /// # Errors
    ///
    /// It could not be remembered.
    fn succeeded(
        &self,
        of: &AttemptKeys<'_>,
        at: SystemTime,
        keep: Duration,
    ) -> Eventual<Result<(), Unavailable>>;

    /// Whether its contents leave this process: then keys must be made with a secret that all who
    /// share it have.
    fn is_shared(&self) -> bool {
        true
    }

    /// Called once, while the layer is built.
    ///
    /// # Errors
    ///
    /// When the store could not work as set up; the sentence says what to do.
    fn validate(&self) -> Result<(), ConfigError> {
        Ok(())
    }
}

impl<S: AttemptStore + ?Sized> AttemptStore for Arc<S> {
    fn standing(
        &self,
        of: &AttemptKeys<'_>,
        at: SystemTime,
    ) -> Eventual<Result<AttemptRecords, Unavailable>> {
        (**self).standing(of, at)
    }

    fn failed(
        &self,
        of: &AttemptKeys<'_>,
        at: SystemTime,
        keep: Duration,
    ) -> Eventual<Result<AttemptRecords, Unavailable>> {
        (**self).failed(of, at, keep)
    }

    fn succeeded(
        &self,
        of: &AttemptKeys<'_>,
        at: SystemTime,
        keep: Duration,
    ) -> Eventual<Result<(), Unavailable>> {
        (**self).succeeded(of, at, keep)
    }

    fn is_shared(&self) -> bool {
        (**self).is_shared()
    }

    fn validate(&self) -> Result<(), ConfigError> {
        (**self).validate()
    }
}

/// What a store knows of an attempt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AttemptRecords {
    /// Failures at this account from this source.
    pub pair: Failures,
    /// Failures at this account, from wherever.
    pub account: Failures,
    /// Failures from this source, at whatever.
    pub source: Failures,
    /// When the account last succeeded from this source. Where it did, nobody looks at the records
    /// of the account and of the source, so a store can leave them out.
    pub known_since: Option<SystemTime>,
}

/// Failures that follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failures {
    count: u32,
    last: SystemTime,
}

impl Failures {
    /// So many failures, and the time of the last one.
    #[must_use]
    pub const fn new(count: u32, last: SystemTime) -> Self {
        Self { count, last }
    }

    /// How many.
    #[must_use]
    pub const fn count(&self) -> u32 {
        self.count
    }

    /// When the last one was.
    #[must_use]
    pub const fn last(&self) -> SystemTime {
        self.last
    }
}

impl Default for Failures {
    /// None.
    fn default() -> Self {
        Self::new(0, SystemTime::UNIX_EPOCH)
    }
}

/// What an attempt is counted under: digests, made with a secret, so that a store that leaks tells
/// nobody who has an account and who uses it from where.
///
/// ```
/// use tower_auth::Secret;
/// use tower_auth::store::AttemptKeys;
///
/// let secret = Secret::from("32 random bytes that all servers share");
/// let keys = AttemptKeys::from_source([192, 0, 2, 7].into(), &secret).on_account("alice");
/// assert!(keys.pair_digest().is_some() && keys.pair_digest() != keys.account_digest());
/// ```
#[derive(Clone, Copy)]
pub struct AttemptKeys<'a> {
    pub(super) target: Target<'a>,
    pub(super) source: IpAddr,
    secret: &'a Secret,
}

/// What is guessed at.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Target<'a> {
    Nothing,
    Account(&'a str),
    Secret(&'a [u8]),
}

impl<'a> AttemptKeys<'a> {
    /// The keys of an attempt that names no account.
    #[must_use]
    pub const fn from_source(source: IpAddr, secret: &'a Secret) -> Self {
        Self { target: Target::Nothing, source, secret }
    }

    /// The keys of an attempt at an account.
    #[must_use]
    pub const fn on_account(mut self, account: &'a str) -> Self {
        self.target = Target::Account(account);
        self
    }

    /// The keys of an attempt with a secret that names no account.
    #[must_use]
    pub const fn at_secret(mut self, presented: &'a [u8]) -> Self {
        self.target = Target::Secret(presented);
        self
    }

    /// Under what failures at this account from this source are counted. `None`: there is no
    /// account.
    #[must_use]
    pub fn pair_digest(&self) -> Option<SecretDigest> {
        matches!(self.target, Target::Account(_)).then(|| self.digest("pair", true))
    }

    /// Under what successes are remembered: of the account, or of the secret, from this source.
    #[must_use]
    pub fn known_digest(&self) -> Option<SecretDigest> {
        (self.target != Target::Nothing).then(|| self.digest("known", true))
    }

    /// Under what failures at this account are counted, from wherever.
    #[must_use]
    pub fn account_digest(&self) -> Option<SecretDigest> {
        matches!(self.target, Target::Account(_)).then(|| self.digest("account", false))
    }

    /// Under what failures from this source are counted.
    #[must_use]
    pub fn source_digest(&self) -> SecretDigest {
        Self { target: Target::Nothing, ..*self }.digest("source", true)
    }

    /// A keyed digest of a use, perhaps the source, and the target. What comes before the target
    /// has one length for each use, so no two attempts are the same bytes.
    fn digest(&self, kind: &'static str, with_source: bool) -> SecretDigest {
        let mut message = self.secret.expose().to_vec();
        message.extend([u8::from(with_source), 0]);
        message.extend(kind.bytes());
        if with_source {
            let source = match self.source {
                IpAddr::V4(v4) => v4.to_ipv6_mapped(),
                IpAddr::V6(v6) => v6,
            };
            message.extend(source.octets());
        }
        let (tag, target): (u8, &[u8]) = match self.target {
            Target::Nothing => (0, &[]),
            Target::Account(name) => (1, name.as_bytes()),
            Target::Secret(secret) => (2, secret),
        };
        message.push(tag);
        message.extend(target);
        let inner = SecretDigest::of(Secret::from(message).expose());
        let outer = [self.secret.expose(), inner.as_bytes()].concat();
        SecretDigest::of(Secret::from(outer).expose())
    }
}

impl fmt::Debug for AttemptKeys<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AttemptKeys(***)")
    }
}
