//! A service that insists on being polled ready.

use std::task::{Context, Poll, ready};

use tower_service::Service;

/// Wraps a service; its clones start unready, and calling one that was not polled ready panics.
///
/// Services such as `Buffer` and `ConcurrencyLimit` hand out one slot for each instance that was
/// polled ready. A middleware that polls one instance and calls another breaks them; over `Strict`
/// it fails its test.
///
/// ```should_panic
/// use tower::{Service, service_fn};
/// use tower_auth::testing::Strict;
///
/// let mut service = Strict::new(service_fn(|()| async { Ok::<_, std::io::Error>(()) }));
/// let _ = service.call(()); // nobody has polled it ready
/// ```
#[derive(Debug)]
pub struct Strict<S> {
    inner: S,
    ready: bool,
}

impl<S> Strict<S> {
    /// Wraps `inner`.
    pub fn new(inner: S) -> Self {
        Self { inner, ready: false }
    }
}

impl<S: Clone> Clone for Strict<S> {
    fn clone(&self) -> Self {
        Self::new(self.inner.clone())
    }
}

impl<R, S: Service<R>> Service<R> for Strict<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        ready!(self.inner.poll_ready(cx))?;
        self.ready = true;
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: R) -> S::Future {
        assert!(self.ready, "this instance was called without having been polled ready");
        self.ready = false;
        self.inner.call(request)
    }
}
