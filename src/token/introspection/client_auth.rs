//! How this service proves to the authorization server who it is.

use std::fmt;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use form_urlencoded::{Serializer, byte_serialize};
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue};
use serde_json::json;

use crate::error::ConfigError;
use crate::jose::SigningKey;
use crate::secret::Secret;

/// How this service authenticates to the introspection endpoint, which must not answer strangers
/// ([RFC 7662 §2.1](https://www.rfc-editor.org/rfc/rfc7662#section-2.1)).
#[derive(Clone)]
pub struct ClientAuth(Method);

#[derive(Clone)]
enum Method {
    Basic { id: Box<str>, secret: Secret },
    Post { id: Box<str>, secret: Secret },
    PrivateKey { id: Box<str>, key: Arc<SigningKey>, audience: Box<str>, serial: Arc<Serial> },
    Bearer(Secret),
}

impl ClientAuth {
    /// `client_secret_basic`: HTTP Basic, with identifier and secret form-encoded first, as
    /// [RFC 6749 §2.3.1](https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1) says.
    pub fn basic(client_id: impl Into<String>, secret: impl Into<Secret>) -> Self {
        Self(Method::Basic { id: client_id.into().into(), secret: secret.into() })
    }

    /// `client_secret_post`: identifier and secret in the form, for servers that take them nowhere
    /// else.
    pub fn post(client_id: impl Into<String>, secret: impl Into<Secret>) -> Self {
        Self(Method::Post { id: client_id.into().into(), secret: secret.into() })
    }

    /// `private_key_jwt`: a signed assertion, good for 60 s and for one use,
    /// [RFC 7523 §2.2](https://www.rfc-editor.org/rfc/rfc7523#section-2.2).
    ///
    /// `audience` is the server's issuer identifier, or what else it expects in `aud`.
    pub fn private_key_jwt(
        client_id: impl Into<String>,
        key: SigningKey,
        audience: impl Into<String>,
    ) -> Self {
        Self(Method::PrivateKey {
            id: client_id.into().into(),
            key: Arc::new(key),
            audience: audience.into().into(),
            serial: Arc::new(Serial::default()),
        })
    }

    /// An access token of this service's own, as a bearer token.
    pub fn bearer(token: impl Into<Secret>) -> Self {
        Self(Method::Bearer(token.into()))
    }

    /// Finds what can't be sent before there is a request to send.
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        match &self.0 {
            Method::Basic { id, .. } | Method::Post { id, .. } | Method::PrivateKey { id, .. }
                if id.is_empty() =>
            {
                Err(ConfigError::new(
                    "the client identifier for the introspection endpoint is empty",
                ))
            }
            Method::Bearer(_) => self
                .headers()
                .map(drop)
                .ok_or(ConfigError::new("the token for the introspection endpoint can't be sent")),
            Method::Basic { .. } | Method::Post { .. } | Method::PrivateKey { .. } => Ok(()),
        }
    }

    /// The fields that go with a request. `None` where a field can't hold the credentials.
    pub(super) fn headers(&self) -> Option<HeaderMap> {
        let credentials = match &self.0 {
            Method::Basic { id, secret } => {
                let encoded = |part: &[u8]| byte_serialize(part).collect::<String>();
                let pair = Secret::from(format!(
                    "{}:{}",
                    encoded(id.as_bytes()),
                    encoded(secret.expose())
                ));
                Secret::from(format!("Basic {}", STANDARD.encode(pair.expose())))
            }
            Method::Bearer(token) => Secret::from([b"Bearer ".as_slice(), token.expose()].concat()),
            Method::Post { .. } | Method::PrivateKey { .. } => return Some(HeaderMap::new()),
        };
        let mut value = HeaderValue::from_bytes(credentials.expose()).ok()?;
        value.set_sensitive(true);
        Some([(AUTHORIZATION, value)].into_iter().collect())
    }

    /// Adds to the form what belongs there. `None` where the assertion can't be signed.
    pub(super) fn extend(&self, form: &mut Serializer<'_, String>, now: SystemTime) -> Option<()> {
        match &self.0 {
            Method::Basic { .. } | Method::Bearer(_) => {}
            Method::Post { id, secret } => {
                form.append_pair("client_id", id);
                form.append_pair("client_secret", str::from_utf8(secret.expose()).ok()?);
            }
            Method::PrivateKey { id, key, audience, serial } => {
                let iat = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
                let claims = json!({
                    "iss": id,
                    "sub": id,
                    "aud": audience,
                    "iat": iat.as_secs(),
                    "exp": iat.saturating_add(ASSERTION_LIFE).as_secs(),
                    "jti": serial.next(),
                });
                form.append_pair("client_assertion_type", ASSERTION_TYPE);
                form.append_pair("client_assertion", &key.sign("JWT", &claims).ok()?);
            }
        }
        Some(())
    }
}

impl fmt::Debug for ClientAuth {
    /// Shows who, and not with what.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (method, id) = match &self.0 {
            Method::Basic { id, .. } => ("client_secret_basic", &**id),
            Method::Post { id, .. } => ("client_secret_post", &**id),
            Method::PrivateKey { id, .. } => ("private_key_jwt", &**id),
            Method::Bearer(_) => ("bearer", "***"),
        };
        f.debug_tuple("ClientAuth").field(&method).field(&id).finish()
    }
}

/// Names for assertions that are never the same twice. They need not be hard to guess: an assertion
/// is signed.
struct Serial {
    process: u128,
    count: AtomicU64,
}

impl Default for Serial {
    fn default() -> Self {
        let random = || u128::from(RandomState::new().hash_one(()));
        Self { process: (random() << 64) | random(), count: AtomicU64::new(0) }
    }
}

impl Serial {
    fn next(&self) -> String {
        format!("{:032x}-{:x}", self.process, self.count.fetch_add(1, Ordering::Relaxed))
    }
}

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const ASSERTION_LIFE: Duration = Duration::from_secs(60);
