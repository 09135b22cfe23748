//! JSON Web Keys, [RFC 7517](https://www.rfc-editor.org/rfc/rfc7517).
//!
//! `jsonwebtoken` reads the key's numbers; what it does not look at (`use`, `key_ops`, `alg`, and
//! whether `crv` belongs to `kty`) is checked here. Private members are ignored.

use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{DecodingKey, DecodingKeyKind};
use serde_json::Value;

use super::algorithm::{Algorithm, Algorithms};
use super::public_key::{Curve, PublicKey};

/// A public key and what its JWK says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ReadJwk {
    pub(super) key: PublicKey,
    pub(super) kid: Option<Box<str>>,
    /// What `kty`, `crv` and `alg` leave.
    pub(super) algorithms: Algorithms,
}

/// Reads one JWK, or says why it can't be used to verify signatures.
pub(super) fn read(jwk: Value) -> Result<ReadJwk, &'static str> {
    check_purpose(&jwk)?;
    let kind = kind(&jwk)?;
    let algorithm = match jwk.get("alg") {
        None => None,
        Some(name) => Some(
            name.as_str().and_then(Algorithm::from_name).ok_or("its `alg` is not a signature's")?,
        ),
    };
    let jwk: Jwk =
        serde_json::from_value(jwk).map_err(|_| "a member is missing or of the wrong type")?;
    let numbers = DecodingKey::from_jwk(&jwk).map_err(|_| "its numbers are not base64url")?;
    let key = public_key(kind, &numbers)?;
    key.check()?;
    let algorithms = match algorithm {
        None => key.algorithms(),
        // RFC 8725 §3.1: one key, one algorithm.
        Some(algorithm) => key.algorithms().both(Algorithms::of(&[algorithm])),
    };
    if algorithms.is_empty() {
        return Err("its `alg` does not go with its `kty` and `crv`");
    }
    Ok(ReadJwk { key, kid: jwk.common.key_id.map(String::into_boxed_str), algorithms })
}

/// RFC 7517 §4.2 and §4.3: a key for encryption verifies nothing.
fn check_purpose(jwk: &Value) -> Result<(), &'static str> {
    if jwk.get("use").is_some_and(|purpose| purpose != "sig") {
        return Err("its `use` is not `sig`");
    }
    let verifies = match jwk.get("key_ops") {
        None => true,
        Some(Value::Array(operations)) => operations.iter().any(|name| name == "verify"),
        Some(_) => false,
    };
    if verifies { Ok(()) } else { Err("its `key_ops` does not list `verify`") }
}

#[derive(Clone, Copy)]
enum Kind {
    Rsa,
    Ec(Curve),
    Ed25519,
}

fn kind(jwk: &Value) -> Result<Kind, &'static str> {
    let member = |name| jwk.get(name).and_then(Value::as_str);
    match (member("kty"), member("crv")) {
        (Some("RSA"), _) => Ok(Kind::Rsa),
        (Some("EC"), Some("P-256")) => Ok(Kind::Ec(Curve::P256)),
        (Some("EC"), Some("P-384")) => Ok(Kind::Ec(Curve::P384)),
        (Some("EC"), Some("P-521")) => Ok(Kind::Ec(Curve::P521)),
        (Some("EC"), _) => Err("its curve is not P-256, P-384 or P-521"),
        (Some("OKP"), Some("Ed25519")) => Ok(Kind::Ed25519),
        (Some("OKP"), _) => Err("its curve is not Ed25519"),
        (Some("oct"), _) => Err("it is a shared secret (`oct`), and no public key"),
        (Some(_), _) => Err("its `kty` is not RSA, EC or OKP"),
        (None, _) => Err("it has no `kty`"),
    }
}

fn public_key(kind: Kind, numbers: &DecodingKey) -> Result<PublicKey, &'static str> {
    match (kind, numbers.kind()) {
        (Kind::Rsa, DecodingKeyKind::RsaModulusExponent { n, e }) => Ok(PublicKey::rsa(n, e)),
        (Kind::Ec(curve), DecodingKeyKind::SecretOrDer(point)) => {
            Ok(PublicKey::Ec { curve, point: point.as_slice().into() })
        }
        (Kind::Ed25519, DecodingKeyKind::SecretOrDer(x)) => {
            let x = x.as_slice().try_into().map_err(|_| "its `x` does not have 32 bytes")?;
            Ok(PublicKey::Ed25519(x))
        }
        _ => Err("its `kty` does not go with its numbers"),
    }
}
