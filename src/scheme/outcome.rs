//! What a scheme found.

use crate::header::SchemeName;
use crate::identity::{Identity, Principal, Verified};
use crate::rejection::{Rejection, Unavailable, Verdict};

/// What a scheme found in a request.
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "every layer must treat all four")]
pub enum Outcome {
    /// Nothing was presented.
    Absent,
    /// The credentials are good.
    Authenticated(Identity),
    /// Something was presented and it is bad. Never anonymous, in optional mode neither.
    Rejected(Rejection),
    /// Whether it is good can't be known now: 503. There is no conversion from an I/O error to
    /// [`Rejected`](Self::Rejected).
    Unavailable(Unavailable),
}

impl Outcome {
    /// The outcome for credentials that were checked.
    #[must_use]
    pub fn authenticated(principal: Verified<Principal>, scheme: &SchemeName) -> Self {
        Self::Authenticated(Identity::new(principal, scheme.clone()))
    }

    /// The outcome of a [`Verdict`].
    #[must_use]
    pub fn of(verdict: Verdict, scheme: &SchemeName) -> Self {
        match verdict {
            Verdict::Valid(principal) => Self::authenticated(principal, scheme),
            Verdict::Rejected(rejection) => Self::Rejected(rejection),
            Verdict::Unavailable(outage) => Self::Unavailable(outage),
        }
    }
}

impl From<Rejection> for Outcome {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(rejection)
    }
}
