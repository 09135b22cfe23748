//! The hash algorithms of Digest.

use md5::Md5;
use sha2::{Sha256, Sha512_256};

/// A hash algorithm, [RFC 7616 §3.3](https://www.rfc-editor.org/rfc/rfc7616#section-3.3), the
/// strongest first.
///
/// With a `-sess` algorithm the secret that proves the password is mixed with the nonce, so that it
/// is good for one nonce only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(clippy::exhaustive_enums, reason = "the registry of RFC 7616 §6.1, closed since 2015")]
pub enum Algorithm {
    /// `SHA-512-256`: SHA-512/256 of FIPS 180-4. The example in RFC 7616 §3.9.2 was computed with
    /// SHA-512 cut to 256 bits instead; the name means this one.
    Sha512_256,
    /// `SHA-512-256-sess`.
    Sha512_256Sess,
    /// `SHA-256`, which every implementation must have.
    Sha256,
    /// `SHA-256-sess`.
    Sha256Sess,
    /// `MD5`, which RFC 7616 §3.7 recommends against and many clients speak alone.
    Md5,
    /// `MD5-sess`.
    Md5Sess,
}

/// What an algorithm hashes with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hash {
    Sha512_256,
    Sha256,
    Md5,
}

impl Algorithm {
    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sha512_256 => "SHA-512-256",
            Self::Sha512_256Sess => "SHA-512-256-sess",
            Self::Sha256 => "SHA-256",
            Self::Sha256Sess => "SHA-256-sess",
            Self::Md5 => "MD5",
            Self::Md5Sess => "MD5-sess",
        }
    }

    /// Whether the secret is mixed with the nonce.
    #[must_use]
    pub const fn is_session(self) -> bool {
        matches!(self, Self::Sha512_256Sess | Self::Sha256Sess | Self::Md5Sess)
    }

    pub(super) const fn hash(self) -> Hash {
        match self {
            Self::Sha512_256 | Self::Sha512_256Sess => Hash::Sha512_256,
            Self::Sha256 | Self::Sha256Sess => Hash::Sha256,
            Self::Md5 | Self::Md5Sess => Hash::Md5,
        }
    }
}

impl Hash {
    /// How many digits its digests have.
    pub(super) const fn digits(self) -> usize {
        match self {
            Self::Sha512_256 | Self::Sha256 => 64,
            Self::Md5 => 32,
        }
    }

    /// `H` of the parts with colons between them.
    pub(super) fn of(self, parts: &[&[u8]]) -> Hex {
        match self {
            Self::Sha512_256 => Hex::of(&joined::<Sha512_256>(parts)),
            Self::Sha256 => Hex::of(&joined::<Sha256>(parts)),
            Self::Md5 => Hex::of(&joined::<Md5>(parts)),
        }
    }
}

/// What a request and its answer prove with, beside the secret.
pub(super) struct Proof<'a> {
    pub(super) nonce: &'a [u8],
    pub(super) nc: &'a [u8],
    pub(super) cnonce: &'a [u8],
    pub(super) qop: &'a [u8],
    /// `H(A2)`
    pub(super) ha2: &'a Hex,
}

impl Hash {
    /// `KD(H(A1), nonce ":" nc ":" cnonce ":" qop ":" H(A2))`,
    /// [RFC 7616 §3.4.1](https://www.rfc-editor.org/rfc/rfc7616#section-3.4.1): the `response` of a
    /// client and the `rspauth` of a server.
    pub(super) fn proof(self, secret: &Hex, proof: &Proof<'_>) -> Hex {
        let Proof { nonce, nc, cnonce, qop, ha2 } = *proof;
        self.of(&[secret.as_bytes(), nonce, nc, cnonce, qop, ha2.as_bytes()])
    }
}

impl Algorithm {
    /// The `H(A1)` that proofs are made with: of a session algorithm the one of the session,
    /// [RFC 7616 §3.4.2](https://www.rfc-editor.org/rfc/rfc7616#section-3.4.2).
    pub(super) fn secret(self, ha1: &Hex, nonce: &[u8], cnonce: &[u8]) -> Hex {
        if self.is_session() { self.hash().of(&[ha1.as_bytes(), nonce, cnonce]) } else { *ha1 }
    }
}

fn joined<D: sha2::Digest>(parts: &[&[u8]]) -> sha2::digest::Output<D> {
    let mut digest = D::new();
    let mut parts = parts.iter();
    if let Some(first) = parts.next() {
        digest.update(first);
    }
    for part in parts {
        digest.update(b":");
        digest.update(part);
    }
    digest.finalize()
}

/// A digest as the lower-case hexadecimal text that all formulas of RFC 7616 work with.
#[derive(Clone, Copy)]
pub(super) struct Hex {
    digits: [u8; 64],
    len: usize,
}

impl Hex {
    pub(super) fn of(bytes: &[u8]) -> Self {
        let mut digits = [b'0'; 64];
        for (pair, byte) in digits.chunks_exact_mut(2).zip(bytes) {
            pair.copy_from_slice(&[digit(byte >> 4), digit(byte & 15)]);
        }
        Self { digits, len: bytes.len().saturating_mul(2).min(64) }
    }

    /// Digits that came from somewhere: `None` if they are not `len` lower-case ones.
    pub(super) fn read(text: &[u8], len: usize) -> Option<Self> {
        // Without branches, which compilers turn into vector instructions.
        let is_lower = |all, byte: &u8| all & matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        let mut digits = [b'0'; 64];
        if text.len() != len || !text.iter().fold(true, is_lower) {
            return None;
        }
        digits.get_mut(..len)?.copy_from_slice(text);
        Some(Self { digits, len })
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.digits.get(..self.len).unwrap_or_default()
    }

    pub(super) fn zeroize(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.digits);
    }

    pub(super) fn as_str(&self) -> &str {
        // INVARIANT: all are ASCII digits and letters.
        str::from_utf8(self.as_bytes()).unwrap_or_default()
    }

    /// In time that depends on the lengths only.
    pub(super) fn matches(&self, other: &Self) -> bool {
        constant_time_eq::constant_time_eq(self.as_bytes(), other.as_bytes())
    }
}

const fn digit(value: u8) -> u8 {
    match value {
        0..=9 => b'0'.wrapping_add(value),
        _ => b'a'.wrapping_add(value).wrapping_sub(10),
    }
}
