//! What a scheme found.

#[cfg(feature = "sessions")]
use std::sync::Arc;

use super::Finish;
use crate::header::SchemeName;
use crate::identity::{Identity, Principal, Verified};
use crate::rejection::{Rejection, Unavailable, Verdict};
#[cfg(feature = "sessions")]
use crate::store::SessionRecord;

/// What a scheme found in a request.
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "every layer must treat all four")]
pub enum Outcome {
    /// Nothing was presented.
    Absent,
    /// The credentials are good.
    Authenticated(Accepted),
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
        let identity = Identity::new(principal, scheme.clone());
        Self::Authenticated(Accepted { identity, finish: None })
    }

    /// The outcome for a caller who is known by a session.
    #[cfg(feature = "sessions")]
    pub(super) fn in_session(
        principal: Verified<Principal>,
        scheme: &SchemeName,
        session: Arc<SessionRecord>,
    ) -> Self {
        let identity = Identity::new(principal, scheme.clone()).with_session(session);
        Self::Authenticated(Accepted { identity, finish: None })
    }

    /// Has `finish` add to the answer, if the credentials were good.
    #[must_use]
    pub fn finish(mut self, finish: impl Finish) -> Self {
        if let Self::Authenticated(accepted) = &mut self {
            accepted.finish = Some(Box::new(finish));
        }
        self
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

/// Credentials that were accepted.
#[derive(Debug)]
pub struct Accepted {
    pub(super) identity: Identity,
    pub(super) finish: Option<Box<dyn Finish>>,
}

impl Accepted {
    /// Whose they are.
    #[must_use]
    pub fn identity(&self) -> &Identity {
        &self.identity
    }
}

impl From<Rejection> for Outcome {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(rejection)
    }
}
