//! What the request says about how to answer.

use http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, TRANSFER_ENCODING};
use http::request::Parts;
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderValue, Method, Version};

use super::BufferedBody;
use crate::header::original_uri;

/// How a refusal of this request is written: which form of body, whether any, whether as gRPC.
#[derive(Clone, Debug, Default)]
pub(crate) struct Negotiated {
    pub(crate) accept: Option<HeaderValue>,
    /// The content type of a gRPC call, to be answered in kind.
    pub(crate) grpc: Option<HeaderValue>,
    pub(crate) head: bool,
    /// Whether a body is left unread on a connection that is parted into requests by their length.
    pub(crate) close: bool,
    /// The path and query that a person wants to see as a page.
    pub(crate) page: Option<PathAndQuery>,
}

impl Negotiated {
    pub(crate) fn of(request: &Parts) -> Self {
        Self {
            accept: accept(&request.headers),
            grpc: grpc(&request.method, &request.headers),
            head: request.method == Method::HEAD,
            close: has_body(request),
            page: page(request),
        }
    }

    /// The weights, 0 to 1000, that the client gives to each of `essences` (`type/subtype`, lower
    /// case), all in one reading. 1000 without an `Accept` field
    /// ([RFC 9110 §12.5.1](https://www.rfc-editor.org/rfc/rfc9110#section-12.5.1)).
    pub(crate) fn qualities<const N: usize>(&self, essences: [&str; N]) -> [u16; N] {
        let Some(accept) = &self.accept else { return [1000; N] };
        let mut best = [(0, 0); N];
        for range in accept.as_bytes().split(|&b| b == b',') {
            let mut parts = range.split(|&b| b == b';').map(<[u8]>::trim_ascii);
            let name = parts.next().unwrap_or_default();
            for (best, essence) in best.iter_mut().zip(essences) {
                let precision = precision(name, essence.as_bytes());
                if precision > best.0 {
                    *best = (precision, parts.clone().find_map(weight).unwrap_or(1000));
                }
            }
        }
        best.map(|(_, weight)| weight)
    }

    /// Whether the body is a problem document rather than plain text. On a tie it is: programs
    /// that say nothing are the ones that parse.
    pub(crate) fn wants_problem(&self) -> bool {
        let [problem, json, plain, html] = self.qualities([
            "application/problem+json",
            "application/json",
            "text/plain",
            "text/html",
        ]);
        problem.max(json) >= plain.max(html)
    }
}

/// Whether an HTTP/1 request announces a body. A refusal leaves it unread, and servers then close
/// the connection; a client that isn't told sends its next request there, and may take the end for
/// a failure ([RFC 9112 §9.6](https://www.rfc-editor.org/rfc/rfc9112#section-9.6)). Content that a
/// layer has read is none of that.
fn has_body(request: &Parts) -> bool {
    let length = request.headers.get(CONTENT_LENGTH).map(HeaderValue::as_bytes);
    request.version < Version::HTTP_2
        && request.extensions.get::<BufferedBody>().is_none()
        && (length.is_some_and(|length| length != b"0")
            || request.headers.contains_key(TRANSFER_ENCODING))
}

/// The target of a page navigation. Browsers say that it is one (`Sec-Fetch-Mode: navigate`); old
/// ones say that they want HTML, and so does nobody who wants data.
fn page(request: &Parts) -> Option<PathAndQuery> {
    if !matches!(request.method, Method::GET | Method::HEAD) {
        return None;
    }
    let mode = request.headers.get("sec-fetch-mode").map(HeaderValue::as_bytes);
    let is_navigation = match mode {
        Some(mode) => mode == b"navigate",
        None => {
            let accept = request.headers.get(ACCEPT)?.as_bytes();
            let mut ranges = accept.split(|&b| b == b',');
            let is_html = |range: &[u8]| {
                let essence = range.split(|&b| b == b';').next().unwrap_or_default();
                essence.trim_ascii().eq_ignore_ascii_case(b"text/html")
            };
            !request.headers.contains_key("x-requested-with") && ranges.any(is_html)
        }
    };
    let target = original_uri(request).path_and_query()?;
    (is_navigation && target.as_str().len() <= LONGEST_TARGET).then(|| target.clone())
}

/// Several `Accept` lines are one list; the first is enough to choose between two forms.
fn accept(headers: &HeaderMap) -> Option<HeaderValue> {
    headers.get(ACCEPT).cloned()
}

/// `application/grpc`, then nothing, `+format`, `-web…` or parameters; and `POST`, as every call of
/// gRPC is. A gateway that asks by `GET` whether a request may pass (`auth_request` of nginx, the
/// forward auth of others) copies the client's fields and takes any 2xx for a yes: it must not get
/// one because the client wrote this content type.
fn grpc(method: &Method, headers: &HeaderMap) -> Option<HeaderValue> {
    if method != Method::POST {
        return None;
    }
    let value = headers.get(CONTENT_TYPE)?;
    let rest = strip_prefix_ignore_case(value.as_bytes(), b"application/grpc")?;
    let rest = strip_prefix_ignore_case(rest, b"-web-text")
        .or_else(|| strip_prefix_ignore_case(rest, b"-web"))
        .unwrap_or(rest);
    matches!(rest.first(), None | Some(b'+' | b';' | b' ')).then(|| value.clone())
}

fn strip_prefix_ignore_case<'a>(text: &'a [u8], prefix: &[u8]) -> Option<&'a [u8]> {
    let (head, rest) = text.split_at_checked(prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then_some(rest)
}

/// How precisely a media range names `essence`: 3 as it is, 2 as `type/*`, 1 as `*/*`, 0 not.
fn precision(range: &[u8], essence: &[u8]) -> u8 {
    let is_of =
        |kind: &[u8]| kind.ends_with(b"/") && strip_prefix_ignore_case(essence, kind).is_some();
    match range.strip_suffix(b"*") {
        Some(b"*/") => 1,
        Some(kind) if is_of(kind) => 2,
        None if range.eq_ignore_ascii_case(essence) => 3,
        _ => 0,
    }
}

/// `q=0.5` as 500. `None` for another parameter; an unreadable weight counts as 0.
fn weight(parameter: &[u8]) -> Option<u16> {
    let value = strip_prefix_ignore_case(parameter, b"q=")?;
    let weight: f32 = std::str::from_utf8(value)
        .ok()
        .and_then(|text| text.parse().ok())
        .filter(|weight| (0.0..=1.0).contains(weight))
        .unwrap_or(0.0);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and 1000"
    )]
    Some((weight * 1000.0) as u16)
}

/// A longer target is not carried through a login, in bytes.
const LONGEST_TARGET: usize = 2048;

#[cfg(test)]
mod tests {
    use super::*;

    fn asking(accept: Option<&'static str>) -> Negotiated {
        let accept = accept.map(HeaderValue::from_static);
        Negotiated { accept, grpc: None, head: false, close: false, page: None }
    }

    /// [RFC 9110 §12.5.1](https://www.rfc-editor.org/rfc/rfc9110#section-12.5.1)
    #[test]
    fn body_form_follows_accept() {
        let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        for (accept, problem) in [
            (None, true),
            (Some("*/*"), true),
            (Some(""), true),
            (Some("application/json"), true),
            (Some("application/*"), true),
            (Some("application/problem+json, text/plain;q=0.5"), true),
            (Some("text/plain;q=0.5, application/json;q=0.4"), false),
            (Some("text/plain"), false),
            (Some("text/*;q=0.3"), false),
            (Some("image/png"), true),
            (Some("application/problem+json;q=0, text/plain"), false),
            (Some("TEXT/PLAIN"), false),
            (Some("text/plain;q=nan, application/json;q=0.1"), true),
            (Some("text/plain;q=2, application/json;q=0.1"), true),
            (Some("text/plain;q=, application/json;q=0.1"), true),
            (Some(browser), false),
        ] {
            assert_eq!(asking(accept).wants_problem(), problem, "{accept:?}");
        }
    }

    #[test]
    fn grpc_is_told_by_its_content_type() {
        for (content_type, is_grpc) in [
            ("application/grpc", true),
            ("application/grpc+proto", true),
            ("application/grpc;charset=utf-8", true),
            ("Application/gRPC", true),
            ("application/grpc-web+proto", true),
            ("application/grpc-web-text", true),
            ("application/grpcx", false),
            ("application/grpc-websocket", false),
            ("application/json", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
            assert_eq!(grpc(&Method::POST, &headers).is_some(), is_grpc, "{content_type}");
        }
    }
}
