//! A public key as its numbers, whatever it was written in.

use serde_json::{Map, Value};

use super::algorithm::{Algorithm, Algorithms};
use super::base64url;
use crate::secret::SecretDigest;

/// A public key that some signature algorithm uses. Its numbers are not checked yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PublicKey {
    /// Modulus and exponent, big-endian, without leading zeros.
    Rsa {
        n: Box<[u8]>,
        e: Box<[u8]>,
    },
    /// A point of SEC 1: 4, then both coordinates in full length.
    Ec {
        curve: Curve,
        point: Box<[u8]>,
    },
    Ed25519([u8; 32]),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Curve {
    P256,
    P384,
    P521,
}

impl Curve {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::P256 => "P-256",
            Self::P384 => "P-384",
            Self::P521 => "P-521",
        }
    }

    /// The length of one coordinate.
    const fn coordinate_len(self) -> usize {
        match self {
            Self::P256 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }

    const fn algorithm(self) -> Algorithm {
        match self {
            Self::P256 => Algorithm::ES256,
            Self::P384 => Algorithm::ES384,
            Self::P521 => Algorithm::ES512,
        }
    }
}

impl PublicKey {
    pub(super) fn rsa(n: &[u8], e: &[u8]) -> Self {
        let number = |bytes: &[u8]| {
            let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
            bytes.iter().skip(zeros).copied().collect()
        };
        Self::Rsa { n: number(n), e: number(e) }
    }

    /// The algorithms that use a key of this kind: an EC key has one, by its curve.
    pub(crate) const fn algorithms(&self) -> Algorithms {
        match self {
            Self::Rsa { .. } => Algorithms::RSA,
            Self::Ec { curve, .. } => Algorithms::of(&[curve.algorithm()]),
            Self::Ed25519(_) => Algorithms::ED25519,
        }
    }

    /// Refuses what is too weak or has the wrong form. Whether a point is on its curve is for the
    /// backend to say.
    pub(super) fn check(&self) -> Result<(), &'static str> {
        match self {
            // RFC 7518 §3.3 and §3.5: 2048 bits or more. The upper limit bounds what one check costs.
            Self::Rsa { n, .. } if bits(n) < 2048 => Err("its RSA modulus has less than 2048 bits"),
            Self::Rsa { n, .. } if bits(n) > 8192 => Err("its RSA modulus has more than 8192 bits"),
            Self::Rsa { n, e } if is_even(n) || is_even(e) => {
                Err("its RSA modulus or exponent is even")
            }
            // FIPS 186-5 §5.1: above 2^16. Below it lie 1, which signs nothing, and 3, which has made
            // many a sloppy padding check forgeable.
            Self::Rsa { e, .. } if bits(e) < 17 => Err("its RSA exponent is less than 65537"),
            Self::Rsa { e, .. } if bits(e) > 33 => Err("its RSA exponent has more than 33 bits"),
            Self::Ec { curve, point } => {
                let length = curve.coordinate_len().saturating_mul(2).saturating_add(1);
                if point.len() == length && point.first() == Some(&4) {
                    Ok(())
                } else {
                    Err("its point is compressed, or of the wrong length for the curve")
                }
            }
            Self::Rsa { .. } | Self::Ed25519(_) => Ok(()),
        }
    }

    /// The SHA-256 thumbprint of [RFC 7638](https://www.rfc-editor.org/rfc/rfc7638), base64url.
    pub(crate) fn thumbprint(&self) -> String {
        // §3.2: the required members in the order of their names, no whitespace. A map of
        // serde_json could keep another order, so it is not used here.
        let members: Vec<String> =
            self.members().iter().map(|(name, value)| format!(r#""{name}":"{value}""#)).collect();
        let required = format!("{{{}}}", members.join(","));
        base64url::encode(SecretDigest::of(required.as_bytes()).as_bytes())
    }

    /// The key as a JWK, [RFC 7517](https://www.rfc-editor.org/rfc/rfc7517).
    pub(super) fn jwk(&self, kid: Option<&str>, algorithm: Algorithm) -> Value {
        let mut jwk = Map::new();
        for (name, value) in self.members() {
            jwk.insert(name.to_owned(), Value::String(value));
        }
        jwk.insert("alg".to_owned(), Value::from(algorithm.name()));
        jwk.insert("use".to_owned(), Value::from("sig"));
        if let Some(kid) = kid {
            jwk.insert("kid".to_owned(), Value::from(kid));
        }
        Value::Object(jwk)
    }

    /// The required members, in the order of their names.
    fn members(&self) -> Vec<(&'static str, String)> {
        let text = String::from;
        match self {
            Self::Rsa { n, e } => {
                vec![("e", base64url::encode(e)), ("kty", text("RSA")), ("n", base64url::encode(n))]
            }
            Self::Ec { curve, point } => {
                let coordinates = point.get(1..).unwrap_or_default();
                let (x, y) = coordinates.split_at(coordinates.len() / 2);
                vec![
                    ("crv", text(curve.name())),
                    ("kty", text("EC")),
                    ("x", base64url::encode(x)),
                    ("y", base64url::encode(y)),
                ]
            }
            Self::Ed25519(x) => {
                vec![("crv", text("Ed25519")), ("kty", text("OKP")), ("x", base64url::encode(x))]
            }
        }
    }
}

fn bits(number: &[u8]) -> usize {
    let zeros = number.first().map_or(0, |first| first.leading_zeros() as usize);
    number.len().saturating_mul(8).saturating_sub(zeros)
}

fn is_even(number: &[u8]) -> bool {
    number.last().is_none_or(|last| last & 1 == 0)
}
