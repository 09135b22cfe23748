//! Who is it?
//!
//! An [`Identity`] says who is calling. It is made from a [`Principal`] that was [`Verified`], and
//! never from anything else:
//!
//! ```
//! use tower_auth::header::SchemeName;
//! use tower_auth::identity::{Identity, Principal, Verified};
//!
//! let checked = Verified::assertion(Principal::new("alice").role("admin"));
//! let identity = Identity::new(checked, SchemeName::BASIC);
//! assert_eq!(identity.subject(), "alice");
//! assert!(identity.has_role("admin"));
//! assert!(!identity.has_role("adm"));
//! ```

mod principal;
mod scopes;
mod secret_table;
mod verified;

use std::any::Any;
use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use crate::header::SchemeName;

pub use principal::{Binding, Principal};
pub use scopes::Scopes;
pub(crate) use secret_table::SecretTable;
pub use verified::Verified;

/// Who is calling. Cheap to clone.
///
/// Two identities are equal when issuer and subject are: the same subject under two issuers is two
/// callers (RFC 8725 §3.8).
#[derive(Clone)]
pub struct Identity {
    principal: Principal,
    scheme: SchemeName,
    /// The session that the caller was known by.
    #[cfg_attr(not(feature = "sessions"), expect(dead_code, reason = "sessions read it"))]
    session: Option<Arc<dyn Any + Send + Sync>>,
}

impl Identity {
    /// The identity of a caller whose credentials were checked by `scheme`.
    #[must_use]
    pub fn new(principal: Verified<Principal>, scheme: SchemeName) -> Self {
        Self { principal: principal.into_inner(), scheme, session: None }
    }

    /// The same, known by a session: a record of the store, which this module knows nothing of.
    #[cfg(feature = "sessions")]
    pub(crate) fn with_session(mut self, session: Arc<dyn Any + Send + Sync>) -> Self {
        self.session = Some(session);
        self
    }

    /// The session, by its type.
    #[cfg(feature = "sessions")]
    pub(crate) fn session<T: Any>(&self) -> Option<&T> {
        self.session.as_deref()?.downcast_ref()
    }

    /// The caller's name, as its issuer or directory knows it.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.principal.0.subject
    }

    /// The scheme that identified the caller.
    #[must_use]
    pub fn scheme(&self) -> &SchemeName {
        &self.scheme
    }

    /// Who vouches for the subject: the `iss` of a token.
    #[must_use]
    pub fn issuer(&self) -> Option<&str> {
        self.principal.0.issuer.as_deref()
    }

    /// The scopes granted.
    #[must_use]
    pub fn scopes(&self) -> &Scopes {
        &self.principal.0.scopes
    }

    /// Whether `scope` was granted, compared whole and case-sensitively.
    #[must_use]
    pub fn has_scope(&self, scope: &str) -> bool {
        self.scopes().contains(scope)
    }

    /// The caller's roles.
    pub fn roles(&self) -> impl Iterator<Item = &str> {
        self.principal.0.roles.iter().map(AsRef::as_ref)
    }

    /// Whether the caller has `role`, compared whole and case-sensitively.
    #[must_use]
    pub fn has_role(&self, role: &str) -> bool {
        self.roles().any(|held| held == role)
    }

    /// When what proved the identity stops being valid.
    #[must_use]
    pub fn expires_at(&self) -> Option<SystemTime> {
        self.principal.0.expires_at
    }

    /// When the person last proved who they are (`auth_time`).
    #[must_use]
    pub fn authenticated_at(&self) -> Option<SystemTime> {
        self.principal.0.authenticated_at
    }

    /// The authentication context class (`acr`).
    #[must_use]
    pub fn acr(&self) -> Option<&str> {
        self.principal.0.acr.as_deref()
    }

    /// The authentication methods used (`amr`).
    pub fn amr(&self) -> impl Iterator<Item = &str> {
        self.principal.0.amr.iter().map(AsRef::as_ref)
    }

    /// The key or certificate that the credentials are bound to, if they are.
    #[must_use]
    pub fn binding(&self) -> Option<&Binding> {
        self.principal.0.binding.as_ref()
    }

    /// The name of the token that identified the caller (`jti`), unique within its issuer.
    #[must_use]
    pub fn token_id(&self) -> Option<&str> {
        self.principal.0.token_id.as_deref()
    }

    /// The session at the issuer that the token belongs to (`sid`).
    #[must_use]
    pub fn session_id(&self) -> Option<&str> {
        self.principal.0.session_id.as_deref()
    }

    /// The OAuth client that the token was issued to (`client_id`).
    #[must_use]
    pub fn client_id(&self) -> Option<&str> {
        self.principal.0.client_id.as_deref()
    }

    /// A name of the caller for people to read (`username`). Not unique, and not for decisions.
    #[must_use]
    pub fn username(&self) -> Option<&str> {
        self.principal.0.username.as_deref()
    }

    /// When the token was issued (`iat`).
    #[must_use]
    pub fn issued_at(&self) -> Option<SystemTime> {
        self.principal.0.issued_at
    }

    /// The service's own record of the caller, or the claims of a token, by type.
    ///
    /// `None` when whoever checked the credentials attached nothing of type `T`.
    #[must_use]
    pub fn claims<T: Any + Send + Sync>(&self) -> Option<&T> {
        self.principal.0.claims.as_deref()?.downcast_ref()
    }

    /// The same as [`claims`](Self::claims), shared instead of borrowed.
    #[must_use]
    pub fn shared_claims<T: Any + Send + Sync>(&self) -> Option<Arc<T>> {
        Arc::clone(self.principal.0.claims.as_ref()?).downcast().ok()
    }
}

impl PartialEq for Identity {
    fn eq(&self, other: &Self) -> bool {
        self.issuer() == other.issuer() && self.subject() == other.subject()
    }
}

impl Eq for Identity {}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity")
            .field("scheme", &self.scheme)
            .field("principal", &self.principal)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(principal: Principal) -> Identity {
        Identity::new(Verified::assertion(principal), SchemeName::BEARER)
    }

    /// RFC 8725 §3.8: a subject belongs to its issuer.
    #[test]
    fn same_subject_of_two_issuers_is_two_callers() {
        let a = identity(Principal::new("1").issuer("https://a.example"));
        let b = identity(Principal::new("1").issuer("https://b.example"));
        assert_ne!(a, b);
        assert_eq!(a, a.clone());
    }

    #[test]
    fn claims_are_found_by_their_type_only() {
        #[derive(Debug, PartialEq)]
        struct Tenant(u32);
        let who = identity(Principal::new("1").claims(Tenant(7)));
        assert_eq!(who.claims::<Tenant>(), Some(&Tenant(7)));
        assert_eq!(who.claims::<u32>(), None);
    }

    #[test]
    fn debug_leaves_out_the_claims() {
        let who = identity(Principal::new("1").claims(String::from("personal")));
        assert!(!format!("{who:?}").contains("personal"));
    }
}
