//! A service whose passwords can be guessed at, with a clock of its own.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use http::request::Builder;
use tower_auth::attempts::{AttemptLimits, PeerAddr, Source};
use tower_auth::authenticate::{Builder as DoorBuilder, SomeScheme};
use tower_auth::identity::{Principal, Verified};
use tower_auth::rejection::{Rejection, Unavailable, Verdict, reason};
use tower_auth::scheme::Basic;
use tower_auth::scheme::basic::{Directory, Password};
use tower_auth::store::{AttemptStore, MemoryAttempts};
use tower_auth::testing::FixedClock;
use tower_auth::{AuthenticateLayer, Eventual};

use crate::support::{Log, Stack, basic_of, get};

/// Knows everybody but `nobody…`; the password of `x` is `right-x`.
#[derive(Clone, Default)]
pub(crate) struct People {
    asked: Arc<AtomicUsize>,
    takes: Option<Duration>,
}

impl People {
    /// Checking takes a while, off the async worker.
    pub(crate) fn slow() -> Self {
        Self { takes: Some(Duration::from_millis(100)), ..Self::default() }
    }

    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

impl Directory for People {
    fn verify(&self, name: &str, password: Password<'_>) -> Eventual<Verdict> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let verdict = match (name, password.expose()) {
            ("outage", _) => Unavailable::new("directory").into(),
            (_, "expired-nonce") => {
                Rejection::invalid_credentials("expired_nonce").uncounted().into()
            }
            (name, _) if name.starts_with("nobody") => {
                Rejection::invalid_credentials(reason::UNKNOWN_USER).into()
            }
            (name, password) if password == format!("right-{name}") => {
                Verified::assertion(Principal::new(name)).into()
            }
            _ => Rejection::invalid_credentials(reason::WRONG_PASSWORD).into(),
        };
        match self.takes {
            None => Eventual::Ready(verdict),
            Some(time) => Eventual::pending(async move {
                tokio::time::sleep(time).await;
                verdict
            }),
        }
    }
}

/// A guarded service.
pub(crate) struct Guarded {
    pub(crate) stack: Stack,
    pub(crate) clock: FixedClock,
    pub(crate) people: People,
    pub(crate) log: Log,
}

impl Guarded {
    pub(crate) fn new() -> Self {
        Self::by(People::default(), MemoryAttempts::new(10_000))
    }

    pub(crate) fn by(people: People, store: impl AttemptStore) -> Self {
        Self::with(people, store, Source::connection(), |builder| builder)
    }

    pub(crate) fn with(
        people: People,
        store: impl AttemptStore,
        source: Source,
        change: impl FnOnce(DoorBuilder<SomeScheme>) -> DoorBuilder<SomeScheme>,
    ) -> Self {
        let (clock, log) = (FixedClock::at_unix(1_700_000_000), Log::default());
        let limits = AttemptLimits::new(store, source)
            .secret("a secret of all servers")
            .clock(clock.clone());
        let builder = AuthenticateLayer::builder()
            .scheme(Basic::new("orders", people.clone()))
            .observer(log.clone())
            .limit_attempts(limits);
        let stack = Stack::new(change(builder).build().unwrap());
        Self { stack, clock, people, log }
    }

    pub(crate) fn after(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    pub(crate) async fn right(&self, from: &str, name: &str) {
        self.stack.admits(right(from, name)).await;
    }

    pub(crate) async fn wrong(&self, from: &str, name: &str) {
        self.stack.refuses(wrong(from, name), 401).await;
    }

    /// Fails so often, and waits after each as long as it takes, so that none is too early.
    pub(crate) async fn wrong_times(&self, times: u32, from: &str, name: &str) {
        for _ in 0..times {
            self.wrong(from, name).await;
            self.after(900);
        }
    }

    /// The right password is refused for being too early, and nothing is looked up. When to come
    /// back, in seconds.
    pub(crate) async fn too_early(&self, from: &str, name: &str) -> u64 {
        let before = self.people.asked();
        let refused = self.stack.refuses(right(from, name), 429).await;
        assert_eq!(self.people.asked(), before, "nothing is looked up");
        assert_eq!(refused.reason(), Some("too_many_attempts"));
        assert!(refused.challenges().is_empty());
        refused.read.retry_after.unwrap()
    }
}

/// The extension that a server inserts.
pub(crate) fn peer(address: &str) -> PeerAddr {
    PeerAddr(SocketAddr::new(address.parse::<IpAddr>().unwrap(), 4711))
}

pub(crate) fn attempt(from: &str, name: &str, password: &str) -> Builder {
    get("/").extension(peer(from)).header("authorization", basic_of(format!("{name}:{password}")))
}

pub(crate) fn right(from: &str, name: &str) -> Builder {
    attempt(from, name, &format!("right-{name}"))
}

pub(crate) fn wrong(from: &str, name: &str) -> Builder {
    attempt(from, name, "guess-of-a-stranger")
}

pub(crate) const HOME: &str = "192.0.2.1";
pub(crate) const OFFICE: &str = "198.51.100.2";
