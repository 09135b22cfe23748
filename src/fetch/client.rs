//! The ready-made client.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper_rustls::{ConfigBuilderExt as _, HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::crypto::aws_lc_rs as aws_lc;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, ConfigBuilder, RootCertStore, WantsVerifier};

use super::{Fetch, FetchError, ServiceFetch, from_service};
use crate::error::ConfigError;
use crate::eventual::BoxFuture;

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
        let config = versions()?.with_native_roots().map_err(|error| {
            ConfigError::new(format!(
                "the system's certificate authorities can't be read ({error}): install \
                 `ca-certificates`, or name them with `HttpClient::with_roots`"
            ))
        })?;
        Ok(Self::with(config.with_no_client_auth()))
    }

    /// Trusts only these certificate authorities, in PEM: those of a company's own issuer.
    ///
    /// # Errors
    ///
    /// No certificate is in it, or one can't be read.
    pub fn with_roots(pem: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        let unreadable = || ConfigError::new("the certificate authorities are no PEM certificates");
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(pem.as_ref()) {
            let certificate = certificate.map_err(|_| unreadable())?;
            roots.add(certificate).map_err(|_| unreadable())?;
        }
        if roots.is_empty() {
            return Err(unreadable());
        }
        Ok(Self::with(versions()?.with_root_certificates(roots).with_no_client_auth()))
    }

    fn with(config: ClientConfig) -> Self {
        // Plain `http` is for this machine, which is checked before the client is asked.
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(config)
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

fn versions() -> Result<ConfigBuilder<ClientConfig, WantsVerifier>, ConfigError> {
    let provider = Arc::new(aws_lc::default_provider());
    ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| ConfigError::new(format!("TLS can't be set up: {error}")))
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
