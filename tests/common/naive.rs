//! The grammar of RFC 9110 §11 once more, slowly and simply, to compare the real readers with.
//!
//! It shares no code and no approach with them: it splits a value at the commas outside quotes,
//! keeps everything in `Vec`s, and knows no limits.

/// A challenge that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Challenge {
    /// The name as it was sent.
    pub(crate) scheme: Vec<u8>,
    /// A `token68` instead of parameters.
    pub(crate) token68: Option<Vec<u8>>,
    /// Names as they were sent, values without quotes and escapes.
    pub(crate) params: Vec<(Vec<u8>, Vec<u8>)>,
}

/// The challenges before the first error, and whether there was one.
pub(crate) fn challenges(value: &[u8]) -> (Vec<Challenge>, bool) {
    let mut done = Vec::new();
    // The challenge that is being read, and whether it can take parameters.
    let mut current: Option<(Challenge, bool)> = None;
    for element in split(trim(value)) {
        let element = trim_start(&element);
        if element.is_empty() {
            continue;
        }
        if looks_like_param(element) {
            let Some((challenge, true)) = current.as_mut() else {
                return (done, true);
            };
            let Some(param) = param(trim_end(element)) else {
                return (done, true);
            };
            challenge.params.push(param);
            if has_duplicates(&challenge.params) {
                return (done, true);
            }
            continue;
        }
        if token_len(element) == 0 {
            return (done, true);
        }
        done.extend(current.take().map(|(challenge, _)| challenge));
        match begin(element) {
            Some(begun) => current = Some(begun),
            None => return (done, true),
        }
    }
    done.extend(current.map(|(challenge, _)| challenge));
    (done, false)
}

/// Scheme and rest of credentials.
pub(crate) fn credentials(value: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let len = token_len(value);
    let (scheme, mut rest) = value.split_at(len);
    if scheme.is_empty() || !(rest.is_empty() || rest[0] == b' ') {
        return None;
    }
    while rest.first() == Some(&b' ') {
        rest = &rest[1..];
    }
    Some((scheme.to_vec(), rest.to_vec()))
}

/// Whether all of `rest` is one `token68`.
pub(crate) fn is_token68(rest: &[u8]) -> bool {
    let text: String = rest.iter().map(|&b| char::from(b)).collect();
    let body = text.trim_end_matches('=');
    !body.is_empty() && body.chars().all(|c| c.is_ascii_alphanumeric() || "-._~+/".contains(c))
}

/// `#auth-param`, with no white space around the list.
pub(crate) fn params(rest: &[u8]) -> Option<Vec<(Vec<u8>, Vec<u8>)>> {
    let starts_with_comma = trim_start(rest).first() == Some(&b',');
    let ends_with_comma = trim_end(rest).last() == Some(&b',');
    if (is_white(rest.first()) && !starts_with_comma) || (is_white(rest.last()) && !ends_with_comma)
    {
        return None;
    }
    let mut params = Vec::new();
    for element in split(rest) {
        let element = trim(&element);
        if !element.is_empty() {
            params.push(param(element)?);
        }
    }
    (!has_duplicates(&params)).then_some(params)
}

/// A challenge begins with this element; `true` when more parameters may follow.
fn begin(element: &[u8]) -> Option<(Challenge, bool)> {
    let (scheme, rest) = element.split_at(token_len(element));
    let mut challenge = Challenge { scheme: scheme.to_vec(), token68: None, params: Vec::new() };
    if trim(rest).is_empty() {
        return Some((challenge, rest.first() == Some(&b' ')));
    }
    let (_, rest) = credentials(element)?;
    let rest = trim_end(&rest);
    if is_token68(rest) {
        challenge.token68 = Some(rest.to_vec());
        return Some((challenge, false));
    }
    challenge.params.push(param(rest)?);
    Some((challenge, true))
}

/// The whole of `element` as one parameter.
fn param(element: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let (name, rest) = element.split_at(token_len(element));
    let value = trim_start(trim_start(rest).strip_prefix(b"=")?);
    if name.is_empty() || value.is_empty() {
        return None;
    }
    let value = match value.strip_prefix(b"\"") {
        Some(inside) => unquote(inside)?,
        None if token_len(value) == value.len() => value.to_vec(),
        None => return None,
    };
    Some((name.to_vec(), value))
}

/// The inside of a quoted string whose closing quote is the last byte.
fn unquote(inside: &[u8]) -> Option<Vec<u8>> {
    let mut value = Vec::new();
    let mut bytes = inside.iter().copied();
    loop {
        let byte = match bytes.next()? {
            b'"' => return bytes.next().is_none().then_some(value),
            b'\\' => bytes.next()?,
            byte => byte,
        };
        if byte == 0x7F || (byte < 0x20 && byte != b'\t') {
            return None;
        }
        value.push(byte);
    }
}

/// At the commas outside quotes.
fn split(value: &[u8]) -> Vec<Vec<u8>> {
    let mut elements = vec![Vec::new()];
    let (mut quoted, mut escaped) = (false, false);
    for &byte in value {
        if byte == b',' && !quoted {
            elements.push(Vec::new());
            continue;
        }
        if byte == b'"' && !escaped {
            quoted = !quoted;
        }
        escaped = quoted && byte == b'\\' && !escaped;
        elements.last_mut().expect("never empty").push(byte);
    }
    elements
}

fn has_duplicates(params: &[(Vec<u8>, Vec<u8>)]) -> bool {
    let mut names: Vec<_> = params.iter().map(|(name, _)| name.to_ascii_lowercase()).collect();
    names.sort();
    names.windows(2).any(|pair| pair[0] == pair[1])
}

fn looks_like_param(element: &[u8]) -> bool {
    let len = token_len(element);
    len > 0 && trim_start(&element[len..]).first() == Some(&b'=')
}

fn token_len(text: &[u8]) -> usize {
    let is_tchar = |&&b: &&u8| b.is_ascii_graphic() && !br#"(),/:;<=>?@[\]{}""#.contains(&b);
    text.iter().take_while(is_tchar).count()
}

fn is_white(byte: Option<&u8>) -> bool {
    matches!(byte, Some(b' ' | b'\t'))
}

fn trim(text: &[u8]) -> &[u8] {
    trim_start(trim_end(text))
}

fn trim_start(text: &[u8]) -> &[u8] {
    match text {
        [b' ' | b'\t', rest @ ..] => trim_start(rest),
        _ => text,
    }
}

fn trim_end(text: &[u8]) -> &[u8] {
    match text {
        [rest @ .., b' ' | b'\t'] => trim_end(rest),
        _ => text,
    }
}
