//! Tokens of issuers that are found when they are needed.

mod asking;

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use arc_swap::ArcSwap;

use self::asking::{Asking, Known, Landed, Question};
use super::Jwt;
use super::issuers::generation_of_all;
use super::rules::{VerifyJwt, unlisted, unreadable};
use crate::clock::{Clock, SystemClock};
use crate::error::ConfigError;
use crate::eventual::{BoxFuture, Eventual};
use crate::jose::{PayloadRoom, Unchecked};
use crate::rejection::{Unavailable, Verdict};
use crate::token::{IntoVerifier, VerifyToken};

/// Takes tokens of whatever issuers a function knows: the tenants of a service, say.
///
/// The function is given the `iss` of a token, unchecked: it is a name that anyone can write.
/// It says `Some(settings)` for a tenant, `None` for a stranger, and `Err` where it can't tell now
/// (503). Look it up; never make an address of it. The settings are held to the issuer that was
/// asked for.
///
/// Tenants are kept until there are too many (1000, the oldest goes first) or they are
/// [forgotten](Self::forget); strangers for 30 s, and at most as many. However many requests need
/// the same tenant, the function is asked once; it has [5 s](Self::time_limit) to answer. Needs a
/// tokio runtime.
///
/// ```
/// use tower_auth::Eventual;
/// use tower_auth::rejection::Verdict;
/// use tower_auth::testing::TokenMaker;
/// use tower_auth::token::IntoVerifier;
/// use tower_auth::token::jwt::{Jwt, Tenants};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), tower_auth::ConfigError> {
/// let acme = TokenMaker::es256().issuer("https://acme.example").audience("api");
/// let keys = acme.keys();
/// let verifier = Tenants::new(move |issuer: &str| {
///     let settings = (issuer == "https://acme.example")
///         .then(|| Jwt::issuer(issuer).audience("api").keys(keys.clone()));
///     async { Ok(settings) }
/// })
/// .into_verifier()?;
///
/// let judge = async |token: &str| match verifier.verify(token) {
///     Eventual::Ready(verdict) => verdict,
///     Eventual::Pending(verdict) => verdict.await,
/// };
/// assert!(matches!(judge(&acme.token("alice").sign()).await, Verdict::Valid(_)));
/// let stranger = acme.token("alice").claim("iss", "https://evil.example").sign();
/// assert!(matches!(judge(&stranger).await, Verdict::Rejected(_)));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Tenants {
    inner: Arc<Inner>,
}

type Find = dyn Fn(&str) -> BoxFuture<Result<Option<Jwt>, Unavailable>> + Send + Sync;
type Table = HashMap<Box<str>, Arc<dyn VerifyJwt>>;

struct Inner {
    find: Box<Find>,
    /// Read without a lock.
    known: ArcSwap<Table>,
    /// How often a tenant came or went.
    changes: AtomicU64,
    /// The lock is held for a look-up, never while anything is asked.
    rest: Mutex<Rest>,
}

struct Rest {
    most: usize,
    time_limit: Duration,
    clock: Arc<dyn Clock>,
    /// The names of `known`, oldest first.
    order: VecDeque<Box<str>>,
    strangers: HashMap<Box<str>, SystemTime>,
    /// INVARIANT: the answer to a question that is no longer here, or that another one has taken
    /// the place of, was forgotten before it came, and counts for nothing.
    asked: HashMap<Box<str>, Arc<Question>>,
}

impl Tenants {
    /// Asks `find` for issuers that are not known yet.
    pub fn new<F, Fut>(find: F) -> Self
    where
        F: Fn(&str) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Option<Jwt>, Unavailable>> + Send + 'static,
    {
        let find: Box<Find> = Box::new(move |issuer| Box::pin(find(issuer)));
        let rest = Mutex::new(Rest {
            most: MOST,
            time_limit: TIME_LIMIT,
            clock: Arc::new(SystemClock),
            order: VecDeque::new(),
            strangers: HashMap::new(),
            asked: HashMap::new(),
        });
        Self {
            inner: Arc::new(Inner {
                find,
                known: ArcSwap::default(),
                changes: AtomicU64::new(0),
                rest,
            }),
        }
    }

    /// Keeps at most this many tenants. Default: 1000.
    #[must_use]
    pub fn at_most(self, count: usize) -> Self {
        self.inner.rest().most = count.max(1);
        self
    }

    /// How long the function may take to find an issuer; then its tokens are answered with 503, and
    /// the next one makes it be asked again. Default: 5 s.
    #[must_use]
    pub fn time_limit(self, time: Duration) -> Self {
        self.inner.rest().time_limit = time;
        self
    }

    /// Tells the time. Default: the system's clock.
    #[must_use]
    pub fn clock(self, clock: impl Clock) -> Self {
        self.inner.rest().clock = Arc::new(clock);
        self
    }

    /// Forgets a tenant, or that there is none: the function is asked again. What it was asked
    /// before and answers later is not heeded.
    pub fn forget(&self, issuer: &str) {
        let mut rest = self.inner.rest();
        if let Some(question) = rest.asked.remove(issuer) {
            question.send_replace(Some(Landed::Forgotten));
        }
        rest.strangers.remove(issuer);
        rest.order.retain(|name| **name != *issuer);
        let mut known = Table::clone(&self.inner.known.load());
        known.remove(issuer);
        self.inner.known.store(Arc::new(known));
        self.inner.change();
    }

    /// How many tenants are known.
    #[must_use]
    pub fn len(&self) -> usize {
        self.inner.known.load().len()
    }

    /// Whether no tenant is known yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl IntoVerifier for Tenants {
    fn into_verifier(self) -> Result<Arc<dyn VerifyToken>, ConfigError> {
        Ok(Arc::new(Found(self.inner)))
    }
}

impl fmt::Debug for Tenants {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tenants").field("known", &self.len()).finish_non_exhaustive()
    }
}

struct Found(Arc<Inner>);

impl VerifyToken for Found {
    fn verify(&self, token: &str) -> Eventual<Verdict> {
        let mut room = PayloadRoom::new();
        let unchecked = match Unchecked::open(token, &mut room) {
            Ok(unchecked) => unchecked,
            Err(error) => return Verdict::from(unreadable(error)).into(),
        };
        let issuer = unchecked.issuer().filter(|issuer| issuer.len() <= LONGEST);
        let issuer = issuer.as_deref().and_then(|issuer| str::from_utf8(issuer).ok());
        let Some(issuer) = issuer else { return Verdict::from(unlisted()).into() };
        if let Some(tenant) = self.0.known.load().get(issuer) {
            return tenant.verify_unchecked(&unchecked);
        }
        match self.0.ask(issuer) {
            Known::Tenant(tenant) => tenant.verify_unchecked(&unchecked),
            Known::Stranger => Verdict::from(unlisted()).into(),
            Known::Down(outage) => Verdict::from(outage).into(),
            Known::Asked(landing) => {
                let (inner, issuer) = (Arc::clone(&self.0), issuer.to_owned());
                let token = token.to_owned();
                Eventual::pending(async move { inner.wait(landing, &issuer, &token).await })
            }
        }
    }

    /// Asks each of the tenants, up to a number. Where there are more, no two answers are alike,
    /// and a cache around them remembers nothing.
    fn generation(&self) -> u64 {
        let known = self.0.known.load();
        if known.len() > ASKED_FOR_GENERATION {
            return self.0.change();
        }
        // One who left and came back may have other keys by the same count.
        let changes = self.0.changes.load(Ordering::Acquire);
        generation_of_all(known.values()) ^ changes.rotate_left(32)
    }
}

impl Inner {
    fn change(&self) -> u64 {
        self.changes.fetch_add(1, Ordering::AcqRel)
    }

    fn rest(&self) -> MutexGuard<'_, Rest> {
        self.rest.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes note of what was found, unless it was forgotten meanwhile; says what is wrong with it.
    fn learn(&self, asking: &Asking, found: Option<Jwt>) -> Result<(), Unavailable> {
        let issuer = &*asking.issuer;
        let tenant = match found {
            None => None,
            Some(settings) if settings.issuer_name() != issuer => {
                return Err(Unavailable::new("the settings found are those of another issuer"));
            }
            Some(settings) => {
                let verifier = settings.into_jwt_verifier();
                Some(verifier.map_err(|error| Unavailable::new(error.to_string()))?)
            }
        };
        let mut rest = self.rest();
        if !rest.is_asked(asking) {
            return Ok(());
        }
        match tenant {
            None => rest.remember_stranger(issuer),
            Some(tenant) => {
                let mut known = Table::clone(&self.known.load());
                while known.len() >= rest.most
                    && let Some(oldest) = rest.order.pop_front()
                {
                    known.remove(&oldest);
                }
                known.insert(issuer.into(), tenant);
                rest.order.push_back(issuer.into());
                self.known.store(Arc::new(known));
                self.change();
            }
        }
        Ok(())
    }
}

impl Rest {
    fn remember_stranger(&mut self, issuer: &str) {
        let now = self.clock.now();
        if self.strangers.len() >= self.most {
            self.strangers.retain(|_, until| now < *until);
        }
        // Still full: a flood of invented names. To forget them costs a question each, no more.
        if self.strangers.len() >= self.most {
            self.strangers.clear();
        }
        let until = now.checked_add(STRANGER_FOR).unwrap_or(now);
        self.strangers.insert(issuer.into(), until);
    }
}

/// Tenants, and strangers, that are kept.
const MOST: usize = 1000;
/// Tenants whose keys are looked at for a cache of tokens, at some 50 ns each.
const ASKED_FOR_GENERATION: usize = 16;
/// Bytes of an issuer's name.
const LONGEST: usize = 1024;
const TIME_LIMIT: Duration = Duration::from_secs(5);
const STRANGER_FOR: Duration = Duration::from_secs(30);
