//! Files of users.

mod live;
mod table;

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use self::live::{File, Live};
use self::table::{Table, Whose};
use super::checker::Checker;
use super::formats::Formats;
use super::pool::HashPool;
use crate::clock::{Clock, SystemClock};
use crate::error::ConfigError;
use crate::eventual::Eventual;
use crate::identity::Principal;
use crate::observe::{Observer, default_observer};
use crate::rejection::{Unavailable, Verdict};

/// A file of users, as Apache and nginx have it: a line `name:hash` for each. Clones share it.
///
/// Make it with Apache's own tool, `htpasswd -B users.htpasswd alice`, or write argon2id hashes into
/// it ([`HashPool::hash`]). Taken are the kinds of [`Formats::strong`]. An entry that can't be used
/// refuses to build, with the number of its line.
///
/// The file is read every 5 s, on a blocking thread and not on a request's path, from the first
/// moment that there is a tokio runtime. Whoever is removed from it, or has another hash in it, is
/// refused with the old password from then on, remembered or not. A version that can't be used, an
/// empty one too, leaves the old one in force, with an event, for as long as the service runs; it is
/// tried again after 1 s, then 2 s, and so on up to 60 s.
///
/// It is a table of users for sessions, too (`Sessions::builder(store).users(htpasswd.clone())`): each
/// user has the hash in the file for a [security stamp](Principal::security_stamp), so whoever is
/// removed from it, or has another hash in it, loses their sessions within a minute after that.
///
/// Replace the file as a whole, as `htpasswd` does not: write another one, then rename it, or a
/// half-written version is seen.
///
/// ```
/// use tower_auth::password::Htpasswd;
///
/// let error = Htpasswd::open("/no/such/users.htpasswd").unwrap_err();
/// assert!(error.to_string().starts_with("the users in `/no/such/users.htpasswd` can't be read: "));
///
/// let error = Htpasswd::from_text("# my users\nalice:wonderland").unwrap_err().to_string();
/// assert!(error.contains("line 2: the password hash of `alice` can't be used: "));
/// ```
#[derive(Clone)]
pub struct Htpasswd {
    live: Arc<Live>,
}

impl Htpasswd {
    /// Reads the file now, and again when it may have changed.
    ///
    /// # Errors
    ///
    /// It can't be read, is longer than 8 MiB, has no users, or a line of it can't be used.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, ConfigError> {
        Self::settings().open(path)
    }

    /// Takes the users from a text with the lines of such a file.
    ///
    /// # Errors
    ///
    /// It has no users, or a line of it can't be used.
    pub fn from_text(text: &str) -> Result<Self, ConfigError> {
        Self::settings().from_text(text)
    }

    /// Settings for [`open`](HtpasswdSettings::open) and [`from_text`](HtpasswdSettings::from_text),
    /// where the defaults won't do.
    pub fn settings() -> HtpasswdSettings {
        HtpasswdSettings {
            pool: None,
            formats: Formats::strong(),
            whose: Arc::new(|name| Principal::new(name)),
            remember: None,
            every: LOOK_EVERY,
            clock: Arc::new(SystemClock),
            observer: default_observer(),
        }
    }

    /// Reads the file now, whenever that was last done. Does nothing for users from a text.
    ///
    /// # Errors
    ///
    /// What is there now can't be used. What was read before stays in force.
    pub async fn refresh(&self) -> Result<(), Unavailable> {
        self.live.refresh().await
    }

    pub(crate) fn verify(&self, name: &str, password: &str) -> Eventual<Verdict> {
        self.live.verify(name, password)
    }

    #[cfg(feature = "sessions")]
    pub(crate) fn load(&self, subject: &str) -> Option<Principal> {
        self.live.load(subject)
    }

    /// Begins to look after the file, if there is a runtime already.
    pub(crate) fn keep_fresh(&self) {
        self.live.keep_fresh();
    }
}

impl fmt::Debug for Htpasswd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Htpasswd")
            .field("file", &self.live.name())
            .field("users", &self.live.count())
            .finish_non_exhaustive()
    }
}

/// The settings of [`Htpasswd`].
///
/// ```
/// use std::time::Duration;
/// use tower_auth::Principal;
/// use tower_auth::password::Htpasswd;
///
/// let users = "alice:$2y$05$hkwHEDdNdyMNKxRDZ3LCEebPfd3vWqSwA0sPO0OiU1cKmeEtFqI1G";
/// let users = Htpasswd::settings()
///     .principal(|name| match name {
///         "alice" => Principal::new(name).role("admin"),
///         _ => Principal::new(name),
///     })
///     .remember(Duration::from_secs(30))
///     .from_text(users)?;
/// # Ok::<(), tower_auth::ConfigError>(())
/// ```
#[must_use]
pub struct HtpasswdSettings {
    pool: Option<HashPool>,
    formats: Formats,
    whose: Whose,
    remember: Option<Duration>,
    every: Duration,
    clock: Arc<dyn Clock>,
    observer: Option<Arc<dyn Observer>>,
}

impl HtpasswdSettings {
    /// Where hashes are made. Default: a pool of its own.
    pub fn pool(mut self, pool: &HashPool) -> Self {
        self.pool = Some(pool.clone());
        self
    }

    /// Says who a user of the file is: which roles and scopes they have, and until when. Default: the
    /// name alone.
    ///
    /// Called while the file is read.
    pub fn principal(mut self, whose: impl Fn(&str) -> Principal + Send + Sync + 'static) -> Self {
        self.whose = Arc::new(whose);
        self
    }

    /// Takes what Apache's `htpasswd` writes without `-B`, too: `$apr1$` and `{SHA}`.
    ///
    /// # Security
    ///
    /// See [`Formats::danger_weak`].
    pub fn danger_weak_hashes(mut self) -> Self {
        self.formats = Formats::danger_weak();
        self
    }

    /// Remembers right passwords for this long, up to 10 min: no new hash is made meanwhile.
    /// Default: it does not.
    ///
    /// Held are keyed digests of 10 000 checks at most. 30 s is a good choice.
    pub fn remember(mut self, time: Duration) -> Self {
        self.remember = Some(time);
        self
    }

    /// How often the file is read. Default: every 5 s; at least 1 s.
    pub fn look_every(mut self, time: Duration) -> Self {
        self.every = time.max(SHORTEST);
        self
    }

    /// Tells the time. Default: the system's clock.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Sees when the file is read. Default: `tracing`, where that feature is on.
    pub fn observer(mut self, observer: impl Observer) -> Self {
        self.observer = Some(Arc::new(observer));
        self
    }

    /// Reads the file.
    ///
    /// # Errors
    ///
    /// As for [`Htpasswd::open`], or a setting can't work.
    pub fn open(self, path: impl AsRef<Path>) -> Result<Htpasswd, ConfigError> {
        let file = File::new(path.as_ref(), self.every);
        let read = file.read(None);
        let table = read.and_then(|(text, digest)| {
            let table =
                Table::parse(text.as_deref().unwrap_or_default(), self.formats, &self.whose);
            Ok((table?, digest))
        });
        let name = path.as_ref().display();
        let (table, digest) = table.map_err(|why| {
            ConfigError::new(format!("the users in `{name}` can't be read: {why}"))
        })?;
        let checker = self.checker()?;
        let live = Live::new(table, checker, self.formats, self.whose);
        let live = Arc::new(live.watching(file, digest, self.observer));
        live.keep_fresh();
        Ok(Htpasswd { live })
    }

    /// Takes the users from a text.
    ///
    /// # Errors
    ///
    /// As for [`Htpasswd::from_text`], or a setting can't work.
    pub fn from_text(self, text: &str) -> Result<Htpasswd, ConfigError> {
        let table = Table::parse(text, self.formats, &self.whose);
        let table = table
            .map_err(|why| ConfigError::new(format!("the text of users can't be read: {why}")))?;
        let checker = self.checker()?;
        Ok(Htpasswd { live: Arc::new(Live::new(table, checker, self.formats, self.whose)) })
    }

    fn checker(&self) -> Result<Checker, ConfigError> {
        let mut checker = Checker::new()?;
        checker.clock = Arc::clone(&self.clock);
        if let Some(pool) = &self.pool {
            checker.pool = pool.clone();
        }
        if let Some(time) = self.remember {
            checker.remember(time)?;
        }
        Ok(checker)
    }
}

impl fmt::Debug for HtpasswdSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HtpasswdSettings")
            .field("formats", &self.formats)
            .field("remember", &self.remember)
            .field("every", &self.every)
            .finish_non_exhaustive()
    }
}

const LOOK_EVERY: Duration = Duration::from_secs(5);
const SHORTEST: Duration = Duration::from_secs(1);
