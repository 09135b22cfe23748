//! Where accounts are kept.

use std::fmt;

use crate::eventual::Eventual;
use crate::identity::Principal;
use crate::rejection::Unavailable;

/// Finds accounts by their names: your database of users.
///
/// ```
/// use std::collections::HashMap;
/// use std::sync::{Arc, Mutex};
/// use tower_auth::Eventual;
/// use tower_auth::password::{Account, Accounts, PasswordHash};
/// use tower_auth::rejection::Unavailable;
///
/// #[derive(Clone)]
/// struct Table(Arc<Mutex<HashMap<String, String>>>);
///
/// impl Accounts for Table {
///     fn find(&self, name: &str) -> Eventual<Result<Option<Account>, Unavailable>> {
///         let table = self.0.lock().expect("no panic");
///         Ok(table.get(name).map(|hash| Account::new(name, &**hash))).into()
///     }
///
///     fn upgrade(
///         &self,
///         name: &str,
///         old: &PasswordHash,
///         new: &PasswordHash,
///     ) -> Eventual<Result<(), Unavailable>> {
///         // UPDATE users SET hash = $new WHERE name = $name AND hash = $old
///         if let Some(hash) = self.0.lock().expect("no panic").get_mut(name)
///             && hash == old.expose()
///         {
///             *hash = new.expose().to_owned();
///         }
///         Ok(()).into()
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` finds no accounts",
    note = "implement `password::Accounts`, whose one necessary method is `find`"
)]
pub trait Accounts: Send + Sync + 'static {
    /// The account of this name, in normalization form C and without control characters.
    ///
    /// Asked on every request, so that an account that was changed or locked is so at once, also
    /// where right passwords are remembered.
    fn find(&self, name: &str) -> Eventual<Result<Option<Account>, Unavailable>>;

    /// Stores `new` in place of `old`. Called only where
    /// [`Hashed::upgrade_to`](super::Hashed::upgrade_to) asks for it, after the request was
    /// answered.
    ///
    /// Replace the hash only while it still is `old`, in one step: a password that was changed
    /// meanwhile would otherwise be changed back.
    ///
    /// An error is left at that: the next log-in tries again. Default: does nothing.
    fn upgrade(
        &self,
        name: &str,
        old: &super::PasswordHash,
        new: &super::PasswordHash,
    ) -> Eventual<Result<(), Unavailable>> {
        let _ = (name, old, new);
        Ok(()).into()
    }
}

/// An account as it is stored. Does not print its hash.
#[derive(Clone)]
pub struct Account {
    pub(super) principal: Principal,
    pub(super) hash: Option<Box<str>>,
}

impl Account {
    /// An account: whose it is, and the hash of the password as it is stored. It is one until its
    /// [`Principal`] expires, if that does.
    ///
    /// A hash that can't be read, or is of a kind that is not taken, is a wrong password to the
    /// caller, and `unusable_hash` with a detail to the operator.
    pub fn new(whose: impl Into<Principal>, hash: impl Into<String>) -> Self {
        Self { principal: whose.into(), hash: Some(hash.into().into()) }
    }

    /// An account whose owner can't log in: locked, or without a password. A wrong password to the
    /// caller, and `account_locked` to the operator.
    pub fn locked(whose: impl Into<Principal>) -> Self {
        Self { principal: whose.into(), hash: None }
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account").field("principal", &self.principal).finish_non_exhaustive()
    }
}
