//! Names and passwords as text.

use std::borrow::Cow;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// [RFC 7617 §2](https://www.rfc-editor.org/rfc/rfc7617#section-2): neither name nor
/// password may hold control characters: C0, DEL and C1.
pub(crate) fn has_control(text: &str) -> bool {
    text.chars().any(char::is_control)
}

/// Normalization form C, which [RFC 7617 §2.1](https://www.rfc-editor.org/rfc/rfc7617#section-2.1)
/// takes from the PRECIS profiles. The rest of those profiles is left to the directory: passwords
/// are opaque, and names are compared with regard to case.
pub(crate) fn nfc(text: &str) -> Cow<'_, str> {
    match is_nfc_quick(text.chars()) {
        IsNormalized::Yes => Cow::Borrowed(text),
        IsNormalized::No | IsNormalized::Maybe => Cow::Owned(text.nfc().collect()),
    }
}
