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
    public_url: Option<String>,
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
        Ok(Self { port, public_url: setting("PUBLIC_URL") })
    }

    /// The settings once it is known where the server listens.
    pub(crate) fn at(&self, address: SocketAddr) -> Self {
        let public_url = self.public_url.clone().or_else(|| Some(format!("http://{address}")));
        Self { public_url, ..self.clone() }
    }

    /// `None` without `JWT_ISSUER`, `JWT_AUDIENCE` and one of `JWKS_URL` and `JWKS_FILE`.
    pub(crate) fn issuer(&self) -> Result<Option<Issuer>, ConfigError> {
        let (Some(issuer), Some(audience)) = (setting("JWT_ISSUER"), setting("JWT_AUDIENCE"))
        else {
            return Ok(None);
        };
        let keys = match (setting("JWKS_URL"), setting("JWKS_FILE")) {
            (Some(url), _) => {
                let wait = seconds("JWKS_MIN_REFRESH_SECS", 30)?;
                let keys = RemoteKeys::from_url(url, HttpClient::new()?).cooldown(wait);
                IssuerKeys::Remote(keys.build()?)
            }
            (None, Some(path)) => IssuerKeys::File(FileKeys::open(path)?),
            (None, None) => return Ok(None),
        };
        let public_url = self.public_url.clone().unwrap_or_default();
        Ok(Some(Issuer { issuer, audience, keys, public_url }))
    }

    /// `None` without `INTROSPECTION_URL`.
    pub(crate) fn introspection(&self) -> Result<Option<Introspection>, ConfigError> {
        let Some(url) = setting("INTROSPECTION_URL") else { return Ok(None) };
        let id = setting("INTROSPECTION_CLIENT_ID").unwrap_or_default();
        let secret = setting("INTROSPECTION_CLIENT_SECRET").unwrap_or_default();
        let mut introspection = Introspection::new(url, HttpClient::new()?)
            .client(ClientAuth::basic(id, secret))
            .leeway(LEEWAY)
            .time_limit(Duration::from_secs(3))
            .remember_active(Duration::ZERO)
            .remember_inactive(Duration::ZERO);
        if let Some(issuer) = setting("JWT_ISSUER") {
            introspection = introspection.issuer(issuer);
        }
        if let Some(audience) = setting("JWT_AUDIENCE") {
            introspection = introspection.audience(audience);
        }
        Ok(Some(introspection))
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

    /// What the resource at this path says of itself.
    pub(crate) fn metadata(&self, path: &str) -> Result<ResourceMetadata, ConfigError> {
        ResourceMetadata::builder(format!("{}{path}", self.public_url))
            .authorization_server(&self.issuer)
            .scopes_supported("read write")
            .build()
    }
}

fn setting(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

fn seconds(name: &str, default: u64) -> Result<Duration, ConfigError> {
    let text = setting(name).unwrap_or_else(|| default.to_string());
    let seconds = text.parse().map_err(|_| ConfigError::new(format!("{name} is no number")))?;
    Ok(Duration::from_secs(seconds))
}
