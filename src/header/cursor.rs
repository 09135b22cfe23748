//! Reading primitives: one function per production, each returning what it read and the cursor
//! after it.

use super::error::{ParseError, ParseErrorKind};
use super::table::{is_escapable, is_ows, is_qdtext, is_tchar, is_token68};

/// What is left to read of a field value.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'a> {
    rest: &'a [u8],
    /// The length of the whole value, to say where an error is.
    len: usize,
}

/// The inside of a `quoted-string`.
#[derive(Clone, Copy)]
pub(super) struct Quoted<'a> {
    /// Between the quotes, escapes as they are.
    pub(super) raw: &'a [u8],
    /// Whether there is an escape.
    pub(super) escaped: bool,
}

impl<'a> Cursor<'a> {
    pub(super) const fn new(value: &'a [u8]) -> Self {
        Self { rest: value, len: value.len() }
    }

    /// At the first byte of `value` that is not white space, ending with the last one.
    ///
    /// RFC 9110 §5.5: white space around a field value is not part of it.
    pub(super) fn trimmed(value: &'a [u8]) -> Self {
        let end =
            value.iter().rposition(|&byte| !is_ows(byte)).map_or(0, |last| last.wrapping_add(1));
        Self { rest: value.get(..end).unwrap_or_default(), len: end }.ows()
    }

    pub(super) const fn is_end(self) -> bool {
        self.rest.is_empty()
    }

    pub(super) fn error(self, kind: ParseErrorKind) -> ParseError {
        ParseError::new(kind, self.len.saturating_sub(self.rest.len()))
    }

    /// What was read between this cursor and `later`, as something to read again.
    pub(super) fn up_to(self, later: Self) -> Self {
        let read = self.rest.len().saturating_sub(later.rest.len());
        Self {
            rest: self.rest.get(..read).unwrap_or_default(),
            len: self.len.saturating_sub(later.rest.len()),
        }
    }

    pub(super) fn byte(self, wanted: u8) -> Option<Self> {
        match self.rest.split_first() {
            Some((&byte, rest)) if byte == wanted => Some(Self { rest, ..self }),
            _ => None,
        }
    }

    /// `*SP`
    pub(super) fn spaces(self) -> Self {
        self.take_while(|byte| byte == b' ').1
    }

    /// `OWS`, and `BWS` where it is bad.
    pub(super) fn ows(self) -> Self {
        match self.rest.first() {
            Some(&byte) if is_ows(byte) => self.take_while(is_ows).1,
            _ => self,
        }
    }

    /// `OWS "," OWS`, [RFC 9110 §5.6.1](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.1).
    pub(super) fn separator(self) -> Option<Self> {
        self.ows().byte(b',').map(Self::ows)
    }

    /// `token`, [RFC 9110 §5.6.2](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2).
    pub(super) fn token(self) -> Option<(&'a [u8], Self)> {
        let (token, after) = self.take_while(is_tchar);
        (!token.is_empty()).then_some((token, after))
    }

    /// `token68`, [RFC 9110 §11.2](https://www.rfc-editor.org/rfc/rfc9110#section-11.2).
    pub(super) fn token68(self) -> Option<(&'a [u8], Self)> {
        let (body, after) = self.take_while(is_token68);
        if body.is_empty() {
            return None;
        }
        let after = after.take_while(|byte| byte == b'=').1;
        Some((self.up_to(after).rest, after))
    }

    /// `token BWS "=" BWS`: the name of an `auth-param`, up to its value.
    pub(super) fn param_name(self) -> Option<(&'a [u8], Self)> {
        let (name, after) = self.token()?;
        Some((name, after.ows().byte(b'=')?.ows()))
    }

    /// `quoted-string` after its opening quote,
    /// [RFC 9110 §5.6.4](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.4).
    pub(super) fn quoted_string(self) -> Result<(Quoted<'a>, Self), ParseError> {
        let mut escaped = false;
        let mut at = self.take_while(is_qdtext).1;
        loop {
            let Some((&byte, rest)) = at.rest.split_first() else {
                return Err(at.error(ParseErrorKind::UnterminatedString));
            };
            let after = Self { rest, ..at };
            at = match byte {
                b'"' => {
                    return Ok((Quoted { raw: self.up_to(at).rest, escaped }, after));
                }
                b'\\' => {
                    escaped = true;
                    after.escaped_byte()?.take_while(is_qdtext).1
                }
                _ => return Err(at.error(ParseErrorKind::InvalidQuotedString)),
            };
        }
    }

    /// The second byte of a `quoted-pair`.
    fn escaped_byte(self) -> Result<Self, ParseError> {
        match self.rest.split_first() {
            Some((&byte, rest)) if is_escapable(byte) => Ok(Self { rest, ..self }),
            Some(_) => Err(self.error(ParseErrorKind::InvalidQuotedString)),
            None => Err(self.error(ParseErrorKind::UnterminatedString)),
        }
    }

    fn take_while(self, is_in: impl Fn(u8) -> bool) -> (&'a [u8], Self) {
        let end = self.rest.iter().position(|&byte| !is_in(byte)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at_checked(end).unwrap_or((self.rest, &[]));
        (taken, Self { rest, ..self })
    }
}

/// A `token` or `token68` as text.
pub(super) fn text(token: &[u8]) -> &str {
    // INVARIANT: every byte of both classes is US-ASCII.
    str::from_utf8(token).unwrap_or_default()
}
