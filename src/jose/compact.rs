//! The compact serialization, [RFC 7515 §7.1](https://www.rfc-editor.org/rfc/rfc7515#section-7.1).

use super::jws::JwsError;

/// The three parts of a token, still encoded, and what the signature covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Compact<'t> {
    pub(super) header: &'t str,
    pub(super) payload: &'t str,
    pub(super) signature: &'t str,
    /// Header, dot and payload as they were received. The signature covers these characters, so
    /// nothing is ever written out again to be checked.
    pub(super) signed: &'t str,
}

impl<'t> Compact<'t> {
    /// Splits at exactly two dots. A JWE has five parts, the JSON serializations start with `{`:
    /// neither gets past here or past the alphabet of base64url.
    ///
    /// The sizes are checked before anything is decoded.
    pub(super) fn split(token: &'t str) -> Result<Self, JwsError> {
        let (signed, signature) = token.rsplit_once('.').ok_or(JwsError::Malformed(NO_DOT))?;
        let (header, payload) =
            signed.split_once('.').ok_or(JwsError::Malformed("the token has one dot"))?;
        if payload.contains('.') {
            return Err(JwsError::Malformed("the token has more than three parts"));
        }
        if header.len() > MAX_HEADER {
            return Err(JwsError::Malformed("the header is too long"));
        }
        if payload.len() > MAX_PAYLOAD {
            return Err(JwsError::Malformed("the payload is too long"));
        }
        if signature.len() > MAX_SIGNATURE {
            return Err(JwsError::Malformed("the signature is too long"));
        }
        Ok(Self { header, payload, signature, signed })
    }
}

/// Encoded bytes of a header: a few names, or a certificate chain that is not read.
pub(super) const MAX_HEADER: usize = 4 * 1024;
/// Encoded bytes of a payload. The scheme has its own, lower limit for the whole token.
pub(super) const MAX_PAYLOAD: usize = 64 * 1024;
/// Encoded bytes of a signature: RSA with 8192 bits has 1366.
pub(super) const MAX_SIGNATURE: usize = 1366;

const NO_DOT: &str =
    "the token has no dot: it is no JSON Web Token, and if an issuer made it, an opaque one";

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7515 §7.1, RFC 8725 §3.14 (bis): three parts, and nothing else is a JWS.
    #[test]
    fn exactly_three_parts_are_a_token() {
        let three = Compact::split("a.b.c").unwrap();
        assert_eq!((three.header, three.payload, three.signature), ("a", "b", "c"));
        assert_eq!(three.signed, "a.b");
        for token in ["", "a", "a.b", "a.b.c.d", "a.b.c.d.e", r#"{"payload":"x"}"#, "...."] {
            assert!(Compact::split(token).is_err(), "{token:?}");
        }
    }

    #[test]
    fn each_part_has_its_limit() {
        for (header, payload, signature, fits) in [
            (MAX_HEADER, MAX_PAYLOAD, MAX_SIGNATURE, true),
            (MAX_HEADER + 1, 1, 1, false),
            (1, MAX_PAYLOAD + 1, 1, false),
            (1, 1, MAX_SIGNATURE + 1, false),
            (1, 10 << 20, 1, false),
        ] {
            let token = [header, payload, signature].map(|length| "A".repeat(length)).join(".");
            assert_eq!(Compact::split(&token).is_ok(), fits, "{header} {payload} {signature}");
        }
    }
}
