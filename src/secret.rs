//! Secrets that cannot print themselves, and their digests.

use std::fmt;
use std::hash::{Hash, Hasher};

use sha2::Digest as _;
#[cfg(not(feature = "passwords"))]
use sha2::Sha256;
use zeroize::Zeroize;

#[cfg(feature = "passwords")]
pub(crate) use sha2::Sha256;
#[cfg(feature = "htpasswd")]
pub(crate) use sha2::Sha512;

/// Bytes that must not be seen: a password, a key, a token.
///
/// `Debug` prints `Secret(***)`, there is no `Display`, comparison takes the same time wherever
/// the bytes differ, and the memory is overwritten on drop.
///
/// ```
/// use tower_auth::Secret;
///
/// let secret = Secret::from("correct horse");
/// assert!(secret.matches(b"correct horse"));
/// assert_eq!(format!("{secret:?}"), "Secret(***)");
/// ```
#[derive(Clone)]
pub struct Secret(Box<[u8]>);

impl Secret {
    /// The bytes themselves. Every call is a place to review.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// Whether `presented` is this secret, in time that depends on the lengths only.
    #[must_use]
    pub fn matches(&self, presented: &[u8]) -> bool {
        constant_time_eq::constant_time_eq(&self.0, presented)
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.as_bytes().into())
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text.into_bytes().into_boxed_slice())
    }
}

impl From<&[u8]> for Secret {
    fn from(bytes: &[u8]) -> Self {
        Self(bytes.into())
    }
}

impl From<Vec<u8>> for Secret {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes.into_boxed_slice())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(***)")
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// The SHA-256 digest of a secret: what tables of keys, tokens and passwords hold and compare,
/// so that a table that leaks does not hand out what it protects.
///
/// Equality takes constant time. Made for secrets that nobody can guess; people's passwords want
/// a slow, salted hash in the user's own directory.
#[derive(Clone, Copy)]
pub struct SecretDigest([u8; 32]);

impl SecretDigest {
    /// The digest of `secret`.
    #[must_use]
    pub fn of(secret: &[u8]) -> Self {
        Self(Sha256::digest(secret).into())
    }

    /// The 32 bytes of the digest, as a store of one's own keeps them.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl From<[u8; 32]> for SecretDigest {
    fn from(digest: [u8; 32]) -> Self {
        Self(digest)
    }
}

impl PartialEq for SecretDigest {
    fn eq(&self, other: &Self) -> bool {
        constant_time_eq::constant_time_eq_32(&self.0, &other.0)
    }
}

impl Eq for SecretDigest {}

impl Hash for SecretDigest {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl fmt::Debug for SecretDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretDigest(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_nothing_of_the_secret() {
        let secret = Secret::from("hunter2");
        assert_eq!(format!("{secret:?}"), "Secret(***)");
        assert_eq!(format!("{:?}", SecretDigest::of(b"hunter2")), "SecretDigest(***)");
    }

    #[test]
    fn matches_only_the_same_bytes() {
        let secret = Secret::from("abc");
        assert!(secret.matches(b"abc"));
        for other in ["", "ab", "abd", "abcd", "ABC"] {
            assert!(!secret.matches(other.as_bytes()), "{other}");
        }
    }
}
