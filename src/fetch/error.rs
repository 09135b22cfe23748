//! Why no answer came.

use std::borrow::Cow;

/// Why a request got no answer that can be used. For operators: it may name the address, and
/// never quotes what came back.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct FetchError {
    kind: FetchErrorKind,
    message: Cow<'static, str>,
}

/// What kind of failure it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FetchErrorKind {
    /// The address may not be asked: no HTTPS, a user in it, a fragment.
    Address,
    /// An answer came, and it is not what was asked for: a redirect, an error status, no JSON.
    Answer,
    /// No answer in time.
    TimedOut,
    /// The answer is longer than what is taken.
    TooLarge,
    /// The server could not be reached, or the connection broke.
    Transport,
}

impl FetchError {
    /// The server could not be reached, or the connection broke. Must not quote a secret.
    pub fn new(message: impl Into<Cow<'static, str>>) -> Self {
        Self::of(FetchErrorKind::Transport, message)
    }

    pub(crate) fn of(kind: FetchErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self { kind, message: message.into() }
    }

    /// What kind of failure it was.
    #[must_use]
    pub const fn kind(&self) -> FetchErrorKind {
        self.kind
    }

    /// An error and what caused it, outermost first.
    pub(super) fn because(error: &(dyn std::error::Error + 'static)) -> Self {
        let mut message = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            message.push_str(": ");
            message.push_str(&error.to_string());
            cause = error.source();
        }
        Self::new(message)
    }
}
