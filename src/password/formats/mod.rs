//! The kinds of hashes, one file each.

#[cfg(feature = "htpasswd")]
mod apr1;
mod argon2id;
#[cfg(feature = "htpasswd")]
mod bcrypt2;
#[cfg(feature = "htpasswd")]
mod kdf;
mod phc_text;
#[cfg(feature = "htpasswd")]
mod sha;
#[cfg(feature = "htpasswd")]
mod sha_crypt2;
#[cfg(feature = "htpasswd")]
mod strong;

use std::fmt;
use std::sync::Arc;

use crate::error::ConfigError;

pub use argon2id::Argon2id;

/// Compares passwords with one hash.
pub(super) trait Check: Send + Sync + 'static {
    /// Whether `password` is the one that was hashed. Costs the same for every password of up to
    /// [`MAX_PASSWORD`] bytes that is not much longer than others.
    fn matches(&self, password: &[u8]) -> bool;

    /// What it costs.
    fn profile(&self) -> Profile;
}

/// A kind of hash with its parameters: hashes of one profile cost the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Profile {
    pub(super) kind: &'static str,
    pub(super) costs: [u32; 3],
}

/// Reads a hash of one kind. `None` where it is of another.
type Format = fn(&str) -> Option<Result<Arc<dyn Check>, String>>;

/// Which kinds of hashes are taken.
///
/// Weak ones have to be asked for, and some are never taken: plain text and the DES-based `crypt`,
/// of which every hash can be turned back within hours.
#[derive(Clone, Copy)]
pub struct Formats(&'static [Format]);

impl Formats {
    /// Only argon2id (and argon2i), as PHC strings: `$argon2id$v=19$m=19456,t=2,p=1$…`.
    #[must_use]
    pub const fn argon2id() -> Self {
        Self(&[argon2id::parse])
    }

    /// Reads a hash.
    pub(super) fn check(self, text: &str) -> Result<Arc<dyn Check>, String> {
        let mut found = self.0.iter().filter_map(|format| format(text));
        found.next().unwrap_or_else(|| Err(unknown(text).to_owned()))
    }
}

impl Default for Formats {
    fn default() -> Self {
        Self::argon2id()
    }
}

impl fmt::Debug for Formats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Formats({} kinds)", self.0.len())
    }
}

/// One stored hash of a password. Does not print itself.
///
/// ```
/// use tower_auth::password::PasswordHash;
///
/// let hash = "$argon2id$v=19$m=16,t=2,p=1$c29tZXNhbHQ$OhKUrDGBzNE+3scQNvYS9w";
/// assert_eq!(PasswordHash::parse(hash)?.expose(), hash);
///
/// let error = PasswordHash::parse("wonderland").unwrap_err().to_string();
/// assert!(error.contains("plain text is never taken"), "{error}");
/// # Ok::<(), tower_auth::ConfigError>(())
/// ```
#[derive(Clone)]
pub struct PasswordHash {
    text: Arc<str>,
    check: Arc<dyn Check>,
}

impl PasswordHash {
    /// Reads an argon2id hash.
    ///
    /// # Errors
    ///
    /// It is no such hash, or checking it would cost too much memory or time.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        Self::parse_as(text, Formats::argon2id())
    }

    /// Reads a hash of any of these kinds.
    ///
    /// # Errors
    ///
    /// It is none of them, or checking it would cost too much memory or time.
    pub fn parse_as(text: &str, formats: Formats) -> Result<Self, ConfigError> {
        let hash = Self::read(text, formats);
        hash.map_err(|why| ConfigError::new(format!("the password hash can't be used: {why}")))
    }

    pub(super) fn read(text: &str, formats: Formats) -> Result<Self, String> {
        Ok(Self { check: formats.check(text)?, text: text.into() })
    }

    /// The hash as text, to be stored. Whoever has it can guess passwords as fast as they can
    /// hash: every call is a place to review.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.text
    }

    /// Whether it is weaker than `wanted`, or of another kind.
    #[must_use]
    pub fn is_outdated(&self, wanted: Argon2id) -> bool {
        let (has, wants) = (self.check.profile(), wanted.profile());
        has.kind != wants.kind || has.costs.iter().zip(wants.costs).any(|(has, wants)| *has < wants)
    }

    pub(super) fn check(&self) -> &Arc<dyn Check> {
        &self.check
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PasswordHash({}, ***)", self.check.profile().kind)
    }
}

/// Compares with a hash, whatever the password: one that is longer than any that is taken is wrong,
/// and costs as much as another.
pub(super) fn matches(check: &dyn Check, password: &[u8]) -> bool {
    if password.len() > MAX_PASSWORD {
        check.matches(STAND_IN);
        return false;
    }
    check.matches(password)
}

/// Why a text that no format took was not. Must not quote it: it may be a password.
fn unknown(text: &str) -> &'static str {
    let known = STARTS.iter().find(|(start, _)| text.starts_with(start));
    match known {
        Some((_, why)) => why,
        None if text.is_empty() => "it is empty",
        None => {
            "it is of no kind that is known; plain text is never taken, and neither is the \
             DES-based crypt, which can be turned back within hours"
        }
    }
}

const STARTS: [(&str, &str); 11] = [
    ("$2", NOT_ASKED),
    ("$5$", NOT_ASKED),
    ("$6$", NOT_ASKED),
    ("$scrypt$", NOT_ASKED),
    ("$pbkdf2", NOT_ASKED),
    ("$apr1$", WEAK),
    ("{SHA}", WEAK),
    ("$1$", "MD5-crypt is tried millions of times a second: hash the password anew"),
    ("$argon2d$", "argon2d leaks through shared caches: hash the password with argon2id"),
    ("{", "LDAP's schemes are not known, but for `{SHA}`"),
    ("$y$", "yescrypt is not known"),
];
const NOT_ASKED: &str = "it is of a kind that is not taken here: `Formats::strong()`, with the \
                         feature `htpasswd`, takes bcrypt, SHA-crypt, scrypt and PBKDF2";
const WEAK: &str = "it is too weak, for it can be tried millions of times a second: hash the \
                    password anew (`htpasswd -B`), or take such hashes in spite of it by what has \
                    `danger` in its name";
/// The longest password that is taken, in bytes.
pub(super) const MAX_PASSWORD: usize = 1024;
/// What is hashed in place of a password that can't be.
const STAND_IN: &[u8] = b"a password of usual length";
