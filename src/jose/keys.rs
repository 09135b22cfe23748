//! The keys that verify, and which of them a token may choose.

use std::fmt;
use std::sync::Arc;

use serde_json::Value;

use super::algorithm::{Algorithm, Algorithms};
use super::backend::PreparedKey;
use super::jwk::{self, ReadJwk};
use super::public_key::PublicKey;
use super::{der, pem};
use crate::error::ConfigError;
use crate::secret::Secret;

/// The keys of one issuer, parsed once.
///
/// A token picks its key by `kid` and `alg`. A token with a `kid` is checked with the keys of
/// that name, then with the keys that have no name (a lone PEM, say); a token without one with
/// every key of the right kind. At most four keys are tried for one token, so a larger set needs
/// names.
///
/// Every key is held to its own algorithms: the `alg` of its JWK where there is one, else what its
/// type and curve can do. A public key is never used as an HMAC secret.
///
/// ```
/// use tower_auth::token::jwt::Keys;
///
/// let jwk = r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
/// let keys = Keys::from_jwk(jwk)?.with_kid("2026-01");
/// assert_eq!(keys.len(), 1);
///
/// let why = Keys::from_jwk(&jwk.replace("Ed25519", "X25519")).unwrap_err();
/// assert_eq!(why.to_string(), "the JWK can't be used: its curve is not Ed25519");
/// # Ok::<(), tower_auth::ConfigError>(())
/// ```
#[derive(Clone)]
pub struct Keys {
    keys: Vec<Arc<Key>>,
    left_out: Vec<String>,
}

struct Key {
    kid: Option<Box<str>>,
    algorithms: Algorithms,
    prepared: Arc<PreparedKey>,
}

impl Keys {
    /// Every public key of a PEM text: `PUBLIC KEY`, `RSA PUBLIC KEY` and `CERTIFICATE` sections.
    ///
    /// Of a certificate only the key is read: not its dates, not who signed it.
    ///
    /// # Errors
    ///
    /// No public key is found, one can't be read, or one is of no use: RSA with fewer than 2048 or
    /// more than 8192 bits (4096 without feature `aws-lc-rs`), a point that is not on its curve, a
    /// curve without an algorithm.
    pub fn from_pem(pem: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        pem::public_keys(pem.as_ref())?.iter().map(Key::from_public).collect()
    }

    /// A public key in DER: `SubjectPublicKeyInfo`, or PKCS#1 for RSA.
    ///
    /// # Errors
    ///
    /// As for [`from_pem`](Self::from_pem).
    pub fn from_der(der: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        let key = der::public_key(der.as_ref()).map_err(pem::unusable)?;
        Key::from_public(&key).map(Self::one)
    }

    /// A public key as JWK text, [RFC 7517 §4](https://www.rfc-editor.org/rfc/rfc7517#section-4).
    ///
    /// # Errors
    ///
    /// The text is no JWK, or the key is not one that verifies signatures.
    pub fn from_jwk(json: &str) -> Result<Self, ConfigError> {
        let unusable = |why| ConfigError::new(format!("the JWK can't be used: {why}"));
        let jwk = serde_json::from_str(json).map_err(|_| unusable("it is not JSON"))?;
        Key::from_jwk(jwk).map(Self::one).map_err(unusable)
    }

    /// A JWK Set as JSON text, [RFC 7517 §5](https://www.rfc-editor.org/rfc/rfc7517#section-5).
    ///
    /// Each member stands by itself: one that can't be used (encryption keys, unknown types,
    /// secrets, weak or malformed keys) is left out.
    ///
    /// # Errors
    ///
    /// The text is no JWK Set, has more than 100 members, or has no key that can be used.
    pub fn from_jwk_set(json: &str) -> Result<Self, ConfigError> {
        let set = Self::read_jwk_set(json)?;
        if set.keys.is_empty() {
            let reason = set.left_out.first().map_or("it is empty", String::as_str);
            return Err(ConfigError::new(format!(
                "the JWK Set has no key that verifies signatures: {reason}"
            )));
        }
        Ok(set)
    }

    /// A JWK Set that may have no key of use: an issuer that withdraws all of them says so.
    pub(crate) fn read_jwk_set(json: &str) -> Result<Self, ConfigError> {
        let set: Value =
            serde_json::from_str(json).map_err(|_| ConfigError::new("the JWK Set is not JSON"))?;
        let Some(Value::Array(members)) = set.get("keys") else {
            return Err(ConfigError::new("the JWK Set has no array `keys`"));
        };
        if members.len() > MAX_SET {
            return Err(ConfigError::new("the JWK Set has more than 100 keys"));
        }
        let mut set = Self { keys: Vec::new(), left_out: Vec::new() };
        for (index, member) in members.iter().enumerate() {
            match Key::from_jwk(member.clone()) {
                Ok(key) => set.keys.push(Arc::new(key)),
                Err(why) => set.left_out.push(format!("member {index} is left out: {why}")),
            }
        }
        Ok(set)
    }

    /// A shared secret for HS256, HS384 or HS512.
    ///
    /// # Errors
    ///
    /// The algorithm is not one of these, the secret is shorter than the hash (32, 48 or 64 bytes,
    /// [RFC 7518 §3.2](https://www.rfc-editor.org/rfc/rfc7518#section-3.2)), or it is a public
    /// key, which everyone knows.
    pub fn hmac(algorithm: Algorithm, secret: impl Into<Secret>) -> Result<Self, ConfigError> {
        let secret = secret.into();
        check_secret(algorithm, secret.expose())?;
        let prepared = PreparedKey::hmac(algorithm, secret.expose())
            .map_err(|why| ConfigError::new(format!("the secret can't be used: {why}")))?;
        Ok(Self::one(Key {
            kid: None,
            algorithms: Algorithms::of(&[algorithm]),
            prepared: Arc::new(prepared),
        }))
    }

    /// Gives every key of the set this name, so that tokens with another `kid` are refused.
    #[must_use]
    pub fn with_kid(self, kid: impl Into<Box<str>>) -> Self {
        let kid = kid.into();
        let keys = self.keys.iter().map(|key| Arc::new(key.named(kid.clone()))).collect();
        Self { keys, left_out: self.left_out }
    }

    /// These keys and the others: the old and the new ones while keys are rotated.
    #[must_use]
    pub fn and(mut self, others: Self) -> Self {
        self.keys.extend(others.keys);
        self.left_out.extend(others.left_out);
        self
    }

    /// How many keys there are; never none.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "a set of keys is never empty")]
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// For operators: which members of a JWK Set can't be used, and why.
    pub fn left_out(&self) -> impl Iterator<Item = &str> {
        self.left_out.iter().map(String::as_str)
    }

    /// What all keys together can verify.
    pub(crate) fn algorithms(&self) -> Algorithms {
        self.keys.iter().fold(Algorithms::default(), |all, key| all.either(key.algorithms))
    }

    /// The keys to try for a token, best first.
    pub(super) fn candidates(
        &self,
        kid: Option<&str>,
        algorithm: Algorithm,
    ) -> impl Iterator<Item = &PreparedKey> {
        let named = self.keys.iter().filter(move |key| kid.is_none() || key.kid.as_deref() == kid);
        let nameless = self.keys.iter().filter(move |key| kid.is_some() && key.kid.is_none());
        named
            .chain(nameless)
            .filter(move |key| key.algorithms.contains(algorithm))
            .map(|key| &*key.prepared)
            .take(MAX_CANDIDATES)
    }

    /// Whether a key of this name can do `algorithm`.
    pub(super) fn has_name(&self, kid: Option<&str>, algorithm: Algorithm) -> bool {
        kid.is_some()
            && self
                .keys
                .iter()
                .any(|key| key.kid.as_deref() == kid && key.algorithms.contains(algorithm))
    }

    fn one(key: Key) -> Self {
        [key].into_iter().collect()
    }

    pub(super) fn from_public(key: &PublicKey, algorithm: Algorithm) -> Result<Self, ConfigError> {
        let algorithms = key.algorithms().both(Algorithms::of(&[algorithm]));
        Key::new(key, None, algorithms).map(Self::one).map_err(unusable_key)
    }
}

impl FromIterator<Key> for Keys {
    fn from_iter<I: IntoIterator<Item = Key>>(keys: I) -> Self {
        Self { keys: keys.into_iter().map(Arc::new).collect(), left_out: Vec::new() }
    }
}

impl Key {
    fn new(
        key: &PublicKey,
        kid: Option<Box<str>>,
        algorithms: Algorithms,
    ) -> Result<Self, &'static str> {
        key.check()?;
        let prepared = Arc::new(PreparedKey::public(key, algorithms)?);
        Ok(Self { kid, algorithms, prepared })
    }

    fn from_public(key: &PublicKey) -> Result<Self, ConfigError> {
        Self::new(key, None, key.algorithms()).map_err(unusable_key)
    }

    fn from_jwk(jwk: Value) -> Result<Self, &'static str> {
        let ReadJwk { key, kid, algorithms } = jwk::read(jwk)?;
        Self::new(&key, kid, algorithms)
    }

    fn named(&self, kid: Box<str>) -> Self {
        Self { kid: Some(kid), algorithms: self.algorithms, prepared: Arc::clone(&self.prepared) }
    }
}

fn unusable_key(why: &'static str) -> ConfigError {
    ConfigError::new(format!("the public key can't be used: {why}"))
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.keys.iter()).finish()
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key")
            .field("kid", &self.kid)
            .field("algorithms", &self.algorithms)
            .finish_non_exhaustive()
    }
}

/// Refuses a secret that is too short, or that everyone can know.
#[expect(clippy::wildcard_enum_match_arm, reason = "all others are not HMAC")]
pub(super) fn check_secret(algorithm: Algorithm, secret: &[u8]) -> Result<(), ConfigError> {
    let shortest = match algorithm {
        Algorithm::HS256 => 32,
        Algorithm::HS384 => 48,
        Algorithm::HS512 => 64,
        _ => {
            return Err(ConfigError::new(format!(
                "`{algorithm}` takes no shared secret: choose HS256, HS384 or HS512, or give a \
                 public key"
            )));
        }
    };
    if is_public_knowledge(secret) {
        return Err(ConfigError::new(
            "this is a public key, not a secret: whoever has it could sign tokens; give it to \
             `Keys::from_pem` or `Keys::from_jwk`",
        ));
    }
    if secret.len() < shortest {
        return Err(ConfigError::new(format!(
            "the secret is too short: {algorithm} needs {shortest} random bytes or more"
        )));
    }
    Ok(())
}

fn is_public_knowledge(secret: &[u8]) -> bool {
    let is_pem = secret.windows(PEM_START.len()).any(|window| window == PEM_START);
    let json = secret.strip_prefix(b"\xef\xbb\xbf").unwrap_or(secret);
    let is_jwk = serde_json::from_slice::<Value>(json)
        .is_ok_and(|json| json.get("kty").is_some() || json.get("keys").is_some());
    is_pem || is_jwk || der::public_key(secret).is_ok()
}

const PEM_START: &[u8] = b"-----BEGIN ";
/// Members of a JWK Set.
const MAX_SET: usize = 100;
/// Keys tried for one token: each costs a signature check that anyone can ask for.
const MAX_CANDIDATES: usize = 4;
