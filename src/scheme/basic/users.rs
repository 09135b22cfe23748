//! A table of users in memory.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use super::directory::{Directory, Password};
use crate::clock::Clock;
use crate::error::ConfigError;
use crate::eventual::Eventual;
use crate::identity::{Principal, Verified};
use crate::rejection::{Rejection, Verdict, reason};
use crate::scheme::text::{check_name, empty_password, has_control, nfc};
use crate::secret::{Secret, SecretDigest};

/// A table of users, for services with a few fixed ones.
///
/// It keeps digests of passwords and compares them in constant time; an unknown name costs the
/// same. The digest is fast: for people's own passwords use a directory with a slow hash.
///
/// ```
/// use tower_auth::Principal;
/// use tower_auth::scheme::basic::Users;
///
/// let users = Users::new()
///     .user("alice", "wonderland")
///     .user(Principal::new("bob").role("admin"), "builder");
/// # let _ = users;
/// ```
#[derive(Clone, Default)]
pub struct Users {
    entries: HashMap<Box<str>, Entry>,
    error: Option<ConfigError>,
    /// The system's, unless there is one.
    clock: Option<Arc<dyn Clock>>,
}

#[derive(Clone)]
struct Entry {
    password: SecretDigest,
    principal: Principal,
}

impl Users {
    /// An empty table. A layer refuses to build with one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a user: a name, or a [`Principal`] with roles and scopes, whose subject is the name.
    ///
    /// A name that can't be sent (with a colon or a control character), or that is there already,
    /// or an empty password, makes the layer refuse to build.
    #[must_use]
    pub fn user(mut self, user: impl Into<Principal>, password: impl Into<Secret>) -> Self {
        let (principal, password) = (user.into(), password.into());
        let added = if password.expose().is_empty() {
            Err(empty_password(&principal))
        } else {
            self.add(principal, &password)
        };
        if let Err(error) = added {
            self.error.get_or_insert(error);
        }
        self
    }

    /// Adds a user whose password is empty, which RFC 7617 allows.
    ///
    /// # Security
    ///
    /// Whoever knows or guesses the name is let in.
    #[must_use]
    pub fn danger_user_with_empty_password(mut self, user: impl Into<Principal>) -> Self {
        if let Err(error) = self.add(user.into(), &Secret::from("")) {
            self.error.get_or_insert(error);
        }
        self
    }

    /// Tells when a user is one no longer whose [`Principal`] expires. Default: the system's clock.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Some(Arc::new(clock));
        self
    }

    fn add(&mut self, principal: Principal, password: &Secret) -> Result<(), ConfigError> {
        let name = nfc(principal.subject()).into_owned().into_boxed_str();
        check_name(&name, "Basic", "RFC 7617 §2")?;
        let Ok(text) = std::str::from_utf8(password.expose()) else {
            return Err(ConfigError::new(format!(
                "the password of `{name}` is no UTF-8: Basic sends passwords as UTF-8"
            )));
        };
        if has_control(text) {
            return Err(ConfigError::new(format!(
                "the password of `{name}` has a control character, which Basic can't send: was a \
                 line break read along with it?"
            )));
        }
        let password = SecretDigest::of(nfc(text).as_bytes());
        let message = format!("the user `{name}` is in the table twice: remove one");
        match self.entries.insert(name, Entry { password, principal }) {
            None => Ok(()),
            Some(_) => Err(ConfigError::new(message)),
        }
    }
}

impl Directory for Users {
    fn verify(&self, name: &str, password: Password<'_>) -> Eventual<Verdict> {
        let entry = self.entries.get(name);
        let presented = SecretDigest::of(password.expose().as_bytes());
        // An unknown name is compared with a digest that nothing has, so that it costs the same.
        let kept = entry.map_or(SecretDigest::from([0; 32]), |entry| entry.password);
        let matches = presented == kept;
        match entry {
            Some(entry) if entry.principal.is_over(self.clock.as_deref()) => {
                Rejection::invalid_credentials(reason::UNKNOWN_USER).into()
            }
            Some(entry) if matches => Verdict::Valid(Verified::assertion(entry.principal.clone())),
            Some(_) => Rejection::invalid_credentials(reason::WRONG_PASSWORD).into(),
            None => Rejection::invalid_credentials(reason::UNKNOWN_USER).into(),
        }
        .into()
    }

    fn validate(&self) -> Result<(), ConfigError> {
        match &self.error {
            Some(error) => Err(error.clone()),
            None if self.entries.is_empty() => Err(ConfigError::new(
                "the table of users is empty, so nobody could ever log in: add one with \
                 `Users::user`",
            )),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Users {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Users").field("count", &self.entries.len()).finish_non_exhaustive()
    }
}
