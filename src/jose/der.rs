//! The few ASN.1 structures that keys come in.

use super::public_key::{Curve, PublicKey};

/// What a structure holds, or why it is of no use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotAKey {
    /// Not this structure at all.
    Malformed,
    /// A key of a kind that no algorithm here uses.
    Unsupported(&'static str),
}

/// `SubjectPublicKeyInfo`, [RFC 5280 §4.1](https://www.rfc-editor.org/rfc/rfc5280#section-4.1), or
/// `RSAPublicKey`, [RFC 8017 A.1.1](https://www.rfc-editor.org/rfc/rfc8017#appendix-A.1.1).
pub(super) fn public_key(der: &[u8]) -> Result<PublicKey, NotAKey> {
    match spki(der) {
        Err(NotAKey::Malformed) => rsa_public_key(der).ok_or(NotAKey::Malformed),
        key => key,
    }
}

/// The public key of an X.509 certificate. Nothing else of the certificate is looked at.
pub(super) fn certificate(der: &[u8]) -> Result<PublicKey, NotAKey> {
    let info = (|| {
        let mut certificate = Der(Der(der).only(SEQUENCE)?);
        let mut body = Der(certificate.next(SEQUENCE)?);
        // version is optional; then serial number, signature, issuer, validity, subject.
        let _version = body.next(CONTEXT_0);
        body.next(INTEGER)?;
        for _ in 0..4 {
            body.next(SEQUENCE)?;
        }
        body.next_whole(SEQUENCE)
    })();
    spki(info.ok_or(NotAKey::Malformed)?)
}

fn spki(der: &[u8]) -> Result<PublicKey, NotAKey> {
    let (mut algorithm, bits) = (|| {
        let mut info = Der(Der(der).only(SEQUENCE)?);
        let algorithm = Der(info.next(SEQUENCE)?);
        let (unused, bits) = info.only(BIT_STRING)?.split_first()?;
        (*unused == 0).then_some((algorithm, bits))
    })()
    .ok_or(NotAKey::Malformed)?;
    match algorithm.next(OBJECT_ID).ok_or(NotAKey::Malformed)? {
        RSA => rsa_public_key(bits).ok_or(NotAKey::Malformed),
        ED25519 => Ok(PublicKey::Ed25519(bits.try_into().map_err(|_| NotAKey::Malformed)?)),
        EC => {
            let curve = match algorithm.next(OBJECT_ID) {
                Some(P256) => Curve::P256,
                Some(P384) => Curve::P384,
                Some(P521) => Curve::P521,
                _ => {
                    return Err(NotAKey::Unsupported("its curve is not P-256, P-384 or P-521"));
                }
            };
            Ok(PublicKey::Ec { curve, point: bits.into() })
        }
        RSA_PSS => Err(NotAKey::Unsupported(
            "it is an RSASSA-PSS key; write it out as a plain RSA key (`rsaEncryption`)",
        )),
        _ => Err(NotAKey::Unsupported("it is not an RSA, ECDSA or Ed25519 key")),
    }
}

fn rsa_public_key(der: &[u8]) -> Option<PublicKey> {
    let mut key = Der(Der(der).only(SEQUENCE)?);
    let n = unsigned(key.next(INTEGER)?)?;
    let e = unsigned(key.only(INTEGER)?)?;
    Some(PublicKey::rsa(n, e))
}

fn unsigned(integer: &[u8]) -> Option<&[u8]> {
    integer.first().filter(|first| **first < 0x80).map(|_| integer)
}

/// A reader of definite-length, minimally encoded elements.
pub(super) struct Der<'a>(pub(super) &'a [u8]);

impl<'a> Der<'a> {
    /// The contents of the next element, which has this tag.
    pub(super) fn next(&mut self, tag: u8) -> Option<&'a [u8]> {
        let (contents, rest) = element(self.0, tag)?;
        self.0 = rest;
        Some(contents)
    }

    /// The next element with its tag and length.
    fn next_whole(&mut self, tag: u8) -> Option<&'a [u8]> {
        let (_, rest) = element(self.0, tag)?;
        let whole = self.0.get(..self.0.len().checked_sub(rest.len())?)?;
        self.0 = rest;
        Some(whole)
    }

    /// The contents of the next element, after which nothing may follow.
    pub(super) fn only(&mut self, tag: u8) -> Option<&'a [u8]> {
        let contents = self.next(tag)?;
        self.0.is_empty().then_some(contents)
    }
}

fn element(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (first, rest) = der.split_first()?;
    if *first != tag {
        return None;
    }
    let (length, rest) = match rest {
        [short @ 0..=0x7f, rest @ ..] => (usize::from(*short), rest),
        [0x81, a @ 0x80..=0xff, rest @ ..] => (usize::from(*a), rest),
        [0x82, a @ 1..=0xff, b, rest @ ..] => (usize::from(u16::from_be_bytes([*a, *b])), rest),
        _ => return None,
    };
    rest.split_at_checked(length)
}

pub(super) const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OBJECT_ID: u8 = 0x06;
pub(super) const SEQUENCE: u8 = 0x30;
const CONTEXT_0: u8 = 0xa0;

/// rsaEncryption, 1.2.840.113549.1.1.1
const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
/// id-RSASSA-PSS, 1.2.840.113549.1.1.10
const RSA_PSS: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a];
/// id-ecPublicKey, 1.2.840.10045.2.1
const EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
/// prime256v1, 1.2.840.10045.3.1.7
const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
/// secp384r1, 1.3.132.0.34
const P384: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x22];
/// secp521r1, 1.3.132.0.35
const P521: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x23];
/// id-Ed25519, 1.3.101.112
const ED25519: &[u8] = &[0x2b, 0x65, 0x70];

#[cfg(test)]
mod tests {
    use super::*;

    /// An Ed25519 key as openssl writes it.
    fn ed25519() -> Vec<u8> {
        let mut der = vec![0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
        der.extend([7; 32]);
        der
    }

    #[test]
    fn a_key_is_read_whole_or_not_at_all() {
        let der = ed25519();
        assert_eq!(public_key(&der), Ok(PublicKey::Ed25519([7; 32])));
        for length in 0..der.len() {
            assert!(public_key(&der[..length]).is_err(), "{length}");
        }
        let mut longer = der;
        longer.push(0);
        assert!(public_key(&longer).is_err());
    }

    /// X25519 agrees on keys and signs nothing.
    #[test]
    fn a_key_for_something_else_is_told_apart() {
        let mut der = ed25519();
        der[8] = 0x6e;
        assert!(matches!(public_key(&der), Err(NotAKey::Unsupported(_))));
    }

    #[test]
    fn lengths_are_minimal_and_within_bounds() {
        for der in [
            b"\x30\x80\x00\x00".as_slice(),
            b"\x30\x81\x01\x00",
            b"\x30\x82\x00\x01\x00",
            b"\x30\x84\xff\xff\xff\xff",
            b"\x30\x05\x00",
            b"\x30",
            b"",
        ] {
            assert_eq!(element(der, SEQUENCE), None, "{der:?}");
        }
    }
}
