//! A verifier that counts, and that can change its mind.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use tower_auth::header::SchemeName;
use tower_auth::identity::{Principal, Verified};
use tower_auth::rejection::{Rejection, Unavailable, Verdict, reason};
use tower_auth::testing::FixedClock;
use tower_auth::token::VerifyToken;
use tower_auth::{Eventual, Identity};

pub(crate) const NOW: u64 = 1_700_000_000;

pub(crate) fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

pub(crate) fn clock() -> FixedClock {
    FixedClock::at_unix(NOW)
}

/// Takes `good…` and, as down, `down…`; everything else is bad.
#[derive(Clone)]
pub(crate) struct Counting(Arc<State>);

struct State {
    calls: AtomicUsize,
    generation: AtomicU64,
    expires_at: Mutex<Option<SystemTime>>,
    is_slow: bool,
}

impl Counting {
    pub(crate) fn new() -> Self {
        Self::that_is_slow(false)
    }

    /// Answers later.
    pub(crate) fn slow() -> Self {
        Self::that_is_slow(true)
    }

    fn that_is_slow(is_slow: bool) -> Self {
        Self(Arc::new(State {
            calls: AtomicUsize::new(0),
            generation: AtomicU64::new(0),
            expires_at: Mutex::new(None),
            is_slow,
        }))
    }

    pub(crate) fn expires_at(self, at: SystemTime) -> Self {
        *self.0.expires_at.lock().unwrap() = Some(at);
        self
    }

    pub(crate) fn calls(&self) -> usize {
        self.0.calls.load(Ordering::SeqCst)
    }

    /// A key is removed.
    pub(crate) fn rotate(&self) {
        self.0.generation.fetch_add(1, Ordering::SeqCst);
    }

    fn judge(&self, token: &str) -> Verdict {
        if token.starts_with("down") {
            return Unavailable::new("down").into();
        }
        if !token.starts_with("good") {
            return Rejection::invalid_credentials(reason::UNKNOWN_TOKEN).into();
        }
        let mut principal = Principal::new(token)
            .issuer("https://idp.example")
            .token_id(token)
            .session_id(format!("session of {token}"))
            .issued_at(at(NOW));
        if let Some(at) = *self.0.expires_at.lock().unwrap() {
            principal = principal.expires_at(at);
        }
        Verified::assertion(principal).into()
    }
}

impl VerifyToken for Counting {
    fn verify(&self, token: &str) -> Eventual<Verdict> {
        self.0.calls.fetch_add(1, Ordering::SeqCst);
        let verdict = self.judge(token);
        if !self.0.is_slow {
            return verdict.into();
        }
        Eventual::pending(async move {
            tokio::task::yield_now().await;
            verdict
        })
    }

    fn generation(&self) -> u64 {
        self.0.generation.load(Ordering::SeqCst)
    }
}

/// The subject, or the reason why not.
pub(crate) async fn judge(verifier: &Arc<dyn VerifyToken>, token: &str) -> Result<String, String> {
    let verdict = match verifier.verify(token) {
        Eventual::Ready(verdict) => verdict,
        Eventual::Pending(later) => later.await,
    };
    match verdict {
        Verdict::Valid(principal) => {
            Ok(Identity::new(principal, SchemeName::BEARER).subject().to_owned())
        }
        Verdict::Rejected(rejection) => Err(rejection.reason().to_owned()),
        Verdict::Unavailable(_) => Err("503".to_owned()),
    }
}
