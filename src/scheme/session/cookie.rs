//! The cookie: its name, what stands in it, and how it is sent.

use std::fmt;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header::{CACHE_CONTROL, SET_COOKIE};
use http::request::Parts;
use http::{HeaderMap, HeaderValue};

use crate::error::ConfigError;
use crate::header::{SentCookie, cookie, is_cookie_name};
use crate::rejection::Unavailable;
use crate::secret::SecretDigest;
use crate::store::SessionRecord;

/// When a browser sends a cookie along with requests that another site caused,
/// [RFC 6265bis §5.6.7](https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "`None` would undo what sessions rest on")]
pub enum SameSite {
    /// With links that a person follows, and nothing else.
    #[default]
    Lax,
    /// Never: who follows a link to the service arrives logged out.
    Strict,
}

/// The settings of the cookie.
#[derive(Clone, Debug)]
pub(super) struct Cookie {
    pub(super) name: Box<str>,
    pub(super) secure: bool,
    pub(super) same_site: SameSite,
    /// `None`: the browser keeps it until it is closed.
    pub(super) max_age: Option<Duration>,
}

/// What a request presents in the place of a session.
pub(super) enum InCookie {
    Nothing,
    /// Something that no session has ever had for an id, or several things at once.
    Malformed,
    Id(SecretDigest),
}

impl InCookie {
    /// RFC 6265bis §4.2.2: nobody can rely on the order of cookies with one name; one of them may
    /// be planted by another host.
    pub(super) fn of(sent: SentCookie<'_>) -> Self {
        match sent {
            SentCookie::Absent => Self::Nothing,
            SentCookie::Value(text) if is_id(text) => Self::Id(key(text)),
            SentCookie::Value(_) | SentCookie::Several => Self::Malformed,
        }
    }
}

/// Whether an id can be written so. It is not decoded: an id has one spelling, and another has
/// another digest.
fn is_id(text: &[u8]) -> bool {
    let is_base64url = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    text.len() == WRITTEN && text.iter().all(is_base64url)
}

impl Cookie {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let name = &*self.name;
        if !is_cookie_name(name) {
            return Err(ConfigError::new(format!(
                "a cookie can't be called `{}`: use letters, digits, `-` and `_`",
                name.escape_debug()
            )));
        }
        let has_prefix = ["__host-", "__secure-", "__http-", "__host-http-"]
            .iter()
            .any(|prefix| name.to_ascii_lowercase().starts_with(prefix));
        if has_prefix && !self.secure {
            return Err(ConfigError::new(format!(
                "browsers drop the cookie `{name}` unless it is `Secure`: serve it over HTTPS, or \
                 give it a name without that prefix"
            )));
        }
        Ok(())
    }

    /// The key of the session that a request names.
    pub(super) fn read(&self, head: &Parts) -> Option<SecretDigest> {
        match InCookie::of(cookie(&head.headers, &self.name)) {
            InCookie::Id(key) => Some(key),
            InCookie::Nothing | InCookie::Malformed => None,
        }
    }

    /// A new id for a session of `subject`, as it is stored and as it is sent.
    pub(super) fn issue(&self, subject: &str) -> Result<(SecretDigest, SetCookie), Unavailable> {
        let mut id = [0; ID];
        getrandom::fill(&mut id).map_err(|_| Unavailable::new("no random bytes"))?;
        let [first, second, ..] = &mut id;
        [*first, *second] = SessionRecord::group(subject);
        let value = URL_SAFE_NO_PAD.encode(id);
        Ok((key(value.as_bytes()), self.write(&value, self.max_age)))
    }

    /// Takes the cookie back.
    pub(super) fn clear(&self) -> SetCookie {
        self.write("", Some(Duration::ZERO))
    }

    fn write(&self, value: &str, max_age: Option<Duration>) -> SetCookie {
        let pair = format!("{}={value}", self.name);
        let mut line = format!("{pair}; Path=/; HttpOnly");
        if self.secure {
            line.push_str("; Secure");
        }
        line.push_str(match self.same_site {
            SameSite::Lax => "; SameSite=Lax",
            SameSite::Strict => "; SameSite=Strict",
        });
        if let Some(max_age) = max_age {
            line.push_str("; Max-Age=");
            line.push_str(&max_age.as_secs().to_string());
        }
        SetCookie { pair, line }
    }
}

/// A cookie to be set. In axum it is a part of a response; elsewhere
/// [`add_to`](Self::add_to) its fields. Does not print itself.
#[derive(Clone)]
#[must_use = "the session is of no use unless the cookie is sent"]
pub struct SetCookie {
    pair: String,
    line: String,
}

impl SetCookie {
    /// Adds the cookie to the fields of a response, in the place of one of the same name, and keeps
    /// caches from storing it: a `Set-Cookie` alone does not
    /// ([RFC 9111 §7.3](https://www.rfc-editor.org/rfc/rfc9111#section-7.3)).
    pub fn add_to(self, headers: &mut HeaderMap) {
        if let Some(line) = self.header_value() {
            self.remove_namesakes(headers);
            headers.append(SET_COOKIE, line);
            headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        }
    }

    /// `name=value`, as a browser sends it back. For tests. Every call is a place to review.
    #[must_use]
    pub fn pair(&self) -> &str {
        &self.pair
    }

    /// RFC 6265bis §4.1.1: no two lines of a response set cookies of one name.
    fn remove_namesakes(&self, headers: &mut HeaderMap) {
        let name = self.pair.split('=').next().unwrap_or_default().as_bytes();
        let is_other =
            |line: &&HeaderValue| line.as_bytes().split(|&b| b == b'=').next() != Some(name);
        if headers.get_all(SET_COOKIE).iter().all(|line| is_other(&line)) {
            return;
        }
        let others: Vec<_> = headers.get_all(SET_COOKIE).iter().filter(is_other).cloned().collect();
        headers.remove(SET_COOKIE);
        for line in others {
            headers.append(SET_COOKIE, line);
        }
    }

    pub(super) fn header_value(&self) -> Option<HeaderValue> {
        // INVARIANT: the name is a token and the value base64url, so this is never refused.
        let mut line = HeaderValue::try_from(&self.line).ok()?;
        line.set_sensitive(true);
        Some(line)
    }
}

impl fmt::Debug for SetCookie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SetCookie(***)")
    }
}

/// The key that a session with this id is stored under. All sessions of a subject have keys of one
/// group, so that a store can keep them together.
fn key(id: &[u8]) -> SecretDigest {
    let mut group = [0; 3];
    // INVARIANT: an id is base64url, so its first four characters are three bytes.
    let _ = id.get(..4).map(|start| URL_SAFE_NO_PAD.decode_slice(start, &mut group));
    let [first, second, _] = group;
    SessionRecord::key([first, second], id)
}

/// Bytes of an id: the group of its subject and 256 random bits.
const ID: usize = 34;
/// Characters of an id.
const WRITTEN: usize = 46;
