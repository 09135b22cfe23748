//! Keys in a file that is re-read when it changes.

use std::fmt;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Mutex as Turn;

use super::live::{Live, Load, Loaded, Validity};
use super::pace::Pace;
use super::stats::KeyStats;
use super::{PUBLIC, live_verifier};
use crate::clock::{Clock, SystemClock};
use crate::error::ConfigError;
use crate::eventual::BoxFuture;
use crate::jose::{Algorithms, Keys};
use crate::observe::{Observer, default_observer};
use crate::rejection::Unavailable;
use crate::secret::SecretDigest;
use crate::token::jwt::{Rules, Source, VerifyJwt};

/// Keys in a file: a JWK Set, one JWK, or public keys in PEM. Clones share what was read.
///
/// The file is read every 5 s, and at most once per second for a token whose key is not in it. A new
/// version that can't be read leaves the old one in force, with an event, for as long as the service
/// runs; it is tried again after 1 s, then 2 s, and so on up to 60 s.
///
/// Replace the file as a whole (write another one, then rename it), or a half-written version is
/// seen and told of. Read by a blocking thread of tokio's, never on a request's path: by one, even
/// where reading hangs.
///
/// ```
/// use tower_auth::token::keys::FileKeys;
///
/// let why = FileKeys::open("/no/such/keys.json").unwrap_err();
/// assert!(why.to_string().starts_with("the keys in `/no/such/keys.json` can't be read: "));
/// ```
#[derive(Clone)]
pub struct FileKeys {
    live: Arc<Live>,
}

impl FileKeys {
    /// Reads the file now, and again when it may have changed.
    ///
    /// # Errors
    ///
    /// It can't be read, is longer than 256 KiB, or has no public key that verifies signatures.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, ConfigError> {
        FileKeysSettings::new(path.as_ref()).build()
    }

    /// Settings for [`build`](FileKeysSettings::build), where the defaults won't do.
    pub fn settings(path: impl AsRef<Path>) -> FileKeysSettings {
        FileKeysSettings::new(path.as_ref())
    }

    /// Reads the file now, whenever that was last done.
    ///
    /// # Errors
    ///
    /// What is there now can't be read. What was read before stays in force.
    pub async fn refresh(&self) -> Result<(), Unavailable> {
        self.live.refresh().await
    }

    /// How the file is doing.
    #[must_use]
    pub fn stats(&self) -> KeyStats {
        self.live.stats()
    }
}

impl Source for FileKeys {
    fn fixed(&self) -> Option<&Keys> {
        None
    }

    #[expect(private_interfaces, reason = "the trait is sealed")]
    fn algorithms(&self) -> Algorithms {
        PUBLIC
    }

    #[expect(private_interfaces, reason = "the trait is sealed")]
    fn verifier(&self, rules: Rules) -> Arc<dyn VerifyJwt> {
        live_verifier(&self.live, rules)
    }
}

impl fmt::Debug for FileKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileKeys").field("path", &self.live.name).finish_non_exhaustive()
    }
}

/// The settings of [`FileKeys`].
#[must_use]
pub struct FileKeysSettings {
    path: PathBuf,
    every: Duration,
    clock: Arc<dyn Clock>,
    observer: Option<Arc<dyn Observer>>,
}

impl FileKeysSettings {
    fn new(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            every: LOOK_EVERY,
            clock: Arc::new(SystemClock),
            observer: default_observer(),
        }
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
    /// As for [`FileKeys::open`].
    pub fn build(self) -> Result<FileKeys, ConfigError> {
        let name: Box<str> = self.path.display().to_string().into();
        let file = WatchedFile {
            path: self.path,
            every: self.every,
            seen: Arc::default(),
            turn: Arc::default(),
        };
        let unreadable =
            |why: String| ConfigError::new(format!("the keys in `{name}` can't be read: {why}"));
        let keys = file.read().map_err(unreadable)?.keys;
        let keys = keys.ok_or_else(|| unreadable("nothing was read".to_owned()))?;
        let pace = Pace { cooldown: SHORTEST, ..Pace::REMOTE };
        let live = Live::new(name, Box::new(file), pace, self.clock, self.observer);
        let live = live.with_keys(keys, self.every);
        Ok(FileKeys { live: Arc::new(live) })
    }
}

impl fmt::Debug for FileKeysSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileKeysSettings")
            .field("path", &self.path)
            .field("every", &self.every)
            .finish_non_exhaustive()
    }
}

/// A file, and what stood in it when it was read well.
///
/// The whole of it is compared, not its length and time: a file that is replaced twice within a
/// tick of the file system's clock has the same of both, and reading a few kilobytes is cheap.
#[derive(Clone)]
struct WatchedFile {
    path: PathBuf,
    every: Duration,
    seen: Arc<Mutex<Option<SecretDigest>>>,
    /// Held by whoever reads, for as long as it takes and whether or not anyone still waits for it.
    turn: Arc<Turn<()>>,
}

impl Load for WatchedFile {
    fn load(&self) -> BoxFuture<Result<Loaded, String>> {
        let file = self.clone();
        Box::pin(async move {
            // A read that hangs, on a network's file system or a FIFO, keeps its thread: one, not
            // one for each attempt. Who has no turn within the time limit says that it is late.
            let turn = Arc::clone(&file.turn).lock_owned().await;
            let read = tokio::task::spawn_blocking(move || {
                let read = file.read();
                drop(turn);
                read
            });
            read.await.unwrap_or_else(|_| Err("reading was broken off".to_owned()))
        })
    }

    fn in_force(&self, digest: SecretDigest) {
        *self.seen() = Some(digest);
    }
}

impl WatchedFile {
    fn read(&self) -> Result<Loaded, String> {
        let file = File::open(&self.path).map_err(|error| error.to_string())?;
        let mut text = String::new();
        let most = MAX_FILE.saturating_add(1);
        file.take(most).read_to_string(&mut text).map_err(|error| error.to_string())?;
        if text.len() as u64 > MAX_FILE {
            return Err("it is longer than 256 KiB".to_owned());
        }
        let validity = Validity::UntilChanged(self.every);
        let digest = SecretDigest::of(text.as_bytes());
        if *self.seen() == Some(digest) {
            return Ok(Loaded { keys: None, validity, digest: None });
        }
        let keys = parse(&text).map_err(|error| error.to_string())?;
        Ok(Loaded { keys: Some(keys), validity, digest: Some(digest) })
    }

    fn seen(&self) -> MutexGuard<'_, Option<SecretDigest>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A JWK Set, a JWK, or PEM.
fn parse(text: &str) -> Result<Keys, ConfigError> {
    if !text.trim_start().starts_with('{') {
        return Keys::from_pem(text);
    }
    let set = Keys::from_jwk_set(text);
    // What has no `keys` may be a key itself; where it is neither, the first says more.
    set.or_else(|error| Keys::from_jwk(text).map_err(|_| error))
}

const MAX_FILE: u64 = 256 * 1024;
const LOOK_EVERY: Duration = Duration::from_secs(5);
const SHORTEST: Duration = Duration::from_secs(1);
