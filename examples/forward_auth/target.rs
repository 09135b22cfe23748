//! The path of a request, read so that no server behind the proxy can read another one.
//!
//! A proxy that decides on one path while the service behind it serves another is how such set-ups
//! are walked around: `/public/..;/admin`, `//admin`, `/public%2f..%2fadmin`. Which of these a service
//! undoes can't be known here, so a path that two servers may read differently is refused. Browsers
//! and libraries don't send any: they resolve `..` before.

use unicode_normalization::UnicodeNormalization as _;

/// The path of a request target, decoded, and without a slash at its end.
///
/// The query is cut off: rules don't look at it.
pub(crate) fn path_of(target: &str) -> Result<String, &'static str> {
    if !target.starts_with('/') {
        return Err("the target is no path");
    }
    if !target.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("the target has characters that must be percent-encoded");
    }
    if target.contains('#') {
        return Err("the target has a fragment, which is never sent");
    }
    let path = target.split('?').next().unwrap_or_default();
    let path = decoded(path)?;
    check(&path)?;
    check(cut(&path))?;
    Ok(path.trim_end_matches('/').to_owned())
}

/// Decodes once. What would decode to a separator, or decode again, is refused.
fn decoded(path: &str) -> Result<String, &'static str> {
    let mut pieces = path.split('%');
    let mut bytes = pieces.next().unwrap_or_default().as_bytes().to_vec();
    for piece in pieces {
        let digits = piece.get(..2).filter(|two| two.bytes().all(|b| b.is_ascii_hexdigit()));
        let byte = digits.and_then(|two| u8::from_str_radix(two, 16).ok());
        let byte = byte.ok_or("the path has a `%` without two hexadecimal digits")?;
        if byte == b'/' {
            return Err("the path has an encoded slash");
        }
        bytes.push(byte);
        bytes.extend(piece.bytes().skip(2));
    }
    String::from_utf8(bytes).map_err(|_| "the path is no UTF-8")
}

/// Whether a decoded path says the same to everybody.
pub(crate) fn check(path: &str) -> Result<(), &'static str> {
    if path.contains('\\') {
        return Err("the path has a backslash, which is a slash to some");
    }
    if path.contains(';') {
        return Err("the path has a `;`, which begins a parameter to some");
    }
    if path.contains(char::is_control) {
        return Err("the path has a control character");
    }
    // Such as a full-width slash: where a service normalizes, it becomes a plain one.
    let normalized: String = path.nfkc().collect();
    let separators = |text: &str| text.matches(SEPARATORS).map(str::to_owned).collect::<Vec<_>>();
    if separators(&normalized) != separators(path) {
        return Err("the path has a character that some take for a separator");
    }
    let decodes_again = path.split('%').skip(1).any(|piece| {
        piece.get(..2).is_some_and(|two| two.bytes().all(|byte| byte.is_ascii_hexdigit()))
    });
    if decodes_again {
        return Err("the path is encoded twice");
    }
    let Some(rest) = path.strip_prefix('/') else { return Err("the path begins without a slash") };
    let segments = rest.strip_suffix('/').unwrap_or(rest);
    if rest == "/" || (!rest.is_empty() && segments.split('/').any(str::is_empty)) {
        return Err("the path has an empty segment");
    }
    let is_bare = |segment: &str| !segment.is_empty() && bare(segment).is_empty();
    if normalized.split('/').any(is_bare) {
        return Err("the path has a segment of nothing but dots and spaces");
    }
    Ok(())
}

/// The path as a service reads it that doesn't tell upper from lower case, nor the ways of writing an
/// accent, and drops dots and spaces at the end of names: what file systems do, and routers of many
/// frameworks.
pub(crate) fn folded(path: &str) -> String {
    let segments: Vec<&str> = path.split('/').map(bare).collect();
    segments.join("/").nfkc().collect::<String>().to_uppercase().to_lowercase().nfkc().collect()
}

/// The path for a service that decodes before it looks for the query, as some of Apache's modules do:
/// `/admin%3Fx` is `/admin` there.
pub(crate) fn cut(path: &str) -> &str {
    path.split(['?', '#']).next().unwrap_or_default()
}

fn bare(segment: &str) -> &str {
    segment.trim_end_matches(['.', ' '])
}

const SEPARATORS: [char; 6] = ['/', '\\', ';', '%', '?', '#'];
