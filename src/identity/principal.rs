//! What a scheme found out about a caller.

use std::any::Any;
use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use super::Scopes;
use crate::clock::{Clock, SystemClock};
use crate::secret::SecretDigest;

/// What is known of a caller, put together by whoever checked the credentials: a directory, a
/// token verifier, a scheme.
///
/// ```
/// use tower_auth::Principal;
///
/// let robot = Principal::new("robot-1").role("importer").scopes("orders:read orders:write");
///
/// // From a row of a table:
/// let (name, roles) = (String::from("alice"), vec![String::from("admin")]);
/// let alice = Principal::new(&name).roles(&roles);
/// # let _ = (robot, alice);
/// ```
///
/// Cheap to clone, so that a table of users can hand the same one out for every request.
#[derive(Clone)]
pub struct Principal(pub(super) Arc<Facts>);

#[derive(Clone)]
pub(super) struct Facts {
    pub(super) subject: Box<str>,
    pub(super) issuer: Option<Arc<str>>,
    pub(super) scopes: Scopes,
    pub(super) roles: Vec<Box<str>>,
    pub(super) expires_at: Option<SystemTime>,
    pub(super) authenticated_at: Option<SystemTime>,
    pub(super) acr: Option<Box<str>>,
    pub(super) amr: Vec<Box<str>>,
    pub(super) binding: Option<Binding>,
    pub(super) token_id: Option<Box<str>>,
    pub(super) session_id: Option<Box<str>>,
    pub(super) client_id: Option<Box<str>>,
    pub(super) username: Option<Box<str>>,
    pub(super) issued_at: Option<SystemTime>,
    pub(super) security_stamp: Option<SecretDigest>,
    pub(super) claims: Option<Arc<dyn Any + Send + Sync>>,
}

impl Principal {
    /// A caller with this name, and nothing else.
    pub fn new(subject: impl Into<String>) -> Self {
        Self(Arc::new(Facts {
            subject: subject.into().into(),
            issuer: None,
            scopes: Scopes::default(),
            roles: Vec::new(),
            expires_at: None,
            authenticated_at: None,
            acr: None,
            amr: Vec::new(),
            binding: None,
            token_id: None,
            session_id: None,
            client_id: None,
            username: None,
            issued_at: None,
            security_stamp: None,
            claims: None,
        }))
    }

    /// Who vouches for the subject. A subject means something only beside its issuer.
    #[must_use]
    pub fn issuer(mut self, issuer: impl Into<Arc<str>>) -> Self {
        self.facts().issuer = Some(issuer.into());
        self
    }

    /// The scopes granted, as a list parted by spaces.
    #[must_use]
    pub fn scopes(mut self, scopes: impl Into<Scopes>) -> Self {
        self.facts().scopes = scopes.into();
        self
    }

    /// Adds a role.
    #[must_use]
    pub fn role(mut self, role: impl Into<String>) -> Self {
        self.facts().roles.push(role.into().into());
        self
    }

    /// Adds each of these roles.
    #[must_use]
    pub fn roles<R: Into<String>>(mut self, roles: impl IntoIterator<Item = R>) -> Self {
        self.facts().roles.extend(roles.into_iter().map(|role| role.into().into()));
        self
    }

    /// When what proved the identity stops being valid.
    ///
    /// The tables, files and schemes of this crate let nobody in from then on. A directory or
    /// verifier of your own is believed: it looks at the clock itself.
    #[must_use]
    pub fn expires_at(mut self, at: SystemTime) -> Self {
        self.facts().expires_at = Some(at);
        self
    }

    /// When the person last proved who they are (`auth_time`).
    #[must_use]
    pub fn authenticated_at(mut self, at: SystemTime) -> Self {
        self.facts().authenticated_at = Some(at);
        self
    }

    /// The authentication context class (`acr`).
    #[must_use]
    pub fn acr(mut self, acr: impl Into<String>) -> Self {
        self.facts().acr = Some(acr.into().into());
        self
    }

    /// Adds an authentication method (`amr`).
    #[must_use]
    pub fn amr(mut self, method: impl Into<String>) -> Self {
        self.facts().amr.push(method.into().into());
        self
    }

    /// The key or certificate that the credentials are bound to (`cnf`). A bound token is never
    /// taken as a plain bearer token.
    #[must_use]
    pub fn binding(mut self, binding: Binding) -> Self {
        self.facts().binding = Some(binding);
        self
    }

    /// The name of the token that identified the caller (`jti`), unique within its issuer.
    #[must_use]
    pub fn token_id(mut self, id: impl Into<String>) -> Self {
        self.facts().token_id = Some(id.into().into());
        self
    }

    /// The session at the issuer that the token belongs to (`sid`).
    #[must_use]
    pub fn session_id(mut self, id: impl Into<String>) -> Self {
        self.facts().session_id = Some(id.into().into());
        self
    }

    /// The OAuth client that the token was issued to (`client_id`).
    #[must_use]
    pub fn client_id(mut self, id: impl Into<String>) -> Self {
        self.facts().client_id = Some(id.into().into());
        self
    }

    /// A name of the caller for people to read (`username`). Not unique, and not for decisions.
    #[must_use]
    pub fn username(mut self, name: impl Into<String>) -> Self {
        self.facts().username = Some(name.into().into());
        self
    }

    /// When the token was issued (`iat`).
    #[must_use]
    pub fn issued_at(mut self, at: SystemTime) -> Self {
        self.facts().issued_at = Some(at);
        self
    }

    /// The service's own record of the caller, found again by its type with
    /// [`Identity::claims`](super::Identity::claims).
    #[must_use]
    pub fn claims<T: Send + Sync + 'static>(mut self, claims: T) -> Self {
        self.facts().claims = Some(Arc::new(claims));
        self
    }

    /// What changes when all who are logged in as this user have to log in again: the hash of their
    /// password as it is stored, the time when it was changed. Only a digest of it is kept. A
    /// session ends when its user is loaded with another stamp than the one that it began with.
    #[must_use]
    pub fn security_stamp(mut self, stamp: impl AsRef<[u8]>) -> Self {
        self.facts().security_stamp = Some(SecretDigest::of(stamp.as_ref()));
        self
    }

    #[cfg(feature = "sessions")]
    pub(crate) fn stamp(&self) -> Option<SecretDigest> {
        self.0.security_stamp
    }

    /// The key or certificate that the credentials are bound to, if they are.
    #[must_use]
    pub fn bound_to(&self) -> Option<&Binding> {
        self.0.binding.as_ref()
    }

    /// The name of the caller.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.0.subject
    }

    /// What names the token: issuer, `jti`, `sid` and `iat`.
    #[cfg(feature = "revocation")]
    pub(crate) fn token(&self) -> (Option<&str>, Option<&str>, Option<&str>, Option<SystemTime>) {
        let Facts { issuer, token_id, session_id, issued_at, .. } = &*self.0;
        (issuer.as_deref(), token_id.as_deref(), session_id.as_deref(), *issued_at)
    }

    /// When what proved the identity stops being valid.
    #[cfg(any(
        feature = "sessions",
        feature = "token-cache",
        all(feature = "introspection", feature = "_jose")
    ))]
    pub(crate) fn expiry(&self) -> Option<SystemTime> {
        self.0.expires_at
    }

    /// Whether that time has come, by this clock or the system's, which is asked only if need be.
    pub(crate) fn is_over(&self, clock: Option<&dyn Clock>) -> bool {
        self.0.expires_at.is_some() && self.is_over_at(clock.unwrap_or(&SystemClock).now())
    }

    /// Whether that time has come.
    pub(crate) fn is_over_at(&self, now: SystemTime) -> bool {
        self.0.expires_at.is_some_and(|end| end <= now)
    }

    /// A copy that shares no counter with this one: what is cloned on every request by several
    /// threads costs each of them a wait for the others.
    #[cfg(feature = "token-cache")]
    pub(crate) fn copied(&self) -> Self {
        Self(Arc::new(Facts::clone(&self.0)))
    }

    fn facts(&mut self) -> &mut Facts {
        Arc::make_mut(&mut self.0)
    }
}

impl From<&str> for Principal {
    fn from(subject: &str) -> Self {
        Self::new(subject)
    }
}

impl From<String> for Principal {
    fn from(subject: String) -> Self {
        Self::new(subject)
    }
}

impl From<&String> for Principal {
    fn from(subject: &String) -> Self {
        Self::new(subject)
    }
}

impl From<&str> for Scopes {
    fn from(list: &str) -> Self {
        Self::parse(list)
    }
}

impl From<String> for Scopes {
    fn from(list: String) -> Self {
        Self::parse(&list)
    }
}

impl From<&String> for Scopes {
    fn from(list: &String) -> Self {
        Self::parse(list)
    }
}

impl fmt::Debug for Principal {
    /// Leaves out the claims, which may hold anything.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Principal")
            .field("subject", &self.0.subject)
            .field("issuer", &self.0.issuer)
            .field("scopes", &self.0.scopes)
            .field("roles", &self.0.roles)
            .field("expires_at", &self.0.expires_at)
            .finish_non_exhaustive()
    }
}

/// What a token is bound to: the confirmation claim `cnf`,
/// [RFC 7800 §3.1](https://www.rfc-editor.org/rfc/rfc7800#section-3.1).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Binding {
    /// The SHA-256 thumbprint of a client certificate (`x5t#S256`, RFC 8705 §3.1), base64url.
    CertificateThumbprint(Box<str>),
    /// The thumbprint of a key (`jkt`, RFC 9449 §6.1), base64url.
    KeyThumbprint(Box<str>),
    /// A confirmation method that the crate does not know, or an unreadable one.
    Other,
}
