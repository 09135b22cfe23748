//! A file of users is a directory.

use super::directory::{Directory, Password};
use crate::error::ConfigError;
use crate::eventual::Eventual;
use crate::password::Htpasswd;
use crate::rejection::Verdict;

impl Directory for Htpasswd {
    fn verify(&self, name: &str, password: Password<'_>) -> Eventual<Verdict> {
        self.verify(name, password.expose())
    }

    fn validate(&self) -> Result<(), ConfigError> {
        self.keep_fresh();
        Ok(())
    }
}
