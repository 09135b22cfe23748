//! Challenges to be sent.

use http::HeaderValue;

/// A challenge.
#[derive(Clone, Debug)]
pub struct Challenge {
    value: HeaderValue,
}

impl Challenge {
    /// The field value.
    #[must_use]
    pub fn header_value(&self) -> &HeaderValue {
        &self.value
    }
}
