//! The handle to the front door.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::request::Parts;
use http::{Request, Response};

use super::{FrontDoor, Gate, Opened};
use crate::identity::Identity;
use crate::observe::Event;
use crate::policy::Decision;
use crate::rejection::{Rejection, RejectionKind, reason};
use crate::respond::{EitherBody, Negotiated};
use crate::scheme::Admitted;

/// What the layer leaves in the extensions of a request that goes on.
#[derive(Clone)]
pub(crate) struct Visit {
    pub(crate) door: Arc<FrontDoor>,
    pub(crate) admitted: Option<Admitted>,
}

impl Visit {
    pub(crate) fn identity(&self) -> Option<&Identity> {
        self.admitted.as_ref().map(|admitted| &admitted.first)
    }

    /// "I don't know who you are."
    pub(crate) fn challenge(&self, negotiated: &Negotiated) -> Response<Bytes> {
        let rejection = Rejection::of(RejectionKind::NoCredentials, reason::NO_CREDENTIALS);
        self.door.refuse(rejection, negotiated, self.identity())
    }

    /// Refuses as `decision` says; `None` if it allows.
    fn refusal(
        &self,
        decision: Decision,
        negotiated: impl FnOnce() -> Negotiated,
    ) -> Option<Response<Bytes>> {
        let Some(identity) = self.identity() else {
            return (!decision.is_allow()).then(|| self.challenge(&negotiated()));
        };
        let Some(rejection) = rejection_for(decision, identity) else {
            self.door.observe(&Event::Permitted { identity });
            return None;
        };
        Some(self.door.refuse(rejection, &negotiated(), Some(identity)))
    }
}

impl Gate for Visit {
    type Found = Decision;

    fn open<B>(&self, found: Decision, head: Parts, body: B) -> Opened<B> {
        match self.refusal(found, || Negotiated::of(&head)) {
            None => Opened::Yes(Request::from_parts(head, body), None),
            Some(response) => Opened::No(response),
        }
    }
}

/// The handle to the front door that a request came through: who the caller is, and how to say no
/// from within a handler.
///
/// In axum it is an extractor. Elsewhere: [`Auth::of`].
#[derive(Clone)]
pub struct Auth {
    pub(super) visit: Visit,
    negotiated: Negotiated,
}

impl Auth {
    /// The handle of this request. `None` if it came through no `AuthenticateLayer`.
    #[must_use]
    pub fn of(request: &Parts) -> Option<Self> {
        let visit = request.extensions.get::<Visit>()?.clone();
        Some(Self { visit, negotiated: Negotiated::of(request) })
    }

    /// Who is calling. `None`: nobody was identified, and nobody had to be.
    #[must_use]
    pub fn identity(&self) -> Option<&Identity> {
        self.visit.identity()
    }

    /// All identities of a layer that demands several schemes, in the order configured.
    pub fn identities(&self) -> impl Iterator<Item = &Identity> {
        let others = self.visit.admitted.iter().flat_map(|admitted| &admitted.others);
        self.identity().into_iter().chain(others)
    }

    /// "I don't know who you are": 401 with every scheme's challenge.
    pub fn challenge(&self) -> Refused {
        self.refuse(Rejection::of(RejectionKind::NoCredentials, reason::NO_CREDENTIALS))
    }

    pub(crate) fn refuse(&self, rejection: Rejection) -> Refused {
        Refused(self.visit.door.refuse(rejection, &self.negotiated, self.identity()))
    }

    /// "I know who you are; you may not": 403.
    ///
    /// Where nobody was identified it is a [`challenge`](Self::challenge), so that a 403 always
    /// means what it says.
    pub fn forbid(&self) -> Refused {
        self.refuse_by(Decision::Deny).unwrap_or_else(|| self.challenge())
    }

    /// Refuses as a policy's decision says; `None` for [`Decision::Allow`].
    #[must_use]
    pub fn refuse_by(&self, decision: Decision) -> Option<Refused> {
        self.visit.refusal(decision, || self.negotiated.clone()).map(Refused)
    }
}

impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Auth").field("identity", &self.identity()).finish_non_exhaustive()
    }
}

/// The refusal that a decision stands for; `None` for [`Decision::Allow`].
fn rejection_for(decision: Decision, identity: &Identity) -> Option<Rejection> {
    let rejection = match decision {
        Decision::Allow => return None,
        Decision::Deny => Rejection::of(RejectionKind::NotPermitted, reason::NOT_PERMITTED),
        Decision::Conceal => Rejection::of(RejectionKind::Concealed, reason::NOT_PERMITTED),
        Decision::InsufficientScope(scopes) => Rejection::insufficient_scope(&scopes),
        Decision::StepUp(step_up) => Rejection::insufficient_authentication(step_up),
        Decision::Unavailable(outage) => outage.into(),
    };
    Some(rejection.attempted(identity.scheme().clone()))
}

/// A refusal, written and ready to be sent. In axum it is a response.
#[derive(Debug)]
#[must_use = "a refusal does nothing until it is returned"]
pub struct Refused(pub(crate) Response<Bytes>);

impl Refused {
    /// The response, for a service whose own bodies are `B`. In axum: `into_response()`.
    #[must_use]
    pub fn into_http<B>(self) -> Response<EitherBody<B>> {
        self.0.map(EitherBody::ours)
    }
}
