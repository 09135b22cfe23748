//! Reading `Cookie`, [RFC 6265bis §4.2](https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis#section-4.2).

use http::header::COOKIE;
use http::{HeaderMap, HeaderValue};

#[cfg(feature = "sessions")]
use super::table::is_tchar;

/// The values of all cookies of this name, in any number of field lines. Names are compared with
/// regard to case; quotes are part of a value; what is no pair is skipped.
fn cookies<'a>(headers: &'a HeaderMap, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
    let pairs = headers.get_all(COOKIE).iter().flat_map(|line| Pairs(Some(line.as_bytes())));
    pairs.filter_map(move |pair| value_of(pair, name))
}

/// What stands between semicolons.
struct Pairs<'a>(Option<&'a [u8]>);

impl<'a> Iterator for Pairs<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let rest = self.0?;
        match semicolon(rest).and_then(|at| rest.split_at_checked(at)) {
            Some((pair, after)) => {
                self.0 = after.split_first().map(|(_, after)| after);
                Some(pair)
            }
            None => self.0.take(),
        }
    }
}

/// Where the first semicolon is. Eight bytes at a time, since browsers send long lines of cookies
/// with every request.
fn semicolon(text: &[u8]) -> Option<usize> {
    const ONES: u64 = u64::MAX / 255;
    let has_one = |eight: &[u8; 8]| {
        // A byte that is zero borrows from its highest bit, and no other lowest one does.
        let other = u64::from_ne_bytes(*eight) ^ (ONES.wrapping_mul(b';' as u64));
        other.wrapping_sub(ONES) & !other & ONES.wrapping_mul(0x80) != 0
    };
    let (eights, _) = text.as_chunks::<8>();
    let clear = eights.iter().take_while(|eight| !has_one(eight)).count().saturating_mul(8);
    let rest = text.get(clear..)?;
    rest.iter().position(|&b| b == b';').and_then(|at| at.checked_add(clear))
}

/// What a request sends as the cookie of a name.
#[derive(Clone, Copy)]
pub(crate) enum SentCookie<'a> {
    Absent,
    Value(&'a [u8]),
    /// Values that differ.
    Several,
}

/// The cookie of this name.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &'a str) -> SentCookie<'a> {
    let mut values = cookies(headers, name);
    match values.next() {
        None => SentCookie::Absent,
        Some(first) if values.all(|other| other == first) => SentCookie::Value(first),
        Some(_) => SentCookie::Several,
    }
}

/// The fields of a request without the cookies of this name.
pub(crate) fn without_cookie(headers: &mut HeaderMap, name: &str) {
    if cookies(headers, name).next().is_none() {
        return;
    }
    let lines: Vec<HeaderValue> = headers.get_all(COOKIE).iter().cloned().collect();
    headers.remove(COOKIE);
    for line in lines {
        let pairs = Pairs(Some(line.as_bytes())).filter(|pair| value_of(pair, name).is_none());
        let kept: Vec<&[u8]> = pairs.map(<[u8]>::trim_ascii).collect();
        if kept.is_empty() {
            continue;
        }
        // INVARIANT: parts of a field value are one again with `; ` between them.
        if let Ok(mut line) = HeaderValue::from_bytes(&kept.join(&b"; "[..])) {
            line.set_sensitive(true);
            headers.append(COOKIE, line);
        }
    }
}

/// Whether a cookie can have this name.
#[cfg(feature = "sessions")]
pub(crate) fn is_cookie_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(is_tchar)
}

fn value_of<'a>(pair: &'a [u8], name: &str) -> Option<&'a [u8]> {
    let pair = pair.trim_ascii();
    let (key, value) = pair.split_at_checked(name.len())?;
    if key != name.as_bytes() {
        return None;
    }
    value.strip_prefix(b"=")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[&'static str]) -> HeaderMap {
        lines.iter().map(|line| (COOKIE, HeaderValue::from_static(line))).collect()
    }

    fn found(lines: &[&'static str]) -> Vec<String> {
        let headers = headers(lines);
        cookies(&headers, "sid").map(|value| String::from_utf8_lossy(value).into_owned()).collect()
    }

    /// [RFC 9113 §8.2.3](https://www.rfc-editor.org/rfc/rfc9113#section-8.2.3): HTTP/2 sends
    /// several lines. RFC 6265bis §5.4: names are case-sensitive.
    #[test]
    fn cookies_are_found_in_any_line_and_by_their_exact_name() {
        for (lines, want) in [
            (&["a=b", "sid=x"][..], &["x"][..]),
            (&["a=b; sid=x; c=d"], &["x"]),
            (&["sid=x;sid=y"], &["x", "y"]),
            (&["SID=x; sida=y; asid=z; sid"], &[]),
            (&["sid=\"x\""], &["\"x\""]),
            (&["; =v; junk; sid=", "sid=a=b"], &["", "a=b"]),
        ] {
            assert_eq!(found(lines), want, "{lines:?}");
        }
    }

    #[test]
    fn pairs_are_parted_wherever_the_semicolons_are() {
        for seed in 0..2000_u32 {
            let length = seed % 40;
            let text: Vec<u8> = (0..length)
                .map(|at| match seed.wrapping_mul(2_654_435_761).rotate_left(at) % 7 {
                    0 => b';',
                    1 => b':',
                    2 => b'<',
                    3 => 0xbb,
                    4 => b' ',
                    _ => b'a',
                })
                .collect();
            let pairs: Vec<_> = Pairs(Some(&text)).collect();
            let want: Vec<_> = text.split(|&b| b == b';').collect();
            assert_eq!(pairs, want, "{text:?}");
        }
    }

    #[test]
    fn one_cookie_is_taken_out_and_the_others_stay() {
        let mut headers = headers(&["a=b; sid=x; c=d", "sid=y", "e=f"]);
        without_cookie(&mut headers, "sid");
        let left: Vec<_> = headers.get_all(COOKIE).iter().collect();
        assert_eq!(left, ["a=b; c=d", "e=f"]);
    }
}
