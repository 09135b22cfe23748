//! A file of users knows whose sessions are over.

use super::users::SessionUsers;
use crate::eventual::Eventual;
use crate::identity::Principal;
use crate::password::Htpasswd;
use crate::rejection::Unavailable;

impl SessionUsers for Htpasswd {
    fn load(&self, subject: &str) -> Eventual<Result<Option<Principal>, Unavailable>> {
        Eventual::Ready(Ok(self.load(subject)))
    }
}
