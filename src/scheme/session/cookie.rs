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
            SentCookie::Value(text) => {
                text.try_into().ok().and_then(key).map_or(Self::Malformed, Self::Id)
            }
            SentCookie::Several => Self::Malformed,
        }
    }
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
        // INVARIANT: this is how ids are written.
        let key = value.as_bytes().try_into().ok().and_then(key);
        let key = key.ok_or_else(|| Unavailable::new("no id could be made"))?;
        Ok((key, self.write(&value, self.max_age)))
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

/// The key that a session with this id is stored under, if an id can be written so. All sessions of
/// a subject have keys of one group, so that a store can keep them together.
///
/// But for the group it is not decoded: an id has one spelling, and another has another digest.
fn key(id: &[u8; WRITTEN]) -> Option<SecretDigest> {
    let all = id.iter().fold(0, |all, &byte| all | sextet(byte));
    if all & NO_SEXTET != 0 {
        return None;
    }
    let [first, second, third, ..] = *id;
    let (first, second, third) = (sextet(first), sextet(second), sextet(third));
    let group = [first << 2 | second >> 4, second << 4 | third >> 2];
    Some(SessionRecord::key(group, id))
}

/// What a character of base64url stands for, [RFC 4648 §5](https://www.rfc-editor.org/rfc/rfc4648#section-5).
#[expect(clippy::indexing_slicing, reason = "a byte is always within 256 entries")]
const fn sextet(byte: u8) -> u8 {
    SEXTETS[byte as usize]
}

#[expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "the alphabet has 64 characters, and a byte is always within 256 entries"
)]
const fn sextets() -> [u8; 256] {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut table = [NO_SEXTET; 256];
    let mut value = 0;
    while value < 64 {
        table[ALPHABET[value as usize] as usize] = value;
        value += 1;
    }
    table
}

static SEXTETS: [u8; 256] = sextets();
/// No character of base64url. A bit that no value has.
const NO_SEXTET: u8 = 0x80;
/// Bytes of an id: the group of its subject and 256 random bits.
const ID: usize = 34;
/// Characters of an id.
const WRITTEN: usize = 46;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_says_in_which_group_its_session_is() {
        let (name, same_site) = ("s".into(), SameSite::Lax);
        let cookie = Cookie { name, secure: true, same_site, max_age: None };
        for number in 0..1000 {
            let subject = format!("user {number}");
            let (key, sent) = cookie.issue(&subject).unwrap();
            assert_eq!(key.as_bytes()[..2], SessionRecord::group(&subject));
            let (_, id) = sent.pair().split_once('=').unwrap();
            assert!(
                matches!(InCookie::of(SentCookie::Value(id.as_bytes())), InCookie::Id(it) if it == key)
            );
        }
    }

    #[test]
    fn what_is_no_base64url_of_that_length_is_no_id() {
        let good = [b'a'; WRITTEN];
        assert!(key(&good).is_some());
        for byte in 0..=u8::MAX {
            let is_base64url = byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
            for at in 0..WRITTEN {
                let mut id = good;
                id[at] = byte;
                assert_eq!(key(&id).is_some(), is_base64url, "{byte} at {at}");
            }
        }
        for wrong in [&b""[..], &[b'a'; WRITTEN - 1], &[b'a'; WRITTEN + 1]] {
            assert!(matches!(InCookie::of(SentCookie::Value(wrong)), InCookie::Malformed));
        }
    }
}
