//! Where in a request credentials can stand.

use std::borrow::Cow;
use std::fmt;

use http::header::{CONTENT_TYPE, HeaderName};
use http::request::Parts;
use http::uri::PathAndQuery;
use http::{Method, Uri};

use crate::header::{SentCookie, cookie, credentials_in, without_cookie, without_credentials};
use crate::respond::BufferedBody;

/// A place in a request where a scheme looks for credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// `Authorization` (on a proxy: `Proxy-Authorization`), under the scheme's name.
    Authorization,
    /// A header field of the scheme's own.
    Header(HeaderName),
    /// A cookie.
    Cookie(Box<str>),
    /// An item of `Sec-WebSocket-Protocol` that begins with this, the one field that a web page can
    /// set when it opens a WebSocket. What of it names credentials is taken out of every request
    /// that goes on: it is no protocol that a handler could choose.
    WebSocketProtocol(Box<str>),
    /// A parameter of the query. URLs end up in logs, histories and `Referer` fields.
    Query(Box<str>),
    /// A parameter of a form body, RFC 6750 §2.2.
    Form(Box<str>),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Authorization => f.write_str("the `Authorization` field"),
            Self::Header(name) => write!(f, "the header `{name}`"),
            Self::Cookie(name) => write!(f, "the cookie `{name}`"),
            Self::WebSocketProtocol(start) => write!(f, "the WebSocket protocol `{start}…`"),
            Self::Query(name) => write!(f, "the query parameter `{name}`"),
            Self::Form(name) => write!(f, "the form parameter `{name}`"),
        }
    }
}

impl Place {
    /// Whether a request fills this place. [`Place::Authorization`] is decided by the set, which
    /// reads that field for all schemes.
    pub(crate) fn is_filled(&self, head: &Parts) -> bool {
        match self {
            Self::Authorization => false,
            Self::Header(name) => head.headers.contains_key(name),
            Self::Cookie(_) => !matches!(self.cookie(head), SentCookie::Absent),
            Self::WebSocketProtocol(_) | Self::Query(_) | Self::Form(_) => {
                self.parameters(head).next().is_some()
            }
        }
    }

    /// The value of this place's cookie.
    pub(super) fn cookie<'a>(&'a self, head: &'a Parts) -> SentCookie<'a> {
        match self {
            Self::Cookie(name) => cookie(&head.headers, name),
            Self::Authorization
            | Self::Header(_)
            | Self::WebSocketProtocol(_)
            | Self::Query(_)
            | Self::Form(_) => SentCookie::Absent,
        }
    }

    /// The values of this place's parameter, decoded.
    pub(super) fn parameters<'a>(&'a self, head: &'a Parts) -> impl Iterator<Item = Cow<'a, str>> {
        let (wanted, encoded) = match self {
            Self::Query(name) => (&**name, head.uri.query().unwrap_or_default().as_bytes()),
            Self::Form(name) => {
                let form = head.extensions.get::<BufferedBody>().filter(|_| is_form(head));
                (&**name, form.map_or(&[][..], |form| &form.0))
            }
            Self::Authorization
            | Self::Header(_)
            | Self::Cookie(_)
            | Self::WebSocketProtocol(_) => ("", &[][..]),
        };
        let start = if let Self::WebSocketProtocol(start) = self { Some(&**start) } else { None };
        let offered = start.into_iter().flat_map(|start| credentials_in(&head.headers, start));
        form_urlencoded::parse(encoded)
            .filter(move |(name, _)| name == wanted)
            .map(|(_, value)| value)
            .chain(offered.map(Cow::Borrowed))
    }

    /// Takes the credentials out of a request that goes on.
    pub(crate) fn strip(&self, head: &mut Parts, credentials_field: &HeaderName) {
        match self {
            Self::Authorization => {
                head.headers.remove(credentials_field);
            }
            Self::Header(name) => {
                head.headers.remove(name);
            }
            Self::Cookie(name) => without_cookie(&mut head.headers, name),
            Self::WebSocketProtocol(start) => without_credentials(&mut head.headers, start),
            Self::Query(name) => strip_query(&mut head.uri, name),
            Self::Form(_) => {}
        }
    }
}

/// Whether the body of this request is a form that may carry a token:
/// [RFC 6750 §2.2](https://www.rfc-editor.org/rfc/rfc6750#section-2.2) wants the form media type
/// and a method whose body means something, and never GET.
pub(super) fn is_form(head: &Parts) -> bool {
    let has_body_semantics =
        matches!(head.method, Method::POST | Method::PUT | Method::PATCH | Method::DELETE);
    let is_form_type = |value: &http::HeaderValue| {
        let essence = value.as_bytes().split(|&b| b == b';').next().unwrap_or_default();
        essence.trim_ascii().eq_ignore_ascii_case(b"application/x-www-form-urlencoded")
    };
    has_body_semantics && head.headers.get(CONTENT_TYPE).is_some_and(is_form_type)
}

/// Removes every `name` from the query, and the query if nothing else is left. The other
/// parameters stay byte for byte.
fn strip_query(uri: &mut Uri, name: &str) {
    let Some(query) = uri.query() else { return };
    let kept: Vec<&str> = query
        .split('&')
        .filter(|pair| form_urlencoded::parse(pair.as_bytes()).all(|(key, _)| key != name))
        .collect();
    let path = uri.path();
    let rest = if kept.is_empty() { path.to_owned() } else { format!("{path}?{}", kept.join("&")) };
    let mut parts = uri.clone().into_parts();
    if let Ok(path_and_query) = PathAndQuery::try_from(rest) {
        parts.path_and_query = Some(path_and_query);
        if let Ok(stripped) = Uri::from_parts(parts) {
            *uri = stripped;
        }
    }
}
