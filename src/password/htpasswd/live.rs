//! Users that change while requests are answered.
//!
//! Requests take the table at hand, without a lock. A file is read behind them: by a task that
//! looks after it, and, where the clock says that it is time, for the sake of a request that does
//! not wait for it.

use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex as StdMutex, PoisonError, Weak};
use std::time::{Duration, SystemTime};

use arc_swap::ArcSwap;
use tokio::runtime::Handle;
use tokio::sync::Mutex;
use tokio::task::AbortHandle;
use tokio::time::sleep;

use super::table::{Table, Whose};
use crate::eventual::Eventual;
#[cfg(feature = "sessions")]
use crate::identity::Principal;
use crate::observe::{Event, Observer};
use crate::password::checker::{Checker, verdict};
use crate::password::formats::Formats;
use crate::rejection::{Rejection, Unavailable, Verdict, reason};
use crate::secret::SecretDigest;

pub(super) struct Live {
    table: ArcSwap<Table>,
    checker: Checker,
    formats: Formats,
    whose: Whose,
    watch: Option<Watch>,
}

/// What there is to know of a file.
struct Watch {
    file: File,
    observer: Option<Arc<dyn Observer>>,
    /// When it is read again, in milliseconds since 1970.
    look_at: AtomicU64,
    /// One reads at a time.
    reading: Mutex<Reading>,
    keeper: StdMutex<Option<AbortHandle>>,
}

struct Reading {
    /// Of the version that is in force.
    digest: SecretDigest,
    failures: u32,
}

#[derive(Clone)]
pub(super) struct File {
    path: PathBuf,
    name: Box<str>,
    every: Duration,
}

impl File {
    pub(super) fn new(path: &Path, every: Duration) -> Self {
        Self { path: path.to_owned(), name: path.display().to_string().into(), every }
    }

    /// The text and its digest; no text where the digest is `known`.
    ///
    /// The whole of it is compared, not its length and time: a file that is replaced twice within
    /// a tick of the file system's clock has the same of both.
    pub(super) fn read(
        &self,
        known: Option<SecretDigest>,
    ) -> Result<(Option<String>, SecretDigest), String> {
        let file = std::fs::File::open(&self.path).map_err(|error| {
            if error.kind() == ErrorKind::NotFound {
                return format!(
                    "there is no such file: make it with `htpasswd -B -c {} NAME`, or correct the \
                     path",
                    self.name
                );
            }
            error.to_string()
        })?;
        let mut text = String::new();
        let most = MAX_FILE.saturating_add(1);
        file.take(most).read_to_string(&mut text).map_err(|error| error.to_string())?;
        if text.len() as u64 > MAX_FILE {
            return Err("it is longer than 8 MiB".to_owned());
        }
        let digest = SecretDigest::of(text.as_bytes());
        Ok(((known != Some(digest)).then_some(text), digest))
    }
}

impl Live {
    pub(super) fn new(table: Table, checker: Checker, formats: Formats, whose: Whose) -> Self {
        Self { table: ArcSwap::from_pointee(table), checker, formats, whose, watch: None }
    }

    pub(super) fn watching(
        mut self,
        file: File,
        digest: SecretDigest,
        observer: Option<Arc<dyn Observer>>,
    ) -> Self {
        let look_at = AtomicU64::new(millis(self.checker.clock.now(), file.every));
        let reading = Mutex::new(Reading { digest, failures: 0 });
        self.watch = Some(Watch { file, observer, look_at, reading, keeper: StdMutex::new(None) });
        self
    }

    pub(super) fn name(&self) -> Option<&str> {
        self.watch.as_ref().map(|watch| &*watch.file.name)
    }

    pub(super) fn count(&self) -> usize {
        self.table.load().len()
    }

    pub(super) fn verify(self: &Arc<Self>, name: &str, password: &str) -> Eventual<Verdict> {
        self.look();
        let table = self.table.load();
        let Some(user) = table.find(name) else {
            let unknown = Rejection::invalid_credentials(reason::UNKNOWN_USER);
            // INVARIANT: a table has users, and so there are decoys.
            let Some(decoy) = table.decoy(&self.checker, name) else { return unknown.into() };
            let found = self.checker.check(name, password, &decoy, |_| {});
            return found.map(|found| verdict(found, Err(unknown)));
        };
        match self.checker.check(name, password, &user.against(), |_| {}) {
            Eventual::Ready(found) => {
                verdict(found, self.checker.in_time(user.principal.clone())).into()
            }
            later @ Eventual::Pending(_) => {
                let (live, name, stamp) = (Arc::clone(self), Box::<str>::from(name), user.stamp);
                later.map(move |found| {
                    // The file may have changed while the password was hashed.
                    let table = live.table.load();
                    let user = table.find(&name).filter(|user| user.stamp == stamp);
                    let changed = || Rejection::invalid_credentials(reason::WRONG_PASSWORD);
                    let whose = user.map(|user| user.principal.clone()).ok_or_else(changed);
                    verdict(found, whose.and_then(|whose| live.checker.in_time(whose)))
                })
            }
        }
    }

    /// The user with this subject, as the file is now known.
    #[cfg(feature = "sessions")]
    pub(super) fn load(self: &Arc<Self>, subject: &str) -> Option<Principal> {
        self.look();
        self.table.load().find_subject(subject).map(|user| user.principal.clone())
    }

    /// Reads the file now.
    pub(super) async fn refresh(&self) -> Result<(), Unavailable> {
        let Some(watch) = &self.watch else { return Ok(()) };
        let mut reading = watch.reading.lock().await;
        self.read(watch, &mut reading).await.map_err(Unavailable::new)
    }

    /// Has the file read behind the request, if it is time.
    fn look(self: &Arc<Self>) {
        let Some(watch) = &self.watch else { return };
        let now = self.checker.clock.now();
        let look_at = watch.look_at.load(Ordering::Acquire);
        // Further away than it ever is put: the clock was set back, and is not waited for.
        let furthest = watch.file.every.max(LONGEST_WAIT);
        let is_due = millis(now, Duration::ZERO) >= look_at || millis(now, furthest) < look_at;
        let next = millis(now, watch.file.every);
        let claim = |from| {
            watch.look_at.compare_exchange(from, next, Ordering::AcqRel, Ordering::Acquire).is_ok()
        };
        if is_due && claim(look_at) {
            self.keep_fresh();
            if let Ok(runtime) = Handle::try_current() {
                let live = Arc::clone(self);
                runtime.spawn(async move { live.read_unless_read().await });
            }
        }
    }

    /// Reads the file, unless that is being done.
    async fn read_unless_read(&self) {
        if let Some(watch) = &self.watch
            && let Ok(mut reading) = watch.reading.try_lock()
        {
            // What went wrong has been told.
            let _ = self.read(watch, &mut reading).await;
        }
    }

    async fn read(&self, watch: &Watch, reading: &mut Reading) -> Result<(), String> {
        let (file, known) = (watch.file.clone(), reading.digest);
        let (formats, whose) = (self.formats, Arc::clone(&self.whose));
        let work = move || {
            let (text, digest) = file.read(Some(known))?;
            let table = text.map(|text| Table::parse(&text, formats, &whose)).transpose()?;
            Ok((table, digest))
        };
        let read = match Handle::try_current() {
            Ok(runtime) => runtime.spawn_blocking(work).await,
            Err(_) => return Err("there is no tokio runtime to read it".to_owned()),
        };
        let read = read.unwrap_or_else(|_| Err("reading was broken off".to_owned()));
        let now = self.checker.clock.now();
        match read {
            Ok((table, digest)) => {
                watch.look_at.store(millis(now, watch.file.every), Ordering::Release);
                let was_broken = std::mem::take(&mut reading.failures) > 0;
                let has_changed = table.is_some();
                reading.digest = digest;
                if let Some(table) = table {
                    self.table.store(Arc::new(table));
                }
                if has_changed || was_broken {
                    let users = self.count();
                    watch.tell(&Event::UsersRefreshed { source: &watch.file.name, users });
                }
                Ok(())
            }
            Err(why) => {
                let failures = reading.failures.saturating_add(1);
                reading.failures = failures;
                let retry_after = back_off(failures);
                watch.look_at.store(millis(now, retry_after), Ordering::Release);
                let source = &watch.file.name;
                watch.tell(&Event::UsersUnavailable { source, why: &why, failures, retry_after });
                Err(why)
            }
        }
    }

    /// Sees to it that somebody looks after the file, whether there are requests or not.
    pub(super) fn keep_fresh(self: &Arc<Self>) {
        let (Some(watch), Ok(runtime)) = (&self.watch, Handle::try_current()) else { return };
        let mut keeper = watch.keeper.lock().unwrap_or_else(PoisonError::into_inner);
        if keeper.as_ref().is_none_or(AbortHandle::is_finished) {
            let task = runtime.spawn(keep(Arc::downgrade(self), watch.file.every));
            *keeper = Some(task.abort_handle());
        }
    }
}

impl Watch {
    fn tell(&self, event: &Event<'_>) {
        if let Some(observer) = &self.observer {
            observer.on_event(event);
        }
    }
}

/// Looks after the file for as long as somebody uses it.
async fn keep(live: Weak<Live>, every: Duration) {
    loop {
        sleep(every.min(SHORTEST_SLEEP)).await;
        let Some(live) = live.upgrade() else { return };
        live.look();
    }
}

/// How long to wait after the `failures`th failure in a row: 1 s, doubled each time up to 60 s.
fn back_off(failures: u32) -> Duration {
    let doubled = 1_u64.checked_shl(failures.saturating_sub(1).min(6)).unwrap_or(64);
    Duration::from_secs(doubled).min(LONGEST_WAIT)
}

/// Milliseconds since 1970 of `wait` after `time`.
fn millis(time: SystemTime, wait: Duration) -> u64 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.saturating_add(wait).as_millis()).unwrap_or(u64::MAX)
}

const MAX_FILE: u64 = 8 * 1024 * 1024;
/// The task asks the clock this often: a clock that is set must not be trusted for longer.
const SHORTEST_SLEEP: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(60);
