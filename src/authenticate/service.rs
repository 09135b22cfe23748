//! The decision.

use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::{Request, Response};
use tower_service::Service;

use super::ResponseFuture;
use crate::front_door::{FrontDoor, enter};
use crate::respond::EitherBody;

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
        let (mut head, body) = request.into_parts();
        let found = self.door.admit(&mut head);
        ResponseFuture { gate: enter(&self.door, found, &mut self.inner, head, body) }
    }
}

impl<S: fmt::Debug> fmt::Debug for Authenticate<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authenticate").field("inner", &self.inner).finish_non_exhaustive()
    }
}
