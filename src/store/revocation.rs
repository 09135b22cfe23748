//! What a list of revocations is asked and told.

use std::sync::Arc;
use std::time::SystemTime;

use super::listener::Listener;
use crate::clock::{seconds, since_1970};
use crate::eventual::Eventual;
use crate::identity::{Identity, Principal};
use crate::rejection::Unavailable;
use crate::secret::SecretDigest;

/// Remembers which tokens are revoked, until they would have expired anyway.
///
/// What each kind of wrong answer costs:
///
/// - [`Good`](Standing::Good) for a revoked token lets in whoever holds it, until it expires: the
///   thief it was revoked for, or a user who was dismissed.
/// - [`Revoked`](Standing::Revoked) for a good token turns one honest caller away. They get a new
///   token and come back; with the same answer for all, nobody gets in.
/// - [`Unavailable`] where the answer was known costs a 503, which clients repeat by themselves.
///
/// So a store that can't tell, that timed out or that lost what it held says `Unavailable`.
///
/// It is asked on each request: answer [`Eventual::Ready`] where nothing has to be waited for.
/// Tokens are named by their issuer as well, because a `jti`, a `sid` or a `sub` means something
/// only beside it.
#[diagnostic::on_unimplemented(message = "`{Self}` does not remember revocations")]
pub trait RevocationStore: Send + Sync + 'static {
    /// Whether the token asked about is revoked: it, its session, or all of its subject's tokens
    /// of that time.
    ///
    /// # Errors
    ///
    /// It can't be known now.
    fn check(&self, token: &RevocationQuery<'_>) -> Eventual<Result<Standing, Unavailable>>;

    /// Remembers `revocation`. When it returns, every [`check`](Self::check) that begins later
    /// heeds it, at least on this machine.
    ///
    /// # Errors
    ///
    /// It could not be stored, so it does not hold: whoever revokes must be told.
    fn revoke(&self, revocation: &Revocation<'_>) -> Eventual<Result<(), Unavailable>>;

    /// Tells `listener` of revocations made on all machines, from now on. A store that nobody else
    /// changes, or that can't tell, does nothing.
    fn listen(&self, listener: Arc<dyn Listener>) {
        drop(listener);
    }
}

impl<S: RevocationStore + ?Sized> RevocationStore for Arc<S> {
    fn check(&self, token: &RevocationQuery<'_>) -> Eventual<Result<Standing, Unavailable>> {
        (**self).check(token)
    }

    fn revoke(&self, revocation: &Revocation<'_>) -> Eventual<Result<(), Unavailable>> {
        (**self).revoke(revocation)
    }

    fn listen(&self, listener: Arc<dyn Listener>) {
        (**self).listen(listener);
    }
}

/// What a store says of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "revoked or not; not known is an error")]
pub enum Standing {
    /// Not revoked.
    Good,
    /// Revoked.
    Revoked,
}

/// The token that a store is asked about.
#[derive(Clone, Copy, Debug, Hash)]
pub struct RevocationQuery<'a> {
    issuer: Option<&'a str>,
    subject: &'a str,
    token_id: Option<&'a str>,
    session_id: Option<&'a str>,
    issued_at: Option<SystemTime>,
}

impl<'a> RevocationQuery<'a> {
    /// Some token about `subject`.
    #[must_use]
    pub const fn new(subject: &'a str) -> Self {
        Self { issuer: None, subject, token_id: None, session_id: None, issued_at: None }
    }

    /// Issued by this issuer.
    #[must_use]
    pub const fn issuer(mut self, issuer: &'a str) -> Self {
        self.issuer = Some(issuer);
        self
    }

    /// With this `jti`.
    #[must_use]
    pub const fn token_id(mut self, id: &'a str) -> Self {
        self.token_id = Some(id);
        self
    }

    /// With this `sid`.
    #[must_use]
    pub const fn session_id(mut self, id: &'a str) -> Self {
        self.session_id = Some(id);
        self
    }

    /// With this `iat`.
    #[must_use]
    pub const fn issued_at(mut self, at: SystemTime) -> Self {
        self.issued_at = Some(at);
        self
    }

    pub(crate) fn of(principal: &'a Principal) -> Self {
        let (issuer, token_id, session_id, issued_at) = principal.token();
        Self { issuer, subject: principal.subject(), token_id, session_id, issued_at }
    }

    /// The issuer, where it is known.
    #[must_use]
    pub const fn get_issuer(&self) -> Option<&'a str> {
        self.issuer
    }

    /// What to look for: the token, its session, its subject; each of them as it would have been
    /// [revoked](Revocation::target).
    pub fn targets(&self) -> impl Iterator<Item = Target<'a>> + use<'a> {
        let token = self.token_id.map(Target::Token);
        let session = self.session_id.map(Target::Session);
        token.into_iter().chain(session).chain([Target::Subject(self.subject)])
    }

    /// When the token was issued, in seconds since 1970, rounded down. A token that does not say
    /// so counts as the oldest of all, so a revocation of its subject's tokens hits it.
    #[must_use]
    pub fn issued_second(&self) -> u64 {
        self.issued_at.map_or(0, seconds)
    }
}

/// What is revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "a store that does not know one lets tokens pass")]
pub enum Target<'a> {
    /// The token with this `jti`.
    Token(&'a str),
    /// The tokens with this `sid`.
    Session(&'a str),
    /// The tokens with this `sub`.
    Subject(&'a str),
}

impl Target<'_> {
    /// A name for it that says nothing: a digest of the issuer and of what is revoked.
    #[must_use]
    pub fn digest(&self, issuer: Option<&str>) -> SecretDigest {
        let (kind, name) = match self {
            Self::Token(name) => (b't', name),
            Self::Session(name) => (b's', name),
            Self::Subject(name) => (b'u', name),
        };
        // The length of the issuer stands first, so no two targets are the same bytes.
        let length = issuer.map_or(u64::MAX, |issuer| issuer.len() as u64).to_be_bytes();
        let issuer = issuer.unwrap_or_default();
        let parts = [&[kind][..], &length, issuer.as_bytes(), name.as_bytes()];
        SecretDigest::of(&parts.concat())
    }
}

/// A revocation: of one token, of a session, or of all that a subject held at a time.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use tower_auth::store::Revocation;
///
/// let now = SystemTime::now();
/// let longest_life_of_a_token = now + Duration::from_secs(3600);
/// let dismissed = Revocation::subject("alice", now, longest_life_of_a_token)
///     .issuer("https://idp.example");
/// # let _ = dismissed;
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Revocation<'a> {
    issuer: Option<&'a str>,
    target: Target<'a>,
    issued_before: Option<SystemTime>,
    until: SystemTime,
}

impl<'a> Revocation<'a> {
    /// Revokes the token with this `jti`, which expires at `until`.
    #[must_use]
    pub const fn token(id: &'a str, until: SystemTime) -> Self {
        Self { issuer: None, target: Target::Token(id), issued_before: None, until }
    }

    /// Revokes all tokens of a session (`sid`). At `until` the last of them has expired.
    #[must_use]
    pub const fn session(id: &'a str, until: SystemTime) -> Self {
        Self { issuer: None, target: Target::Session(id), issued_before: None, until }
    }

    /// Revokes what `subject` was issued up to `issued_before`, and nothing that comes later. At
    /// `until` the last of these tokens has expired.
    ///
    /// `iat` counts seconds, so a token of the very second is revoked too: who signs in again
    /// within it is asked once more.
    #[must_use]
    pub const fn subject(subject: &'a str, issued_before: SystemTime, until: SystemTime) -> Self {
        let target = Target::Subject(subject);
        Self { issuer: None, target, issued_before: Some(issued_before), until }
    }

    /// Revokes the token that identified this caller. `None` if it has no `jti` or no expiry.
    #[must_use]
    pub fn of(identity: &'a Identity) -> Option<Self> {
        let revocation = Self::token(identity.token_id()?, identity.expires_at()?);
        Some(Self { issuer: identity.issuer(), ..revocation })
    }

    /// Whose token it is. Without, only tokens that name no issuer are meant.
    #[must_use]
    pub const fn issuer(mut self, issuer: &'a str) -> Self {
        self.issuer = Some(issuer);
        self
    }

    /// Whose token it is.
    #[must_use]
    pub const fn get_issuer(&self) -> Option<&'a str> {
        self.issuer
    }

    /// What is revoked.
    #[must_use]
    pub const fn target(&self) -> Target<'a> {
        self.target
    }

    /// A name for what is revoked, which says nothing about it.
    #[must_use]
    pub fn digest(&self) -> SecretDigest {
        self.target.digest(self.issuer)
    }

    /// The last second of `iat` that is revoked, counted from 1970; `None` where `iat` does not
    /// matter.
    #[must_use]
    pub fn issued_up_to(&self) -> Option<u64> {
        self.issued_before.map(seconds)
    }

    /// Until when it must be remembered. A verifier takes tokens a little beyond their expiry
    /// (its leeway, at most 5 min), so keep it that much longer.
    #[must_use]
    pub const fn until(&self) -> SystemTime {
        self.until
    }
}

/// Whole seconds since 1970, rounded up: for what must not end early.
pub(super) fn second_from(at: SystemTime) -> u64 {
    let since = since_1970(at);
    since.as_secs().saturating_add(u64::from(since.subsec_nanos() > 0))
}
