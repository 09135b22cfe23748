//! What caches may do with answers.

use http::header::{CACHE_CONTROL, COOKIE, VARY};
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
}

impl CacheRule {
    pub(crate) fn of(schemes: &SchemeSet, target: Target) -> Self {
        let mut names: Vec<&str> = Vec::new();
        for place in schemes.places() {
            let name = match place {
                Place::Header(name) => name.as_str(),
                Place::Cookie(_) => COOKIE.as_str(),
                Place::Authorization | Place::Query(_) | Place::Form(_) => continue,
            };
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let elsewhere = target == Target::Origin
            && schemes.places().any(|place| *place != Place::Authorization);
        let vary = HeaderValue::try_from(names.join(", ")).ok().filter(|list| !list.is_empty());
        Self { vary, elsewhere }
    }

    /// Whether any scheme reads a place that caches know nothing of.
    pub(crate) fn applies(&self) -> bool {
        self.elsewhere
    }

    /// Marks an answer. `private`: the caller was identified outside of `Authorization`.
    pub(crate) fn mark(&self, headers: &mut HeaderMap, private: bool) {
        if let Some(vary) = &self.vary {
            headers.append(VARY, vary.clone());
        }
        if private && !is_settled(headers) {
            headers.append(CACHE_CONTROL, HeaderValue::from_static("private"));
        }
    }
}

/// Whether the handler has said who may store its answer. `public` and `s-maxage` are its
/// explicit word that the answer is the same for everyone, and stay.
fn is_settled(headers: &HeaderMap) -> bool {
    let directives = headers
        .get_all(CACHE_CONTROL)
        .iter()
        .flat_map(|line| line.as_bytes().split(|&b| b == b','))
        .filter_map(|directive| directive.split(|&b| b == b'=').next());
    let settled: [&[u8]; 4] = [b"private", b"no-store", b"public", b"s-maxage"];
    directives
        .map(<[u8]>::trim_ascii)
        .any(|directive| settled.iter().any(|name| directive.eq_ignore_ascii_case(name)))
}
