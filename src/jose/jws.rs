//! Checking a signature, [RFC 7515 §5.2](https://www.rfc-editor.org/rfc/rfc7515#section-5.2).

use std::borrow::Cow;

use super::algorithm::Algorithms;
use super::base64url::Buffer;
use super::compact::Compact;
use super::header::Header;
use super::json::first_text;
use super::keys::Keys;

/// Why a token is not a good JWS. None of them quotes the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum JwsError {
    /// Not a compact JWS, or a header that cannot be read. Says which.
    Malformed(&'static str),
    /// The header asks for something that we do not do. Says what.
    Extension(&'static str),
    /// `alg` is unknown or not allowed.
    Algorithm,
    /// No key fits `kid` and `alg`.
    NoKey,
    /// No key that fits verifies the signature. `named` where one of them has the token's `kid`, so
    /// that a newer set of keys would hardly say otherwise.
    Signature { named: bool },
}

/// Room for the decoded parts of one token. What is usual fits on the stack.
pub(crate) struct Workspace {
    header: Buffer<256>,
    payload: PayloadRoom,
    signature: Buffer<514>,
}

impl Workspace {
    pub(crate) const fn new() -> Self {
        Self { header: Buffer::new(), payload: Buffer::new(), signature: Buffer::new() }
    }
}

/// A JWS whose signature was good.
#[derive(Debug)]
pub(crate) struct Jws<'w> {
    pub(crate) typ: Option<Cow<'w, str>>,
    pub(crate) payload: &'w [u8],
}

/// Room for a payload that is read before its token is checked.
pub(crate) type PayloadRoom = Buffer<1024>;

/// A token that was taken apart. Nothing in it has been checked.
#[derive(Clone, Copy)]
pub(crate) struct Unchecked<'t> {
    parts: Compact<'t>,
    /// Decoded, where somebody has read it already.
    payload: Option<&'t [u8]>,
}

impl<'t> Unchecked<'t> {
    pub(crate) fn split(text: &'t str) -> Result<Self, JwsError> {
        Ok(Self { parts: Compact::split(text)?, payload: None })
    }

    /// The token, with its payload ready to be looked into.
    pub(crate) fn open(text: &'t str, room: &'t mut PayloadRoom) -> Result<Self, JwsError> {
        let token = Self::split(text)?;
        Ok(Self { payload: Some(decode_payload(token.parts, room)?), ..token })
    }

    /// The token as it came.
    #[cfg(feature = "remote-keys")]
    pub(crate) fn to_text(self) -> String {
        [self.parts.signed, self.parts.signature].join(".")
    }

    /// The `iss` that the token names. Good for choosing who checks the token, and for nothing
    /// else: it may not even be what the checked claims will say.
    pub(crate) fn issuer(&self) -> Option<Cow<'t, [u8]>> {
        first_text(self.payload?, "iss")
    }
}

fn decode_payload<'w>(parts: Compact<'_>, room: &'w mut PayloadRoom) -> Result<&'w [u8], JwsError> {
    room.decode(parts.payload).ok_or(JwsError::Malformed("the payload is not base64url"))
}

/// Checks `token` against `keys`, of whose algorithms only those `allowed` are used.
///
/// The order is fixed: structure, algorithm, key, signature. The payload is not even decoded before
/// the signature was good, unless it was to choose the keys.
pub(crate) fn verify_compact<'w>(
    token: Unchecked<'w>,
    keys: &Keys,
    allowed: Algorithms,
    work: &'w mut Workspace,
) -> Result<Jws<'w>, JwsError> {
    let Unchecked { parts, payload, .. } = token;
    let header = work
        .header
        .decode(parts.header)
        .ok_or(JwsError::Malformed("the header is not base64url"))?;
    let Header { algorithm, kid, typ } = Header::read(header)?;
    if !allowed.contains(algorithm) {
        return Err(JwsError::Algorithm);
    }
    let signature = work
        .signature
        .decode(parts.signature)
        .ok_or(JwsError::Malformed("the signature is not base64url"))?;

    let mut candidates = keys.candidates(kid.as_deref(), algorithm).peekable();
    if candidates.peek().is_none() {
        return Err(JwsError::NoKey);
    }
    let length_fits = algorithm.signature_len().is_none_or(|length| length == signature.len());
    let message = parts.signed.as_bytes();
    if !length_fits || !candidates.any(|key| key.verify(algorithm, message, signature)) {
        return Err(JwsError::Signature { named: keys.has_name(kid.as_deref(), algorithm) });
    }

    let payload = match payload {
        Some(payload) => payload,
        None => decode_payload(parts, &mut work.payload)?,
    };
    Ok(Jws { typ, payload })
}
