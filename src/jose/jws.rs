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
    payload: Buffer<1024>,
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

/// Hands out the `iss` that a token names. Nothing of it has been checked: it is good for choosing
/// who checks the token, and for nothing else.
pub(crate) fn unverified_issuer<R>(
    token: &str,
    look: impl FnOnce(Option<&str>) -> R,
) -> Result<R, JwsError> {
    let mut payload = Buffer::<1024>::new();
    let payload = payload
        .decode(Compact::split(token)?.payload)
        .ok_or(JwsError::Malformed("the payload is not base64url"))?;
    Ok(look(first_text(payload, "iss").as_deref()))
}

/// Checks `token` against `keys`, of whose algorithms only those `allowed` are used.
///
/// The order is fixed: structure, algorithm, key, signature. The payload is not even decoded before
/// the signature was good.
pub(crate) fn verify_compact<'w>(
    token: &str,
    keys: &Keys,
    allowed: Algorithms,
    work: &'w mut Workspace,
) -> Result<Jws<'w>, JwsError> {
    let parts = Compact::split(token)?;
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

    let payload = work
        .payload
        .decode(parts.payload)
        .ok_or(JwsError::Malformed("the payload is not base64url"))?;
    Ok(Jws { typ, payload })
}
