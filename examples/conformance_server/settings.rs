//! What the server reads from the environment.

use std::env;
use std::net::SocketAddr;
use std::time::Duration;

use tower_auth::ConfigError;
use tower_auth::fetch::HttpClient;
use tower_auth::metadata::ResourceMetadata;
use tower_auth::token::introspection::{ClientAuth, Introspection};
use tower_auth::token::jwt::{Algorithm, Jwt};
use tower_auth::token::keys::{FileKeys, RemoteKeys};

const LEEWAY: Duration = Duration::from_secs(5);

#[derive(Clone)]
pub(crate) struct Settings {
    pub(crate) port: u16,
    /// Empty until it is known where the server listens.
    public_url: String,
    issuer: Option<String>,
}

/// The one issuer whose tokens are taken.
pub(crate) struct Issuer {
    issuer: String,
    audience: String,
    keys: IssuerKeys,
    public_url: String,
}

#[derive(Clone)]
enum IssuerKeys {
    Remote(RemoteKeys),
    File(FileKeys),
}

impl Settings {
    pub(crate) fn from_env() -> Result<Self, ConfigError> {
        let port = setting("PORT").and_then(|port| port.parse().ok());
        let port = port.ok_or_else(|| ConfigError::new("PORT is not set: give it a number"))?;
        let public_url = setting("PUBLIC_URL").unwrap_or_default();
        let public_url = public_url.trim_end_matches('/').to_owned();
        Ok(Self { port, public_url, issuer: setting("JWT_ISSUER") })
    }

    /// The settings once it is known where the server listens.
    pub(crate) fn at(&self, address: SocketAddr) -> Self {
        if !self.public_url.is_empty() {
            return self.clone();
        }
        Self { public_url: format!("http://{address}"), ..self.clone() }
    }

    /// `None` without `JWT_ISSUER`, `JWT_AUDIENCE` and one of `JWKS_URL` and `JWKS_FILE`.
    pub(crate) fn issuer(&self) -> Result<Option<Issuer>, ConfigError> {
        let (Some(issuer), Some(audience)) = (self.issuer.clone(), setting("JWT_AUDIENCE")) else {
            return Ok(None);
        };
        let keys = match (setting("JWKS_URL"), setting("JWKS_FILE")) {
            (Some(url), _) => {
                // Within what the crate allows.
                let wait = seconds("JWKS_MIN_REFRESH_SECS", 30)?.clamp(1, 600);
                let wait = Duration::from_secs(wait);
                let keys = RemoteKeys::from_url(url, HttpClient::new()?).cooldown(wait);
                IssuerKeys::Remote(keys.build()?)
            }
            (None, Some(path)) => IssuerKeys::File(FileKeys::open(path)?),
            (None, None) => return Ok(None),
        };
        Ok(Some(Issuer { issuer, audience, keys, public_url: self.public_url.clone() }))
    }

    /// `None` without `INTROSPECTION_URL`.
    pub(crate) fn introspection(&self) -> Result<Option<Introspection>, ConfigError> {
        let Some(url) = setting("INTROSPECTION_URL") else { return Ok(None) };
        let id = setting("INTROSPECTION_CLIENT_ID").unwrap_or_default();
        let secret = setting("INTROSPECTION_CLIENT_SECRET").unwrap_or_default();
        let mut introspection = Introspection::new(url, HttpClient::new()?)
            .client(ClientAuth::basic(id, secret))
            .danger_accept_unnamed()
            .leeway(LEEWAY)
            .time_limit(Duration::from_secs(3))
            .remember_active(Duration::ZERO)
            .remember_inactive(Duration::ZERO);
        if let Some(issuer) = &self.issuer {
            introspection = introspection.issuer(issuer.as_str());
        }
        if let Some(audience) = setting("JWT_AUDIENCE") {
            introspection = introspection.audience(audience);
        }
        Ok(Some(introspection))
    }

    /// What the resource at this path says of itself.
    pub(crate) fn metadata(&self, path: &str) -> Result<ResourceMetadata, ConfigError> {
        let metadata = ResourceMetadata::builder(format!("{}{path}", self.public_url))
            .scopes_supported("read write");
        match &self.issuer {
            Some(issuer) => metadata.authorization_server(issuer).build(),
            None => metadata.build(),
        }
    }
}

impl Issuer {
    /// Tokens for this server.
    pub(crate) fn jwt(&self) -> Jwt {
        self.jwt_for(&self.audience)
    }

    /// Tokens for the Model Context Protocol server, which is a resource of its own.
    pub(crate) fn mcp(&self) -> Jwt {
        self.jwt_for(&format!("{}/mcp", self.public_url))
    }

    fn jwt_for(&self, audience: &str) -> Jwt {
        let jwt = Jwt::issuer(&self.issuer).audience(audience).leeway(LEEWAY).algorithms([
            Algorithm::RS256,
            Algorithm::PS256,
            Algorithm::ES256,
            Algorithm::ES384,
            Algorithm::EdDSA,
        ]);
        match &self.keys {
            IssuerKeys::Remote(keys) => jwt.keys(keys.clone()),
            IssuerKeys::File(keys) => jwt.keys(keys.clone()),
        }
    }
}

fn setting(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

fn seconds(name: &str, default: u64) -> Result<u64, ConfigError> {
    let Some(text) = setting(name) else { return Ok(default) };
    text.parse().map_err(|_| ConfigError::new(format!("{name} is no number")))
}
