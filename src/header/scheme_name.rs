//! The name of an authentication scheme.

use std::borrow::Cow;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use super::error::InvalidSchemeName;
use super::table::is_tchar;

/// The name of an authentication scheme, compared without regard to case.
///
/// A `token`, [RFC 9110 §11.1](https://www.rfc-editor.org/rfc/rfc9110#section-11.1). The constants
/// are the names of the
/// [IANA registry](https://www.iana.org/assignments/http-authschemes/http-authschemes.xhtml), and
/// two that are in use without being registered: [`API_KEY`](Self::API_KEY) and
/// [`COOKIE`](Self::COOKIE).
///
/// ```
/// use tower_auth::header::SchemeName;
///
/// assert_eq!(SchemeName::new("bEARER")?, SchemeName::BEARER);
/// assert_eq!(SchemeName::new("bEARER")?.as_str(), "Bearer");
/// assert!(SchemeName::new("no spaces").is_err());
/// # Ok::<(), tower_auth::header::InvalidSchemeName>(())
/// ```
#[derive(Clone)]
pub struct SchemeName(Cow<'static, str>);

impl SchemeName {
    /// `ApiKey`, not registered.
    pub const API_KEY: Self = Self(Cow::Borrowed("ApiKey"));
    /// `Basic`, [RFC 7617](https://www.rfc-editor.org/rfc/rfc7617).
    pub const BASIC: Self = Self(Cow::Borrowed("Basic"));
    /// `Bearer`, [RFC 6750](https://www.rfc-editor.org/rfc/rfc6750).
    pub const BEARER: Self = Self(Cow::Borrowed("Bearer"));
    /// `Concealed`, [RFC 9729](https://www.rfc-editor.org/rfc/rfc9729).
    pub const CONCEALED: Self = Self(Cow::Borrowed("Concealed"));
    /// `Cookie`, not registered.
    pub const COOKIE: Self = Self(Cow::Borrowed("Cookie"));
    /// `Digest`, [RFC 7616](https://www.rfc-editor.org/rfc/rfc7616).
    pub const DIGEST: Self = Self(Cow::Borrowed("Digest"));
    /// `DPoP`, [RFC 9449](https://www.rfc-editor.org/rfc/rfc9449).
    pub const DPOP: Self = Self(Cow::Borrowed("DPoP"));
    /// `GNAP`, [RFC 9635](https://www.rfc-editor.org/rfc/rfc9635).
    pub const GNAP: Self = Self(Cow::Borrowed("GNAP"));
    /// `HOBA`, [RFC 7486](https://www.rfc-editor.org/rfc/rfc7486).
    pub const HOBA: Self = Self(Cow::Borrowed("HOBA"));
    /// `Mutual`, [RFC 8120](https://www.rfc-editor.org/rfc/rfc8120).
    pub const MUTUAL: Self = Self(Cow::Borrowed("Mutual"));
    /// `Negotiate`, [RFC 4559](https://www.rfc-editor.org/rfc/rfc4559).
    pub const NEGOTIATE: Self = Self(Cow::Borrowed("Negotiate"));
    /// `OAuth`, [RFC 5849](https://www.rfc-editor.org/rfc/rfc5849).
    pub const OAUTH: Self = Self(Cow::Borrowed("OAuth"));
    /// `PrivateToken`, [RFC 9577](https://www.rfc-editor.org/rfc/rfc9577).
    pub const PRIVATE_TOKEN: Self = Self(Cow::Borrowed("PrivateToken"));
    /// `SCRAM-SHA-1`, [RFC 7804](https://www.rfc-editor.org/rfc/rfc7804).
    pub const SCRAM_SHA_1: Self = Self(Cow::Borrowed("SCRAM-SHA-1"));
    /// `SCRAM-SHA-256`, [RFC 7804](https://www.rfc-editor.org/rfc/rfc7804).
    pub const SCRAM_SHA_256: Self = Self(Cow::Borrowed("SCRAM-SHA-256"));
    /// `vapid`, [RFC 8292](https://www.rfc-editor.org/rfc/rfc8292).
    pub const VAPID: Self = Self(Cow::Borrowed("vapid"));

    /// A scheme of any name.
    ///
    /// A known name gets the spelling of its constant and allocates nothing; any other keeps the
    /// spelling that is given.
    ///
    /// # Errors
    ///
    /// When `name` is not a `token`: empty, or with a space, a separator, a control character or
    /// anything outside US-ASCII in it.
    pub fn new(name: &str) -> Result<Self, InvalidSchemeName> {
        if let Some(known) = KNOWN.iter().find(|known| known.matches(name)) {
            return Ok(known.clone());
        }
        if name.is_empty() || !name.bytes().all(is_tchar) {
            return Err(InvalidSchemeName(()));
        }
        Ok(Self(Cow::Owned(name.to_owned())))
    }

    /// The name as it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `name` is this scheme, ignoring the case of US-ASCII letters.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        self.0.eq_ignore_ascii_case(name)
    }

    /// The name where it is one of the constants.
    pub(super) fn as_static(&self) -> Option<&'static str> {
        match self.0 {
            Cow::Borrowed(name) => Some(name),
            Cow::Owned(_) => None,
        }
    }
}

impl fmt::Debug for SchemeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SchemeName").field(&self.as_str()).finish()
    }
}

impl fmt::Display for SchemeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for SchemeName {
    type Err = InvalidSchemeName;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::new(name)
    }
}

impl PartialEq for SchemeName {
    fn eq(&self, other: &Self) -> bool {
        self.matches(&other.0)
    }
}

impl Eq for SchemeName {}

impl PartialEq<str> for SchemeName {
    fn eq(&self, other: &str) -> bool {
        self.matches(other)
    }
}

impl PartialEq<&str> for SchemeName {
    fn eq(&self, other: &&str) -> bool {
        self.matches(other)
    }
}

impl Hash for SchemeName {
    fn hash<H: Hasher>(&self, state: &mut H) {
        for byte in self.0.bytes() {
            state.write_u8(byte.to_ascii_lowercase());
        }
        state.write_u8(0xFF);
    }
}

static KNOWN: [SchemeName; 16] = [
    SchemeName::BEARER,
    SchemeName::BASIC,
    SchemeName::DPOP,
    SchemeName::DIGEST,
    SchemeName::NEGOTIATE,
    SchemeName::API_KEY,
    SchemeName::COOKIE,
    SchemeName::CONCEALED,
    SchemeName::GNAP,
    SchemeName::HOBA,
    SchemeName::MUTUAL,
    SchemeName::OAUTH,
    SchemeName::PRIVATE_TOKEN,
    SchemeName::SCRAM_SHA_1,
    SchemeName::SCRAM_SHA_256,
    SchemeName::VAPID,
];
