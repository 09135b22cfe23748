//! Policies on what an identity carries.

use http::request::Parts;

use super::{Decision, Policy};
use crate::eventual::Eventual;
use crate::identity::Identity;

/// Requires a role, see [`role`] and [`any_role`].
#[derive(Clone, Debug)]
pub struct Role(Box<[Box<str>]>);

/// Requires a role, compared whole and case-sensitively. Without it: 403.
#[must_use]
pub fn role(name: impl Into<String>) -> Role {
    Role(Box::new([name.into().into()]))
}

/// Requires one of several roles. Without any: 403.
#[must_use]
pub fn any_role<N: Into<String>>(names: impl IntoIterator<Item = N>) -> Role {
    Role(names.into_iter().map(|name| name.into().into()).collect())
}

impl Policy for Role {
    fn decide(&self, identity: &Identity, _: &Parts) -> Eventual<Decision> {
        self.0.iter().any(|name| identity.has_role(name)).into()
    }
}

/// Requires no more than an identity, see [`any_identity`].
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct AnyIdentity;

/// Whoever is identified may. For routes behind an optional front door: anonymous callers get 401.
#[must_use]
pub const fn any_identity() -> AnyIdentity {
    AnyIdentity
}

impl Policy for AnyIdentity {
    fn decide(&self, _: &Identity, _: &Parts) -> Eventual<Decision> {
        Decision::Allow.into()
    }
}
