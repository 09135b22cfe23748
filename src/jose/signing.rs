//! Making tokens.

use std::fmt;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::algorithm::{Algorithm, Algorithms};
use super::backend::PreparedSigner;
use super::keys::{Keys, check_secret};
use super::public_key::PublicKey;
use super::{base64url, pem};
use crate::error::ConfigError;
use crate::secret::Secret;

/// A private key or shared secret that signs tokens.
///
/// ```
/// use tower_auth::token::jwt::{Algorithm, SigningKey};
///
/// let key = SigningKey::generate(Algorithm::ES256)?;
/// let token = key.sign("at+jwt", &serde_json::json!({"sub": "alice"}))?;
/// assert_eq!(token.split('.').count(), 3);
///
/// assert!(SigningKey::hmac(Algorithm::HS256, "too short").is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct SigningKey {
    algorithm: Algorithm,
    kid: Option<Box<str>>,
    signer: PreparedSigner,
    public: Public,
}

/// What verifies the signatures.
enum Public {
    Key(PublicKey),
    Secret(Keys),
}

impl SigningKey {
    /// A fresh key. RSA keys have 2048 bits.
    ///
    /// Its name (`kid`) is its thumbprint,
    /// [RFC 7638](https://www.rfc-editor.org/rfc/rfc7638).
    ///
    /// # Errors
    ///
    /// The algorithm takes a shared secret, or the backend makes no keys for it (without feature
    /// `aws-lc-rs`: all but ES256 and Ed25519).
    pub fn generate(algorithm: Algorithm) -> Result<Self, ConfigError> {
        let made = PreparedSigner::generate(algorithm);
        Self::with_public_half(algorithm, made)
    }

    /// A private key in PEM: the first `PRIVATE KEY` section (PKCS#8).
    ///
    /// Its name (`kid`) is its thumbprint, [RFC 7638](https://www.rfc-editor.org/rfc/rfc7638).
    ///
    /// # Errors
    ///
    /// No such section is found, or the key is not one for `algorithm`.
    pub fn from_pem(algorithm: Algorithm, pem: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        let der = Secret::from(pem::private_key(pem.as_ref())?);
        Self::with_public_half(algorithm, PreparedSigner::from_pkcs8(algorithm, der.expose()))
    }

    /// A shared secret, which signs and verifies.
    ///
    /// # Errors
    ///
    /// As for [`Keys::hmac`].
    pub fn hmac(algorithm: Algorithm, secret: impl Into<Secret>) -> Result<Self, ConfigError> {
        let secret = secret.into();
        check_secret(algorithm, secret.expose())?;
        let signer = PreparedSigner::hmac(algorithm, secret.expose()).map_err(unusable)?;
        let public = Public::Secret(Keys::hmac(algorithm, secret)?);
        Ok(Self { algorithm, kid: None, signer, public })
    }

    /// Gives the key another name.
    #[must_use]
    pub fn with_kid(mut self, kid: impl Into<Box<str>>) -> Self {
        self.kid = Some(kid.into());
        self
    }

    /// The algorithm that it signs with.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The name of the key, as tokens carry it.
    #[must_use]
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// What verifies the tokens: the public half under the same name, or the secret.
    ///
    /// # Errors
    ///
    /// The key signs and can't be used to verify: an RSA key with fewer than 2048 bits.
    pub fn keys(&self) -> Result<Keys, ConfigError> {
        let keys = match &self.public {
            Public::Key(key) => Keys::from_public(key, self.algorithm)?,
            Public::Secret(keys) => keys.clone(),
        };
        Ok(match &self.kid {
            Some(kid) => keys.with_kid(kid.clone()),
            None => keys,
        })
    }

    /// The public half as JWK Set text. A shared secret is not in it: the set is then empty.
    #[must_use]
    pub fn jwk_set(&self) -> String {
        let keys = match &self.public {
            Public::Key(key) => vec![key.jwk(self.kid(), self.algorithm)],
            Public::Secret(_) => Vec::new(),
        };
        json!({ "keys": keys }).to_string()
    }

    /// Signs claims. `typ` says what kind of token it is
    /// ([RFC 8725 §3.11](https://www.rfc-editor.org/rfc/rfc8725#section-3.11)): `at+jwt` for an
    /// access token.
    ///
    /// # Errors
    ///
    /// The claims can't be written as JSON, or the backend fails.
    pub fn sign(&self, typ: &str, claims: &impl Serialize) -> Result<String, SigningError> {
        let mut header = self.header();
        header.insert("typ".to_owned(), Value::from(typ));
        let claims = serde_json::to_vec(claims).map_err(|_| SigningError(()))?;
        self.sign_bytes(Value::Object(header).to_string().as_bytes(), &claims)
    }

    /// The header that every token of this key starts from.
    pub(crate) fn header(&self) -> Map<String, Value> {
        let mut header = Map::new();
        header.insert("alg".to_owned(), Value::from(self.algorithm.name()));
        if let Some(kid) = self.kid() {
            header.insert("kid".to_owned(), Value::from(kid));
        }
        header
    }

    /// Signs these bytes, whatever they are.
    pub(crate) fn sign_bytes(&self, header: &[u8], payload: &[u8]) -> Result<String, SigningError> {
        let mut token = base64url::encode(header);
        token.push('.');
        token.push_str(&base64url::encode(payload));
        let signature = self.signer.sign(token.as_bytes()).ok_or(SigningError(()))?;
        token.push('.');
        token.push_str(&base64url::encode(&signature));
        Ok(token)
    }

    fn with_public_half(
        algorithm: Algorithm,
        signer: Result<PreparedSigner, &'static str>,
    ) -> Result<Self, ConfigError> {
        let signer = signer.map_err(unusable)?;
        let key = signer
            .public_key()
            .filter(|key| !key.algorithms().both(Algorithms::of(&[algorithm])).is_empty())
            .ok_or_else(|| unusable("it has no public half for this algorithm"))?;
        key.check().map_err(unusable)?;
        let kid = Some(key.thumbprint().into_boxed_str());
        Ok(Self { algorithm, kid, signer, public: Public::Key(key) })
    }
}

fn unusable(why: &'static str) -> ConfigError {
    ConfigError::new(format!("the signing key can't be used: {why}"))
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey")
            .field("algorithm", &self.algorithm)
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}

/// A token could not be signed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the claims can't be written as JSON, or the signature failed")]
pub struct SigningError(());
