//! `ApiKey`: a key in a header field of its own.
//!
//! No RFC defines it. The challenge says what a client needs to know:
//! `ApiKey in="header", name="x-api-key"`, with a realm where one is set.
//!
//! - Keys are kept and looked up by digest, never as they are.
//! - A field that stands twice is refused with 400.
//! - Wrong keys count for their source, where [attempts](crate::attempts) are limited.
//! - Caches only know to keep answers apart that depend on `Authorization`, so the layer makes
//!   answers to API-key callers `private` and adds the field to `Vary`.
//!
//! ```
//! # use http::{Request, StatusCode};
//! # use tower::{ServiceBuilder, ServiceExt, service_fn};
//! # use tower_auth::AuthenticateLayer;
//! # use tower_auth::scheme::ApiKey;
//! # use tower_auth::scheme::api_key::ApiKeys;
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let keys = ApiKeys::new().key("robot-1", "key-of-robot-1");
//! let scheme = ApiKey::header("X-API-Key", keys);
//! let front_door = AuthenticateLayer::builder().scheme(scheme).build()?;
//!
//! # let hello = service_fn(|_: Request<String>| async {
//! #     Ok::<_, std::convert::Infallible>(http::Response::new(String::new()))
//! # });
//! let service = ServiceBuilder::new().layer(front_door).service(hello);
//! let request = |key: &str| Request::get("/").header("x-api-key", key).body(String::new());
//! let good = service.clone().oneshot(request("key-of-robot-1")?).await?;
//! assert_eq!(good.status(), StatusCode::OK);
//! let bad = service.oneshot(request("key-of-robot-2")?).await?;
//! assert_eq!(bad.status(), StatusCode::UNAUTHORIZED);
//! # Ok(())
//! # }
//! ```

mod keys;

use std::borrow::Cow;
use std::sync::Arc;

use http::header::{AUTHORIZATION, PROXY_AUTHORIZATION};
use http::{HeaderName, HeaderValue};

use super::{Attempt, IntoScheme, Outcome, Place, Presented, Scheme};
use crate::attempts::Guess;
use crate::error::ConfigError;
use crate::header::{Challenge, Realm, SchemeName};
use crate::rejection::{Rejection, reason};
use crate::respond::ChallengeList;
use crate::secret::SecretDigest;

pub use keys::{ApiKeys, KeyDirectory};

/// The settings of the `ApiKey` scheme. See the [module](self).
pub struct ApiKey {
    location: Location,
    realm: Option<String>,
    directory: Result<Arc<dyn KeyDirectory>, ConfigError>,
    max_bytes: usize,
}

enum Location {
    Header(String),
    Query(String),
}

impl ApiKey {
    /// Takes keys from the header field `name`.
    pub fn header(name: impl Into<String>, directory: impl KeyDirectory) -> Self {
        Self::at(Location::Header(name.into()), directory)
    }

    /// Takes keys from the query parameter `name`.
    ///
    /// # Security
    ///
    /// URLs end up in logs, browser histories and `Referer` fields, and the key with them.
    pub fn danger_in_query(name: impl Into<String>, directory: impl KeyDirectory) -> Self {
        Self::at(Location::Query(name.into()), directory)
    }

    fn at(location: Location, directory: impl KeyDirectory) -> Self {
        let directory = directory.validate().map(|()| Arc::new(directory) as Arc<dyn KeyDirectory>);
        Self { location, realm: None, directory, max_bytes: 1024 }
    }

    /// Names the protection space. Default: none.
    #[must_use]
    pub fn realm(mut self, realm: impl Into<String>) -> Self {
        self.realm = Some(realm.into());
        self
    }

    /// The longest key that is looked up, in bytes. Default: 1024.
    #[must_use]
    pub fn max_bytes(mut self, bytes: usize) -> Self {
        self.max_bytes = bytes;
        self
    }
}

impl IntoScheme for ApiKey {
    fn into_scheme(self) -> Result<Arc<dyn Scheme>, ConfigError> {
        let (place, name, kind) = match &self.location {
            Location::Header(name) => (header_place(name)?, name.to_ascii_lowercase(), "header"),
            Location::Query(name) => (query_place(name)?, name.clone(), "query"),
        };
        let mut challenge = Challenge::builder(SchemeName::API_KEY);
        if let Some(realm) = &self.realm {
            let realm =
                Realm::new(realm).map_err(|why| ConfigError::new(format!("ApiKey: {why}")))?;
            challenge = challenge.realm(&realm);
        }
        let challenge = challenge
            .param("in", kind)
            .param("name", &name)
            .build()
            .map_err(|why| ConfigError::new(format!("ApiKey: {why}")))?;
        Ok(Arc::new(ApiKeyScheme {
            challenge,
            places: [place],
            directory: self.directory?,
            max_bytes: self.max_bytes,
        }))
    }
}

fn header_place(name: &str) -> Result<Place, ConfigError> {
    let header: HeaderName = name.parse().map_err(|_| {
        ConfigError::new(format!(
            "ApiKey: `{}` can't be the name of a header field: use a name such as `X-API-Key`",
            name.escape_debug()
        ))
    })?;
    if header == AUTHORIZATION || header == PROXY_AUTHORIZATION {
        return Err(ConfigError::new(
            "ApiKey: `Authorization` and `Proxy-Authorization` belong to the schemes of HTTP, \
             whose credentials begin with a scheme's name: use a field of its own such as \
             `X-API-Key`, or the Bearer scheme",
        ));
    }
    Ok(Place::Header(header))
}

fn query_place(name: &str) -> Result<Place, ConfigError> {
    if name.is_empty() {
        return Err(ConfigError::new(
            "ApiKey: the query parameter has no name: use a name such as `api_key`",
        ));
    }
    Ok(Place::Query(name.into()))
}

impl std::fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ApiKey").field("realm", &self.realm).finish_non_exhaustive()
    }
}

struct ApiKeyScheme {
    challenge: Challenge,
    places: [Place; 1],
    directory: Arc<dyn KeyDirectory>,
    max_bytes: usize,
}

impl ApiKeyScheme {
    /// A longer one, or one with a character that no key has, is simply not a key of ours.
    fn can_be_ours(&self, key: &[u8]) -> bool {
        !key.is_empty() && key.len() <= self.max_bytes && key.iter().all(u8::is_ascii_graphic)
    }

    fn find(&self, key: &[u8]) -> Attempt {
        if !self.can_be_ours(key) {
            let rejection = Rejection::invalid_credentials(reason::MALFORMED_CREDENTIALS);
            return Outcome::Rejected(rejection).into();
        }
        self.directory
            .find(&SecretDigest::of(key))
            .map(|verdict| Outcome::of(verdict, &SchemeName::API_KEY))
    }
}

impl Scheme for ApiKeyScheme {
    fn name(&self) -> &SchemeName {
        &SchemeName::API_KEY
    }

    fn places(&self) -> &[Place] {
        &self.places
    }

    fn authenticate(&self, presented: &Presented<'_>) -> Attempt {
        let several =
            || Outcome::Rejected(Rejection::invalid_request(reason::SEVERAL_CREDENTIALS)).into();
        let place = presented.place();
        if let Place::Header(name) = place {
            let mut lines = presented.head().headers.get_all(name).iter();
            return match (lines.next(), lines.next()) {
                (Some(key), None) => self.find(key.as_bytes()),
                (Some(_), Some(_)) => several(),
                (None, _) => Outcome::Absent.into(),
            };
        }
        let mut values = presented.parameters();
        match (values.next(), values.next()) {
            (Some(key), None) => self.find(key.as_bytes()),
            (Some(_), Some(_)) => several(),
            (None, _) => Outcome::Absent.into(),
        }
    }

    fn can_be_guessed(&self) -> bool {
        true
    }

    fn guess<'a>(&self, presented: &Presented<'a>) -> Option<Guess<'a>> {
        let key = match presented.place() {
            Place::Header(name) => {
                Cow::Borrowed(presented.head().headers.get(name).map(HeaderValue::as_bytes)?)
            }
            Place::Authorization
            | Place::Cookie(_)
            | Place::WebSocketProtocol(_)
            | Place::Query(_)
            | Place::Form(_) => match presented.parameters().next()? {
                Cow::Borrowed(key) => Cow::Borrowed(key.as_bytes()),
                Cow::Owned(key) => Cow::Owned(key.into_bytes()),
            },
        };
        self.can_be_ours(&key).then(|| Guess::at_secret(key))
    }

    fn challenges(&self, _: Option<&Rejection>, list: &mut ChallengeList<'_>) {
        list.push(&self.challenge);
    }
}
