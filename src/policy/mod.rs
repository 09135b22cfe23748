//! What may they do?
//!
//! A [`Policy`] sees an [`Identity`] and the head of the request, and makes a [`Decision`]. It
//! never sees a request without an identity: that one has been answered with 401 before.
//!
//! Closures are policies (write the types of their arguments), and policies combine. One that has
//! to wait answers [`Eventual::pending`]:
//!
//! ```
//! use http::request::Parts;
//! use tower_auth::Identity;
//! use tower_auth::Eventual;
//! use tower_auth::policy::{Decision, Policy, PolicyExt, role, scope};
//!
//! # fn main() -> Result<(), tower_auth::ConfigError> {
//! let may_import = scope("orders:write")?.and(role("importer"));
//! let owner = |who: &Identity, request: &Parts| {
//!     request.uri.path().strip_prefix("/home/") == Some(who.subject())
//! };
//! let policy = may_import.or(owner);
//!
//! let remote = |who: &Identity, _: &Parts| {
//!     let who = who.clone();
//!     Eventual::pending(async move { Decision::from(ask_elsewhere(who.subject()).await) })
//! };
//! # async fn ask_elsewhere(_: &str) -> bool { true }
//! # check(remote);
//! # fn check(_: impl Policy) {}
//! # check(policy);
//! # Ok(())
//! # }
//! ```

mod builtin;
mod combinators;
mod fresh;
mod scopes;

use std::sync::Arc;

use http::request::Parts;

use crate::eventual::Eventual;
use crate::identity::Identity;
use crate::rejection::{StepUp, Unavailable};

pub use builtin::{AnyIdentity, Role, any_identity, any_role, role};
pub use combinators::{And, Not, Or, PolicyExt};
pub use fresh::{StepUpPolicy, acr_values, max_age};
pub use scopes::{ScopeHierarchy, ScopePolicy, scope};

/// Decides what an identified caller may do.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a policy",
    note = "a policy is a `Policy`, or a closure `|who: &Identity, request: &Parts| -> bool`",
    note = "is a `?` missing, as in `scope(\"orders:read\")?`"
)]
pub trait Policy: Send + Sync + 'static {
    /// Decides on the request of `identity`.
    fn decide(&self, identity: &Identity, request: &Parts) -> Eventual<Decision>;
}

/// What a [`Policy`] decides.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Decision {
    /// The request goes on.
    Allow,
    /// 403.
    Deny,
    /// 404: the caller may not even know that it exists.
    Conceal,
    /// 403 `insufficient_scope` with these scopes, parted by spaces (RFC 6750 §3.1).
    InsufficientScope(Box<str>),
    /// 401 `insufficient_user_authentication` (RFC 9470 §3).
    StepUp(StepUp),
    /// 503: what is needed to decide is down.
    Unavailable(Unavailable),
}

impl Decision {
    /// Whether the request goes on.
    #[must_use]
    pub const fn is_allow(&self) -> bool {
        matches!(self, Self::Allow)
    }
}

impl From<bool> for Decision {
    fn from(allowed: bool) -> Self {
        if allowed { Self::Allow } else { Self::Deny }
    }
}

impl From<bool> for Eventual<Decision> {
    fn from(allowed: bool) -> Self {
        Self::Ready(allowed.into())
    }
}

impl<P: Policy + ?Sized> Policy for Arc<P> {
    fn decide(&self, identity: &Identity, request: &Parts) -> Eventual<Decision> {
        (**self).decide(identity, request)
    }
}

impl<F, R> Policy for F
where
    F: Fn(&Identity, &Parts) -> R + Send + Sync + 'static,
    R: Into<Eventual<Decision>>,
{
    fn decide(&self, identity: &Identity, request: &Parts) -> Eventual<Decision> {
        self(identity, request).into()
    }
}
