//! The name of an authentication scheme.

use std::borrow::Cow;

/// The name of an authentication scheme, compared without regard to case.
#[derive(Clone, Debug)]
pub struct SchemeName(Cow<'static, str>);

impl SchemeName {
    /// `Basic`, RFC 7617.
    pub const BASIC: Self = Self(Cow::Borrowed("Basic"));
    /// `Bearer`, RFC 6750.
    pub const BEARER: Self = Self(Cow::Borrowed("Bearer"));

    /// The name as it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
