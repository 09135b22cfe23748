//! Byte classes of the grammar, looked up in one table.

/// `tchar`, [RFC 9110 §5.6.2](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2).
///
/// ```text
/// token = 1*tchar
/// tchar = "!" / "#" / "$" / "%" / "&" / "'" / "*" / "+" / "-" / "." / "^" / "_" / "`" / "|" / "~"
///       / DIGIT / ALPHA
/// ```
pub(super) const fn is_tchar(byte: u8) -> bool {
    class_of(byte) & TCHAR != 0
}

/// The bytes of a `token68` before its padding,
/// [RFC 9110 §11.2](https://www.rfc-editor.org/rfc/rfc9110#section-11.2).
///
/// ```text
/// token68 = 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="
/// ```
pub(super) const fn is_token68(byte: u8) -> bool {
    class_of(byte) & TOKEN68 != 0
}

/// `qdtext`, [RFC 9110 §5.6.4](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.4).
///
/// ```text
/// qdtext   = HTAB / SP / %x21 / %x23-5B / %x5D-7E / obs-text
/// obs-text = %x80-FF
/// ```
pub(super) const fn is_qdtext(byte: u8) -> bool {
    class_of(byte) & QDTEXT != 0
}

/// What may follow the backslash of a `quoted-pair`,
/// [RFC 9110 §5.6.4](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.4).
///
/// ```text
/// quoted-pair = "\" ( HTAB / SP / VCHAR / obs-text )
/// ```
pub(super) const fn is_escapable(byte: u8) -> bool {
    matches!(byte, b'\t' | 0x20..=0x7E | 0x80..)
}

/// `OWS` and `BWS`, [RFC 9110 §5.6.3](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.3).
///
/// ```text
/// OWS = *( SP / HTAB )
/// ```
pub(super) const fn is_ows(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// What we send inside a `quoted-string`: printable US-ASCII.
///
/// ```text
/// SP / VCHAR
/// ```
pub(super) const fn is_printable(byte: u8) -> bool {
    matches!(byte, 0x20..=0x7E)
}

#[expect(clippy::indexing_slicing, reason = "a byte is always within 256 entries")]
const fn class_of(byte: u8) -> u8 {
    CLASSES[byte as usize]
}

const fn classify(byte: u8) -> u8 {
    let mut class = 0;
    if byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'!' | b'#' | b'$' | b'%' | b'&' | b'\'' | b'*' | b'+' | b'-' | b'.' | b'^' | b'_'
        )
        || matches!(byte, b'`' | b'|' | b'~')
    {
        class |= TCHAR;
    }
    if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'+' | b'/') {
        class |= TOKEN68;
    }
    if matches!(byte, b'\t' | b' ' | 0x21 | 0x23..=0x5B | 0x5D..=0x7E | 0x80..) {
        class |= QDTEXT;
    }
    class
}

const fn classes() -> [u8; 256] {
    let mut table = [0; 256];
    let mut byte = 0_u8;
    loop {
        #[expect(clippy::indexing_slicing, reason = "a byte is always within 256 entries")]
        {
            table[byte as usize] = classify(byte);
        }
        match byte.checked_add(1) {
            Some(next) => byte = next,
            None => return table,
        }
    }
}

const TCHAR: u8 = 1;
const TOKEN68: u8 = 2;
const QDTEXT: u8 = 4;

static CLASSES: [u8; 256] = classes();
