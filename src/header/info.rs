//! `Authentication-Info`: what a server says after it has accepted credentials.

use http::HeaderValue;

use super::cursor::Cursor;
use super::error::{ChallengeProblem, InvalidChallenge, ParseError};
use super::param_list::{ParamList, Place};
use super::params::Params;
use super::written::shared;

/// A value of `Authentication-Info` or `Proxy-Authentication-Info` to be sent,
/// [RFC 9110 §11.6.3](https://www.rfc-editor.org/rfc/rfc9110#section-11.6.3): parameters without
/// the name of a scheme.
///
/// ```
/// use tower_auth::header::AuthenticationInfo;
///
/// let info = AuthenticationInfo::builder().param("nextnonce", "a1").param("qop", "auth").build()?;
/// assert_eq!(info.header_value(), r#"nextnonce="a1", qop=auth"#);
///
/// let params = AuthenticationInfo::parse(info.header_value().as_bytes())?;
/// assert_eq!(params.get("NextNonce").map(|p| p.value()).as_deref(), Some(&b"a1"[..]));
///
/// assert!(AuthenticationInfo::builder().param("qop", "not a token").build().is_err());
/// assert!(AuthenticationInfo::parse(b"Digest qop=auth").is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthenticationInfo {
    value: HeaderValue,
}

impl AuthenticationInfo {
    /// A value to be sent.
    pub fn builder() -> AuthenticationInfoBuilder {
        AuthenticationInfoBuilder { params: ParamList::after(Vec::new(), Place::Info) }
    }

    /// A value with these parameters, whose names are tokens and differ, in one allocation.
    #[cfg(feature = "digest")]
    pub(crate) fn of(params: &[(&'static str, &str)]) -> Result<Self, InvalidChallenge> {
        let mut list = ParamList::with_room_for(params, Place::Info);
        for (name, value) in params {
            list.push_known(name, value);
        }
        let text = list.finish()?;
        // INVARIANT: what is written is printable US-ASCII, so this is never refused.
        let value = HeaderValue::from_maybe_shared(bytes::Bytes::from(text))
            .map_err(|_| ChallengeProblem::Value("".into()))?;
        Ok(Self { value })
    }

    /// Reads the parameters of a field value. Allocates nothing.
    ///
    /// # Errors
    ///
    /// When the value is anything but a list of parameters, when the name of one occurred before
    /// (ignoring case), or beyond 64 parameters or 256 empty list elements.
    pub fn parse(value: &[u8]) -> Result<Params<'_>, ParseError> {
        Params::read_all(Cursor::trimmed(value))
    }

    /// The field value.
    #[must_use]
    pub fn header_value(&self) -> &HeaderValue {
        &self.value
    }
}

impl From<AuthenticationInfo> for HeaderValue {
    fn from(info: AuthenticationInfo) -> Self {
        info.value
    }
}

/// Makes an [`AuthenticationInfo`]; says at the end what is wrong.
#[derive(Clone, Debug)]
#[must_use]
pub struct AuthenticationInfoBuilder {
    params: ParamList,
}

impl AuthenticationInfoBuilder {
    /// Appends a parameter, as a quoted string, but `qop` and `nc` as tokens
    /// ([RFC 7616 §3.5](https://www.rfc-editor.org/rfc/rfc7616#section-3.5)).
    pub fn param(mut self, name: &str, value: &str) -> Self {
        self.params.push(name, value);
        self
    }

    /// The value.
    ///
    /// # Errors
    ///
    /// When there is no parameter, and as
    /// [`ChallengeBuilder::build`](super::ChallengeBuilder::build).
    pub fn build(self) -> Result<AuthenticationInfo, InvalidChallenge> {
        let is_empty = self.params.is_empty();
        let text = self.params.finish()?;
        if is_empty {
            return Err(ChallengeProblem::Empty.into());
        }
        Ok(AuthenticationInfo { value: shared(text)? })
    }
}
