//! One session, as its user sees it.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;

use super::data;
use crate::secret::SecretDigest;
use crate::store::SessionRecord;

/// A session, for the list that its user sees.
#[derive(Clone, Debug)]
pub struct Session {
    pub(super) key: SecretDigest,
    pub(super) record: Arc<SessionRecord>,
    pub(super) is_current: bool,
}

impl Session {
    /// By which it can be [ended](super::Sessions::end).
    #[must_use]
    pub fn handle(&self) -> SessionHandle {
        SessionHandle(self.key)
    }

    /// Whose it is.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.record.subject
    }

    /// When they logged in.
    #[must_use]
    pub fn started_at(&self) -> SystemTime {
        self.record.started_at
    }

    /// When it was last used, to the minute.
    #[must_use]
    pub fn active_at(&self) -> SystemTime {
        self.record.active_at
    }

    /// From where they logged in.
    #[must_use]
    pub fn source(&self) -> Option<&str> {
        self.record.source.as_deref()
    }

    /// With which program they logged in (`User-Agent`).
    #[must_use]
    pub fn agent(&self) -> Option<&str> {
        self.record.agent.as_deref()
    }

    /// What the service keeps with it. `T::default()` if that is nothing, or nothing that `T` can be
    /// read from.
    #[must_use]
    pub fn data<T: DeserializeOwned + Default>(&self) -> T {
        data::read(&self.record.data)
    }

    /// Whether it is the one of the request that asks.
    #[must_use]
    pub fn is_current(&self) -> bool {
        self.is_current
    }
}

/// Names a session without being good for a login. `Display` and `FromStr` are for forms and links.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionHandle(pub(super) SecretDigest);

impl fmt::Display for SessionHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0.as_bytes()))
    }
}

impl std::str::FromStr for SessionHandle {
    type Err = ParseHandleError;

    fn from_str(text: &str) -> Result<Self, ParseHandleError> {
        let mut digest = [0; 32];
        match URL_SAFE_NO_PAD.decode_slice(text, &mut digest) {
            Ok(32) => Ok(Self(SecretDigest::from(digest))),
            _ => Err(ParseHandleError),
        }
    }
}

/// What was to be a [`SessionHandle`] is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the handle of a session")]
#[non_exhaustive]
pub struct ParseHandleError;
