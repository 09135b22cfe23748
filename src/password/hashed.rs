//! A directory over one's own accounts.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;

use super::accounts::{Account, Accounts};
use super::checker::{Against, Checker, Decoys, verdict};
use super::formats::{Argon2id, Formats, PasswordHash};
use super::pool::{HashPool, make};
use crate::clock::Clock;
use crate::error::ConfigError;
use crate::eventual::Eventual;
use crate::identity::Principal;
use crate::rejection::{Rejection, Unavailable, Verdict, reason};
use crate::secret::{Secret, SecretDigest};

/// A directory over accounts of your own, whose passwords are stored as hashes.
///
/// ```
/// use std::time::Duration;
/// use tower_auth::password::{Accounts, Argon2id, HashPool, Hashed};
/// use tower_auth::scheme::Basic;
///
/// # fn set_up(accounts: impl Accounts, pool: &HashPool) -> Basic {
/// let directory = Hashed::new(accounts)
///     .pool(pool)                           // shared with others
///     .upgrade_to(Argon2id::default())      // weaker hashes are made anew at the next log-in
///     .remember(Duration::from_secs(30));   // so long a right password needs no new hash
/// Basic::new("orders", directory)
/// # }
/// ```
///
/// Takes argon2id only, unless [`formats`](Self::formats) says otherwise.
///
/// It is a table of users for sessions, too (`Sessions::builder(store).users(hashed.clone())`), where
/// the accounts are found by the subjects of their principals: whoever has no account any more, or a
/// locked one, loses their sessions within a minute. So does who has another
/// [security stamp](Principal::security_stamp): give the principal the time when the password was
/// changed. The hash would not do, for [`upgrade_to`](Self::upgrade_to) changes it too.
pub struct Hashed<A> {
    core: Core<A>,
    error: Option<ConfigError>,
}

struct Core<A> {
    accounts: Arc<A>,
    checker: Option<Checker>,
    formats: Formats,
    upgrade: Option<Argon2id>,
    like: Arc<[Box<str>]>,
    decoys: Decoys,
}

impl<A: Accounts> Hashed<A> {
    /// Checks the passwords of these accounts.
    pub fn new(accounts: A) -> Self {
        let checker = Checker::new();
        let error = checker.as_ref().err().cloned();
        let core = Core {
            accounts: Arc::new(accounts),
            checker: checker.ok(),
            formats: Formats::default(),
            upgrade: None,
            like: Arc::default(),
            decoys: Decoys::new([Argon2id::default().decoy()]),
        };
        Self { core, error }
    }

    /// Where hashes are made. Default: a pool of its own.
    #[must_use]
    pub fn pool(mut self, pool: &HashPool) -> Self {
        if let Some(checker) = &mut self.core.checker {
            checker.pool = pool.clone();
        }
        self
    }

    /// Which kinds of hashes are taken. Default: [`Formats::argon2id`].
    #[must_use]
    pub fn formats(mut self, formats: Formats) -> Self {
        self.core.formats = formats;
        self.core.set_decoys();
        self
    }

    /// Makes hashes that are weaker than this, or of another kind, anew when the password was
    /// right, and hands them to [`Accounts::upgrade`]: after the answer, and only while the pool
    /// has nothing better to do.
    #[must_use]
    pub fn upgrade_to(mut self, costs: Argon2id) -> Self {
        self.core.upgrade = Some(costs);
        self.core.set_decoys();
        self
    }

    /// What names that nobody has cost: as much as these hashes do. Give a few as they are stored,
    /// of each kind as many as is its share. Default: argon2id with the costs of
    /// [`upgrade_to`](Self::upgrade_to), or its usual ones.
    #[must_use]
    pub fn decoys_like<S: Into<Box<str>>>(mut self, stored: impl IntoIterator<Item = S>) -> Self {
        self.core.like = stored.into_iter().map(Into::into).collect();
        self.core.set_decoys();
        self
    }

    /// Remembers right passwords for this long, up to 10 min: no new hash is made meanwhile.
    /// Default: it does not.
    ///
    /// Held are keyed digests of 10 000 checks at most; of those, the account is still asked for on
    /// each request, and one whose hash changed is hashed again. 30 s is a good choice.
    #[must_use]
    pub fn remember(mut self, time: Duration) -> Self {
        if let Some(Err(error)) = self.core.checker.as_mut().map(|checker| checker.remember(time)) {
            self.error.get_or_insert(error);
        }
        self
    }

    /// Tells the time. Default: the system's clock.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        if let Some(checker) = &mut self.core.checker {
            checker.clock = Arc::new(clock);
        }
        self
    }
}

impl<A: Accounts> Hashed<A> {
    pub(crate) fn verify(&self, name: &str, password: &str) -> Eventual<Verdict> {
        match self.core.accounts.find(name) {
            Eventual::Ready(found) => self.core.judge(name, password, found),
            Eventual::Pending(found) => {
                let core = self.core.clone();
                let (name, password) = (Box::<str>::from(name), Secret::from(password));
                Eventual::Pending(found).and_then(move |found| {
                    // INVARIANT: it was text a moment ago.
                    let password = str::from_utf8(password.expose()).unwrap_or_default();
                    core.judge(&name, password, found)
                })
            }
        }
    }

    #[cfg(feature = "sessions")]
    pub(crate) fn load(&self, subject: &str) -> Eventual<Result<Option<Principal>, Unavailable>> {
        let subject = Box::<str>::from(subject);
        self.core.accounts.find(&subject).map(move |found| {
            // Somebody else's, called as this one's subject is, if the two are not the same.
            let is_theirs = |account: &Account| account.principal.subject() == &*subject;
            let open = found?.filter(|account| account.hash.is_some() && is_theirs(account));
            Ok(open.map(|account| account.principal))
        })
    }

    pub(crate) fn validate(&self) -> Result<(), ConfigError> {
        if let Some(error) = &self.error {
            return Err(error.clone());
        }
        match self.core.decoys_like() {
            Ok(_) => Ok(()),
            Err(why) => Err(ConfigError::new(format!(
                "a hash that is given to `decoys_like` can't be used: {why}"
            ))),
        }
    }
}

impl<A: Accounts> Core<A> {
    fn judge(
        &self,
        name: &str,
        password: &str,
        found: Result<Option<Account>, Unavailable>,
    ) -> Eventual<Verdict> {
        let account = match found {
            Ok(account) => account,
            Err(outage) => return outage.into(),
        };
        let (whose, hash) = match self.hash_of(account) {
            Ok((account, hash)) => (Ok(account), Some(hash)),
            Err(rejection) => (Err(rejection), None),
        };
        let against = match &hash {
            Some(hash) => {
                let stamp = SecretDigest::of(hash.expose().as_bytes());
                Some(Against::Stored(Arc::clone(hash.check()), stamp))
            }
            None => self.checker.as_ref().and_then(|checker| self.decoys.of(checker, name)),
        };
        let Some((checker, against)) = self.checker.as_ref().zip(against) else {
            return Unavailable::new("the directory was never set up: `validate` says why").into();
        };
        let then = self.upgrade(checker, name, hash);
        let whose = whose.and_then(|principal| checker.in_time(principal));
        checker.check(name, password, &against, then).map(move |found| verdict(found, whose))
    }

    /// Whose account it is, and its hash; or why nobody can log in.
    fn hash_of(&self, account: Option<Account>) -> Result<(Principal, PasswordHash), Rejection> {
        let rejected = Rejection::invalid_credentials;
        let Some(Account { principal, hash }) = account else {
            return Err(rejected(reason::UNKNOWN_USER));
        };
        let Some(hash) = hash else {
            return Err(rejected(reason::ACCOUNT_LOCKED));
        };
        match PasswordHash::read(&hash, self.formats) {
            Ok(hash) => Ok((principal, hash)),
            Err(why) => Err(rejected(reason::UNUSABLE_HASH).with_detail(why)),
        }
    }

    /// Makes the hash anew, once the password is known to be right.
    fn upgrade(
        &self,
        checker: &Checker,
        name: &str,
        old: Option<PasswordHash>,
    ) -> impl FnOnce(&Secret) + Send + 'static + use<A> {
        let wanted = self.upgrade.and_then(|costs| {
            let old = old.filter(|old| old.is_outdated(costs))?;
            Some((costs, old, Arc::clone(&self.accounts), Box::<str>::from(name)))
        });
        let pool = checker.pool.clone();
        move |password| {
            let Some((costs, old, accounts, name)) = wanted else { return };
            let (Some(place), Ok(runtime)) = (pool.enter_idle(), Handle::try_current()) else {
                return;
            };
            let password = password.clone();
            runtime.spawn(async move {
                let made = place.run(move || make(costs, password.expose())).await;
                if let Ok(Ok(new)) = made
                    && let Eventual::Pending(stored) = accounts.upgrade(&name, &old, &new)
                {
                    let _ = stored.await;
                }
            });
        }
    }

    fn decoys_like(&self) -> Result<Decoys, String> {
        if self.like.is_empty() {
            return Ok(Decoys::new([self.upgrade.unwrap_or_default().decoy()]));
        }
        let like = self.like.iter().map(|text| self.formats.check(text));
        Ok(Decoys::new(like.collect::<Result<Vec<_>, _>>()?))
    }

    /// What is wrong is said when the layer is built.
    fn set_decoys(&mut self) {
        if let Ok(decoys) = self.decoys_like() {
            self.decoys = decoys;
        }
    }
}

impl<A> Clone for Hashed<A> {
    fn clone(&self) -> Self {
        Self { core: self.core.clone(), error: self.error.clone() }
    }
}

impl<A> Clone for Core<A> {
    fn clone(&self) -> Self {
        Self {
            accounts: Arc::clone(&self.accounts),
            checker: self.checker.clone(),
            formats: self.formats,
            upgrade: self.upgrade,
            like: Arc::clone(&self.like),
            decoys: self.decoys.clone(),
        }
    }
}

impl<A> fmt::Debug for Hashed<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hashed")
            .field("formats", &self.core.formats)
            .field("upgrade", &self.core.upgrade)
            .finish_non_exhaustive()
    }
}
