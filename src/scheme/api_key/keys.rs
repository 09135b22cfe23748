//! Who knows the keys.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use crate::error::ConfigError;
use crate::eventual::Eventual;
use crate::identity::{Principal, Verified};
use crate::rejection::{Rejection, Verdict, reason};
use crate::secret::{Secret, SecretDigest};

/// Finds out whose an API key is. It is asked by the key's digest, so that no store ever holds a
/// key.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no directory of API keys",
    note = "use `api_key::ApiKeys`, or implement `api_key::KeyDirectory`"
)]
pub trait KeyDirectory: Send + Sync + 'static {
    /// Whose key has this digest.
    fn find(&self, key: &SecretDigest) -> Eventual<Verdict>;

    /// Called once, while the layer is built.
    ///
    /// # Errors
    ///
    /// When the directory could not work as set up; the sentence says what to do.
    fn validate(&self) -> Result<(), ConfigError> {
        Ok(())
    }
}

impl<D: KeyDirectory + ?Sized> KeyDirectory for Arc<D> {
    fn find(&self, key: &SecretDigest) -> Eventual<Verdict> {
        (**self).find(key)
    }

    fn validate(&self) -> Result<(), ConfigError> {
        (**self).validate()
    }
}

/// A table of API keys in memory.
#[derive(Clone, Default)]
pub struct ApiKeys {
    entries: HashMap<SecretDigest, Principal>,
    error: Option<ConfigError>,
}

impl ApiKeys {
    /// An empty table. A layer refuses to build with one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a key and whose it is. The key is kept as a digest only.
    ///
    /// A key that can't be sent (empty, or with other than visible US-ASCII characters), or that
    /// is there already, makes the layer refuse to build.
    #[must_use]
    pub fn key(mut self, whose: impl Into<Principal>, key: impl Into<Secret>) -> Self {
        let (principal, key) = (whose.into(), key.into());
        let key = key.expose();
        if key.is_empty() || !key.iter().all(u8::is_ascii_graphic) {
            self.error.get_or_insert(ConfigError::new(format!(
                "the API key of `{}` can't be sent in a header field: use visible US-ASCII \
                 characters",
                principal.subject().escape_debug()
            )));
        }
        let message = format!(
            "the API key of `{}` is in the table twice: every key belongs to one caller",
            principal.subject().escape_debug()
        );
        if self.entries.insert(SecretDigest::of(key), principal).is_some() {
            self.error.get_or_insert(ConfigError::new(message));
        }
        self
    }
}

impl KeyDirectory for ApiKeys {
    fn find(&self, key: &SecretDigest) -> Eventual<Verdict> {
        match self.entries.get(key) {
            Some(principal) => Verdict::Valid(Verified::assertion(principal.clone())),
            None => Rejection::invalid_credentials(reason::UNKNOWN_KEY).into(),
        }
        .into()
    }

    fn validate(&self) -> Result<(), ConfigError> {
        match &self.error {
            Some(error) => Err(error.clone()),
            None if self.entries.is_empty() => Err(ConfigError::new(
                "the table of API keys is empty, so nobody could ever get in: add one with \
                 `ApiKeys::key`",
            )),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for ApiKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiKeys").field("count", &self.entries.len()).finish_non_exhaustive()
    }
}
