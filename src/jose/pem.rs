//! Keys in PEM, [RFC 7468](https://www.rfc-editor.org/rfc/rfc7468).

use rustls_pki_types::pem::{PemObject as _, SectionKind};

use super::der::{self, NotAKey};
use super::public_key::PublicKey;
use crate::error::ConfigError;

/// Every public key of `pem`: `PUBLIC KEY`, `RSA PUBLIC KEY` and `CERTIFICATE` sections.
#[expect(clippy::wildcard_enum_match_arm, reason = "a new kind of section is passed over")]
pub(super) fn public_keys(pem: &[u8]) -> Result<Vec<PublicKey>, ConfigError> {
    let mut keys = Vec::new();
    for (kind, der) in sections(pem)? {
        let key = match kind {
            SectionKind::PublicKey => der::public_key(&der),
            SectionKind::Certificate => der::certificate(&der),
            SectionKind::PrivateKey | SectionKind::RsaPrivateKey | SectionKind::EcPrivateKey => {
                return Err(ConfigError::new(
                    "the PEM holds a private key, and verifying takes the public one: \
                     write it out with `openssl pkey -in private.pem -pubout`",
                ));
            }
            // Certificate requests and the like: no keys to trust.
            _ => continue,
        };
        keys.push(key.map_err(unusable)?);
    }
    if keys.is_empty() {
        return Err(ConfigError::new(
            "the PEM holds no public key: expected a `PUBLIC KEY`, `RSA PUBLIC KEY` or \
             `CERTIFICATE` section",
        ));
    }
    Ok(keys)
}

/// The first private key of `pem`, as PKCS#8.
pub(super) fn private_key(pem: &[u8]) -> Result<Vec<u8>, ConfigError> {
    let found = sections(pem)?.into_iter().find(|(kind, _)| *kind == SectionKind::PrivateKey);
    let (_, der) = found.ok_or_else(|| {
        ConfigError::new(
            "the PEM holds no `PRIVATE KEY` section: convert an older form with \
             `openssl pkcs8 -topk8 -nocrypt -in key.pem`",
        )
    })?;
    Ok(der)
}

pub(super) fn unusable(why: NotAKey) -> ConfigError {
    match why {
        NotAKey::Malformed => ConfigError::new(
            "the public key can't be read: expected a SubjectPublicKeyInfo, as written by \
             `openssl pkey -pubout`",
        ),
        NotAKey::Unsupported(why) => {
            ConfigError::new(format!("the public key can't be used: {why}"))
        }
    }
}

fn sections(pem: &[u8]) -> Result<Vec<(SectionKind, Vec<u8>)>, ConfigError> {
    // PKCS#1 under its own label, which the reader does not know. What is inside is told apart by
    // its structure anyway.
    let pem = String::from_utf8_lossy(pem).replace("RSA PUBLIC KEY", "PUBLIC KEY");
    <(SectionKind, Vec<u8>)>::pem_slice_iter(pem.as_bytes()).collect::<Result<_, _>>().map_err(
        |_| ConfigError::new("the PEM is damaged: a section does not end, or is not base64"),
    )
}
