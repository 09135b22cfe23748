//! Why not?
//!
//! A [`Rejection`] is opaque: it has a stable [`kind`](Rejection::kind), a stable
//! [`reason`](Rejection::reason) code, the scheme that was attempted, and a
//! [`detail`](Rejection::detail) for operators that is never sent to the client.
//!
//! ```
//! use tower_auth::rejection::{Rejection, RejectionKind, reason};
//!
//! let rejection = Rejection::invalid_credentials(reason::TOKEN_EXPIRED)
//!     .describe("The access token expired")
//!     .with_detail("`exp` was 1700000000");
//! assert_eq!(rejection.kind(), RejectionKind::InvalidCredentials);
//! assert_eq!(rejection.reason(), "token_expired");
//! ```

mod kind;
pub mod reason;
mod step_up;
mod verdict;

use std::time::Duration;

use http::{HeaderName, HeaderValue};

use crate::header::{Challenge, SchemeName};

pub use kind::{Fault, RejectionKind};
pub use step_up::StepUp;
pub use verdict::{Unavailable, Verdict};

/// Why a request was refused.
///
/// It travels in the extensions of the response, so that outer layers can see why. The one
/// exception is a plain "nothing was presented" ([`RejectionKind::NoCredentials`]): the first step
/// of every exchange says nothing that its status does not, and carrying it would triple what the
/// cheapest refusal allocates.
#[derive(Clone, Debug)]
pub struct Rejection {
    kind: RejectionKind,
    reason: &'static str,
    scheme: Option<SchemeName>,
    extra: Option<Box<Extra>>,
    uncounted: bool,
    beyond_login: bool,
}

/// What most rejections do without.
#[derive(Clone, Debug, Default)]
struct Extra {
    description: Option<&'static str>,
    detail: Option<Box<str>>,
    retry_after: Option<Duration>,
    required_scopes: Option<Box<str>>,
    step_up: Option<StepUp>,
    challenge: Option<Challenge>,
    fields: Vec<(HeaderName, HeaderValue)>,
}

impl Rejection {
    /// The credentials are bad: 401 with the scheme's challenge.
    ///
    /// `reason` is one of [`reason`], or a code of your own in the same style.
    #[must_use]
    pub const fn invalid_credentials(reason: &'static str) -> Self {
        Self::of(RejectionKind::InvalidCredentials, reason)
    }

    /// The request is malformed: 400 (RFC 6750 `invalid_request`).
    #[must_use]
    pub const fn invalid_request(reason: &'static str) -> Self {
        Self::of(RejectionKind::InvalidRequest, reason)
    }

    /// Too many failed attempts: 429 with `Retry-After`, in whole seconds (rounded up).
    #[must_use]
    pub fn too_many_attempts(retry_after: Duration) -> Self {
        let mut rejection = Self::of(RejectionKind::TooManyAttempts, reason::TOO_MANY_ATTEMPTS);
        rejection.extra().retry_after = Some(retry_after);
        rejection
    }

    pub(crate) const fn of(kind: RejectionKind, reason: &'static str) -> Self {
        Self { kind, reason, scheme: None, extra: None, uncounted: false, beyond_login: false }
    }

    pub(crate) fn insufficient_scope(required: &str) -> Self {
        let mut rejection = Self::of(RejectionKind::InsufficientScope, reason::INSUFFICIENT_SCOPE);
        rejection.extra().required_scopes = Some(required.into());
        rejection
    }

    pub(crate) fn insufficient_authentication(step_up: StepUp) -> Self {
        let kind = RejectionKind::InsufficientAuthentication;
        let mut rejection =
            Self::of(kind, reason::INSUFFICIENT_AUTHENTICATION).describe(step_up.description());
        rejection.extra().step_up = Some(step_up);
        rejection
    }

    /// Adds a sentence that the client may read (RFC 6750 `error_description`). Say nothing that
    /// helps to guess: not which check failed, not whether a user exists.
    #[must_use]
    pub fn describe(mut self, description: &'static str) -> Self {
        self.extra().description = Some(description);
        self
    }

    /// Adds a detail for operators. Never sent to the client; must not quote a secret.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<Box<str>>) -> Self {
        self.extra().detail = Some(detail.into());
        self
    }

    /// Replaces the attempted scheme's usual challenge: a next leg, a fresh nonce.
    #[must_use]
    pub fn with_challenge(mut self, challenge: Challenge) -> Self {
        self.extra().challenge = Some(challenge);
        self
    }

    /// Adds a field to the response: a cookie that is taken back.
    #[must_use]
    pub fn with_field(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.extra().fields.push((name, value));
        self
    }

    /// Says that this was no guess, though the credentials are bad: a nonce that has expired beside
    /// the right password. It does not count where [attempts](crate::attempts) are limited.
    #[must_use]
    pub fn uncounted(mut self) -> Self {
        self.uncounted = true;
        self
    }

    /// Whether this was a guess that counts where attempts are limited: the credentials are bad,
    /// and nobody said that they were [none](Self::uncounted).
    #[must_use]
    pub const fn is_counted(&self) -> bool {
        matches!(self.kind, RejectionKind::InvalidCredentials) && !self.uncounted
    }

    /// Says that the caller has logged in, and lacks something else: no login page can bring it.
    pub(crate) fn beyond_login(mut self) -> Self {
        self.beyond_login = true;
        self
    }

    pub(crate) const fn is_beyond_login(&self) -> bool {
        self.beyond_login
    }

    pub(crate) fn attempted(mut self, scheme: SchemeName) -> Self {
        self.scheme = Some(scheme);
        self
    }

    /// What kind of refusal this is.
    #[must_use]
    pub const fn kind(&self) -> RejectionKind {
        self.kind
    }

    /// A stable code for operators, one of [`reason`] or a scheme's own.
    #[must_use]
    pub const fn reason(&self) -> &'static str {
        self.reason
    }

    /// The scheme that was attempted, where it is known.
    #[must_use]
    pub const fn scheme(&self) -> Option<&SchemeName> {
        self.scheme.as_ref()
    }

    /// The sentence that the client may read.
    #[must_use]
    pub fn description(&self) -> Option<&'static str> {
        self.extra.as_ref()?.description
    }

    /// The detail for operators.
    #[must_use]
    pub fn detail(&self) -> Option<&str> {
        self.extra.as_ref()?.detail.as_deref()
    }

    /// When the client may try again.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.extra.as_ref()?.retry_after
    }

    /// The scopes that were required, as a list parted by spaces.
    #[must_use]
    pub fn required_scopes(&self) -> Option<&str> {
        self.extra.as_ref()?.required_scopes.as_deref()
    }

    /// How the caller must authenticate to get further.
    #[must_use]
    pub fn step_up(&self) -> Option<&StepUp> {
        self.extra.as_ref()?.step_up.as_ref()
    }

    /// The challenge that replaces the attempted scheme's usual one.
    #[must_use]
    pub fn challenge(&self) -> Option<&Challenge> {
        self.extra.as_ref()?.challenge.as_ref()
    }

    pub(crate) fn fields(&self) -> &[(HeaderName, HeaderValue)] {
        self.extra.as_ref().map_or(&[], |extra| &extra.fields)
    }

    fn extra(&mut self) -> &mut Extra {
        self.extra.get_or_insert_default()
    }
}

impl From<Unavailable> for Rejection {
    fn from(outage: Unavailable) -> Self {
        let mut rejection = Self::of(RejectionKind::Unavailable, reason::UNAVAILABLE);
        *rejection.extra() = Extra {
            detail: Some(outage.detail),
            retry_after: Some(outage.retry_after),
            ..Extra::default()
        };
        rejection
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rejection_is_small_enough_to_return() {
        assert!(size_of::<Rejection>() <= 64);
    }

    #[test]
    fn an_outage_is_the_operators_fault_and_a_bad_token_the_callers() {
        let outage = Rejection::from(Unavailable::new("key server"));
        assert_eq!(outage.kind().fault(), Fault::Operator);
        assert_eq!(outage.retry_after(), Some(Duration::from_secs(5)));
        let bad = Rejection::invalid_credentials(reason::BAD_SIGNATURE);
        assert_eq!(bad.kind().fault(), Fault::Caller);
    }
}
