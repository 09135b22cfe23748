//! The schemes that the file of settings asks for.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ConnectInfo;
use tower_auth::attempts::{AttemptLimits, Source};
use tower_auth::fetch::HttpClient;
use tower_auth::password::Htpasswd;
use tower_auth::scheme::api_key::ApiKeys;
use tower_auth::scheme::digest::{Algorithm, DigestUsers};
use tower_auth::scheme::{ApiKey, Basic, Bearer, Digest, IntoScheme, Scheme};
use tower_auth::store::MemoryAttempts;
use tower_auth::token::jwt::{Issuers, Jwt};
use tower_auth::token::keys::{FileKeys, RemoteKeys};
use tower_auth::{AuthenticateLayer, ConfigError};

use crate::log;
use crate::settings::{ApiKeySettings, DigestSettings, IssuerSettings, Settings};

/// The layer, and the keys that it will fetch. Files are looked for in `folder`.
pub(crate) fn front_door(
    settings: &Settings,
    folder: &Path,
) -> Result<(AuthenticateLayer, Vec<RemoteKeys>), ConfigError> {
    let (mut schemes, mut remote) = (Vec::<Arc<dyn Scheme>>::new(), Vec::new());
    // Many clients look at the first challenge only, so it begins with those that people answer.
    if let Some(digest) = &settings.digest {
        schemes.push(self::digest(settings, digest).into_scheme()?);
    }
    if let Some(basic) = &settings.basic {
        let callers = settings.callers.clone();
        let users = Htpasswd::settings()
            .principal(move |name| Settings::principal(&callers, name))
            // A page makes dozens of requests, and a proxy asks for each.
            .remember(Duration::from_secs(30))
            .observer(log::observe)
            .open(folder.join(&basic.htpasswd))?;
        schemes.push(Basic::new(&settings.realm, users).into_scheme()?);
    }
    if !settings.issuers.is_empty() {
        let mut issuers = Issuers::new();
        for issuer in &settings.issuers {
            issuers = issuers.issuer(jwt(issuer, folder, &mut remote)?);
        }
        schemes.push(Bearer::new(issuers).realm(&settings.realm).into_scheme()?);
    }
    if let Some(keys) = &settings.api_key {
        schemes.push(api_key(settings, keys).into_scheme()?);
    }
    let mut schemes = schemes.into_iter();
    let first = schemes.next().ok_or_else(|| {
        ConfigError::new(
            "nobody could ever log in: add `[basic]`, `[digest]`, `[api_key]` or `[[issuers]]`",
        )
    })?;
    let mut builder = AuthenticateLayer::builder().scheme(first).observer(log::observe);
    for scheme in schemes {
        builder = builder.scheme(scheme);
    }
    if let Some(limits) = &settings.limits {
        let peer = Source::extension(|peer: &ConnectInfo<SocketAddr>| Some(peer.ip()));
        let source = peer.forwarded_by(&limits.proxies, "X-Forwarded-For");
        builder = builder.limit_attempts(AttemptLimits::new(MemoryAttempts::new(100_000), source));
    }
    Ok((builder.build()?, remote))
}

fn digest(settings: &Settings, digest: &DigestSettings) -> Digest {
    let users = digest.users.iter().fold(DigestUsers::new(), |users, (name, ha1)| {
        users.ha1(Settings::principal(&settings.callers, name), Algorithm::Sha256, ha1)
    });
    Digest::new(&settings.realm, users).algorithms([Algorithm::Sha256])
}

fn api_key(settings: &Settings, api_key: &ApiKeySettings) -> ApiKey {
    let keys = api_key.keys.iter().fold(ApiKeys::new(), |keys, (name, digest)| {
        keys.digest(Settings::principal(&settings.callers, name), digest.0)
    });
    ApiKey::header(api_key.header.0.as_str(), keys).realm(&settings.realm)
}

fn jwt(
    settings: &IssuerSettings,
    folder: &Path,
    remote: &mut Vec<RemoteKeys>,
) -> Result<Jwt, ConfigError> {
    let IssuerSettings { issuer, audience, .. } = settings;
    let mut jwt = Jwt::issuer(issuer).audience(audience.as_str());
    if let Some(file) = &settings.jwks_file {
        let keys = FileKeys::settings(folder.join(file)).observer(log::observe);
        jwt = jwt.keys(keys.build()?);
    } else {
        let keys = match &settings.jwks_url {
            Some(url) => RemoteKeys::from_url(url, HttpClient::new()?),
            None => RemoteKeys::discover(issuer, HttpClient::new()?),
        };
        let keys = keys.observer(log::observe).build()?;
        remote.push(keys.clone());
        jwt = jwt.keys(keys);
    }
    if settings.rfc9068 {
        jwt = jwt.access_token_profile();
    }
    if let Some(claim) = &settings.scopes_from {
        jwt = jwt.scopes_from(claim.as_str());
    }
    if let Some(claim) = &settings.roles_from {
        jwt = jwt.roles_from(claim.as_str());
    }
    Ok(jwt)
}
