//! What proxies say of whom they speak for.

use std::net::{IpAddr, SocketAddr};

use http::{HeaderMap, HeaderName};

/// The addresses in a field, from the proxy nearest to this service to the farthest. `None`:
/// something that is no address, after which nothing can be believed.
pub(super) fn hops<'a>(
    headers: &'a HeaderMap,
    name: &HeaderName,
) -> impl Iterator<Item = Option<IpAddr>> + use<'a> {
    let is_rfc7239 = *name == http::header::FORWARDED;
    let lines: Vec<_> = headers.get_all(name).iter().collect();
    lines.into_iter().rev().flat_map(move |line| match line.to_str() {
        Ok(line) if is_rfc7239 => forwarded(line),
        Ok(line) => addresses(line),
        Err(_) => vec![None],
    })
}

/// `X-Forwarded-For`, and fields like it: addresses with commas between them.
fn addresses(line: &str) -> Vec<Option<IpAddr>> {
    line.rsplit(',').map(str::trim).filter(|hop| !hop.is_empty()).map(node).collect()
}

/// `Forwarded`, [RFC 7239 §4](https://www.rfc-editor.org/rfc/rfc7239#section-4):
///
/// ```text
/// Forwarded         = 1#forwarded-element
/// forwarded-element = [ forwarded-pair ] *( ";" [ forwarded-pair ] )
/// forwarded-pair    = token "=" ( token / quoted-string )
/// ```
fn forwarded(line: &str) -> Vec<Option<IpAddr>> {
    // A quote that isn't closed, or a backslash, which no address needs: any comma may be part of a
    // string.
    let is_odd = line.bytes().filter(|&byte| byte == b'"').count().checked_rem(2) != Some(0);
    if is_odd || line.contains('\\') {
        return vec![None];
    }
    let mut in_quotes = false;
    let elements = line.rsplit(move |c: char| {
        in_quotes ^= c == '"';
        c == ',' && !in_quotes
    });
    elements.map(str::trim).filter(|element| !element.is_empty()).map(element).collect()
}

fn element(element: &str) -> Option<IpAddr> {
    let mut in_quotes = false;
    let pairs = element.split(move |c: char| {
        in_quotes ^= c == '"';
        c == ';' && !in_quotes
    });
    let mut whom = pairs
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(name, _)| name.eq_ignore_ascii_case("for"));
    let ((_, value), None) = (whom.next()?, whom.next()) else { return None };
    match value.strip_prefix('"') {
        Some(quoted) => node(quoted.strip_suffix('"')?),
        None => node(value),
    }
}

/// An address, with or without a port. An IPv6 address with one is in brackets.
fn node(text: &str) -> Option<IpAddr> {
    if let Ok(address) = text.parse() {
        return Some(address);
    }
    if let Ok(socket) = text.parse::<SocketAddr>() {
        return Some(socket.ip());
    }
    text.strip_prefix('[')?.strip_suffix(']')?.parse().ok().map(IpAddr::V6)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn read(name: &'static str, lines: &[&str]) -> Vec<String> {
        let name = HeaderName::from_static(name);
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(&name, HeaderValue::from_str(line).unwrap());
        }
        let show = |hop: Option<IpAddr>| hop.map_or("-".to_owned(), |address| address.to_string());
        hops(&headers, &name).map(show).collect()
    }

    #[test]
    fn addresses_are_read_from_the_right() {
        for (lines, want) in [
            (&["192.0.2.1, 198.51.100.2"][..], &["198.51.100.2", "192.0.2.1"][..]),
            (&["192.0.2.1", "198.51.100.2,"], &["198.51.100.2", "192.0.2.1"]),
            (&["192.0.2.1:4711"], &["192.0.2.1"]),
            (
                &["[2001:db8::1]:4711,2001:db8::2,[2001:db8::3]"],
                &["2001:db8::3", "2001:db8::2", "2001:db8::1"],
            ),
            (&["192.0.2.1, unknown"], &["-", "192.0.2.1"]),
            (&["192.0.2.1 198.51.100.2"], &["-"]),
            (&["0192.0.2.1", "192.0.2", "1"], &["-", "-", "-"]),
            (&["", " , "], &[]),
        ] {
            assert_eq!(read("x-forwarded-for", lines), want, "{lines:?}");
        }
    }

    /// The examples of [RFC 7239 §4](https://www.rfc-editor.org/rfc/rfc7239#section-4), §6.1 and
    /// §7.1, and what can be made of their grammar.
    #[test]
    fn forwarded_is_read_as_its_grammar_says() {
        for (lines, want) in [
            (&[r#"for="_gazonk""#][..], &["-"][..]),
            (&[r#"For="[2001:db8:cafe::17]:4711""#], &["2001:db8:cafe::17"]),
            (&["for=192.0.2.60;proto=http;by=203.0.113.43"], &["192.0.2.60"]),
            (&["for=192.0.2.43, for=198.51.100.17"], &["198.51.100.17", "192.0.2.43"]),
            (
                &[r#"for=192.0.2.43, for="[2001:db8:cafe::17]""#],
                &["2001:db8:cafe::17", "192.0.2.43"],
            ),
            (
                &["for=192.0.2.43", "for=198.51.100.17;by=203.0.113.60;proto=http"],
                &["198.51.100.17", "192.0.2.43"],
            ),
            (&["for=unknown", "proto=http", "for="], &["-", "-", "-"]),
            (&["for=192.0.2.1;for=192.0.2.2"], &["-"]),
            (&[r#"for="192.0.2.1, for=192.0.2.2"#], &["-"]),
            (&[r#"host="a, for=192.0.2.9;";for=192.0.2.1"#], &["192.0.2.1"]),
            (&[r#"host="\", for=192.0.2.9""#], &["-"]),
            (&[r#"for="192.0.2.1"#, r#"for=192.0.2.2""#], &["-", "-"]),
        ] {
            assert_eq!(read("forwarded", lines), want, "{lines:?}");
        }
    }
}
