//! Web pages that may call a server.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::header::ORIGIN;
use http::request::Parts;
use http::{Request, Response};
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use crate::error::ConfigError;
use crate::front_door::forbidden;
use crate::metadata::check_url;
use crate::rejection::reason;
use crate::respond::EitherBody;

/// Refuses requests that a web page of another origin has sent: 403.
///
/// A page that has its host name point to the server's address (DNS rebinding) reads what a
/// server on the same machine or network answers. Browsers say in `Origin` where a page is from,
/// so the protocol has servers check that field, whatever else the request carries. A request
/// without it is from no page, and goes on.
///
/// Put it outside of the front door, and inside of a CORS layer.
///
/// ```
/// # use http::{Request, StatusCode};
/// # use tower::{ServiceBuilder, ServiceExt, service_fn};
/// use tower_auth::mcp::AllowOrigins;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let handler = service_fn(|_: Request<()>| async {
/// #     Ok::<_, std::convert::Infallible>(http::Response::new(String::new()))
/// # });
/// let origins = AllowOrigins::new(["https://app.example"])?;
/// let service = ServiceBuilder::new().layer(origins).service(handler);
///
/// let ours = Request::post("/mcp").header("origin", "https://app.example").body(())?;
/// assert_eq!(service.clone().oneshot(ours).await?.status(), StatusCode::OK);
/// let foreign = Request::post("/mcp").header("origin", "https://evil.example").body(())?;
/// assert_eq!(service.oneshot(foreign).await?.status(), StatusCode::FORBIDDEN);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct AllowOrigins(Arc<[Box<str>]>);

impl AllowOrigins {
    /// Lets pages of these origins through, each `https://HOST` or `https://HOST:PORT`. None: no
    /// page may.
    ///
    /// # Errors
    ///
    /// When one of them is no origin: not HTTPS (loopback excepted), with a path, or with capital
    /// letters, which browsers never send.
    pub fn new<O>(origins: impl IntoIterator<Item = O>) -> Result<Self, ConfigError>
    where
        O: Into<Box<str>>,
    {
        let origins: Arc<[Box<str>]> = origins.into_iter().map(Into::into).collect();
        for origin in origins.iter() {
            check_url("the origin", origin)?;
            let has_path = origin.split('/').count() != 3 || origin.contains('?');
            if has_path || origin.bytes().any(|byte| byte.is_ascii_uppercase()) {
                return Err(ConfigError::new(format!(
                    "`{origin}` is no origin as browsers send it: write scheme and host in lower \
                     case and nothing after, such as `https://app.example`"
                )));
            }
        }
        Ok(Self(origins))
    }

    /// Refuses the request, unless its origin may call.
    fn refusal(&self, head: &Parts) -> Option<Response<Bytes>> {
        let mut origins = head.headers.get_all(ORIGIN).iter();
        let origin = origins.next()?;
        let is_ours = self.0.iter().any(|ours| ours.as_bytes() == origin.as_bytes());
        if is_ours && origins.next().is_none() {
            return None;
        }
        Some(forbidden(
            head,
            reason::FOREIGN_ORIGIN,
            "Pages of this origin may not call this service",
        ))
    }
}

impl<S> Layer<S> for AllowOrigins {
    type Service = AllowOriginsService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        AllowOriginsService { inner, origins: self.clone() }
    }
}

/// A service behind [`AllowOrigins`].
#[derive(Clone, Debug)]
pub struct AllowOriginsService<S> {
    inner: S,
    origins: AllowOrigins,
}

impl<S, ReqBody, ResBody> Service<Request<ReqBody>> for AllowOriginsService<S>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>>,
{
    type Response = Response<EitherBody<ResBody>>;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        let (head, body) = request.into_parts();
        let state = match self.origins.refusal(&head) {
            Some(response) => State::Refused { response: std::future::ready(response) },
            None => State::Inner { future: self.inner.call(Request::from_parts(head, body)) },
        };
        ResponseFuture { state }
    }
}

pin_project! {
    /// The response of [`AllowOriginsService`].
    #[derive(Debug)]
    pub struct ResponseFuture<F> {
        #[pin]
        state: State<F>,
    }
}

pin_project! {
    #[derive(Debug)]
    #[project = StateProject]
    enum State<F> {
        Inner { #[pin] future: F },
        Refused { response: std::future::Ready<Response<Bytes>> },
    }
}

impl<F, B, E> Future for ResponseFuture<F>
where
    F: Future<Output = Result<Response<B>, E>>,
{
    type Output = Result<Response<EitherBody<B>>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project().state.project() {
            StateProject::Inner { future } => Poll::Ready(
                ready!(future.poll(cx)).map(|response| response.map(EitherBody::theirs)),
            ),
            StateProject::Refused { response } => {
                let response = ready!(Pin::new(response).poll(cx));
                Poll::Ready(Ok(response.map(EitherBody::ours)))
            }
        }
    }
}
