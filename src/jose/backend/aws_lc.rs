//! aws-lc-rs, called directly: keys are parsed once and kept.

#![expect(clippy::wildcard_enum_match_arm, reason = "a new algorithm fits no key until listed")]

use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{self, KeyPair as _, ParsedPublicKey};

use crate::jose::algorithm::{Algorithm, Algorithms};
use crate::jose::der;
use crate::jose::public_key::{Curve, PublicKey};

/// A key ready to verify.
pub(in crate::jose) enum PreparedKey {
    Hmac(Box<hmac::Key>),
    /// One parsed key for each algorithm: aws-lc-rs ties them together.
    Public(Box<[(Algorithm, ParsedPublicKey)]>),
}

impl PreparedKey {
    pub(in crate::jose) fn hmac(algorithm: Algorithm, secret: &[u8]) -> Result<Self, &'static str> {
        Ok(Self::Hmac(Box::new(hmac::Key::new(hash(algorithm)?, secret))))
    }

    pub(in crate::jose) fn public(
        key: &PublicKey,
        algorithms: Algorithms,
    ) -> Result<Self, &'static str> {
        let parsed = |algorithm| parse(key, algorithm).map(|parsed| (algorithm, parsed));
        algorithms.iter().map(parsed).collect::<Result<_, _>>().map(Self::Public)
    }

    /// Whether the signature is good. HMACs are compared in constant time.
    // A call that can be counted: how many checks a token costs is what `benches/instructions.sh`
    // tells.
    #[inline(never)]
    pub(in crate::jose) fn verify(
        &self,
        algorithm: Algorithm,
        message: &[u8],
        signature: &[u8],
    ) -> bool {
        match self {
            // Only the key's own hash gets here: `Keys` offers no key for another algorithm.
            Self::Hmac(key) => hmac::verify(key, message, signature).is_ok(),
            Self::Public(parsed) => parsed
                .iter()
                .find(|(own, _)| *own == algorithm)
                .is_some_and(|(_, key)| key.verify_sig(message, signature).is_ok()),
        }
    }
}

fn hash(algorithm: Algorithm) -> Result<hmac::Algorithm, &'static str> {
    match algorithm {
        Algorithm::HS256 => Ok(hmac::HMAC_SHA256),
        Algorithm::HS384 => Ok(hmac::HMAC_SHA384),
        Algorithm::HS512 => Ok(hmac::HMAC_SHA512),
        _ => Err("its algorithm is not an HMAC"),
    }
}

fn parse(key: &PublicKey, algorithm: Algorithm) -> Result<ParsedPublicKey, &'static str> {
    let parsed = match key {
        PublicKey::Rsa { n, e } => signature::RsaPublicKeyComponents { n, e }
            .to_parsed_public_key(rsa_parameters(algorithm)?),
        PublicKey::Ec { curve, point } => ParsedPublicKey::new(
            match curve {
                Curve::P256 => &signature::ECDSA_P256_SHA256_FIXED,
                Curve::P384 => &signature::ECDSA_P384_SHA384_FIXED,
                Curve::P521 => &signature::ECDSA_P521_SHA512_FIXED,
            },
            point,
        ),
        PublicKey::Ed25519(x) => ParsedPublicKey::new(&signature::ED25519, x),
    };
    parsed.map_err(|_| "its numbers are not a key: the point is not on the curve, say")
}

fn rsa_parameters(algorithm: Algorithm) -> Result<&'static signature::RsaParameters, &'static str> {
    match algorithm {
        Algorithm::RS256 => Ok(&signature::RSA_PKCS1_2048_8192_SHA256),
        Algorithm::RS384 => Ok(&signature::RSA_PKCS1_2048_8192_SHA384),
        Algorithm::RS512 => Ok(&signature::RSA_PKCS1_2048_8192_SHA512),
        Algorithm::PS256 => Ok(&signature::RSA_PSS_2048_8192_SHA256),
        Algorithm::PS384 => Ok(&signature::RSA_PSS_2048_8192_SHA384),
        Algorithm::PS512 => Ok(&signature::RSA_PSS_2048_8192_SHA512),
        _ => Err("its algorithm is not an RSA one"),
    }
}

/// A key ready to sign.
pub(in crate::jose) enum PreparedSigner {
    Hmac(Box<hmac::Key>),
    Ecdsa(signature::EcdsaKeyPair, Curve),
    Ed25519(signature::Ed25519KeyPair),
    Rsa(Box<signature::RsaKeyPair>, &'static signature::RsaSignatureEncoding),
}

impl PreparedSigner {
    pub(in crate::jose) fn hmac(algorithm: Algorithm, secret: &[u8]) -> Result<Self, &'static str> {
        Ok(Self::Hmac(Box::new(hmac::Key::new(hash(algorithm)?, secret))))
    }

    pub(in crate::jose) fn generate(algorithm: Algorithm) -> Result<Self, &'static str> {
        const NO_KEY: &str = "the system gave no random bytes";
        if let Some((scheme, curve)) = ecdsa(algorithm) {
            let pair = signature::EcdsaKeyPair::generate(scheme).map_err(|_| NO_KEY)?;
            return Ok(Self::Ecdsa(pair, curve));
        }
        if let Some(encoding) = rsa_encoding(algorithm) {
            let pair = signature::RsaKeyPair::generate(KeySize::Rsa2048).map_err(|_| NO_KEY)?;
            return Ok(Self::Rsa(Box::new(pair), encoding));
        }
        if Algorithms::ED25519.contains(algorithm) {
            let pair = signature::Ed25519KeyPair::generate().map_err(|_| NO_KEY)?;
            return Ok(Self::Ed25519(pair));
        }
        Err("a shared secret is not generated here")
    }

    pub(in crate::jose) fn from_pkcs8(
        algorithm: Algorithm,
        der: &[u8],
    ) -> Result<Self, &'static str> {
        const OTHER: &str = "it is not a key for this algorithm";
        if let Some((scheme, curve)) = ecdsa(algorithm) {
            let pair = signature::EcdsaKeyPair::from_pkcs8(scheme, der).map_err(|_| OTHER)?;
            return Ok(Self::Ecdsa(pair, curve));
        }
        if let Some(encoding) = rsa_encoding(algorithm) {
            let pair = signature::RsaKeyPair::from_pkcs8(der).map_err(|_| OTHER)?;
            return Ok(Self::Rsa(Box::new(pair), encoding));
        }
        if Algorithms::ED25519.contains(algorithm) {
            let pair =
                signature::Ed25519KeyPair::from_pkcs8_maybe_unchecked(der).map_err(|_| OTHER)?;
            return Ok(Self::Ed25519(pair));
        }
        Err(OTHER)
    }

    pub(in crate::jose) fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        let random = SystemRandom::new();
        match self {
            Self::Hmac(key) => Some(hmac::sign(key, message).as_ref().to_vec()),
            Self::Ecdsa(pair, _) => Some(pair.sign(&random, message).ok()?.as_ref().to_vec()),
            Self::Ed25519(pair) => Some(pair.try_sign(message).ok()?.as_ref().to_vec()),
            Self::Rsa(pair, encoding) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(*encoding, &random, message, &mut signature).ok()?;
                Some(signature)
            }
        }
    }

    /// The public half; a shared secret has none.
    pub(in crate::jose) fn public_key(&self) -> Option<PublicKey> {
        match self {
            Self::Hmac(_) => None,
            Self::Ecdsa(pair, curve) => {
                Some(PublicKey::Ec { curve: *curve, point: pair.public_key().as_ref().into() })
            }
            Self::Ed25519(pair) => {
                Some(PublicKey::Ed25519(pair.public_key().as_ref().try_into().ok()?))
            }
            Self::Rsa(pair, _) => der::public_key(pair.public_key().as_ref()).ok(),
        }
    }
}

fn ecdsa(algorithm: Algorithm) -> Option<(&'static signature::EcdsaSigningAlgorithm, Curve)> {
    match algorithm {
        Algorithm::ES256 => Some((&signature::ECDSA_P256_SHA256_FIXED_SIGNING, Curve::P256)),
        Algorithm::ES384 => Some((&signature::ECDSA_P384_SHA384_FIXED_SIGNING, Curve::P384)),
        Algorithm::ES512 => Some((&signature::ECDSA_P521_SHA512_FIXED_SIGNING, Curve::P521)),
        _ => None,
    }
}

fn rsa_encoding(algorithm: Algorithm) -> Option<&'static signature::RsaSignatureEncoding> {
    match algorithm {
        Algorithm::RS256 => Some(&signature::RSA_PKCS1_SHA256),
        Algorithm::RS384 => Some(&signature::RSA_PKCS1_SHA384),
        Algorithm::RS512 => Some(&signature::RSA_PKCS1_SHA512),
        Algorithm::PS256 => Some(&signature::RSA_PSS_SHA256),
        Algorithm::PS384 => Some(&signature::RSA_PSS_SHA384),
        Algorithm::PS512 => Some(&signature::RSA_PSS_SHA512),
        _ => None,
    }
}
