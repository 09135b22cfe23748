//! Content that is read before the decision, for the schemes that look at it.

use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::request::Parts;
use http::{Method, Request, Response, StatusCode};
use http_body::Body;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tower_layer::Layer;
use tower_service::Service;

use super::{Authenticate, AuthenticateLayer};
use crate::front_door::{FrontDoor, Unfinished};
use crate::rejection::{Rejection, RejectionKind, reason};
use crate::respond::{BufferedBody, EitherBody, Negotiated};
use crate::scheme::Answered;

/// An [`AuthenticateLayer`] that reads the content of some requests first, made by
/// [`build_buffering`](super::Builder::build_buffering).
///
/// The inner service gets an [`EitherBody`]: content in memory, or a body untouched.
#[derive(Clone)]
pub struct AuthenticateBufferingLayer {
    authenticate: AuthenticateLayer,
    max_bytes: usize,
}

impl AuthenticateBufferingLayer {
    pub(super) fn new(authenticate: AuthenticateLayer, max_bytes: usize) -> Self {
        Self { authenticate, max_bytes }
    }
}

impl<S> Layer<S> for AuthenticateBufferingLayer {
    type Service = AuthenticateBuffering<S>;

    fn layer(&self, inner: S) -> Self::Service {
        let Self { authenticate, max_bytes } = self.clone();
        AuthenticateBuffering { inner: authenticate.layer(inner), authenticate, max_bytes }
    }
}

impl fmt::Debug for AuthenticateBufferingLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthenticateBufferingLayer")
            .field("max_bytes", &self.max_bytes)
            .finish_non_exhaustive()
    }
}

/// A service behind a front door that reads content.
#[derive(Clone)]
pub struct AuthenticateBuffering<S> {
    inner: Authenticate<S>,
    authenticate: AuthenticateLayer,
    max_bytes: usize,
}

/// The response of [`AuthenticateBuffering`].
pub type BufferingFuture<B, E> =
    Pin<Box<dyn Future<Output = Result<Response<EitherBody<B>>, E>> + Send>>;

impl<S, ReqBody, ResBody> Service<Request<ReqBody>> for AuthenticateBuffering<S>
where
    S: Service<Request<EitherBody<ReqBody>>, Response = Response<ResBody>>,
    S: Clone + Send + 'static,
    S::Future: Send,
    S::Error: Send,
    ReqBody: Body<Data = Bytes> + Send + 'static,
    ReqBody::Error: Into<Box<dyn Error + Send + Sync>>,
    ResBody: Body<Data = Bytes> + Send,
{
    type Response = Response<EitherBody<ResBody>>;
    type Error = S::Error;
    type Future = BufferingFuture<ResBody, S::Error>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        let (mut head, body) = request.into_parts();
        let door = &self.authenticate.door;
        // What is refused by its head alone is not read.
        if door.is_insecure(&head) || !door.schemes.needs_content(&head) {
            let request = Request::from_parts(head, EitherBody::theirs(body));
            return Box::pin(self.inner.call(request));
        }
        // The instance that was polled ready is the one that is called.
        let spare = self.inner.clone();
        let mut ready = std::mem::replace(&mut self.inner, spare);
        let (door, max_bytes) = (Arc::clone(door), self.max_bytes);
        let is_head = head.method == Method::HEAD;
        Box::pin(async move {
            match Limited::new(body, max_bytes).collect().await {
                Ok(collected) => {
                    let trailers = collected.trailers().cloned();
                    let content = collected.to_bytes();
                    head.extensions.insert(BufferedBody(content.clone()));
                    let request = Request::from_parts(head, EitherBody::read(content, trailers));
                    let response = ready.call(request).await?;
                    finish(response, is_head, &door, max_bytes).await
                }
                Err(error) => Ok(unread(&door, &head, &*error).map(EitherBody::ours)),
            }
        })
    }
}

/// The refusal of content that is too long, or that broke off.
fn unread(door: &FrontDoor, head: &Parts, error: &(dyn Error + 'static)) -> Response<Bytes> {
    let rejection = if error.is::<LengthLimitError>() {
        Rejection::of(RejectionKind::BodyTooLarge, reason::BODY_TOO_LARGE)
    } else {
        Rejection::invalid_request(reason::MALFORMED_CREDENTIALS)
            .describe("The request body could not be read")
    };
    door.refuse(rejection, &Negotiated::of(head), None)
}

/// Hands the content of the answer to the scheme that waits for it.
async fn finish<B, E>(
    response: Response<EitherBody<B>>,
    is_head: bool,
    door: &FrontDoor,
    max_bytes: usize,
) -> Result<Response<EitherBody<B>>, E>
where
    B: Body<Data = Bytes>,
{
    let (mut head, body) = response.into_parts();
    let unfinished = head.extensions.remove::<Unfinished>();
    let Some(finish) = unfinished.and_then(|unfinished| unfinished.take()) else {
        return Ok(Response::from_parts(head, body));
    };
    let target = door.writer.target;
    // RFC 9110 §6.4.1: whatever the service wrote, these are sent without content.
    if is_head || matches!(head.status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED) {
        finish.finish(&mut Answered::new(head.status, &mut head.headers, Some(&[]), target));
        return Ok(Response::from_parts(head, body));
    }
    let most = u64::try_from(max_bytes).unwrap_or(u64::MAX);
    // A stream of unknown length is passed on as it comes.
    if body.size_hint().exact().is_none_or(|length| length > most) {
        finish.finish(&mut Answered::new(head.status, &mut head.headers, None, target));
        return Ok(Response::from_parts(head, body));
    }
    let Ok(collected) = body.collect().await else {
        // The head is not sent yet, so the client can be told more than a broken connection says.
        let mut broken = Response::new(EitherBody::ours(Bytes::new()));
        *broken.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        return Ok(broken);
    };
    let trailers = collected.trailers().cloned();
    let content = collected.to_bytes();
    finish.finish(&mut Answered::new(head.status, &mut head.headers, Some(&content), target));
    Ok(Response::from_parts(head, EitherBody::read(content, trailers)))
}

impl<S: fmt::Debug> fmt::Debug for AuthenticateBuffering<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthenticateBuffering").field("inner", &self.inner).finish_non_exhaustive()
    }
}
