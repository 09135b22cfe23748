//! Any tower service as a client.

use std::error::Error;
use std::fmt;

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use tower_service::Service;

use super::door::too_large;
use super::{Fetch, FetchError, MAX_BODY};
use crate::eventual::BoxFuture;

/// Takes a tower service as the client: hyper-util's, or a stack of layers around one.
///
/// It is cloned for each request, and its readiness is waited for. The body is read up to
/// [`MAX_BODY`](super::MAX_BODY) and no further.
///
/// ```
/// use bytes::Bytes;
/// use http::{Request, Response};
/// use http_body_util::Full;
/// use tower::service_fn;
/// use tower_auth::fetch::from_service;
///
/// let client = from_service(service_fn(|_: Request<Full<Bytes>>| async {
///     Ok::<_, std::convert::Infallible>(Response::new(Full::new(Bytes::from("{}"))))
/// }));
/// # let _ = client;
/// ```
pub const fn from_service<S>(service: S) -> ServiceFetch<S> {
    ServiceFetch(service)
}

/// A tower service as a [`Fetch`]; see [`from_service`].
#[derive(Clone)]
pub struct ServiceFetch<S>(S);

impl<S, B> Fetch for ServiceFetch<S>
where
    S: Service<Request<Full<Bytes>>, Response = Response<B>> + Clone + Send + Sync + 'static,
    S::Error: Into<Box<dyn Error + Send + Sync>>,
    S::Future: Send,
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    fn fetch(&self, request: Request<Bytes>) -> BoxFuture<Result<Response<Bytes>, FetchError>> {
        let mut service = self.0.clone();
        Box::pin(async move {
            std::future::poll_fn(|cx| service.poll_ready(cx)).await.map_err(broken)?;
            let response = service.call(request.map(Full::new)).await.map_err(broken)?;
            let (head, body) = response.into_parts();
            // Too long by its own word: nothing of it is read.
            if body.size_hint().lower() > MAX_BODY as u64 {
                return Err(too_large());
            }
            match Limited::new(body, MAX_BODY).collect().await {
                Ok(body) => Ok(Response::from_parts(head, body.to_bytes())),
                Err(error) if error.is::<LengthLimitError>() => Err(too_large()),
                Err(error) => Err(broken(error)),
            }
        })
    }
}

fn broken(error: impl Into<Box<dyn Error + Send + Sync>>) -> FetchError {
    FetchError::because(&*error.into())
}

impl<S> fmt::Debug for ServiceFetch<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServiceFetch").finish_non_exhaustive()
    }
}
