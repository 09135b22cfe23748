//! Who the subject of a session is.

use crate::eventual::Eventual;
use crate::identity::Principal;
use crate::rejection::Unavailable;

/// Knows the user whose session it is: their roles, their record. Asked at most once a minute for
/// each session; [`Sessions::forget_user`](super::Sessions::forget_user) makes a change hold at
/// once. A user with another [security stamp](Principal::security_stamp) than at the login has to
/// log in again, and one whose [`Principal`] has expired is none.
///
/// `password::Htpasswd` and `password::Hashed` are such directories, and closures:
///
/// ```
/// use tower_auth::Principal;
/// use tower_auth::scheme::session::Sessions;
/// use tower_auth::store::MemorySessions;
///
/// let sessions = Sessions::builder(MemorySessions::new(1000)).users(|subject: &str| match subject {
///     "alice" => Some(Principal::new("alice").role("admin")),
///     _ => None,
/// });
/// # let _ = sessions;
/// ```
pub trait SessionUsers: Send + Sync + 'static {
    /// The user of this name. `None` if there is none any more: their sessions are over.
    fn load(&self, subject: &str) -> Eventual<Result<Option<Principal>, Unavailable>>;
}

impl<F> SessionUsers for F
where
    F: Fn(&str) -> Option<Principal> + Send + Sync + 'static,
{
    fn load(&self, subject: &str) -> Eventual<Result<Option<Principal>, Unavailable>> {
        Eventual::Ready(Ok(self(subject)))
    }
}
