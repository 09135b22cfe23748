//! The settings of a JWT verifier.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::de::DeserializeOwned;

use super::claim_path::ClaimPath;
use super::rules::{Attach, Rules, VerifyJwt};
use super::source::only_source;
use super::source::sealed::Source;
use super::{Algorithm, KeySource};
use crate::clock::{Clock, SystemClock};
use crate::error::ConfigError;
use crate::jose::Algorithms;
use crate::token::{IntoVerifier, VerifyToken};

/// How JSON Web Tokens are checked; see the [module](super).
///
/// Hand it to a scheme as it is. The settings are checked there, when the scheme is built.
///
/// ```
/// use tower_auth::token::IntoVerifier;
/// use tower_auth::token::jwt::Jwt;
///
/// let why = Jwt::issuer("https://idp.example").into_verifier().err().unwrap();
/// assert_eq!(why.to_string(), "a JWT verifier needs an audience: call `.audience(..)` with the \
///     identifier of this service that its tokens name in `aud`");
/// ```
#[derive(Clone)]
#[must_use]
pub struct Jwt {
    issuer: String,
    audiences: Vec<Box<str>>,
    keys: Vec<Arc<dyn Source>>,
    algorithms: Option<Algorithms>,
    leeway: Duration,
    required_type: Option<Box<str>>,
    clock: Arc<dyn Clock>,
    attach: Option<Attach>,
    access_token: bool,
    scopes_from: Option<Box<str>>,
    roles_from: Option<Box<str>>,
}

impl Jwt {
    /// Takes tokens of this issuer: `iss` is equal to it, character by character
    /// ([RFC 7519 §4.1.1](https://www.rfc-editor.org/rfc/rfc7519#section-4.1.1)).
    pub fn issuer(issuer: impl Into<String>) -> Self {
        Self {
            issuer: issuer.into(),
            audiences: Vec::new(),
            keys: Vec::new(),
            algorithms: None,
            leeway: DEFAULT_LEEWAY,
            required_type: None,
            clock: Arc::new(SystemClock),
            attach: None,
            access_token: false,
            scopes_from: None,
            roles_from: None,
        }
    }

    /// Takes tokens whose `aud` names this. Required; called again, either name will do.
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.audiences.push(audience.into().into());
        self
    }

    /// Takes tokens signed by one of these keys. Required; called again, it adds keys.
    ///
    /// Keys that change while the service runs (`RemoteKeys`, `FileKeys`) stand alone.
    pub fn keys(mut self, keys: impl KeySource) -> Self {
        self.keys.push(Arc::new(keys));
        self
    }

    /// Takes only tokens with one of these algorithms. Default: whatever the keys can do.
    pub fn algorithms(mut self, allowed: impl AsRef<[Algorithm]>) -> Self {
        self.algorithms = Some(Algorithms::of(allowed.as_ref()));
        self
    }

    /// How far the clocks of issuer and service may differ. Default: 30 s; at most 5 min.
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.leeway = leeway;
        self
    }

    /// Takes only tokens with this `typ`, such as `at+jwt` ([RFC 9068
    /// §2.1](https://www.rfc-editor.org/rfc/rfc9068#section-2.1)); compared without case, and with
    /// or without `application/`. Default: none, `JWT` or `at+jwt`.
    ///
    /// Ask for it where the issuer sends it. Without, an ID token whose `aud` names this service
    /// can't be told from an access token
    /// ([RFC 8725 §3.11](https://www.rfc-editor.org/rfc/rfc8725#section-3.11)).
    pub fn require_type(mut self, media_type: impl Into<Box<str>>) -> Self {
        self.required_type = Some(media_type.into());
        self
    }

    /// Takes only access tokens of [RFC 9068](https://www.rfc-editor.org/rfc/rfc9068): `typ` is
    /// `at+jwt`, and besides `iss`, `aud`, `exp` and `sub` there are a `client_id`, an `iat` and a
    /// `jti`. Ask for it where the issuer makes such tokens: nothing else is taken for one then, no
    /// ID token and no logout token.
    ///
    /// ```
    /// use tower_auth::Eventual;
    /// use tower_auth::rejection::Verdict;
    /// use tower_auth::testing::TokenMaker;
    /// use tower_auth::token::IntoVerifier;
    /// use tower_auth::token::jwt::Jwt;
    ///
    /// let idp = TokenMaker::es256().issuer("https://idp.example").audience("https://api.example");
    /// let verifier = Jwt::issuer("https://idp.example")
    ///     .audience("https://api.example")
    ///     .keys(idp.keys())
    ///     .access_token_profile()
    ///     .into_verifier()?;
    /// let token = idp.token("alice").claim("client_id", "app").claim("jti", "1");
    /// assert!(matches!(verifier.verify(&token.clone().sign()), Eventual::Ready(Verdict::Valid(_))));
    /// let id_token = token.typ("JWT").sign();
    /// assert!(matches!(verifier.verify(&id_token), Eventual::Ready(Verdict::Rejected(_))));
    /// # Ok::<(), tower_auth::ConfigError>(())
    /// ```
    pub fn access_token_profile(mut self) -> Self {
        self.access_token = true;
        self.require_type("at+jwt")
    }

    /// Takes the scopes from this claim: a list parted by spaces, or an array of strings.
    /// Default: `scope`, else `scp`.
    ///
    /// A path that starts with `/` is a JSON Pointer
    /// ([RFC 6901](https://www.rfc-editor.org/rfc/rfc6901)) into objects, such as
    /// `/authorization/scopes`, where `~1` stands for `/` and `~0` for `~`; anything else is the
    /// name of a claim, dots and all, such as `https://idp.example/scopes`. A token without the
    /// claim has no scopes.
    pub fn scopes_from(mut self, path: impl Into<Box<str>>) -> Self {
        self.scopes_from = Some(path.into());
        self
    }

    /// Takes the roles from this claim: an array of strings, or one string as one role. Default:
    /// `roles`, an array. The path is written as in [`scopes_from`](Self::scopes_from):
    /// `/realm_access/roles` for Keycloak, `groups`, `https://app.example/roles`.
    pub fn roles_from(mut self, path: impl Into<Box<str>>) -> Self {
        self.roles_from = Some(path.into());
        self
    }

    /// The issuer whose tokens are taken.
    pub(super) fn issuer_name(&self) -> &str {
        &self.issuer
    }

    /// Tells the time. Default: the system's clock.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Reads all claims into a type of your own, found again with
    /// [`Identity::claims`](crate::Identity::claims). A token whose claims do not fit is invalid.
    pub fn claims<T: DeserializeOwned + Send + Sync + 'static>(mut self) -> Self {
        self.attach = Some(Arc::new(|payload, principal| {
            Some(principal.claims::<T>(serde_json::from_slice(payload).ok()?))
        }));
        self
    }

    /// Checks everything but the keys. `usable` is what they can verify, where that is known.
    fn into_rules(self, usable: Algorithms) -> Result<Rules, ConfigError> {
        let Self { issuer, audiences, algorithms, leeway, required_type, clock, attach, .. } = self;
        let scopes_from = self.scopes_from.as_deref().map(ClaimPath::parse).transpose()?;
        let roles_from = self.roles_from.as_deref().map(ClaimPath::parse).transpose()?;
        if issuer.is_empty() {
            return Err(ConfigError::new(
                "the issuer is empty: give the `iss` that the tokens carry, such as \
                 `https://idp.example`",
            ));
        }
        if audiences.iter().any(|audience| audience.is_empty()) {
            return Err(ConfigError::new(
                "an audience is empty: name this service, or leave it out",
            ));
        }
        if audiences.is_empty() {
            return Err(ConfigError::new(
                "a JWT verifier needs an audience: call `.audience(..)` with the identifier of \
                 this service that its tokens name in `aud`",
            ));
        }
        if leeway > MAX_LEEWAY {
            return Err(ConfigError::new(
                "the leeway is longer than 5 minutes: set the clocks right, and ask for less",
            ));
        }
        if required_type.as_ref().is_some_and(|media_type| media_type.is_empty()) {
            return Err(ConfigError::new(
                "the required type is empty: say `at+jwt`, or leave it out",
            ));
        }
        let allowed = algorithms.unwrap_or(usable).both(usable);
        if allowed.is_empty() {
            return Err(ConfigError::new(format!(
                "none of the algorithms allowed can be done by the keys given, which can do \
                 {usable:?}"
            )));
        }
        let (issuer, audiences) = (issuer.into(), audiences.into());
        Ok(Rules {
            issuer,
            audiences,
            allowed,
            leeway,
            required_type,
            clock,
            attach,
            access_token: self.access_token,
            scopes_from,
            roles_from,
        })
    }

    /// As [`IntoVerifier::into_verifier`], for whoever takes tokens apart before.
    pub(super) fn into_jwt_verifier(mut self) -> Result<Arc<dyn VerifyJwt>, ConfigError> {
        let keys = only_source(std::mem::take(&mut self.keys));
        let usable = keys.as_ref().map_or(Algorithms::ANY, |keys| keys.algorithms());
        let rules = self.into_rules(usable)?;
        let keys = keys?;
        let secrets = usable.both(Algorithms::HMAC);
        if !secrets.is_empty() && secrets != usable {
            return Err(ConfigError::new(
                "public keys and HMAC secrets are mixed: give each its own verifier",
            ));
        }
        Ok(keys.verifier(rules))
    }
}

impl IntoVerifier for Jwt {
    fn into_verifier(self) -> Result<Arc<dyn VerifyToken>, ConfigError> {
        Ok(self.into_jwt_verifier()?)
    }
}

impl fmt::Debug for Jwt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jwt")
            .field("issuer", &self.issuer)
            .field("audiences", &self.audiences)
            .field("algorithms", &self.algorithms)
            .field("leeway", &self.leeway)
            .field("required_type", &self.required_type)
            .finish_non_exhaustive()
    }
}

const DEFAULT_LEEWAY: Duration = Duration::from_secs(30);
const MAX_LEEWAY: Duration = Duration::from_secs(5 * 60);
