//! Who knows the passwords.

use std::fmt;
use std::sync::Arc;

use crate::error::ConfigError;
use crate::eventual::Eventual;
use crate::rejection::Verdict;
use crate::secret::Secret;

/// Knows users and their passwords: a table in memory ([`Users`](super::Users)), a database, an
/// LDAP server.
///
/// ```
/// use tower_auth::identity::{Principal, Verified};
/// use tower_auth::rejection::{Rejection, Unavailable, Verdict, reason};
/// use tower_auth::scheme::basic::{Directory, Password};
/// use tower_auth::{Eventual, Secret};
///
/// # async fn ask_database(_: &str, _: Secret) -> Result<bool, std::io::Error> { Ok(true) }
/// struct Database;
///
/// impl Directory for Database {
///     fn verify(&self, name: &str, password: Password<'_>) -> Eventual<Verdict> {
///         let (name, password) = (name.to_owned(), password.to_secret());
///         Eventual::pending(async move {
///             match ask_database(&name, password).await {
///                 Ok(true) => Verdict::Valid(Verified::assertion(Principal::new(name))),
///                 Ok(false) => Rejection::invalid_credentials(reason::WRONG_PASSWORD).into(),
///                 Err(_) => Unavailable::new("user database").into(),
///             }
///         })
///     }
/// }
/// ```
///
/// # Security
///
/// An unknown name must cost as much time as a wrong password, or the time tells who has an
/// account. Password hashing belongs off the async workers.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no directory of users",
    note = "use `basic::Users`, or implement `basic::Directory`"
)]
pub trait Directory: Send + Sync + 'static {
    /// Whether `password` is the one of `name`. Both are in normalization form C and hold no
    /// control characters; both can be empty.
    fn verify(&self, name: &str, password: Password<'_>) -> Eventual<Verdict>;

    /// Called once, while the layer is built.
    ///
    /// # Errors
    ///
    /// When the directory could not work as set up; the sentence says what to do.
    fn validate(&self) -> Result<(), ConfigError> {
        Ok(())
    }
}

impl<D: Directory + ?Sized> Directory for Arc<D> {
    fn verify(&self, name: &str, password: Password<'_>) -> Eventual<Verdict> {
        (**self).verify(name, password)
    }

    fn validate(&self) -> Result<(), ConfigError> {
        (**self).validate()
    }
}

/// A password as it was presented. Does not print itself.
#[derive(Clone, Copy)]
pub struct Password<'a>(&'a str);

impl<'a> From<&'a str> for Password<'a> {
    /// What a login form of your own has, to ask a [`Directory`] about it. Bring it to
    /// normalization form C if it can hold more than US-ASCII.
    fn from(text: &'a str) -> Self {
        Self(text)
    }
}

impl<'a> Password<'a> {
    /// The password itself. Every call is a place to review.
    #[must_use]
    pub fn expose(&self) -> &'a str {
        self.0
    }

    /// A copy that outlives the request's head, overwritten when dropped.
    #[must_use]
    pub fn to_secret(&self) -> Secret {
        Secret::from(self.0)
    }
}

impl fmt::Debug for Password<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(***)")
    }
}
