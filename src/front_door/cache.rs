//! What caches may do with answers.

use http::header::{CACHE_CONTROL, COOKIE, Entry, SEC_WEBSOCKET_PROTOCOL, VARY};
use http::{HeaderMap, HeaderValue};

use crate::respond::Target;
use crate::scheme::{Place, SchemeSet};

/// How answers of the inner service are marked for caches.
///
/// [RFC 9111 §3.5](https://www.rfc-editor.org/rfc/rfc9111#section-3.5) keeps shared caches from
/// reusing answers to requests with `Authorization`. It knows of no other field, so answers to
/// callers who were identified by one are made private
/// ([RFC 9110 §16.4.2](https://www.rfc-editor.org/rfc/rfc9110#section-16.4.2)).
#[derive(Clone, Debug)]
pub(crate) struct CacheRule {
    vary: Option<HeaderValue>,
    elsewhere: bool,
    /// What all answers to callers who were identified are, where it is the same for all.
    privacy: Option<Privacy>,
}

impl CacheRule {
    pub(crate) fn of(schemes: &SchemeSet, target: Target) -> Self {
        let mut names: Vec<&str> = Vec::new();
        for place in schemes.places() {
            let name = match place {
                Place::Header(name) => name.as_str(),
                Place::Cookie(_) => COOKIE.as_str(),
                Place::WebSocketProtocol(_) => SEC_WEBSOCKET_PROTOCOL.as_str(),
                Place::Authorization | Place::Query(_) | Place::Form(_) => continue,
            };
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let elsewhere = target == Target::Origin
            && schemes.places().any(|place| *place != Place::Authorization);
        let vary = match names[..] {
            [] => None,
            // The usual one costs nothing to clone.
            ["cookie"] => Some(HeaderValue::from_static("cookie")),
            _ => HeaderValue::try_from(names.join(", ")).ok(),
        };
        let only_cookies = schemes.places().all(|place| matches!(place, Place::Cookie(_)));
        Self { vary, elsewhere, privacy: only_cookies.then_some(Privacy::Always) }
    }

    /// Whether any scheme reads a place that caches know nothing of.
    pub(crate) fn applies(&self) -> bool {
        self.elsewhere
    }

    /// Who may store the answers to callers who were identified, if that is the same for all.
    pub(super) fn privacy(&self) -> Option<Privacy> {
        self.privacy
    }

    /// Marks an answer.
    pub(crate) fn mark(&self, headers: &mut HeaderMap, privacy: Privacy) {
        if let Some(vary) = &self.vary {
            headers.append(VARY, vary.clone());
        }
        if privacy == Privacy::Open {
            return;
        }
        // The usual answer says nothing, and is looked at once.
        if let Ok(Entry::Vacant(nothing)) = headers.try_entry(CACHE_CONTROL) {
            let _ = nothing.try_insert(HeaderValue::from_static("private"));
            return;
        }
        let settling: &[&str] = match privacy {
            Privacy::Open => &[],
            Privacy::Private => &["private", "no-store", "public", "s-maxage"],
            Privacy::Always => {
                without(headers, &["public", "s-maxage"]);
                &["private", "no-store"]
            }
        };
        if !says(headers, settling) {
            headers.append(CACHE_CONTROL, HeaderValue::from_static("private"));
        }
    }
}

/// Who may store an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Privacy {
    /// Caches know what the caller was identified by, or nobody was.
    Open,
    /// Only the caller, unless the handler says that it is the same for everyone: `public` and
    /// `s-maxage` are its explicit word, and stay.
    Private,
    /// Only the caller: browsers send their cookies wherever they go, and a page of one session
    /// that is shown to another is what people fear of caches.
    Always,
}

impl Privacy {
    /// Of the answer to a caller who was identified by what is in these places.
    pub(crate) fn of<'a>(places: impl Iterator<Item = &'a Place>) -> Self {
        places.fold(Self::Open, |privacy, place| match (privacy, place) {
            (Self::Always, _) | (_, Place::Cookie(_)) => Self::Always,
            (_, Place::Authorization) => privacy,
            (
                _,
                Place::Header(_) | Place::WebSocketProtocol(_) | Place::Query(_) | Place::Form(_),
            ) => Self::Private,
        })
    }
}

/// Whether one of these directives is there. `private` with an argument is not: caches need not
/// heed it ([RFC 9111 §5.2.2.7](https://www.rfc-editor.org/rfc/rfc9111#section-5.2.2.7)).
fn says(headers: &HeaderMap, names: &[&str]) -> bool {
    let mut said = headers.get_all(CACHE_CONTROL).iter().flat_map(directives);
    said.any(|directive| is_one_of(directive, names) && !directive.starts_with(b"private="))
}

/// Takes these directives out.
fn without(headers: &mut HeaderMap, names: &[&str]) {
    if !says(headers, names) {
        return;
    }
    let lines: Vec<HeaderValue> = headers.get_all(CACHE_CONTROL).iter().cloned().collect();
    headers.remove(CACHE_CONTROL);
    for line in &lines {
        let kept: Vec<&[u8]> = directives(line).filter(|it| !is_one_of(it, names)).collect();
        // INVARIANT: parts of a field value are one again with `, ` between them.
        if let Ok(line) = HeaderValue::from_bytes(&kept.join(&b", "[..]))
            && !line.is_empty()
        {
            headers.append(CACHE_CONTROL, line);
        }
    }
}

fn is_one_of(directive: &[u8], names: &[&str]) -> bool {
    let name = directive.split(|&b| b == b'=').next().unwrap_or_default().trim_ascii();
    names.iter().any(|one| name.eq_ignore_ascii_case(one.as_bytes()))
}

/// The directives of a line. A comma between quotes parts nothing.
fn directives(line: &HeaderValue) -> impl Iterator<Item = &[u8]> {
    let mut quoted = false;
    let parts = line.as_bytes().split(move |&byte| {
        quoted ^= byte == b'"';
        byte == b',' && !quoted
    });
    parts.map(<[u8]>::trim_ascii)
}
