//! Policies on what an identity carries.

use http::request::Parts;

use super::{Decision, Policy};
use crate::error::ConfigError;
use crate::eventual::Eventual;
use crate::identity::Identity;

/// Requires scopes, see [`scope`].
#[derive(Clone, Debug)]
pub struct ScopePolicy(Box<str>);

/// Requires a scope, or all of several parted by spaces.
///
/// Without them: 403, for a bearer token with `error="insufficient_scope"` and the scopes needed.
///
/// # Errors
///
/// When the list is empty, or has a character that a scope can't have
/// ([RFC 6749 §3.3](https://www.rfc-editor.org/rfc/rfc6749#section-3.3)): no token could ever
/// carry it.
pub fn scope(scopes: &str) -> Result<ScopePolicy, ConfigError> {
    let is_scope_token = |name: &str| {
        !name.is_empty() && name.bytes().all(|b| matches!(b, 0x21 | 0x23..=0x5B | 0x5D..=0x7E))
    };
    if scopes.split(' ').all(is_scope_token) {
        Ok(ScopePolicy(scopes.into()))
    } else {
        Err(ConfigError::new(format!(
            "scope(`{}`) names no scope that a token can carry: write names of visible US-ASCII \
             characters without `\"` and `\\`, parted by single spaces",
            scopes.escape_debug()
        )))
    }
}

impl Policy for ScopePolicy {
    fn decide(&self, identity: &Identity, _: &Parts) -> Eventual<Decision> {
        let decision = if self.0.split(' ').all(|needed| identity.has_scope(needed)) {
            Decision::Allow
        } else {
            Decision::InsufficientScope(self.0.clone())
        };
        decision.into()
    }
}

/// Requires a role, see [`role`] and [`any_role`].
#[derive(Clone, Debug)]
pub struct Role(Box<[Box<str>]>);

/// Requires a role, compared whole and case-sensitively. Without it: 403.
#[must_use]
pub fn role(name: impl Into<Box<str>>) -> Role {
    Role(Box::new([name.into()]))
}

/// Requires one of several roles. Without any: 403.
#[must_use]
pub fn any_role<N: Into<Box<str>>>(names: impl IntoIterator<Item = N>) -> Role {
    Role(names.into_iter().map(Into::into).collect())
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
