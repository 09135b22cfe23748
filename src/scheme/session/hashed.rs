//! So do accounts with hashed passwords.

use super::users::SessionUsers;
use crate::eventual::Eventual;
use crate::identity::Principal;
use crate::password::{Accounts, Hashed};
use crate::rejection::Unavailable;

impl<A: Accounts> SessionUsers for Hashed<A> {
    fn load(&self, subject: &str) -> Eventual<Result<Option<Principal>, Unavailable>> {
        self.load(subject)
    }
}
