//! How TLS is spoken to others: with aws-lc-rs, which is chosen here. A process-wide default is
//! neither asked for nor installed, so it does not matter which ones other crates bring.

use std::sync::Arc;

use rustls::client::WantsClientCert;
use rustls::crypto::aws_lc_rs as aws_lc;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, ConfigBuilder, RootCertStore};

use crate::error::ConfigError;

/// Says whom it trusts, and does not yet say whether we show a certificate.
pub(crate) type Trusting = ConfigBuilder<ClientConfig, WantsClientCert>;

/// Trusts the certificate authorities that this machine trusts. Where there are none, the sentence
/// names what else can be done.
pub(crate) fn trusting_the_system(otherwise: &str) -> Result<Trusting, ConfigError> {
    let mut roots = RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    // Machines have old ones among them that nobody can read any more.
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        let why =
            found.errors.first().map_or_else(|| "there are none".to_owned(), |e| e.to_string());
        return Err(ConfigError::new(format!(
            "the system's certificate authorities can't be read ({why}): install \
             `ca-certificates`, or name them with `{otherwise}`"
        )));
    }
    trusting(roots)
}

/// Trusts only these certificate authorities, in PEM.
pub(crate) fn trusting_only(pem: &[u8]) -> Result<Trusting, ConfigError> {
    let unreadable = || ConfigError::new("the certificate authorities are no PEM certificates");
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|_| unreadable())?;
        roots.add(certificate).map_err(|_| unreadable())?;
    }
    if roots.is_empty() {
        return Err(unreadable());
    }
    trusting(roots)
}

fn trusting(roots: RootCertStore) -> Result<Trusting, ConfigError> {
    let provider = Arc::new(aws_lc::default_provider());
    let versions = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| ConfigError::new(format!("TLS can't be set up: {error}")))?;
    Ok(versions.with_root_certificates(roots))
}
