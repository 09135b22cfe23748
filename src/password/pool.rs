//! Where passwords are hashed.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::{self, available_parallelism};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

use super::formats::{Argon2id, MAX_PASSWORD, PasswordHash, matches};
use super::priority;
use crate::rejection::Unavailable;

/// A bounded pool of hashing, on threads of its own. Clones are the same pool, and several
/// directories can share one.
///
/// By default one core is left to requests that need no hash, and all others hash: on one or two
/// cores, one hash at a time. 128 more wait; beyond that the answer is 503 with `Retry-After`. A
/// request that goes away while it waits gives up its place; a hash that was begun is ended, and
/// counts until then.
///
/// On Linux, a thread that hashes has a low priority (a niceness of 10), so that a request that
/// needs no hash does not wait for the end of a time slice.
///
/// Each hash that is being made needs its memory, 19 MiB with the defaults of argon2id.
///
/// ```
/// use tower_auth::password::HashPool;
///
/// let pool = HashPool::new(2, 16); // two at once, sixteen more may wait
/// assert_eq!(pool.stats().hashes, 0);
/// ```
#[derive(Clone)]
pub struct HashPool(Arc<Pool>);

struct Pool {
    /// For whatever is let in: the running and the waiting.
    places: Arc<Semaphore>,
    running: Arc<Semaphore>,
    at_once: usize,
    waiting: usize,
    hashes: AtomicU64,
    refused: AtomicU64,
}

impl HashPool {
    /// Makes this many hashes at once (at least one), and lets this many more wait.
    #[must_use]
    pub fn new(at_once: usize, waiting: usize) -> Self {
        let at_once = at_once.clamp(1, MOST);
        let waiting = waiting.min(MOST);
        Self(Arc::new(Pool {
            places: Arc::new(Semaphore::new(at_once.saturating_add(waiting))),
            running: Arc::new(Semaphore::new(at_once)),
            at_once,
            waiting,
            hashes: AtomicU64::new(0),
            refused: AtomicU64::new(0),
        }))
    }

    /// Hashes a password with argon2id's defaults and a random salt, to be stored.
    ///
    /// The password is brought into normalization form C, as `Basic` does with what it reads.
    ///
    /// # Errors
    ///
    /// The password can't be one, or the pool is full.
    pub async fn hash(&self, password: &str) -> Result<PasswordHash, HashError> {
        self.hash_with(Argon2id::default(), password).await
    }

    /// The same with costs of one's own.
    ///
    /// # Errors
    ///
    /// As for [`hash`](Self::hash).
    pub async fn hash_with(
        &self,
        costs: Argon2id,
        password: &str,
    ) -> Result<PasswordHash, HashError> {
        let password = Zeroizing::new(password.nfc().collect::<String>());
        match password.len() {
            0 => return Err(HashError::Empty),
            1..=MAX_PASSWORD => {}
            _ => return Err(HashError::TooLong),
        }
        if password.chars().any(char::is_control) {
            return Err(HashError::ControlCharacter);
        }
        Ok(self.run(move || make(costs, password.as_bytes())).await??)
    }

    /// Whether this is the password that was hashed: for a page where people change theirs.
    ///
    /// # Errors
    ///
    /// The pool is full.
    pub async fn verify(&self, hash: &PasswordHash, password: &str) -> Result<bool, Unavailable> {
        let password = Zeroizing::new(password.nfc().collect::<String>());
        let check = Arc::clone(hash.check());
        self.run(move || matches(&*check, password.as_bytes())).await
    }

    /// Does other work that is as expensive in a place of the pool: a directory of your own with a
    /// kind of hash that is not known here.
    ///
    /// # Errors
    ///
    /// The pool is full.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Unavailable> {
        self.enter()?.run(work).await
    }

    /// How the pool is doing.
    #[must_use]
    pub fn stats(&self) -> PoolStats {
        let taken = |all: usize, left: &Semaphore| all.saturating_sub(left.available_permits());
        let pool = &*self.0;
        let running = taken(pool.at_once, &pool.running);
        let all = taken(pool.at_once.saturating_add(pool.waiting), &pool.places);
        PoolStats {
            hashes: pool.hashes.load(Ordering::Relaxed),
            refused: pool.refused.load(Ordering::Relaxed),
            running,
            waiting: all.saturating_sub(running),
        }
    }

    /// Takes a place, or says that there is none.
    pub(super) fn enter(&self) -> Result<Place, Unavailable> {
        let Ok(place) = Arc::clone(&self.0.places).try_acquire_owned() else {
            self.0.refused.fetch_add(1, Ordering::Relaxed);
            let full = Unavailable::new("as many passwords as are allowed wait to be hashed");
            return Err(full.retry_after(RETRY_AFTER));
        };
        Ok(Place { pool: Arc::clone(&self.0), place, permit: None })
    }

    /// Takes a place only if nothing has to be waited for.
    pub(super) fn enter_idle(&self) -> Option<Place> {
        let place = Arc::clone(&self.0.places).try_acquire_owned().ok()?;
        let permit = Arc::clone(&self.0.running).try_acquire_owned().ok()?;
        Some(Place { pool: Arc::clone(&self.0), place, permit: Some(permit) })
    }
}

impl Default for HashPool {
    fn default() -> Self {
        let cores = available_parallelism().map_or(1, usize::from);
        Self::new(cores.saturating_sub(1), WAITING)
    }
}

impl fmt::Debug for HashPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HashPool")
            .field("at_once", &self.0.at_once)
            .field("waiting", &self.0.waiting)
            .finish_non_exhaustive()
    }
}

/// A place in the pool. Dropped before it runs, it is free again.
pub(super) struct Place {
    pool: Arc<Pool>,
    place: OwnedSemaphorePermit,
    permit: Option<OwnedSemaphorePermit>,
}

impl Place {
    /// Waits for its turn and does `work` on a thread of its own. Once begun, it is ended, and only
    /// then is the place free.
    pub(super) async fn run<T: Send + 'static>(
        self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Unavailable> {
        let Self { pool, place, permit } = self;
        let permit = match permit {
            Some(permit) => permit,
            None => {
                let turn = Arc::clone(&pool.running).acquire_owned().await;
                turn.map_err(|_| Unavailable::new("the pool is closed"))?
            }
        };
        let (sender, done) = oneshot::channel();
        // A thread for each: to begin one takes a thousandth of what an argon2id hash takes, and a
        // priority that was lowered can't be raised again for what comes next.
        let began = thread::Builder::new().name("password hash".to_owned()).spawn(move || {
            priority::lower();
            pool.hashes.fetch_add(1, Ordering::Relaxed);
            let made = work();
            drop((place, permit));
            // Nobody waits any more where the request has gone away.
            let _ = sender.send(made);
        });
        if began.is_err() {
            return Err(Unavailable::new("the system has no thread to hash a password"));
        }
        done.await.map_err(|_| Unavailable::new("the hashing of a password was broken off"))
    }
}

pub(super) fn make(costs: Argon2id, password: &[u8]) -> Result<PasswordHash, Unavailable> {
    let mut salt = [0; 16];
    if getrandom::fill(&mut salt).is_err() {
        return Err(Unavailable::new("the system has no random bytes"));
    }
    let hash = costs.hash(password, salt);
    hash.ok_or_else(|| Unavailable::new("there is not enough memory to hash a password"))
}

/// How a pool is doing: for metrics and for a page that shows the health of a service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PoolStats {
    /// How many hashes were made, or are being made, other work among them.
    pub hashes: u64,
    /// How often there was no place.
    pub refused: u64,
    /// How many are being made.
    pub running: usize,
    /// How many wait.
    pub waiting: usize,
}

/// Why a password was not hashed.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HashError {
    /// It is empty: whoever knows the name could log in.
    #[error("the password is empty")]
    Empty,
    /// It has a control character, which Basic can't send.
    #[error("the password has a control character")]
    ControlCharacter,
    /// It is longer than 1024 bytes, and would always be refused.
    #[error("the password is longer than 1024 bytes")]
    TooLong,
    /// It can't be hashed now.
    #[error("the password can't be hashed now: {}", .0.detail())]
    Unavailable(Unavailable),
}

impl From<Unavailable> for HashError {
    fn from(outage: Unavailable) -> Self {
        Self::Unavailable(outage)
    }
}

const WAITING: usize = 128;
const MOST: usize = 1 << 20;
const RETRY_AFTER: Duration = Duration::from_secs(1);
