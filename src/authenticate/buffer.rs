//! Forms, read before the decision: for the one scheme option that looks for a token there.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tower_layer::Layer;
use tower_service::Service;

use super::{Authenticate, AuthenticateLayer};
use crate::rejection::{Rejection, RejectionKind, reason};
use crate::respond::{EitherBody, Negotiated};
use crate::scheme::{FormBody, is_form};

/// An [`AuthenticateLayer`] that reads form bodies first, made by
/// [`build_buffering_forms`](super::Builder::build_buffering_forms).
///
/// The inner service gets an [`EitherBody`]: the form in memory, or any other body untouched.
#[derive(Clone)]
pub struct AuthenticateFormsLayer {
    authenticate: AuthenticateLayer,
    max_bytes: usize,
}

impl AuthenticateFormsLayer {
    pub(super) fn new(authenticate: AuthenticateLayer, max_bytes: usize) -> Self {
        Self { authenticate, max_bytes }
    }
}

impl<S> Layer<S> for AuthenticateFormsLayer {
    type Service = AuthenticateForms<S>;

    fn layer(&self, inner: S) -> Self::Service {
        let Self { authenticate, max_bytes } = self.clone();
        AuthenticateForms { inner: authenticate.layer(inner), authenticate, max_bytes }
    }
}

impl fmt::Debug for AuthenticateFormsLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthenticateFormsLayer")
            .field("max_bytes", &self.max_bytes)
            .finish_non_exhaustive()
    }
}

/// A service behind a front door that reads forms.
#[derive(Clone)]
pub struct AuthenticateForms<S> {
    inner: Authenticate<S>,
    authenticate: AuthenticateLayer,
    max_bytes: usize,
}

/// The response of [`AuthenticateForms`].
pub type FormsFuture<B, E> =
    Pin<Box<dyn Future<Output = Result<Response<EitherBody<B>>, E>> + Send>>;

impl<S, ReqBody, ResBody> Service<Request<ReqBody>> for AuthenticateForms<S>
where
    S: Service<Request<EitherBody<ReqBody>>, Response = Response<ResBody>>,
    S: Clone + Send + 'static,
    S::Future: Send,
    S::Error: Send,
    ReqBody: Body<Data = Bytes> + Send + 'static,
    ReqBody::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    ResBody: Send,
{
    type Response = Response<EitherBody<ResBody>>;
    type Error = S::Error;
    type Future = FormsFuture<ResBody, S::Error>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        let (mut head, body) = request.into_parts();
        // What is refused by its head alone is not read.
        if !is_form(&head) || self.authenticate.door.is_insecure(&head) {
            let request = Request::from_parts(head, EitherBody::theirs(body));
            return Box::pin(self.inner.call(request));
        }
        // The instance that was polled ready is the one that is called.
        let spare = self.inner.clone();
        let mut ready = std::mem::replace(&mut self.inner, spare);
        let (door, max_bytes) = (self.authenticate.door.clone(), self.max_bytes);
        Box::pin(async move {
            match Limited::new(body, max_bytes).collect().await {
                Ok(collected) => {
                    let form = collected.to_bytes();
                    head.extensions.insert(FormBody(form.clone()));
                    ready.call(Request::from_parts(head, EitherBody::ours(form))).await
                }
                Err(error) => {
                    let rejection = if error.is::<LengthLimitError>() {
                        Rejection::of(RejectionKind::BodyTooLarge, reason::BODY_TOO_LARGE)
                    } else {
                        Rejection::invalid_request(reason::MALFORMED_CREDENTIALS)
                            .describe("The request body could not be read")
                    };
                    let refused = door.refuse(rejection, &Negotiated::of(&head), None);
                    Ok(refused.map(EitherBody::ours))
                }
            }
        })
    }
}

impl<S: fmt::Debug> fmt::Debug for AuthenticateForms<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthenticateForms").field("inner", &self.inner).finish_non_exhaustive()
    }
}
