//! An issuer in a box.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use serde::Serialize;
use serde_json::{Map, Value};

use crate::clock::{Clock, SystemClock};
use crate::secret::Secret;
use crate::token::jwt::{Algorithm, Keys, SigningKey};

/// Makes tokens as an issuer would, for the tests of a protected service.
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
///     .into_verifier()?;
///
/// let good = idp.token("alice").scope("orders:read").sign();
/// assert!(matches!(verifier.verify(&good), Eventual::Ready(Verdict::Valid(_))));
///
/// let expired = idp.token("alice").expired().sign();
/// assert!(matches!(verifier.verify(&expired), Eventual::Ready(Verdict::Rejected(_))));
/// # Ok::<(), tower_auth::ConfigError>(())
/// ```
///
/// # Panics
///
/// It is made for tests: where a key or a token can't be made, it panics and says so.
#[derive(Clone)]
pub struct TokenMaker {
    key: Arc<SigningKey>,
    issuer: Option<String>,
    audience: Option<String>,
    clock: Arc<dyn Clock>,
}

impl TokenMaker {
    /// Signs with a fresh ES256 key.
    #[must_use]
    pub fn es256() -> Self {
        Self::fresh(Algorithm::ES256)
    }

    /// Signs with a fresh Ed25519 key.
    #[must_use]
    pub fn eddsa() -> Self {
        Self::fresh(Algorithm::EdDSA)
    }

    /// Signs with a fresh RSA key of 2048 bits. Making one takes tenths of a second.
    ///
    /// # Panics
    ///
    /// Without feature `aws-lc-rs`, which makes RSA keys: use [`with_key`](Self::with_key) there.
    #[must_use]
    pub fn rs256() -> Self {
        Self::fresh(Algorithm::RS256)
    }

    /// Signs with HS256.
    ///
    /// # Panics
    ///
    /// The secret has fewer than 32 bytes.
    #[must_use]
    pub fn hs256(secret: impl Into<Secret>) -> Self {
        Self::with_key(made(SigningKey::hmac(Algorithm::HS256, secret)))
    }

    /// Signs with a key of your own.
    #[must_use]
    pub fn with_key(key: SigningKey) -> Self {
        Self { key: Arc::new(key), issuer: None, audience: None, clock: Arc::new(SystemClock) }
    }

    /// The `iss` of the tokens; one of them may have [another](TokenBuilder::issuer).
    #[must_use]
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.issuer = Some(issuer.into());
        self
    }

    /// The `aud` of the tokens; one of them may have [another](TokenBuilder::audience).
    #[must_use]
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.audience = Some(audience.into());
        self
    }

    /// Tells the time at which tokens are issued. Default: the system's clock.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// What verifies the tokens.
    #[must_use]
    pub fn keys(&self) -> Keys {
        made(self.key.keys())
    }

    /// The public half as JWK Set text, as an issuer publishes it. Empty for HS256.
    #[must_use]
    pub fn jwk_set(&self) -> String {
        self.key.jwk_set()
    }

    /// The name of the key.
    #[must_use]
    pub fn kid(&self) -> Option<&str> {
        self.key.kid()
    }

    /// Starts a token about `subject`: issued now, of type `at+jwt`, and valid for five minutes.
    #[must_use]
    pub fn token(&self, subject: &str) -> TokenBuilder<'_> {
        let mut header = self.key.header();
        header.insert("typ".to_owned(), Value::from("at+jwt"));
        let mut claims = Map::new();
        claims.insert("sub".to_owned(), Value::from(subject));
        if let Some(issuer) = &self.issuer {
            claims.insert("iss".to_owned(), Value::from(issuer.as_str()));
        }
        if let Some(audience) = &self.audience {
            claims.insert("aud".to_owned(), Value::from(audience.as_str()));
        }
        let now = self.now();
        claims.insert("iat".to_owned(), Value::from(now.as_secs()));
        let token = TokenBuilder { maker: self, now, header, claims };
        token.expires_in(Duration::from_secs(300))
    }

    /// Signs exactly these bytes: for tokens that are wrong on purpose.
    #[must_use]
    pub fn sign_raw(&self, header: impl AsRef<[u8]>, payload: impl AsRef<[u8]>) -> String {
        made(self.key.sign_bytes(header.as_ref(), payload.as_ref()))
    }

    fn fresh(algorithm: Algorithm) -> Self {
        Self::with_key(made(SigningKey::generate(algorithm)))
    }

    fn now(&self) -> Duration {
        self.clock.now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
    }
}

impl fmt::Debug for TokenMaker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenMaker")
            .field("key", &self.key)
            .field("issuer", &self.issuer)
            .field("audience", &self.audience)
            .finish_non_exhaustive()
    }
}

/// A token that is being written.
#[derive(Clone, Debug)]
pub struct TokenBuilder<'m> {
    maker: &'m TokenMaker,
    now: Duration,
    header: Map<String, Value>,
    claims: Map<String, Value>,
}

impl TokenBuilder<'_> {
    /// The `iss`: another one than the [maker's](TokenMaker::issuer).
    #[must_use]
    pub fn issuer(self, issuer: &str) -> Self {
        self.claim("iss", issuer)
    }

    /// The `aud`: another one than the [maker's](TokenMaker::audience). For several, set the claim.
    #[must_use]
    pub fn audience(self, audience: &str) -> Self {
        self.claim("aud", audience)
    }

    /// The scopes, parted by spaces.
    #[must_use]
    pub fn scope(self, scopes: &str) -> Self {
        self.claim("scope", scopes)
    }

    /// Adds a role.
    #[must_use]
    pub fn role(mut self, role: &str) -> Self {
        let roles = self.claims.entry("roles").or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(roles) = roles {
            roles.push(Value::from(role));
        }
        self
    }

    /// Sets a claim, in place of an earlier one of this name.
    ///
    /// # Panics
    ///
    /// `value` can't be written as JSON.
    #[must_use]
    pub fn claim(mut self, name: &str, value: impl Serialize) -> Self {
        self.claims.insert(name.to_owned(), made(serde_json::to_value(value)));
        self
    }

    /// Leaves a claim out.
    #[must_use]
    pub fn without_claim(mut self, name: &str) -> Self {
        self.claims.remove(name);
        self
    }

    /// Sets a member of the header, in place of an earlier one of this name.
    ///
    /// # Panics
    ///
    /// `value` can't be written as JSON.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Serialize) -> Self {
        self.header.insert(name.to_owned(), made(serde_json::to_value(value)));
        self
    }

    /// Leaves a member of the header out.
    #[must_use]
    pub fn without_header(mut self, name: &str) -> Self {
        self.header.remove(name);
        self
    }

    /// The `typ` of the header.
    #[must_use]
    pub fn typ(self, typ: &str) -> Self {
        self.header("typ", typ)
    }

    /// The `kid` of the header: another one than the key has.
    #[must_use]
    pub fn kid(self, kid: &str) -> Self {
        self.header("kid", kid)
    }

    /// How long the token is valid, counted from now, in whole seconds.
    #[must_use]
    pub fn expires_in(self, after: Duration) -> Self {
        let exp = self.now.saturating_add(after).as_secs();
        self.claim("exp", exp)
    }

    /// A token that expired an hour ago.
    #[must_use]
    pub fn expired(self) -> Self {
        let exp = self.now.saturating_sub(Duration::from_secs(3600)).as_secs();
        self.claim("exp", exp)
    }

    /// The token.
    ///
    /// # Panics
    ///
    /// The backend fails to sign.
    #[must_use]
    pub fn sign(self) -> String {
        let header = Value::Object(self.header).to_string();
        self.maker.sign_raw(header, Value::Object(self.claims).to_string())
    }
}

#[expect(clippy::expect_used, reason = "made for tests, where a panic is the answer")]
fn made<T, E: fmt::Debug>(result: Result<T, E>) -> T {
    result.expect("a test's key or token can't be made")
}
