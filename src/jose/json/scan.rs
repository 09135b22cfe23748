//! Looking for one member without reading the others.
//!
//! For a first look at a token, of which nothing is believed that [`members`](super::members) does
//! not confirm later. What is not as usual is left to the parser.

/// The text of the first member called `name`, where neither it nor a name before it has escapes.
///
/// `None` says nothing: there may be one that only a parser finds. In a strict JSON object what is
/// found is the member; elsewhere it may be anything that stands between quotes, UTF-8 or not.
pub(super) fn plain_text<'a>(text: &'a [u8], name: &str) -> Option<&'a [u8]> {
    let mut rest = after(text, b'{')?;
    loop {
        let (found, value) = plain_string(rest)?;
        let value = after(value, b':')?;
        if found == name.as_bytes() {
            return plain_string(value).map(|(value, _)| value);
        }
        rest = after_value(value)?;
    }
}

/// What comes after this byte and the white space before it.
fn after(text: &[u8], wanted: u8) -> Option<&[u8]> {
    let (first, rest) = text.split_first()?;
    if *first == wanted {
        return Some(rest);
    }
    // Rare: issuers write no white space.
    let (first, rest) = text.trim_ascii_start().split_first()?;
    (*first == wanted).then_some(rest)
}

/// A string without escapes, and what comes after it.
fn plain_string(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let text = after(text, b'"')?;
    let (string, rest) = text.split_at_checked(string_end(text)?)?;
    Some((string, after(rest, b'"')?))
}

/// What comes after a value of any kind and its comma.
fn after_value(text: &[u8]) -> Option<&[u8]> {
    let (first, rest) = text.split_first()?;
    let rest = match first {
        b'"' => after_string(rest)?,
        b'[' | b'{' => after_nested(rest)?,
        b' ' | b'\t' | b'\r' | b'\n' => return after_value(text.trim_ascii_start()),
        _ => rest.get(first_of(rest, b',', b'}')?..)?,
    };
    after(rest, b',')
}

/// What comes after the end of a list or an object that has begun.
fn after_nested(text: &[u8]) -> Option<&[u8]> {
    let mut rest = text;
    let mut depth = 1_u32;
    while depth > 0 {
        let stop = rest.iter().position(|byte| matches!(byte, b'"' | b'[' | b']' | b'{' | b'}'))?;
        let (stop, after_stop) = rest.get(stop..)?.split_first()?;
        rest = after_stop;
        match stop {
            b'"' => rest = after_string(rest)?,
            b'[' | b'{' => depth = depth.saturating_add(1),
            _ => depth = depth.saturating_sub(1),
        }
    }
    Some(rest)
}

/// What comes after the end of a string that has begun.
fn after_string(text: &[u8]) -> Option<&[u8]> {
    let mut rest = text;
    loop {
        let (stop, after_stop) = rest.get(string_end(rest)?..)?.split_first()?;
        match stop {
            b'"' => return Some(after_stop),
            // Whatever is escaped ends no string.
            _ => rest = after_stop.get(1..)?,
        }
    }
}

/// Where the first quote or backslash stands.
fn string_end(text: &[u8]) -> Option<usize> {
    first_of(text, b'"', b'\\')
}

/// Where the first of two bytes stands. Eight are looked at at a time: it is what a token's first
/// look costs.
fn first_of(text: &[u8], one: u8, other: u8) -> Option<usize> {
    let (words, rest) = text.as_chunks::<8>();
    let (ones, others) = (u64::from_ne_bytes([one; 8]), u64::from_ne_bytes([other; 8]));
    // Wraps never: it counts bytes of the text.
    let mut start = 0_usize;
    for word in words {
        let word = u64::from_le_bytes(*word);
        let stops = zeros(word ^ ones) | zeros(word ^ others);
        if stops != 0 {
            return Some(start.wrapping_add(stops.trailing_zeros() as usize / 8));
        }
        start = start.wrapping_add(8);
    }
    let end = rest.iter().position(|byte| *byte == one || *byte == other)?;
    Some(start.wrapping_add(end))
}

/// The highest bit of each byte that is zero, up to the first; what is above that may be wrong.
const fn zeros(word: u64) -> u64 {
    word.wrapping_sub(ONES) & !word & (ONES << 7)
}

const ONES: u64 = u64::from_ne_bytes([1; 8]);
