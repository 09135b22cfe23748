//! What a login says.

use serde::Serialize;

use super::data::{self, NotKept};
use crate::identity::Principal;
use crate::secret::SecretDigest;

/// What a session begins with.
#[derive(Clone, Debug)]
pub struct Login {
    pub(super) subject: Box<str>,
    pub(super) source: Option<Box<str>>,
    pub(super) stamp: Option<SecretDigest>,
    pub(super) data: Box<[u8]>,
}

impl Login {
    /// A login of this user.
    ///
    /// Where the directory of the sessions has stamps, begin it with the principal that the password
    /// was good for (`Login::from(principal)`): by the name alone the stamp is looked up now, and a
    /// password that was changed since it was checked would not end the session.
    #[must_use]
    pub fn new(subject: impl Into<String>) -> Self {
        Self { subject: subject.into().into(), source: None, stamp: None, data: Box::default() }
    }

    /// From where, for the list of sessions: an address, a place.
    #[must_use]
    pub fn source(mut self, source: impl Into<String>) -> Self {
        self.source = Some(source.into().into());
        self
    }

    /// What the service keeps with the session from the beginning: anything that serde can write,
    /// as JSON of 4 KiB at most. [`SessionData`](super::SessionData) and
    /// [`Auth::session_data`](crate::Auth::session_data) read it, [`Sessions::update`] changes it.
    ///
    /// # Errors
    ///
    /// It is larger, or can't be written as JSON.
    ///
    /// [`Sessions::update`]: super::Sessions::update
    pub fn data(mut self, data: &impl Serialize) -> Result<Self, NotKept> {
        self.data = data::write(data)?;
        Ok(self)
    }
}

impl From<&str> for Login {
    fn from(subject: &str) -> Self {
        Self::new(subject)
    }
}

impl From<String> for Login {
    fn from(subject: String) -> Self {
        Self::new(subject)
    }
}

/// As the directory knows who has just given their password, so that the session ends when that is
/// changed ([`Principal::security_stamp`]). By the name alone, the directory of the sessions is asked
/// for the stamp.
impl From<&Principal> for Login {
    fn from(who: &Principal) -> Self {
        Self { stamp: who.stamp(), ..Self::new(who.subject()) }
    }
}
