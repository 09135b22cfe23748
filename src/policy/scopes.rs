//! Policies on scopes.

use std::sync::Arc;

use http::request::Parts;

use super::{Decision, Policy};
use crate::error::ConfigError;
use crate::eventual::Eventual;
use crate::identity::Identity;

/// Requires scopes, see [`scope`].
#[derive(Clone, Debug)]
pub struct ScopePolicy {
    needed: Box<str>,
    hierarchy: Option<ScopeHierarchy>,
    with_granted: bool,
}

/// Requires a scope, or all of several parted by spaces.
///
/// Without them: 403, for a bearer token with `error="insufficient_scope"` and the scopes needed:
/// all of them, so that a client gets them in one go.
///
/// # Errors
///
/// When the list is empty, or has a character that a scope can't have
/// ([RFC 6749 §3.3](https://www.rfc-editor.org/rfc/rfc6749#section-3.3)): no token could ever
/// carry it.
pub fn scope(scopes: impl AsRef<str>) -> Result<ScopePolicy, ConfigError> {
    let scopes = scopes.as_ref();
    if scopes.split(' ').all(is_scope_token) {
        Ok(ScopePolicy { needed: scopes.into(), hierarchy: None, with_granted: false })
    } else {
        Err(ConfigError::new(format!(
            "scope(`{}`) names no scope that a token can carry: write names of visible US-ASCII \
             characters without `\"` and `\\`, parted by single spaces",
            scopes.escape_debug()
        )))
    }
}

impl ScopePolicy {
    /// Lets a broader scope stand for those that it implies.
    #[must_use]
    pub fn hierarchy(mut self, hierarchy: &ScopeHierarchy) -> Self {
        self.hierarchy = Some(hierarchy.clone());
        self
    }

    /// Names in the challenge the scopes that the token has, too, so that a client that asks for
    /// exactly what it reads there loses nothing. (`offline_access` is left out: what a request
    /// needs is never a refresh token.)
    ///
    /// Model Context Protocol revision 2025-11-25 recommends this. By default the challenge names
    /// what the request needs, as RFC 6750 §3.1 and revision 2026-07-28 have it; clients add the
    /// rest themselves.
    #[must_use]
    pub fn with_granted(mut self) -> Self {
        self.with_granted = true;
        self
    }

    /// Decides on `identity`. For handlers that learn only from the body which scopes a request
    /// needs; answer with [`Auth::refuse_by`](crate::Auth::refuse_by).
    #[must_use]
    pub fn decision(&self, identity: &Identity) -> Decision {
        if self.needed.split(' ').all(|needed| self.has(identity, needed)) {
            Decision::Allow
        } else if self.with_granted {
            Decision::InsufficientScope(self.union(identity))
        } else {
            Decision::InsufficientScope(self.needed.clone())
        }
    }

    fn has(&self, identity: &Identity, needed: &str) -> bool {
        identity.has_scope(needed)
            || self.hierarchy.as_ref().is_some_and(|hierarchy| {
                identity.scopes().iter().any(|held| hierarchy.grants(held, needed))
            })
    }

    /// What is needed, and what is there already.
    fn union(&self, identity: &Identity) -> Box<str> {
        let mut union = self.needed.to_string();
        for held in identity.scopes().iter() {
            let listed = union.split(' ').any(|name| name == held);
            if !listed && held != OFFLINE_ACCESS && is_scope_token(held) {
                union.push(' ');
                union.push_str(held);
            }
        }
        union.into_boxed_str()
    }
}

impl Policy for ScopePolicy {
    fn decide(&self, identity: &Identity, _: &Parts) -> Eventual<Decision> {
        self.decision(identity).into()
    }
}

/// Which scopes imply which others. Cheap to clone.
///
/// ```
/// use tower_auth::header::SchemeName;
/// use tower_auth::identity::{Identity, Principal, Verified};
/// use tower_auth::policy::{ScopeHierarchy, scope};
///
/// let hierarchy = ScopeHierarchy::new()
///     .implies("files:admin", "files:write")
///     .implies("files:write", "files:read");
/// let may_read = scope("files:read")?.hierarchy(&hierarchy);
///
/// let with = |scopes: &str| {
///     let principal = Verified::assertion(Principal::new("alice").scopes(scopes));
///     may_read.decision(&Identity::new(principal, SchemeName::BEARER)).is_allow()
/// };
/// assert!(with("files:admin"));
/// assert!(!with("mail:admin"));
/// # Ok::<(), tower_auth::ConfigError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct ScopeHierarchy(Arc<Vec<(Box<str>, Box<str>)>>);

impl ScopeHierarchy {
    /// One in which each scope grants itself alone.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whoever has `broad` has `narrow`, and whatever that implies.
    #[must_use]
    pub fn implies(mut self, broad: impl Into<Box<str>>, narrow: impl Into<Box<str>>) -> Self {
        Arc::make_mut(&mut self.0).push((broad.into(), narrow.into()));
        self
    }

    /// Whether `held` implies `needed`, over any number of steps.
    fn grants(&self, held: &str, needed: &str) -> bool {
        let mut reached = vec![held];
        let mut next = 0;
        while let Some(&broad) = reached.get(next) {
            if broad == needed {
                return true;
            }
            for (from, to) in self.0.iter() {
                // Each is reached once: a circle ends.
                if **from == *broad && !reached.contains(&&**to) {
                    reached.push(to);
                }
            }
            next = next.saturating_add(1);
        }
        false
    }
}

/// `scope-token`, [RFC 6749 §3.3](https://www.rfc-editor.org/rfc/rfc6749#section-3.3).
///
/// ```text
/// scope-token = 1*( %x21 / %x23-5B / %x5D-7E )
/// ```
fn is_scope_token(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| matches!(b, 0x21 | 0x23..=0x5B | 0x5D..=0x7E))
}

const OFFLINE_ACCESS: &str = "offline_access";
