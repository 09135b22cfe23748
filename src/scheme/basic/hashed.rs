//! Accounts with hashed passwords are a directory.

use super::directory::{Directory, Password};
use crate::error::ConfigError;
use crate::eventual::Eventual;
use crate::password::{Accounts, Hashed};
use crate::rejection::Verdict;

impl<A: Accounts> Directory for Hashed<A> {
    fn verify(&self, name: &str, password: Password<'_>) -> Eventual<Verdict> {
        self.verify(name, password.expose())
    }

    fn validate(&self) -> Result<(), ConfigError> {
        self.validate()
    }
}
