//! Fixed secrets and whose they are: what tables of API keys and of tokens share.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use super::Principal;
use crate::clock::Clock;
use crate::error::ConfigError;
use crate::secret::{Secret, SecretDigest};

/// A table of secrets, kept and looked up by digest.
#[derive(Clone, Default)]
pub(crate) struct SecretTable {
    entries: HashMap<SecretDigest, Principal>,
    error: Option<ConfigError>,
    /// The system's, unless there is one.
    pub(crate) clock: Option<Arc<dyn Clock>>,
}

impl SecretTable {
    /// Adds a secret. `noun` names its kind in messages; `unsendable` says where it can't
    /// be sent and what to use instead, if it could never be presented.
    pub(crate) fn add(
        &mut self,
        noun: &str,
        whose: Principal,
        secret: &Secret,
        unsendable: Option<&str>,
    ) {
        if let Some(why) = unsendable {
            let name = whose.subject().escape_debug();
            let message = format!("the {noun} of `{name}` can't be sent {why}");
            self.error.get_or_insert(ConfigError::new(message));
        }
        self.add_digest(noun, whose, SecretDigest::of(secret.expose()));
    }

    /// Adds a secret of which only the digest is known.
    pub(crate) fn add_digest(&mut self, noun: &str, whose: Principal, digest: SecretDigest) {
        let name = whose.subject().escape_debug().to_string();
        if digest == SecretDigest::of(b"") {
            // Such as of a variable that was not set.
            let message = format!("the {noun} of `{name}` is empty: nobody can send it");
            self.error.get_or_insert(ConfigError::new(message));
        }
        if self.entries.insert(digest, whose).is_some() {
            self.error.get_or_insert(ConfigError::new(format!(
                "the {noun} of `{name}` is in the table twice: every {noun} belongs to one caller"
            )));
        }
    }

    /// Whose secret this is. One that has expired is nobody's.
    pub(crate) fn find(&self, digest: &SecretDigest) -> Option<&Principal> {
        let principal = self.entries.get(digest)?;
        (!principal.is_over(self.clock.as_deref())).then_some(principal)
    }

    /// What is wrong with the table, if anything. `hint` says how to fill an empty one.
    pub(crate) fn validate(&self, noun: &str, hint: &str) -> Result<(), ConfigError> {
        match &self.error {
            Some(error) => Err(error.clone()),
            None if self.entries.is_empty() => Err(ConfigError::new(format!(
                "the table of {noun}s is empty, so nobody could ever get in: add one with `{hint}`"
            ))),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for SecretTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} entries", self.entries.len())
    }
}
