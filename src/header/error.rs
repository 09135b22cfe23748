//! What can be wrong with a value that was read or is to be written.

use crate::error::ConfigError;

/// A field value that is not what the grammar says.
///
/// It never repeats the input, which may hold credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind} at byte {position}")]
pub struct ParseError {
    kind: ParseErrorKind,
    position: usize,
}

impl ParseError {
    pub(super) const fn new(kind: ParseErrorKind, position: usize) -> Self {
        Self { kind, position }
    }

    /// What is wrong.
    #[must_use]
    pub const fn kind(self) -> ParseErrorKind {
        self.kind
    }

    /// Where: the offset in bytes from the start of the field value, or the length of the value
    /// where it ended too early.
    #[must_use]
    pub const fn position(self) -> usize {
        self.position
    }
}

/// What is wrong with a field value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum ParseErrorKind {
    /// A parameter name occurs twice, ignoring case.
    #[error("duplicate parameter")]
    DuplicateParam,
    /// Something stands between an element and the comma or the end.
    #[error("expected a comma or the end")]
    ExpectedComma,
    /// An `auth-param` should stand here.
    #[error("expected a parameter")]
    ExpectedParam,
    /// An `auth-scheme` should stand here.
    #[error("expected an authentication scheme")]
    ExpectedScheme,
    /// An `auth-scheme` is followed by something that is neither a space nor an end.
    #[error("expected a space after the authentication scheme")]
    ExpectedSpace,
    /// Exactly one `token68` should stand here.
    #[error("expected one token68")]
    ExpectedToken68,
    /// A `token` or a `quoted-string` should stand here.
    #[error("expected a token or a quoted string")]
    ExpectedValue,
    /// A control character inside a `quoted-string`.
    #[error("byte that is not allowed in a quoted string")]
    InvalidQuotedString,
    /// A parameter that belongs to no scheme, or to one that cannot take it.
    #[error("parameter without a scheme to take it")]
    StrayParam,
    /// More challenges, parameters or empty list elements than are read.
    #[error("too many list elements")]
    TooMany,
    /// A `quoted-string` without its closing quote.
    #[error("unterminated quoted string")]
    UnterminatedString,
}

/// A name that cannot be that of an authentication scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "not the name of an authentication scheme: use one or more letters, digits and `-` \
     (a token, RFC 9110 §5.6.2)"
)]
pub struct InvalidSchemeName(pub(super) ());

/// A realm that could not always be sent as a quoted string.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(transparent)]
pub struct InvalidRealm(#[from] RealmProblem);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum RealmProblem {
    #[error("the realm is empty: give it a name that tells people what they sign in to")]
    Empty,
    #[error(
        "the realm has a byte outside printable US-ASCII at offset {position}: \
         use only spaces and printable US-ASCII characters"
    )]
    NotPrintable { position: usize },
}

/// A challenge, or an `Authentication-Info`, that cannot be written.
///
/// The message names the parameter, never its value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(transparent)]
pub struct InvalidChallenge(#[from] ChallengeProblem);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum ChallengeProblem {
    #[error("parameter `{0}` occurs twice: give each parameter once, whatever its case")]
    Duplicate(Box<str>),
    #[error("no parameter: give at least one")]
    Empty,
    #[error("a challenge with a token68 takes no parameters: leave out one of them")]
    HasToken68,
    #[error("a parameter name is not a token: use letters, digits, `-` and `_`")]
    Name,
    #[error("parameter `{0}` is always written as a token: use letters, digits, `-` and `_`")]
    NotToken(Box<str>),
    #[error("not a token68: use letters, digits and `-._~+/`, then only `=`")]
    Token68,
    #[error("more than {} parameters: leave some out", super::MAX_PARAMS)]
    TooMany,
    #[error("parameter `{0}` has a byte outside printable US-ASCII: remove or encode it")]
    Value(Box<str>),
}

impl From<InvalidSchemeName> for ConfigError {
    fn from(error: InvalidSchemeName) -> Self {
        Self::new(error.to_string())
    }
}

impl From<InvalidRealm> for ConfigError {
    fn from(error: InvalidRealm) -> Self {
        Self::new(error.to_string())
    }
}

impl From<InvalidChallenge> for ConfigError {
    fn from(error: InvalidChallenge) -> Self {
        Self::new(error.to_string())
    }
}
