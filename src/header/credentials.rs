//! Reading the credentials of one `Authorization` value.

use std::fmt;

use super::cursor::{Cursor, text};
use super::error::{ParseError, ParseErrorKind};
#[cfg(feature = "digest")]
use super::params::Param;
use super::params::Params;
use super::scheme_name::SchemeName;

/// Credentials that were presented,
/// [RFC 9110 §11.4](https://www.rfc-editor.org/rfc/rfc9110#section-11.4).
///
/// ```text
/// credentials = auth-scheme [ 1*SP ( token68 / #auth-param ) ]
/// ```
///
/// Only the scheme is read at first. Whether a `token68` or parameters follow depends on the
/// scheme, so that is read when it is asked for. Nothing here allocates.
///
/// # Security
///
/// `Debug` prints the scheme and nothing that follows it.
///
/// ```
/// use tower_auth::header::{Credentials, SchemeName};
///
/// let credentials = Credentials::parse(b"bearer mF_9.B5f-4.1JqM")?;
/// assert!(credentials.is(&SchemeName::BEARER));
/// assert_eq!(credentials.token68()?, "mF_9.B5f-4.1JqM");
/// assert!(Credentials::parse(b"Bearer one two")?.token68().is_err());
/// # Ok::<(), tower_auth::header::ParseError>(())
/// ```
#[derive(Clone, Copy)]
pub struct Credentials<'a> {
    scheme: &'a str,
    rest: Cursor<'a>,
}

impl<'a> Credentials<'a> {
    /// Reads the scheme and the spaces after it.
    ///
    /// # Errors
    ///
    /// When the value does not begin with a scheme, or when something else than a space follows
    /// it; a tab is not a space here.
    pub fn parse(value: &'a [u8]) -> Result<Self, ParseError> {
        let start = Cursor::new(value);
        let Some((scheme, after)) = start.token() else {
            return Err(start.error(ParseErrorKind::ExpectedScheme));
        };
        let rest = match after.byte(b' ') {
            Some(after) => after.spaces(),
            None if after.is_end() => after,
            None => return Err(after.error(ParseErrorKind::ExpectedSpace)),
        };
        Ok(Self { scheme: text(scheme), rest })
    }

    /// The name of the scheme as it was sent.
    #[must_use]
    pub fn scheme(&self) -> &'a str {
        self.scheme
    }

    /// Whether the scheme is this one, ignoring case.
    #[must_use]
    pub fn is(&self, scheme: &SchemeName) -> bool {
        scheme.matches(self.scheme)
    }

    /// Whether nothing follows the scheme: well-formed, but for most schemes not enough.
    #[must_use]
    pub fn is_bare(&self) -> bool {
        self.rest.is_end()
    }

    /// The `token68` that is all that follows the scheme.
    ///
    /// # Errors
    ///
    /// When nothing follows the scheme, or anything else than exactly one `token68`: parameters, a
    /// second item, white space after it.
    pub fn token68(&self) -> Result<&'a str, ParseError> {
        match self.rest.token68() {
            Some((token68, after)) if after.is_end() => Ok(text(token68)),
            Some((_, after)) => Err(after.error(ParseErrorKind::ExpectedToken68)),
            None => Err(self.rest.error(ParseErrorKind::ExpectedToken68)),
        }
    }

    /// The parameters that are all that follows the scheme; there may be none.
    ///
    /// # Errors
    ///
    /// When anything else than parameters follows the scheme: a `token68`, a second scheme, a
    /// parameter whose name occurred before (ignoring case). Also beyond 64 parameters or 256
    /// empty list elements.
    pub fn params(&self) -> Result<Params<'a>, ParseError> {
        Params::read_all(self.rest)
    }

    /// As [`params`](Self::params), and in the same pass hands each of them to `each`: which has
    /// seen some of them, too, when there is an error.
    #[cfg(feature = "digest")]
    #[inline]
    pub(crate) fn each_param(&self, each: impl FnMut(Param<'a>)) -> Result<(), ParseError> {
        Params::read_each(self.rest, each).map(|_| ())
    }
}

impl fmt::Debug for Credentials<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("scheme", &self.scheme).finish_non_exhaustive()
    }
}
