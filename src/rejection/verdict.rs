//! What checking came to.

use std::time::Duration;

use super::Rejection;
use crate::eventual::Eventual;
use crate::identity::{Principal, Verified};

/// What a directory, a token verifier or a key store says of presented credentials.
///
/// An outage is [`Unavailable`](Self::Unavailable) and never [`Rejected`](Self::Rejected): there is
/// no conversion from an I/O error to a rejection, because a client that is told "bad token" throws
/// its good token away.
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "good, bad, or not known: there is no fourth")]
pub enum Verdict {
    /// The credentials are good, and this is whose they are.
    Valid(Verified<Principal>),
    /// The credentials are bad.
    Rejected(Rejection),
    /// Whether they are good can't be known now.
    Unavailable(Unavailable),
}

/// Something that is needed to decide is down: a key server, a directory, a store. Answered with
/// 503, `Retry-After` and no challenge.
#[derive(Clone, Debug, thiserror::Error)]
#[error("not available: {detail}")]
pub struct Unavailable {
    pub(crate) detail: Box<str>,
    pub(crate) retry_after: Duration,
}

impl Unavailable {
    /// Says to operators what is down. Never sent to the client; must not quote a secret.
    pub fn new(detail: impl Into<Box<str>>) -> Self {
        Self { detail: detail.into(), retry_after: Self::RETRY_AFTER }
    }

    /// When the client may try again, in whole seconds (rounded up). Default: 5 s.
    #[must_use]
    pub fn retry_after(mut self, after: Duration) -> Self {
        self.retry_after = after;
        self
    }

    /// What is down, for operators.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// After how long the client may try again.
    #[must_use]
    pub fn wait(&self) -> Duration {
        self.retry_after
    }

    const RETRY_AFTER: Duration = Duration::from_secs(5);
}

impl From<Unavailable> for Verdict {
    fn from(outage: Unavailable) -> Self {
        Self::Unavailable(outage)
    }
}

impl From<Rejection> for Eventual<Verdict> {
    fn from(rejection: Rejection) -> Self {
        Self::Ready(rejection.into())
    }
}

impl From<Unavailable> for Eventual<Verdict> {
    fn from(outage: Unavailable) -> Self {
        Self::Ready(outage.into())
    }
}

impl From<Rejection> for Verdict {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(rejection)
    }
}

impl From<Verified<Principal>> for Verdict {
    fn from(principal: Verified<Principal>) -> Self {
        Self::Valid(principal)
    }
}
