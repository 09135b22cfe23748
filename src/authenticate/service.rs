//! The decision.

use std::fmt;
use std::mem;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::{Request, Response};
use tower_service::Service;

use super::ResponseFuture;
use crate::eventual::Eventual;
use crate::front_door::FrontDoor;
use crate::respond::{EitherBody, Negotiated};

/// A service behind a front door. See the [module](super).
#[derive(Clone)]
pub struct Authenticate<S> {
    inner: S,
    door: Arc<FrontDoor>,
}

impl<S> Authenticate<S> {
    pub(super) fn new(inner: S, door: Arc<FrontDoor>) -> Self {
        Self { inner, door }
    }
}

impl<S, ReqBody, ResBody> Service<Request<ReqBody>> for Authenticate<S>
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
        match self.door.admit(&head) {
            Eventual::Ready(admission) => match self.door.judge(admission) {
                Ok(passed) => {
                    let private = passed.is_some() && self.door.is_private(&head);
                    let request = self.door.pass(head, body, passed);
                    ResponseFuture::inner(self.inner.call(request), &self.door, private)
                }
                Err(rejection) => {
                    ResponseFuture::refused(self.door.refuse(rejection, &Negotiated::of(&head)))
                }
            },
            Eventual::Pending(admission) => {
                // The instance that was polled ready must be the one that is called; its fresh
                // clone stays behind and will be polled before the next call.
                let spare = self.inner.clone();
                let ready = mem::replace(&mut self.inner, spare);
                let request = Request::from_parts(head, body);
                ResponseFuture::waiting(admission, ready, request, Arc::clone(&self.door))
            }
        }
    }
}

impl<S: fmt::Debug> fmt::Debug for Authenticate<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authenticate").field("inner", &self.inner).finish_non_exhaustive()
    }
}
