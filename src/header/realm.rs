//! The name of a protection space.

use std::fmt;
use std::sync::Arc;

use super::error::{InvalidRealm, RealmProblem};
use super::table::is_printable;

/// The name of a protection space,
/// [RFC 9110 §11.5](https://www.rfc-editor.org/rfc/rfc9110#section-11.5).
///
/// One or more printable US-ASCII characters, so that it can always be sent as a quoted string.
/// Cloning is cheap. Realms are compared with regard to case.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Realm(Arc<str>);

impl Realm {
    /// A realm of this name.
    ///
    /// # Errors
    ///
    /// When `name` is empty, or has anything but spaces and printable US-ASCII in it.
    pub fn new(name: &str) -> Result<Self, InvalidRealm> {
        if name.is_empty() {
            return Err(RealmProblem::Empty.into());
        }
        if let Some(position) = name.bytes().position(|byte| !is_printable(byte)) {
            return Err(RealmProblem::NotPrintable { position }.into());
        }
        Ok(Self(name.into()))
    }

    /// The name, without quotes and escapes.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Realm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Realm").field(&self.as_str()).finish()
    }
}

impl fmt::Display for Realm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
