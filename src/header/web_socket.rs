//! Credentials in `Sec-WebSocket-Protocol`,
//! [RFC 6455 §11.3.4](https://www.rfc-editor.org/rfc/rfc6455#section-11.3.4).

use http::header::SEC_WEBSOCKET_PROTOCOL;
use http::{HeaderMap, HeaderValue};

/// What follows `start` in the items that begin with it, in any number of field lines.
pub(crate) fn credentials_in<'a>(
    headers: &'a HeaderMap,
    start: &'a str,
) -> impl Iterator<Item = &'a str> {
    // What is not visible US-ASCII is no list of protocols, and names nothing.
    let lines = headers.get_all(SEC_WEBSOCKET_PROTOCOL).iter().filter_map(|it| it.to_str().ok());
    lines.flat_map(|line| line.split(',')).filter_map(move |item| item.trim().strip_prefix(start))
}

/// The fields of a request without these items, so that no handler chooses one and sends it back.
pub(crate) fn without_credentials(headers: &mut HeaderMap, start: &str) {
    if credentials_in(headers, start).next().is_none() {
        return;
    }
    let lines: Vec<HeaderValue> = headers.get_all(SEC_WEBSOCKET_PROTOCOL).iter().cloned().collect();
    headers.remove(SEC_WEBSOCKET_PROTOCOL);
    for line in lines {
        let Ok(text) = line.to_str() else { continue };
        let items = text.split(',').map(str::trim);
        let kept: Vec<&str> =
            items.filter(|item| !item.is_empty() && !item.starts_with(start)).collect();
        // INVARIANT: parts of a field value are one again with `, ` between them.
        if let Ok(line) = HeaderValue::try_from(kept.join(", "))
            && !kept.is_empty()
        {
            headers.append(SEC_WEBSOCKET_PROTOCOL, line);
        }
    }
}

/// Whether this can be a part of a protocol's name: a token.
pub(crate) fn is_protocol(text: &str) -> bool {
    text.bytes().all(super::table::is_tchar)
}
