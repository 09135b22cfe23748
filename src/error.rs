//! What can be wrong while building.

use std::borrow::Cow;
use std::fmt;

/// A set-up that cannot work, found while building and never while serving.
///
/// The message is a sentence for the person who writes the service: what is wrong, and what to do.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ConfigError {
    message: Cow<'static, str>,
}

impl ConfigError {
    /// Says what is wrong and what to do about it. Must not quote a secret.
    pub fn new(message: impl Into<Cow<'static, str>>) -> Self {
        Self { message: message.into() }
    }
}

impl fmt::Debug for ConfigError {
    /// The sentence as it is: `main` and `unwrap` print errors by `Debug`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
