//! Writing: challenges that cannot be malformed.

use bytes::Bytes;
use http::HeaderValue;

use super::challenge::parse_challenges;
use super::cursor::Cursor;
use super::error::{ChallengeProblem, InvalidChallenge};
use super::param_list::{ParamList, Place};
use super::realm::Realm;
use super::scheme_name::SchemeName;

/// A challenge to be sent,
/// [RFC 9110 §11.3](https://www.rfc-editor.org/rfc/rfc9110#section-11.3).
///
/// It is one field line, and cannot be written malformed: nothing can be injected into it. Cloning
/// allocates nothing.
///
/// ```
/// use tower_auth::header::{Challenge, Realm, SchemeName};
///
/// let challenge = Challenge::builder(SchemeName::BASIC)
///     .realm(&Realm::new("the \"orders\" service")?)
///     .param("charset", "UTF-8")
///     .build()?;
/// assert_eq!(
///     challenge.header_value(),
///     r#"Basic realm="the \"orders\" service", charset="UTF-8""#,
/// );
///
/// let injected = Challenge::builder(SchemeName::BASIC).param("realm", "x\r\nset-cookie: y").build();
/// assert!(injected.is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    scheme: SchemeName,
    value: HeaderValue,
}

impl Challenge {
    /// A challenge that is only the name of its scheme.
    #[must_use]
    pub fn new(scheme: SchemeName) -> Self {
        let value = match scheme.as_static() {
            Some(name) => HeaderValue::from_static(name),
            None => bare(&scheme),
        };
        Self { scheme, value }
    }

    /// A challenge with parameters. Without any it is the name of the scheme alone.
    pub fn builder(scheme: SchemeName) -> ChallengeBuilder {
        let params = ParamList::after(scheme.as_str().as_bytes().to_vec(), Place::Challenge);
        ChallengeBuilder { scheme, params }
    }

    /// A challenge with a `token68` instead of parameters, as Negotiate has it.
    ///
    /// # Errors
    ///
    /// When `token68` is not one: empty, or with anything but letters, digits and `-._~+/` before
    /// the `=` at its end.
    pub fn token68(scheme: SchemeName, token68: &str) -> Result<Self, InvalidChallenge> {
        let whole = Cursor::new(token68.as_bytes()).token68();
        if !whole.is_some_and(|(_, after)| after.is_end()) {
            return Err(ChallengeProblem::Token68.into());
        }
        let value = shared([scheme.as_str(), " ", token68].concat().into_bytes())?;
        Ok(Self { scheme, value })
    }

    /// This challenge with more parameters at its end, for one response: `error`, say.
    ///
    /// # Errors
    ///
    /// As [`ChallengeBuilder::build`], also when a parameter is already there, or when this
    /// challenge has a `token68`.
    pub fn with_params(&self, params: &[(&str, &str)]) -> Result<Self, InvalidChallenge> {
        let text = self.value.as_bytes();
        let present = parse_challenges(text).find_map(Result::ok);
        if present.is_some_and(|challenge| challenge.token68().is_some()) {
            return Err(ChallengeProblem::HasToken68.into());
        }
        let mut list = ParamList::resume(text.to_vec(), self.scheme.as_str().len());
        for (name, value) in params {
            list.push(name, value);
        }
        Ok(Self { scheme: self.scheme.clone(), value: once(list.finish()?)? })
    }

    /// The scheme.
    #[must_use]
    pub fn scheme(&self) -> &SchemeName {
        &self.scheme
    }

    /// The field value, for `WWW-Authenticate` or `Proxy-Authenticate`.
    #[must_use]
    pub fn header_value(&self) -> &HeaderValue {
        &self.value
    }
}

impl From<Challenge> for HeaderValue {
    fn from(challenge: Challenge) -> Self {
        challenge.value
    }
}

/// Makes a [`Challenge`]; says at the end what is wrong.
#[derive(Clone, Debug)]
#[must_use]
pub struct ChallengeBuilder {
    scheme: SchemeName,
    params: ParamList,
}

impl ChallengeBuilder {
    /// Appends the name of the protection space.
    pub fn realm(self, realm: &Realm) -> Self {
        self.param("realm", realm.as_str())
    }

    /// Appends a parameter.
    ///
    /// `value` is written as a quoted string and escaped as needed, but for the parameters whose
    /// definitions want a token: `algorithm`, `stale` and `userhash` of Digest
    /// ([RFC 7616 §3.3](https://www.rfc-editor.org/rfc/rfc7616#section-3.3)).
    pub fn param(mut self, name: &str, value: &str) -> Self {
        self.params.push(name, value);
        self
    }

    /// The challenge.
    ///
    /// # Errors
    ///
    /// When a parameter's name is not a token or occurs twice (ignoring case), when its value has
    /// anything but printable US-ASCII in it, or when there are more than 64 parameters.
    pub fn build(self) -> Result<Challenge, InvalidChallenge> {
        Ok(Challenge { scheme: self.scheme, value: shared(self.params.finish()?)? })
    }
}

fn bare(scheme: &SchemeName) -> HeaderValue {
    #[expect(clippy::expect_used, reason = "a token is always a valid field value")]
    shared(scheme.as_str().as_bytes().to_vec()).expect("a token is a valid field value")
}

/// A field value whose clones do not allocate.
pub(super) fn shared(text: Vec<u8>) -> Result<HeaderValue, InvalidChallenge> {
    let value = once(text)?;
    // `Bytes` begins to count its owners, in an allocation of its own, at the first clone.
    drop(value.clone());
    Ok(value)
}

/// A field value that is expected to be used once.
fn once(text: Vec<u8>) -> Result<HeaderValue, InvalidChallenge> {
    // INVARIANT: what is written is printable US-ASCII, so this is never refused.
    HeaderValue::from_maybe_shared(Bytes::from(text))
        .map_err(|_| ChallengeProblem::Value("".into()).into())
}
