//! How things are called in Redis.
//!
//! | key | holds | lives |
//! |---|---|---|
//! | `p:s:{gggg}:<digest>` | a session, or the mark that it was renewed | until the session ends |
//! | `p:u:{gggg}:<subject>` | the digests of a subject's sessions, by their ends | as the longest of them |
//! | `p:o:{oN}:<digest>` | a one-time value | until it may be forgotten |
//! | `p:n:{nN}:<nonce>` | the uses of a nonce | until it expires |
//! | `p:v:{v}:<digest>` | a revocation | 5 min longer than its tokens |
//! | `p:a:{a}:<digest>` | failed attempts of one kind, or a success | until they are forgotten |
//! | `p:since:{v}`, `{oN}`, `{nN}` | since when Redis remembers | for ever |
//! | `p:changes` | a channel: what other machines must forget | |
//!
//! What stands in braces decides the node of a cluster, so all keys of one step are on one node.

use crate::secret::SecretDigest;
#[cfg(feature = "sessions")]
use crate::store::sessions::SessionRecord;

pub(super) struct Keys {
    prefix: Box<str>,
}

impl Keys {
    pub(super) fn new(prefix: &str) -> Self {
        Self { prefix: prefix.into() }
    }

    #[cfg(feature = "sessions")]
    pub(super) fn session(&self, member: &str) -> String {
        format!("{}{{{}}}:{member}", self.sessions(), group_of(member))
    }

    /// What the keys of all sessions begin with.
    #[cfg(feature = "sessions")]
    pub(super) fn sessions(&self) -> String {
        format!("{}:s:", self.prefix)
    }

    #[cfg(feature = "sessions")]
    pub(super) fn index(&self, subject: &str) -> String {
        format!("{}{{{}}}:{subject}", self.indexes(), group(subject))
    }

    /// What the keys of all indexes begin with.
    #[cfg(feature = "sessions")]
    pub(super) fn indexes(&self) -> String {
        format!("{}:u:", self.prefix)
    }

    pub(super) fn replay(&self, value: &SecretDigest) -> (String, String) {
        let [first, ..] = *value.as_bytes();
        let tag = Tag::Replay(first % SPREAD);
        (format!("{}:o:{tag}:{}", self.prefix, hex(value.as_bytes())), self.since(tag))
    }

    #[cfg(feature = "digest")]
    pub(super) fn nonce(&self, nonce: u128) -> (String, String) {
        let [first, ..] = nonce.to_be_bytes();
        let tag = Tag::Nonce(first % SPREAD);
        (format!("{}:n:{tag}:{nonce:032x}", self.prefix), self.since(tag))
    }

    #[cfg(feature = "revocation")]
    pub(super) fn revocation(&self, member: &str) -> String {
        format!("{}:v:{}:{member}", self.prefix, Tag::Revocation)
    }

    /// All on one node: a failure counts for an account, a source and the two together, and these
    /// must be one step.
    pub(super) fn attempt(&self, digest: &SecretDigest) -> String {
        format!("{}:a:{{a}}:{}", self.prefix, hex(digest.as_bytes()))
    }

    pub(super) fn since(&self, tag: Tag) -> String {
        format!("{}:since:{tag}", self.prefix)
    }

    pub(super) fn channel(&self) -> String {
        format!("{}:changes", self.prefix)
    }
}

/// Where things lie together of which Redis notes since when it remembers them.
#[derive(Clone, Copy)]
pub(super) enum Tag {
    /// All revocations: a check looks at three, and these must be one step.
    Revocation,
    Replay(u8),
    Nonce(u8),
}

impl Tag {
    pub(super) fn all() -> impl Iterator<Item = Self> {
        Self::all_but_nonces().chain(Self::nonces())
    }

    pub(super) fn all_but_nonces() -> impl Iterator<Item = Self> {
        std::iter::once(Self::Revocation).chain((0..SPREAD).map(Self::Replay))
    }

    pub(super) fn nonces() -> impl Iterator<Item = Self> {
        (0..SPREAD).map(Self::Nonce)
    }
}

impl std::fmt::Display for Tag {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Revocation => f.write_str("{v}"),
            Self::Replay(at) => write!(f, "{{o{at}}}"),
            Self::Nonce(at) => write!(f, "{{n{at}}}"),
        }
    }
}

/// The first two bytes of the keys of a subject's sessions, in hexadecimal.
#[cfg(feature = "sessions")]
pub(super) fn group(subject: &str) -> String {
    hex(&SessionRecord::group(subject))
}

#[cfg(feature = "sessions")]
fn group_of(member: &str) -> &str {
    member.get(..4).unwrap_or_default()
}

pub(super) fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// The 32 bytes of a digest.
pub(super) fn from_hex(text: &[u8]) -> Option<SecretDigest> {
    let (pairs, rest) = text.as_chunks::<2>();
    let mut bytes = [0; 32];
    if pairs.len() != bytes.len() || !rest.is_empty() {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(pairs) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(SecretDigest::from(bytes))
}

/// Over how many places of a cluster one-time values and nonces are spread.
const SPREAD: u8 = 8;
