//! The decision.

use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::request::Parts;
use http::{Request, Response};
use tower_service::Service;

use super::ResponseFuture;
use crate::front_door::{Visit, enter, misconfigured, refused};
use crate::policy::Policy;
use crate::rejection::reason;
use crate::respond::{EitherBody, Negotiated};

/// A service behind a policy. See the [module](super).
#[derive(Clone)]
pub struct Authorize<S> {
    inner: S,
    policy: Arc<dyn Policy>,
}

impl<S> Authorize<S> {
    pub(super) fn new(inner: S, policy: Arc<dyn Policy>) -> Self {
        Self { inner, policy }
    }
}

impl<S, ReqBody, ResBody> Service<Request<ReqBody>> for Authorize<S>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>> + Clone,
{
    type Response = Response<EitherBody<ResBody>>;
    type Error = S::Error;
    type Future = ResponseFuture<S, ReqBody>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        let (head, body) = request.into_parts();
        let visit = match visit(&head) {
            Ok(visit) => visit.clone(),
            Err(response) => return ResponseFuture { gate: refused(*response) },
        };
        let Some(identity) = visit.identity() else {
            let response = visit.challenge(&Negotiated::of(&head));
            return ResponseFuture { gate: refused(response) };
        };
        let found = self.policy.decide(identity, &head);
        ResponseFuture { gate: enter(&visit, found, &mut self.inner, head, body) }
    }
}

/// What the front door left in the request.
fn visit(head: &Parts) -> Result<&Visit, Box<Response<Bytes>>> {
    head.extensions.get::<Visit>().ok_or_else(|| {
        Box::new(misconfigured(
            head,
            reason::NO_FRONT_DOOR,
            "an AuthorizeLayer guards this route, but no AuthenticateLayer is outside of it: give \
             a Router the AuthenticateLayer after it, a ServiceBuilder before it",
        ))
    })
}

impl<S: fmt::Debug> fmt::Debug for Authorize<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authorize").field("inner", &self.inner).finish_non_exhaustive()
    }
}
