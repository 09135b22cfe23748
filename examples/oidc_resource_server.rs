//! An API whose callers bring access tokens of any OpenID provider: Keycloak, Auth0, Entra ID ...
//!
//! Where the keys are, the provider's own metadata say. They are fetched, kept fresh, and used on
//! while the provider is down.
//!
//! ```text
//! ISSUER=https://idp.example/realms/main AUDIENCE=https://api.example \
//!     cargo run --example oidc_resource_server
//! ```
//!
//! | variable | |
//! |---|---|
//! | `ISSUER` | the `iss` of the tokens, character by character |
//! | `AUDIENCE` | what the provider calls this API: it must be in the tokens' `aud` |
//! | `PROFILE` | `rfc9068` where the provider makes tokens of that profile, and no others are taken |
//! | `SCOPE` | the scope that `/orders` wants; `read` |
//! | `RESOURCE` | the URL by which clients know the API; the address where it listens |
//! | `PORT` | 3000; 0 for any that is free |
//!
//! ```text
//! curl -i http://127.0.0.1:3000/me
//! curl -i http://127.0.0.1:3000/health
//! curl -i http://127.0.0.1:3000/.well-known/oauth-protected-resource
//! ```

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "an example says how it is doing")]

use std::env;
use std::error::Error;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::IntoResponse;
use axum::routing::get;
use tokio::net::TcpListener;
use tower_auth::fetch::HttpClient;
use tower_auth::metadata::ResourceMetadata;
use tower_auth::policy::scope;
use tower_auth::scheme::Bearer;
use tower_auth::token::jwt::Jwt;
use tower_auth::token::keys::RemoteKeys;
use tower_auth::{AuthenticateLayer, AuthorizeLayer, ConfigError, Identity};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let issuer = required("ISSUER", "the `iss` of the tokens, such as https://idp.example")?;
    let audience = required("AUDIENCE", "what your provider calls this API, in the tokens' `aud`")?;
    let keys = RemoteKeys::discover(&issuer, HttpClient::new()?).build()?;
    let mut jwt = Jwt::issuer(&issuer).audience(audience).keys(keys.clone());
    match env::var("PROFILE").as_deref() {
        Err(_) | Ok("") => {}
        Ok("rfc9068") => jwt = jwt.access_token_profile(),
        Ok(_) => return Err(ConfigError::new("PROFILE is `rfc9068`, or not set").into()),
    }

    let listener = TcpListener::bind(format!("127.0.0.1:{}", setting("PORT", "3000"))).await?;
    let origin = format!("http://{}", listener.local_addr()?);
    let metadata = ResourceMetadata::builder(setting("RESOURCE", &origin))
        .authorization_server(issuer)
        .scopes_supported(&setting("SCOPE", "read"))
        .build()?;
    let app = routes(jwt, keys.clone(), &metadata)?;

    // Without keys the service starts all the same: it says 503, and goes on asking.
    if let Err(outage) = keys.ready().await {
        eprintln!("no keys yet: {}", outage.detail());
    }
    println!("listening on {origin}");
    axum::serve(listener, app).await?;
    Ok(())
}

fn routes(jwt: Jwt, keys: RemoteKeys, metadata: &ResourceMetadata) -> Result<Router, ConfigError> {
    let bearer = Bearer::new(jwt).resource_metadata(metadata);
    let front_door = AuthenticateLayer::builder().scheme(bearer).build()?;
    let may_read = AuthorizeLayer::new(scope(setting("SCOPE", "read"))?);
    Ok(Router::new()
        .route("/me", get(me))
        .route("/orders", get(async || "42 orders\n").route_layer(may_read))
        .layer(front_door)
        // Added later: outside of the door.
        .route("/health", get(async || "alive\n"))
        .route("/ready", get(ready).with_state(keys))
        .route_service(metadata.path(), metadata.service()))
}

async fn me(who: Identity) -> String {
    let scopes: Vec<&str> = who.scopes().iter().collect();
    format!("{} of {}, with {scopes:?}\n", who.subject(), who.issuer().unwrap_or("nobody"))
}

/// For whoever sends the traffic: whether tokens can be judged. It asks nobody.
async fn ready(State(keys): State<RemoteKeys>) -> Result<&'static str, impl IntoResponse> {
    let wait = (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, "5")], "no keys yet\n");
    if keys.is_ready() { Ok("ready\n") } else { Err(wait) }
}

fn required(name: &str, what: &str) -> Result<String, ConfigError> {
    let value = env::var(name).ok().filter(|value| !value.is_empty());
    value.ok_or_else(|| ConfigError::new(format!("{name} is not set: give it {what}")))
}

fn setting(name: &str, default: &str) -> String {
    env::var(name).unwrap_or_else(|_| default.to_owned())
}
