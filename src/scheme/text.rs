//! Names and passwords as text.

use std::borrow::Cow;

use crate::error::ConfigError;
use crate::identity::Principal;

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

/// Refuses a name that no credentials can carry. `rule`: where it is said.
pub(crate) fn check_name(name: &str, scheme: &str, rule: &str) -> Result<(), ConfigError> {
    if name.contains(':') || has_control(name) {
        return Err(ConfigError::new(format!(
            "the user name `{}` can't be sent by {scheme}: leave out colons and control \
             characters ({rule})",
            name.escape_debug()
        )));
    }
    Ok(())
}

/// Why a user without a password is not added.
pub(crate) fn empty_password(user: &Principal) -> ConfigError {
    ConfigError::new(format!(
        "the password of `{}` is empty, so anybody who knows the name could log in: was the \
         setting that holds it never set?",
        user.subject().escape_debug()
    ))
}
