//! `#auth-param`: the parameters of a challenge, of credentials, of `Authentication-Info`.

use std::borrow::Cow;
use std::fmt;

use super::cursor::{Cursor, Quoted, text};
use super::error::{ParseError, ParseErrorKind};
use super::limits::{Budget, MAX_PARAMS};

/// The parameters of a challenge or of credentials, in the order in which they were sent.
///
/// Already checked: each name occurs once. Reading one allocates nothing.
#[derive(Clone)]
pub struct Params<'a> {
    /// Elements that were read once without an error, and nothing after them.
    list: Cursor<'a>,
}

impl<'a> Params<'a> {
    /// No parameters.
    pub(super) const fn none() -> Self {
        Self { list: Cursor::new(&[]) }
    }

    /// What we have written ourselves.
    pub(super) const fn trusted(list: Cursor<'a>) -> Self {
        Self { list }
    }

    /// `#auth-param` and nothing after it.
    pub(super) fn read_all(at: Cursor<'a>) -> Result<Self, ParseError> {
        Self::read_each(at, |_| {})
    }

    /// As [`read_all`](Self::read_all); hands each parameter to `each` as it comes by, before it is
    /// known whether the rest of the list is well-formed.
    #[inline]
    pub(super) fn read_each(
        at: Cursor<'a>,
        each: impl FnMut(Param<'a>),
    ) -> Result<Self, ParseError> {
        let (params, after) = read_list(at, &mut Budget::new(), each)?;
        if after.is_end() { Ok(params) } else { Err(after.error(ParseErrorKind::ExpectedParam)) }
    }

    /// The parameter of this name, ignoring case.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Param<'a>> {
        self.clone().find(|param| param.name.eq_ignore_ascii_case(name.as_bytes()))
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.clone().next().is_none()
    }

    /// The next parameter and where it begins.
    #[inline]
    fn advance(&mut self) -> Option<(Cursor<'a>, Param<'a>)> {
        while let Some(after) = self.list.separator() {
            self.list = after;
        }
        let at = self.list;
        let (param, after) = Param::read(at).ok().flatten()?;
        self.list = after;
        Some((at, param))
    }
}

impl<'a> Iterator for Params<'a> {
    type Item = Param<'a>;

    #[inline]
    fn next(&mut self) -> Option<Param<'a>> {
        self.advance().map(|(_, param)| param)
    }
}

impl fmt::Debug for Params<'_> {
    /// Names only: a value may be a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

/// One `auth-param`, [RFC 9110 §11.2](https://www.rfc-editor.org/rfc/rfc9110#section-11.2).
#[derive(Clone, Copy)]
pub struct Param<'a> {
    name: &'a [u8],
    raw: &'a [u8],
    form: Form,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Token,
    Quoted,
    QuotedWithEscapes,
}

impl<'a> Param<'a> {
    /// The name, in the case in which it was sent; compare it without regard to case.
    #[must_use]
    pub fn name(&self) -> &'a str {
        text(self.name)
    }

    /// The name in lower case, written into `room`. `None` if it is longer.
    #[cfg(feature = "digest")]
    #[inline]
    pub(crate) fn lower_case_name<'r>(&self, room: &'r mut [u8]) -> Option<&'r [u8]> {
        let name = room.get_mut(..self.name.len())?;
        for (to, from) in name.iter_mut().zip(self.name) {
            *to = from.to_ascii_lowercase();
        }
        Some(name)
    }

    /// The value as it was sent, without the quotes around it and with its escapes.
    #[must_use]
    pub fn raw(&self) -> &'a [u8] {
        self.raw
    }

    /// Whether the value was sent as a quoted string. For no parameter does that change its
    /// meaning.
    #[must_use]
    pub fn is_quoted(&self) -> bool {
        self.form != Form::Token
    }

    /// The value, without quotes and escapes. Allocates only where there is an escape to undo.
    ///
    /// Bytes from 0x80 on are what the sender made of them: the header has no character encoding
    /// ([RFC 9110 §5.5](https://www.rfc-editor.org/rfc/rfc9110#section-5.5)).
    #[must_use]
    pub fn value(&self) -> Cow<'a, [u8]> {
        match self.form {
            Form::Token | Form::Quoted => Cow::Borrowed(self.raw),
            Form::QuotedWithEscapes => Cow::Owned(unescape(self.raw)),
        }
    }

    /// The value as text, where it is UTF-8.
    #[must_use]
    pub fn value_str(&self) -> Option<Cow<'a, str>> {
        match self.value() {
            Cow::Borrowed(value) => str::from_utf8(value).ok().map(Cow::Borrowed),
            Cow::Owned(value) => String::from_utf8(value).ok().map(Cow::Owned),
        }
    }

    /// `token BWS "=" BWS ( token / quoted-string )`, or nothing where there is no `=` after the
    /// name.
    #[inline]
    fn read(at: Cursor<'a>) -> Result<Option<(Self, Cursor<'a>)>, ParseError> {
        let Some((name, value)) = at.param_name() else {
            return Ok(None);
        };
        if let Some(inside) = value.byte(b'"') {
            let (Quoted { raw, escaped }, after) = inside.quoted_string()?;
            let form = if escaped { Form::QuotedWithEscapes } else { Form::Quoted };
            return Ok(Some((Self { name, raw, form }, after)));
        }
        match value.token() {
            Some((raw, after)) => Ok(Some((Self { name, raw, form: Form::Token }, after))),
            None => Err(value.error(ParseErrorKind::ExpectedValue)),
        }
    }
}

impl fmt::Debug for Param<'_> {
    /// The name only: the value may be a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}=..", self.name())
    }
}

/// Reads `#auth-param`, up to the end or to the first element that is not one.
///
/// The first element must be one, or be empty. Where the list ends before the value does, the
/// cursor stands at the element that follows. Hands each parameter to `each`.
#[inline]
pub(super) fn read_list<'a>(
    start: Cursor<'a>,
    budget: &mut Budget,
    mut each: impl FnMut(Param<'a>),
) -> Result<(Params<'a>, Cursor<'a>), ParseError> {
    let mut names = Names::default();
    let mut at = start;
    let mut end = start;
    let mut is_first = true;
    loop {
        if let Some((param, after)) = Param::read(at)? {
            names.add(param.name, at)?;
            (at, end) = (after, after);
            each(param);
        } else if at.is_end() || at.separator().is_some() {
            budget.empty_element(at)?;
        } else if at.token().is_some() && !is_first {
            break;
        } else {
            return Err(at.error(ParseErrorKind::ExpectedParam));
        }
        is_first = false;
        match at.separator() {
            Some(next) => at = next,
            None if at.is_end() => break,
            None => return Err(at.error(ParseErrorKind::ExpectedComma)),
        }
    }
    let list = Params { list: start.up_to(end) };
    names.check(&list)?;
    Ok((list, at))
}

/// The names of one list, to find duplicates without keeping the names.
#[derive(Default)]
struct Names {
    count: usize,
    /// One bit for each hash that was seen.
    seen: u128,
    collided: bool,
}

impl Names {
    fn add(&mut self, name: &[u8], at: Cursor<'_>) -> Result<(), ParseError> {
        if self.count >= MAX_PARAMS {
            return Err(at.error(ParseErrorKind::TooMany));
        }
        self.count = self.count.saturating_add(1);
        let bit = hash_bit(name);
        self.collided |= self.seen & bit != 0;
        self.seen |= bit;
        Ok(())
    }

    /// Equal names have equal hashes, so names are compared only where two hashes were equal.
    fn check(&self, list: &Params<'_>) -> Result<(), ParseError> {
        if self.collided { refuse_duplicates(list.clone()) } else { Ok(()) }
    }
}

#[cold]
fn refuse_duplicates(mut list: Params<'_>) -> Result<(), ParseError> {
    let mut names: [&[u8]; MAX_PARAMS] = [&[]; MAX_PARAMS];
    let mut count = 0;
    while let Some((at, param)) = list.advance() {
        let Some((before, free)) = names.split_at_mut_checked(count) else {
            break;
        };
        if before.iter().any(|name| name.eq_ignore_ascii_case(param.name)) {
            return Err(at.error(ParseErrorKind::DuplicateParam));
        }
        if let Some(slot) = free.first_mut() {
            *slot = param.name;
        }
        count = count.saturating_add(1);
    }
    Ok(())
}

/// One of 128 bits, the same for two names that differ only in case.
fn hash_bit(name: &[u8]) -> u128 {
    let [first, last] = [name.first(), name.last()]
        .map(|byte| u32::from(byte.copied().unwrap_or_default().to_ascii_lowercase()));
    let len = u32::try_from(name.len()).unwrap_or(u32::MAX);
    // The factors keep the names that are in use apart.
    let hash = first.wrapping_add(last.wrapping_mul(6)).wrapping_add(len.wrapping_mul(28));
    1_u128.wrapping_shl(hash)
}

fn unescape(raw: &[u8]) -> Vec<u8> {
    let mut value = Vec::with_capacity(raw.len());
    let mut rest = raw;
    // INVARIANT: a backslash is always followed by the byte that it escapes.
    while let Some(at) = rest.iter().position(|&byte| byte == b'\\') {
        let (plain, escape) = rest.split_at_checked(at).unwrap_or((rest, &[]));
        value.extend_from_slice(plain);
        let (escaped, after) =
            escape.get(1..).and_then(<[u8]>::split_first).unwrap_or((&b'\\', &[]));
        value.push(*escaped);
        rest = after;
    }
    value.extend_from_slice(rest);
    value
}
