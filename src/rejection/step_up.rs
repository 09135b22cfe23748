//! Asking for a stronger or more recent authentication.

use std::time::Duration;

/// What a request needs beyond who the caller is: how strongly, or how recently, they proved it
/// ([RFC 9470 §3](https://www.rfc-editor.org/rfc/rfc9470#section-3)).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StepUp {
    pub(crate) acr_values: Option<Box<str>>,
    pub(crate) max_age: Option<Duration>,
}

impl StepUp {
    /// One of these authentication context classes, parted by spaces, in order of preference.
    #[must_use]
    pub fn acr(values: impl Into<Box<str>>) -> Self {
        Self { acr_values: Some(values.into()), max_age: None }
    }

    /// An authentication not older than `age`, counted in whole seconds.
    #[must_use]
    pub fn max_age(age: Duration) -> Self {
        Self { acr_values: None, max_age: Some(age) }
    }
    /// An authentication not older than `age` as well.
    #[must_use]
    pub fn and_max_age(mut self, age: Duration) -> Self {
        self.max_age = Some(age);
        self
    }

    /// The sentences of the examples in RFC 9470 §3.
    pub(super) const fn description(&self) -> &'static str {
        match self.acr_values {
            Some(_) => "A different authentication level is required",
            None => "More recent authentication is required",
        }
    }
}
