//! Policies on how strongly, and how recently, a caller has proved who they are.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::request::Parts;

use super::{Decision, Policy};
use crate::clock::{Clock, SystemClock};
use crate::error::ConfigError;
use crate::eventual::Eventual;
use crate::identity::Identity;
use crate::rejection::StepUp;

/// Requires a strong or a recent authentication, see [`acr_values`] and [`max_age`].
#[derive(Clone)]
pub struct StepUpPolicy {
    acr_values: Box<[Box<str>]>,
    max_age: Option<Duration>,
    clock: Arc<dyn Clock>,
}

/// Requires one of these authentication context classes, in order of preference: the `acr` of the
/// identity is one of them, character by character. An identity without `acr` has none.
///
/// Without: 401 with `error="insufficient_user_authentication"` and `acr_values`
/// ([RFC 9470 §3](https://www.rfc-editor.org/rfc/rfc9470#section-3)), with which clients send the
/// person back to the authorization server.
///
/// ```
/// # use std::time::Duration;
/// use tower_auth::policy::acr_values;
///
/// let strong = acr_values(["phrh", "phr"])?;
/// let strong_and_recent = acr_values(["phrh", "phr"])?.and_max_age(Duration::from_secs(300))?;
/// # Ok::<(), tower_auth::ConfigError>(())
/// ```
///
/// # Errors
///
/// When there are none, or one of them could not stand in a challenge: empty, or with anything but
/// visible US-ASCII characters without `"` and `\`.
pub fn acr_values<V>(values: impl IntoIterator<Item = V>) -> Result<StepUpPolicy, ConfigError>
where
    V: Into<Box<str>>,
{
    let acr_values: Box<[Box<str>]> = values.into_iter().map(Into::into).collect();
    let usable = |value: &str| {
        !value.is_empty() && value.bytes().all(|b| matches!(b, 0x21 | 0x23..=0x5B | 0x5D..=0x7E))
    };
    if let Some(value) = acr_values.iter().find(|value| !usable(value)) {
        return Err(ConfigError::new(format!(
            "acr_values: `{}` can't be asked for in a challenge: write visible US-ASCII characters \
             without spaces, `\"` and `\\`",
            value.escape_debug()
        )));
    }
    if acr_values.is_empty() {
        return Err(ConfigError::new(
            "acr_values: the list is empty, so nobody could ever pass: name at least one class",
        ));
    }
    Ok(StepUpPolicy { acr_values, max_age: None, clock: Arc::new(SystemClock) })
}

/// Requires that the person proved who they are at most `age` ago: the identity has an `auth_time`
/// that recent, in whole seconds. An identity without one is not fresh, and neither is one whose
/// `auth_time` lies more than 30 s ahead.
///
/// Without: 401 with `error="insufficient_user_authentication"` and `max_age`
/// ([RFC 9470 §3](https://www.rfc-editor.org/rfc/rfc9470#section-3)).
///
/// # Errors
///
/// When `age` is less than a second: whoever just proved it would be sent back at once.
pub fn max_age(age: Duration) -> Result<StepUpPolicy, ConfigError> {
    let any =
        StepUpPolicy { acr_values: Box::default(), max_age: None, clock: Arc::new(SystemClock) };
    any.and_max_age(age)
}

impl StepUpPolicy {
    /// Requires a recent authentication as well, see [`max_age`]. The challenge names both.
    ///
    /// # Errors
    ///
    /// As [`max_age`].
    pub fn and_max_age(mut self, age: Duration) -> Result<Self, ConfigError> {
        if age < Duration::from_secs(1) {
            return Err(ConfigError::new(
                "max_age: less than a second is never met, and sends callers round in a circle: \
                 give whole seconds",
            ));
        }
        self.max_age = Some(age);
        Ok(self)
    }

    /// Tells the time. Default: the system's clock.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Decides on `identity`. For handlers that learn only from the body how much a request needs;
    /// answer with [`Auth::refuse_by`](crate::Auth::refuse_by).
    #[must_use]
    pub fn decision(&self, identity: &Identity) -> Decision {
        if self.is_strong(identity) && self.is_fresh(identity) {
            return Decision::Allow;
        }
        // Both, also where one is met: a client that is told one at a time has its user log in
        // twice.
        Decision::StepUp(StepUp {
            acr_values: (!self.acr_values.is_empty()).then(|| self.acr_values.join(" ").into()),
            max_age: self.max_age,
        })
    }

    fn is_strong(&self, identity: &Identity) -> bool {
        self.acr_values.is_empty()
            || identity.acr().is_some_and(|acr| self.acr_values.iter().any(|value| **value == *acr))
    }

    fn is_fresh(&self, identity: &Identity) -> bool {
        let Some(max_age) = self.max_age else { return true };
        let Some(at) = identity.authenticated_at() else { return false };
        match self.clock.now().duration_since(at) {
            Ok(age) => age.as_secs() <= max_age.as_secs(),
            Err(ahead) => ahead.duration() <= LEEWAY,
        }
    }
}

impl Policy for StepUpPolicy {
    fn decide(&self, identity: &Identity, _: &Parts) -> Eventual<Decision> {
        self.decision(identity).into()
    }
}

impl fmt::Debug for StepUpPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StepUpPolicy")
            .field("acr_values", &self.acr_values)
            .field("max_age", &self.max_age)
            .finish_non_exhaustive()
    }
}

/// How far the issuer's clock may be ahead.
const LEEWAY: Duration = Duration::from_secs(30);
