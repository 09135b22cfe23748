//! Pure Rust, through the provider of `jsonwebtoken` that is named here.
//!
//! Never through its process-wide default: that one panics when two crates of a program chose
//! different ones.

#![expect(clippy::wildcard_enum_match_arm, reason = "what is not listed is not offered")]

use jsonwebtoken::crypto::CryptoProvider;
use jsonwebtoken::crypto::rust_crypto::DEFAULT_PROVIDER;
use jsonwebtoken::{DecodingKey, EncodingKey};

use crate::jose::algorithm::{Algorithm, Algorithms};
use crate::jose::der::{Der, INTEGER, SEQUENCE};
use crate::jose::public_key::{Curve, PublicKey};

const PROVIDER: &CryptoProvider = &DEFAULT_PROVIDER;

/// A key ready to verify. The provider parses it again for each token.
pub(in crate::jose) struct PreparedKey(DecodingKey);

impl PreparedKey {
    pub(in crate::jose) fn hmac(algorithm: Algorithm, secret: &[u8]) -> Result<Self, &'static str> {
        provided(algorithm)?;
        Ok(Self(DecodingKey::from_secret(secret)))
    }

    pub(in crate::jose) fn public(
        key: &PublicKey,
        algorithms: Algorithms,
    ) -> Result<Self, &'static str> {
        let key = match key {
            // The `rsa` crate refuses longer ones, and only when it is asked to verify.
            PublicKey::Rsa { n, .. } if n.len() > 512 => {
                return Err("its RSA modulus has more than 4096 bits; use feature `aws-lc-rs`");
            }
            PublicKey::Rsa { n, e } => DecodingKey::from_rsa_raw_components(n, e),
            PublicKey::Ec { point, .. } => DecodingKey::from_ec_der(point),
            PublicKey::Ed25519(x) => DecodingKey::from_ed_der(x),
        };
        for algorithm in algorithms.iter() {
            (PROVIDER.verifier_factory)(&provided(algorithm)?, &key)
                .map_err(|_| "its numbers are not a key: the point is not on the curve, say")?;
        }
        Ok(Self(key))
    }

    /// Whether the signature is good. HMACs are compared in constant time.
    pub(in crate::jose) fn verify(
        &self,
        algorithm: Algorithm,
        message: &[u8],
        signature: &[u8],
    ) -> bool {
        let Ok(algorithm) = provided(algorithm) else {
            return false;
        };
        (PROVIDER.verifier_factory)(&algorithm, &self.0)
            .is_ok_and(|verifier| verifier.verify(message, &signature.to_vec()).is_ok())
    }
}

/// A key ready to sign.
pub(in crate::jose) struct PreparedSigner {
    key: EncodingKey,
    algorithm: jsonwebtoken::Algorithm,
    public: Option<PublicKey>,
}

impl PreparedSigner {
    pub(in crate::jose) fn hmac(algorithm: Algorithm, secret: &[u8]) -> Result<Self, &'static str> {
        let key = EncodingKey::from_secret(secret);
        Ok(Self { key, algorithm: provided(algorithm)?, public: None })
    }

    pub(in crate::jose) fn generate(algorithm: Algorithm) -> Result<Self, &'static str> {
        let mut pkcs8 = match algorithm {
            Algorithm::ES256 => P256_PKCS8.to_vec(),
            Algorithm::EdDSA | Algorithm::Ed25519 => ED25519_PKCS8.to_vec(),
            _ => return Err("without feature `aws-lc-rs` only ES256 and EdDSA keys are made"),
        };
        let mut secret = [0; 32];
        getrandom::fill(&mut secret).map_err(|_| "the system gave no random bytes")?;
        pkcs8.extend(secret);
        Self::from_pkcs8(algorithm, &pkcs8)
    }

    pub(in crate::jose) fn from_pkcs8(
        algorithm: Algorithm,
        der: &[u8],
    ) -> Result<Self, &'static str> {
        const OTHER: &str = "it is not a key for this algorithm";
        let provided = provided(algorithm)?;
        let (key, public) = if Algorithms::RSA.contains(algorithm) {
            let inner = pkcs8_inner(der).ok_or(OTHER)?;
            (EncodingKey::from_rsa_der(inner), rsa_public(inner))
        } else if Algorithms::ED25519.contains(algorithm) {
            (EncodingKey::from_ed_der(der), ed25519_public(der))
        } else {
            (EncodingKey::from_ec_der(der), ec_public(der, provided))
        };
        let public = public.ok_or(OTHER)?;
        (PROVIDER.signer_factory)(&provided, &key).map_err(|_| OTHER)?;
        Ok(Self { key, algorithm: provided, public: Some(public) })
    }

    pub(in crate::jose) fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        (PROVIDER.signer_factory)(&self.algorithm, &self.key).ok()?.try_sign(message).ok()
    }

    /// The public half; a shared secret has none.
    pub(in crate::jose) fn public_key(&self) -> Option<PublicKey> {
        self.public.clone()
    }
}

/// The inner key of a PKCS#8 structure, [RFC 5208 §5](https://www.rfc-editor.org/rfc/rfc5208#section-5).
fn pkcs8_inner(der: &[u8]) -> Option<&[u8]> {
    const OCTET_STRING: u8 = 0x04;
    let mut info = Der(Der(der).only(SEQUENCE)?);
    info.next(INTEGER)?;
    info.next(SEQUENCE)?;
    info.next(OCTET_STRING)
}

fn rsa_public(pkcs1: &[u8]) -> Option<PublicKey> {
    let (n, e) = (PROVIDER.key_utils.rsa_pub_components_from_private_key)(pkcs1).ok()?;
    Some(PublicKey::rsa(&n, &e))
}

fn ed25519_public(pkcs8: &[u8]) -> Option<PublicKey> {
    let curve = jsonwebtoken::jwk::EllipticCurve::Ed25519;
    let x = (PROVIDER.key_utils.ed_pub_components_from_private_key)(pkcs8, &curve).ok()?;
    Some(PublicKey::Ed25519(x.try_into().ok()?))
}

fn ec_public(pkcs8: &[u8], algorithm: jsonwebtoken::Algorithm) -> Option<PublicKey> {
    let components = PROVIDER.key_utils.ec_pub_components_from_private_key;
    let (curve, x, y) = components(pkcs8, algorithm).ok()?;
    let curve = match curve {
        jsonwebtoken::jwk::EllipticCurve::P256 => Curve::P256,
        jsonwebtoken::jwk::EllipticCurve::P384 => Curve::P384,
        _ => return None,
    };
    Some(PublicKey::Ec { curve, point: [&[4], x.as_slice(), y.as_slice()].concat().into() })
}

fn provided(algorithm: Algorithm) -> Result<jsonwebtoken::Algorithm, &'static str> {
    Ok(match algorithm {
        Algorithm::HS256 => jsonwebtoken::Algorithm::HS256,
        Algorithm::HS384 => jsonwebtoken::Algorithm::HS384,
        Algorithm::HS512 => jsonwebtoken::Algorithm::HS512,
        Algorithm::RS256 => jsonwebtoken::Algorithm::RS256,
        Algorithm::RS384 => jsonwebtoken::Algorithm::RS384,
        Algorithm::RS512 => jsonwebtoken::Algorithm::RS512,
        Algorithm::PS256 => jsonwebtoken::Algorithm::PS256,
        Algorithm::PS384 => jsonwebtoken::Algorithm::PS384,
        Algorithm::PS512 => jsonwebtoken::Algorithm::PS512,
        Algorithm::ES256 => jsonwebtoken::Algorithm::ES256,
        Algorithm::ES384 => jsonwebtoken::Algorithm::ES384,
        Algorithm::EdDSA | Algorithm::Ed25519 => jsonwebtoken::Algorithm::EdDSA,
        Algorithm::ES512 => return Err("ES512 needs feature `aws-lc-rs`"),
    })
}

/// PKCS#8 around an Ed25519 key, up to its 32 secret bytes,
/// [RFC 8410 §7](https://www.rfc-editor.org/rfc/rfc8410#section-7).
const ED25519_PKCS8: &[u8] = &[
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];

/// PKCS#8 around an `ECPrivateKey` on P-256 without its public half, up to the 32 secret bytes,
/// [RFC 5915 §3](https://www.rfc-editor.org/rfc/rfc5915#section-3).
const P256_PKCS8: &[u8] = &[
    0x30, 0x41, 0x02, 0x01, 0x00, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
    0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x04, 0x27, 0x30, 0x25, 0x02, 0x01,
    0x01, 0x04, 0x20,
];
