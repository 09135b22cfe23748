//! What all routes behind one `AuthenticateLayer` share, and the handle to it.

mod auth;
mod cache;
#[cfg(feature = "_timer")]
mod expiry;
mod gate;
#[cfg(feature = "sessions")]
mod session;

use std::sync::Arc;

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderValue, Request, Response, StatusCode};

use crate::attempts::Limiter;
use crate::eventual::Eventual;
use crate::identity::Identity;
use crate::observe::{Event, Observer, default_observer};
use crate::rejection::{Rejection, RejectionKind, reason};
use crate::respond::{Negotiated, Writer};
use crate::scheme::{Admission, Admitted, Finish, Place, SchemeSet};

pub(crate) use auth::Visit;
pub use auth::{Auth, Refused};
pub(crate) use cache::CacheRule;
use cache::Privacy;
pub(crate) use gate::{Gate, GateFuture, Opened, Parting, Unfinished, enter, refused};

/// The shared state of a layer, behind one `Arc` made when the layer is built: axum clones a layer
/// for every route, and a service for every request.
pub(crate) struct FrontDoor {
    pub(crate) schemes: SchemeSet,
    pub(crate) limiter: Option<Arc<Limiter>>,
    pub(crate) writer: Writer,
    pub(crate) observer: Option<Arc<dyn Observer>>,
    pub(crate) is_secure: Option<IsSecure>,
    pub(crate) optional: bool,
    pub(crate) strip: bool,
    pub(crate) cache: CacheRule,
    /// Whether the layer holds the content of requests and answers where a scheme needs it.
    pub(crate) buffering: bool,
}

/// Who may go on, if anybody has to be somebody, and what is left to say in the answer.
type Judged = (Option<Admitted>, Option<Box<dyn Finish>>);

/// Whether a request came over a secured connection.
pub(crate) type IsSecure = Arc<dyn Fn(&Parts) -> bool + Send + Sync>;

impl FrontDoor {
    /// Decides whether a request may go on.
    pub(crate) fn admit(&self, head: &mut Parts) -> Eventual<Admission> {
        self.schemes.mark_sensitive(&mut head.headers);
        if self.is_insecure(head) {
            return Admission::Rejected(Rejection::of(
                RejectionKind::InsecureConnection,
                reason::INSECURE_CONNECTION,
            ))
            .into();
        }
        self.schemes.authenticate(head, self.limiter.as_ref())
    }

    /// Whether credentials would travel readably, where that is asked.
    pub(crate) fn is_insecure(&self, head: &Parts) -> bool {
        self.is_secure.as_ref().is_some_and(|is_secure| !is_secure(head))
    }

    /// Turns what the schemes found into the identities of a request that may go on.
    fn judge(&self, admission: Admission) -> Result<Judged, Rejection> {
        match admission {
            Admission::Admitted(admitted, finish) => {
                self.observe(&Event::Authenticated { identity: &admitted.first });
                Ok((Some(admitted), finish))
            }
            Admission::Absent if self.optional => {
                self.observe(&Event::Anonymous);
                Ok((None, None))
            }
            Admission::Absent => {
                Err(Rejection::of(RejectionKind::NoCredentials, reason::NO_CREDENTIALS))
            }
            Admission::Rejected(rejection) => Err(rejection),
            Admission::Unavailable(outage) => Err(outage.into()),
        }
    }

    /// Who may store the answer to this caller.
    fn privacy(&self, admitted: &Admitted, head: &Parts) -> Privacy {
        if let Some(privacy) = self.cache.privacy() {
            return privacy;
        }
        let identities = std::iter::once(&admitted.first).chain(&admitted.others);
        Privacy::of(identities.flat_map(|it| self.schemes.places_of(it.scheme(), head)))
    }

    /// Takes credentials out of a request that goes on.
    fn strip(&self, head: &mut Parts) {
        let field = self.writer.target.credentials_field();
        for place in self.schemes.places() {
            // No handler could make anything of it but choose it and send it back.
            let is_always = matches!(place, Place::WebSocketProtocol(_));
            if self.strip || is_always {
                place.strip(head, &field);
            }
        }
    }

    /// Refuses a request, of `identity` where that is known.
    pub(crate) fn refuse(
        &self,
        rejection: Rejection,
        negotiated: &Negotiated,
        identity: Option<&Identity>,
    ) -> Response<Bytes> {
        let location = self.login_location(&rejection, negotiated);
        let status = match &location {
            Some(_) => StatusCode::SEE_OTHER,
            None => self.writer.status(&rejection),
        };
        self.observe(&Event::Refused { rejection: &rejection, status, identity });
        if let Some(location) = location {
            return self.writer.redirect(rejection, negotiated, location);
        }
        self.writer.write(rejection, negotiated, |rejection, whose, list| {
            self.schemes.challenges(rejection, whose, list);
        })
    }

    /// Where a person is sent to instead of a 401 that a browser has no answer to. Not from the
    /// login page itself, and not when credentials of another scheme were bad or are missing beside
    /// a session.
    fn login_location(
        &self,
        rejection: &Rejection,
        negotiated: &Negotiated,
    ) -> Option<HeaderValue> {
        let page = negotiated.page.as_ref()?;
        let (login, scheme) = self.schemes.login_page()?;
        if self.writer.status(rejection) != StatusCode::UNAUTHORIZED {
            return None;
        }
        let is_other = rejection.scheme().is_some_and(|attempted| attempted != scheme);
        if is_other || rejection.is_beyond_login() || Some(page.path()) == login.split('?').next() {
            return None;
        }
        let separator = if login.contains('?') { '&' } else { '?' };
        let next: String = form_urlencoded::byte_serialize(page.as_str().as_bytes()).collect();
        HeaderValue::try_from(format!("{login}{separator}next={next}")).ok()
    }

    pub(crate) fn observe(&self, event: &Event<'_>) {
        if let Some(observer) = &self.observer {
            observer.on_event(event);
        }
    }
}

impl Gate for Arc<FrontDoor> {
    type Found = Admission;

    fn open<B>(&self, found: Admission, mut head: Parts, body: B) -> Opened<B> {
        let (admitted, finish) = match self.judge(found) {
            Ok(judged) => judged,
            Err(rejection) => {
                return Opened::No(self.refuse(rejection, &Negotiated::of(&head), None));
            }
        };
        let parting = (self.cache.applies() || finish.is_some()).then(|| Parting {
            door: Self::clone(self),
            privacy: match &admitted {
                Some(admitted) => self.privacy(admitted, &head),
                None => Privacy::Open,
            },
            finish,
        });
        self.strip(&mut head);
        // An identity that an outer layer left there was not made by this door.
        match &admitted {
            Some(admitted) => head.extensions.insert(admitted.first.clone()),
            None => head.extensions.remove::<Identity>(),
        };
        head.extensions.insert(Visit { door: Self::clone(self), admitted });
        Opened::Yes(Request::from_parts(head, body), parting)
    }
}

/// The answer where the crate's own wiring is missing: that is the operator's fault, so 500 and an
/// event, never a pass. There is no front door whose observer and renderer could be asked.
pub(crate) fn misconfigured(head: &Parts, reason: &'static str, detail: &str) -> Response<Bytes> {
    refuse(head, Rejection::of(RejectionKind::Misconfigured, reason).with_detail(detail))
}

/// A refusal without a challenge, said outside of any front door: "I can't tell now", say.
#[cfg(feature = "axum")]
pub(crate) fn refusal(rejection: Rejection) -> Response<Bytes> {
    Writer::default().write(rejection, &Negotiated::default(), |_, _, _| {})
}

/// "You may not", said outside of any front door.
pub(crate) fn forbidden(
    head: &Parts,
    reason: &'static str,
    description: &'static str,
) -> Response<Bytes> {
    refuse(head, Rejection::of(RejectionKind::NotPermitted, reason).describe(description))
}

fn refuse(head: &Parts, rejection: Rejection) -> Response<Bytes> {
    let writer = Writer::default();
    if let Some(observer) = default_observer() {
        let status = writer.status(&rejection);
        observer.on_event(&Event::Refused { rejection: &rejection, status, identity: None });
    }
    writer.write(rejection, &Negotiated::of(head), |_, _, _| {})
}
