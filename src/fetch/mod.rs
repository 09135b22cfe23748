//! The one door for outgoing HTTP.
//!
//! Whatever this crate asks of another server goes through a [`Fetch`]: the ready-made
//! `HttpClient` (feature `client`), any tower service ([`from_service`]), or a closure, so that a
//! client of your own keeps its proxy, its certificates and its retries.
//!
//! Around whichever it is, the crate itself sees to it that
//!
//! * addresses are `https`, or `http` to this machine (`127.0.0.0/8`, `[::1]`, `localhost`), without
//!   user, password or fragment;
//! * redirects are errors: where keys come from is configured, not told by whoever answers;
//! * it takes 5 s in all, and at most [`MAX_BODY`] bytes are taken.
//!
//! A client that follows redirects by itself, or that reads a body without an end, does so before
//! the crate can see it: turn that off there.
//!
//! ```
//! use bytes::Bytes;
//! use http::{Request, Response};
//! use tower_auth::fetch::{Fetch, FetchError};
//!
//! // Any client will do; this one answers by itself.
//! let client = |request: Request<Bytes>| async move {
//!     match request.uri().path() {
//!         "/jwks" => Ok(Response::new(Bytes::from_static(br#"{"keys":[]}"#))),
//!         path => Err(FetchError::new(format!("no such path: {path}"))),
//!     }
//! };
//! # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
//! let ask = |uri: &str| client.fetch(Request::get(uri).body(Bytes::new()).unwrap());
//! assert!(ask("https://idp.example/jwks").await.is_ok());
//! assert_eq!(
//!     ask("https://idp.example/").await.unwrap_err().to_string(),
//!     "no such path: /",
//! );
//! # });
//! # Ok::<(), std::io::Error>(())
//! ```

mod adapter;
#[cfg(feature = "client")]
mod client;
mod door;
mod error;
#[cfg(feature = "remote-keys")]
mod get;
#[cfg(feature = "introspection")]
mod post;

use bytes::Bytes;
use http::{Request, Response};

use crate::eventual::BoxFuture;

pub use adapter::{ServiceFetch, from_service};
#[cfg(feature = "client")]
pub use client::HttpClient;
pub(crate) use door::{Address, Door};
pub use error::{FetchError, FetchErrorKind};

/// Sends a request and reads the whole answer. Closures are clients.
///
/// Called in a tokio runtime. The future is dropped where the answer takes too long.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no HTTP client",
    note = "give an `HttpClient` (feature `client`), wrap a tower service in \
            `fetch::from_service`, or give a closure from `Request<Bytes>` to a future of \
            `Result<Response<Bytes>, FetchError>`"
)]
pub trait Fetch: Send + Sync + 'static {
    /// Sends `request`.
    ///
    /// An answer is an answer whatever its status; an error is what kept it from coming.
    fn fetch(&self, request: Request<Bytes>) -> BoxFuture<Result<Response<Bytes>, FetchError>>;
}

impl<F, Fut> Fetch for F
where
    F: Fn(Request<Bytes>) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<Response<Bytes>, FetchError>> + Send + 'static,
{
    fn fetch(&self, request: Request<Bytes>) -> BoxFuture<Result<Response<Bytes>, FetchError>> {
        Box::pin(self(request))
    }
}

/// The most that is taken of an answer's body: 256 KiB.
pub const MAX_BODY: usize = 256 * 1024;
