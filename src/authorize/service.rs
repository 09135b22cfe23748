//! The decision.

use std::fmt;
use std::mem;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::request::Parts;
use http::{Request, Response};
use tower_service::Service;

use super::ResponseFuture;
use crate::eventual::Eventual;
use crate::front_door::{Visit, misconfigured};
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
            Ok(visit) => visit,
            Err(response) => return ResponseFuture::refused(*response),
        };
        let Some(identity) = visit.identity() else {
            return ResponseFuture::refused(visit.challenge(&Negotiated::of(&head)));
        };
        match self.policy.decide(identity, &head) {
            Eventual::Ready(decision) => match visit.act_on(decision, &head) {
                Ok(()) => {
                    ResponseFuture::inner(self.inner.call(Request::from_parts(head, body)))
                }
                Err(response) => ResponseFuture::refused(*response),
            },
            Eventual::Pending(decision) => {
                // The instance that was polled ready must be the one that is called; its fresh
                // clone stays behind and will be polled before the next call.
                let spare = self.inner.clone();
                let ready = mem::replace(&mut self.inner, spare);
                let visit = visit.clone();
                ResponseFuture::waiting(decision, ready, Request::from_parts(head, body), visit)
            }
        }
    }
}

/// What the front door left in the request.
fn visit(head: &Parts) -> Result<&Visit, Box<Response<Bytes>>> {
    head.extensions.get::<Visit>().ok_or_else(|| {
        Box::new(misconfigured(
            head,
            reason::NO_FRONT_DOOR,
            "an AuthorizeLayer guards this route, but no AuthenticateLayer is outside of it",
        ))
    })
}

impl<S: fmt::Debug> fmt::Debug for Authorize<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authorize").field("inner", &self.inner).finish_non_exhaustive()
    }
}
