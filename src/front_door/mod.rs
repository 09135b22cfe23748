//! What all routes behind one `AuthenticateLayer` share, and the handle to it.

mod auth;
mod cache;

use std::sync::Arc;

use bytes::Bytes;
use http::request::Parts;
use http::{Request, Response};

use crate::eventual::Eventual;
use crate::identity::Identity;
use crate::observe::{Event, Observer};
use crate::rejection::{Rejection, RejectionKind, reason};
use crate::respond::{Negotiated, Writer};
use crate::scheme::{Admission, Admitted, SchemeSet};

pub use auth::{Auth, Refused};
pub(crate) use auth::Visit;
pub(crate) use cache::CacheRule;

/// The shared state of a layer, behind one `Arc` made when the layer is built: axum clones a layer
/// for every route, and a service for every request.
pub(crate) struct FrontDoor {
    pub(crate) schemes: SchemeSet,
    pub(crate) writer: Writer,
    pub(crate) observer: Option<Arc<dyn Observer>>,
    pub(crate) optional: bool,
    pub(crate) strip: bool,
    pub(crate) cache: CacheRule,
}

/// A request that may go on: the identities, if any.
pub(crate) type Passed = Option<Admitted>;

impl FrontDoor {
    /// Decides whether a request may go on.
    pub(crate) fn admit(&self, head: &Parts) -> Eventual<Admission> {
        self.schemes.authenticate(head)
    }

    /// Turns what the schemes found into a way on or a refusal.
    pub(crate) fn judge(&self, admission: Admission) -> Result<Passed, Rejection> {
        match admission {
            Admission::Admitted(admitted) => {
                self.observe(&Event::Authenticated { identity: &admitted.first });
                Ok(Some(admitted))
            }
            Admission::Absent if self.optional => {
                self.observe(&Event::Anonymous);
                Ok(None)
            }
            Admission::Absent => {
                Err(Rejection::of(RejectionKind::NoCredentials, reason::NO_CREDENTIALS))
            }
            Admission::Rejected(rejection) => Err(rejection),
            Admission::Unavailable(outage) => Err(outage.into()),
        }
    }

    /// Puts the identity and the handle to this door into a request that goes on.
    pub(crate) fn pass<B>(self: &Arc<Self>, mut head: Parts, body: B, passed: Passed) -> Request<B> {
        if self.strip {
            let field = self.writer.target.credentials_field();
            for place in self.schemes.places() {
                place.strip(&mut head, &field);
            }
        }
        // An identity that an outer layer left there was not made by this door.
        match &passed {
            Some(admitted) => head.extensions.insert(admitted.first.clone()),
            None => head.extensions.remove::<Identity>(),
        };
        head.extensions.insert(Visit { door: Arc::clone(self), admitted: passed });
        Request::from_parts(head, body)
    }

    /// Refuses a request.
    pub(crate) fn refuse(&self, rejection: Rejection, negotiated: &Negotiated) -> Response<Bytes> {
        let status = self.writer.status(&rejection);
        self.observe(&Event::Refused { rejection: &rejection, status });
        self.writer.write(rejection, negotiated, |rejection, whose, list| {
            self.schemes.challenges(rejection, whose, list);
        })
    }

    pub(crate) fn observe(&self, event: &Event<'_>) {
        if let Some(observer) = &self.observer {
            observer.on_event(event);
        }
    }

    /// Whether a request is identified by something that caches don't know to keep apart.
    pub(crate) fn is_private(&self, head: &Parts) -> bool {
        self.cache.applies() && self.schemes.places().any(|place| place.is_filled(head))
    }
}
