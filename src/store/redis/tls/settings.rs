//! Whom TLS to Redis trusts, and as whom we come.

use std::sync::Arc;

use redis::ConnectionAddr;
use rustls::ClientConfig;
use rustls::client::Resumption;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio_rustls::TlsConnector;

use super::Tunnel;
use crate::error::ConfigError;
use crate::secret::Secret;
use crate::store::redis::RedisSettings;
use crate::tls::{self, Trusting};

/// In PEM, as they were given.
#[derive(Default)]
pub(in crate::store::redis) struct TlsSettings {
    roots: Option<Vec<u8>>,
    client: Option<(Vec<u8>, Secret)>,
}

impl RedisSettings {
    /// Trusts only these certificate authorities, in PEM: those of a company's own Redis. Default:
    /// those that this machine trusts (or that the environment names in `SSL_CERT_FILE` or
    /// `SSL_CERT_DIR`).
    ///
    /// ```no_run
    /// use tower_auth::store::RedisStores;
    ///
    /// let redis = RedisStores::at("rediss://:password@redis.internal:6380")
    ///     .roots(std::fs::read("/etc/ssl/company.pem")?)
    ///     .connect()?;
    /// # let _ = redis;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn roots(mut self, pem: impl AsRef<[u8]>) -> Self {
        self.tls.roots = Some(pem.as_ref().to_vec());
        self
    }

    /// Shows Redis this certificate, in PEM with those that it is signed by, and its key. Redis asks
    /// for one by default (`tls-auth-clients`); managed services mostly do not.
    pub fn client_certificate(mut self, chain: impl AsRef<[u8]>, key: impl Into<Secret>) -> Self {
        self.tls.client = Some((chain.as_ref().to_vec(), key.into()));
        self
    }
}

impl TlsSettings {
    /// Whether somebody counts on TLS.
    pub(in crate::store::redis) const fn are_given(&self) -> bool {
        self.roots.is_some() || self.client.is_some()
    }

    pub(in crate::store::redis) fn tunnel(
        &self,
        to: &ConnectionAddr,
    ) -> Result<Tunnel, ConfigError> {
        let no_name = || ConfigError::new("the address of Redis has no host name for TLS");
        let ConnectionAddr::Tcp(host, port) = to else { return Err(no_name()) };
        let name = ServerName::try_from(host.clone()).map_err(|_| no_name())?;
        let mut config = self.config()?;
        // Each connection looks at the certificate anew, and there are few.
        config.resumption = Resumption::disabled();
        Ok(Tunnel {
            host: host.clone(),
            port: *port,
            name,
            connector: TlsConnector::from(Arc::new(config)),
            shows_certificate: self.client.is_some(),
        })
    }

    fn config(&self) -> Result<ClientConfig, ConfigError> {
        let trusting = match &self.roots {
            Some(pem) => tls::trusting_only(pem)?,
            None => tls::trusting_the_system("RedisSettings::roots")?,
        };
        match &self.client {
            Some((chain, key)) => showing(trusting, chain, key),
            None => Ok(trusting.with_no_client_auth()),
        }
    }
}

/// Quotes nothing of the key.
fn showing(trusting: Trusting, chain: &[u8], key: &Secret) -> Result<ClientConfig, ConfigError> {
    let no_chain = || ConfigError::new("the client certificate for Redis is no PEM certificate");
    let chain: Vec<_> =
        CertificateDer::pem_slice_iter(chain).collect::<Result<_, _>>().map_err(|_| no_chain())?;
    if chain.is_empty() {
        return Err(no_chain());
    }
    let key = PrivateKeyDer::from_pem_slice(key.expose()).map_err(|_| {
        ConfigError::new("the key of the client certificate for Redis is no PEM private key")
    })?;
    trusting.with_client_auth_cert(chain, key).map_err(|_| {
        ConfigError::new("the client certificate for Redis and its key do not belong together")
    })
}
