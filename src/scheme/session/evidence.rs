//! Whether a request is from one of the service's own pages.

use http::header::{HOST, ORIGIN, UPGRADE};
use http::request::Parts;
use http::{HeaderMap, HeaderName, Method, Uri};

use crate::error::ConfigError;

/// The origins that may act with a person's cookie, beside the one that is served.
#[derive(Clone, Debug, Default)]
pub(super) struct Evidence {
    pub(super) origins: Vec<String>,
}

impl Evidence {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        match self.origins.iter().find(|origin| !is_origin(origin)) {
            None => Ok(()),
            Some(origin) => Err(ConfigError::new(format!(
                "`{}` is no origin as browsers send it: write scheme and host in lower case and \
                 nothing after, such as `https://app.example`",
                origin.escape_debug()
            ))),
        }
    }

    /// Whether this request needs evidence: its method may change something, or it opens a
    /// WebSocket, which browsers let any page do
    /// ([RFC 6455 §10.2](https://www.rfc-editor.org/rfc/rfc6455#section-10.2)).
    pub(super) fn is_needed(head: &Parts) -> bool {
        let is_safe =
            matches!(head.method, Method::GET | Method::HEAD | Method::OPTIONS | Method::TRACE);
        !is_safe || opens_socket(head)
    }

    /// What browsers say cannot be forged by a page: `Sec-Fetch-Site` of all since 2023, and
    /// `Origin`. Where neither is said, it is not known who sent the request.
    pub(super) fn is_given(&self, head: &Parts) -> bool {
        let headers = &head.headers;
        let origin = only(headers, &ORIGIN);
        if let Some(origin) = origin
            && self.origins.iter().any(|ours| ours.as_bytes() == origin)
        {
            return true;
        }
        match only(headers, &HeaderName::from_static("sec-fetch-site")) {
            // `none`: a person did it, by a bookmark say; no page can.
            Some(b"same-origin" | b"none") => true,
            Some(_) => false,
            None => origin.is_some_and(|origin| is_host(origin, head)),
        }
    }
}

fn opens_socket(head: &Parts) -> bool {
    head.headers.get_all(UPGRADE).iter().any(|line| {
        let mut protocols = line.as_bytes().split(|&b| b == b',');
        protocols.any(|protocol| protocol.trim_ascii().eq_ignore_ascii_case(b"websocket"))
    })
}

/// Whether the host of `origin` is the one that the request was sent to. The browser writes both,
/// so no page can make them agree. The scheme is not compared: whether TLS ends here or at a proxy
/// is not known.
fn is_host(origin: &[u8], head: &Parts) -> bool {
    let host = match head.uri.authority() {
        Some(authority) => Some(authority.as_str().as_bytes()),
        None => only(&head.headers, &HOST),
    };
    let of_origin = origin.strip_prefix(b"https://").or_else(|| origin.strip_prefix(b"http://"));
    matches!((of_origin, host), (Some(one), Some(other)) if one.eq_ignore_ascii_case(other))
}

/// The value of a field that stands there once.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a [u8]> {
    let mut lines = headers.get_all(name).iter();
    let line = lines.next()?;
    lines.next().is_none().then(|| line.as_bytes())
}

/// Whether browsers send this for an origin: scheme and host in lower case, and the port unless it
/// is the scheme's own.
fn is_origin(text: &str) -> bool {
    let own_port = match text.split_once("://") {
        Some(("https", _)) => ":443",
        Some(("http", _)) => ":80",
        _ => return false,
    };
    let is_plain = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b'_' | b':' | b'/' | b'[' | b']');
    let is_uri = text.parse::<Uri>().is_ok_and(|uri| {
        uri.host().is_some_and(|host| !host.is_empty())
            && uri.path_and_query().is_none_or(|path| path == "/")
    });
    text.bytes().all(is_plain) && is_uri && !text.ends_with('/') && !text.ends_with(own_port)
}
