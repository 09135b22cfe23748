//! The ready-made client.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};

use super::{Fetch, FetchError, ServiceFetch, from_service};
use crate::error::ConfigError;
use crate::eventual::BoxFuture;
use crate::tls::{self, Trusting};

/// An HTTPS client: hyper with rustls. It follows no redirect, sends no cookie, uses no proxy.
///
/// Clones share their connections. Give each part of a service a clone.
#[derive(Clone)]
pub struct HttpClient(ServiceFetch<Client<HttpsConnector<HttpConnector>, Full<Bytes>>>);

impl HttpClient {
    /// Trusts the certificate authorities that this machine trusts (or those that the environment
    /// names in `SSL_CERT_FILE` or `SSL_CERT_DIR`).
    ///
    /// # Errors
    ///
    /// The machine has no certificate authorities, as in a container made from nothing.
    pub fn new() -> Result<Self, ConfigError> {
        Ok(Self::with(tls::trusting_the_system("HttpClient::with_roots")?))
    }

    /// Trusts only these certificate authorities, in PEM: those of a company's own issuer.
    ///
    /// # Errors
    ///
    /// No certificate is in it, or one can't be read.
    pub fn with_roots(pem: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        Ok(Self::with(tls::trusting_only(pem.as_ref())?))
    }

    fn with(trusting: Trusting) -> Self {
        // Plain `http` is for this machine, which is checked before the client is asked.
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(trusting.with_no_client_auth())
            .https_or_http()
            .enable_http1()
            .build();
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .build(connector);
        Self(from_service(client))
    }
}

impl Fetch for HttpClient {
    fn fetch(&self, request: Request<Bytes>) -> BoxFuture<Result<Response<Bytes>, FetchError>> {
        self.0.fetch(request)
    }
}

impl fmt::Debug for HttpClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpClient").finish_non_exhaustive()
    }
}

/// Shorter than what servers wait before they close a connection that nobody uses.
const IDLE: Duration = Duration::from_secs(15);
