//! One of the replicas.

use std::error::Error;
use std::future::ready;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::map_response;
use axum::response::Response;
use axum::routing::get;
use tokio::net::TcpListener;
use tower_auth::attempts::{AttemptLimits, Delays, Source};
use tower_auth::rejection::Unavailable;
use tower_auth::scheme::api_key::ApiKeys;
use tower_auth::scheme::digest::DigestUsers;
use tower_auth::scheme::{ApiKey, Bearer, Digest};
use tower_auth::store::{RedisRevocations, RedisStores, Revocation, RevocationStore as _};
use tower_auth::testing::TokenMaker;
use tower_auth::token::Revocable;
use tower_auth::token::jwt::Jwt;
use tower_auth::{AuthenticateLayer, ConfigError, Identity};

use crate::app;

pub(crate) async fn serve(name: &str, port: u16, redis: &str) -> Result<(), Box<dyn Error>> {
    let name = HeaderValue::from_str(name)?;
    let named = map_response(move |mut response: Response| {
        response.headers_mut().insert("replica", name.clone());
        ready(response)
    });
    let app = routes(&RedisStores::connect(redis)?)?.layer(named);
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    axum::serve(listener, app.into_make_service_with_connect_info::<SocketAddr>()).await?;
    Ok(())
}

/// All that has to be remembered is in Redis. What the replicas have in common beside it is a
/// secret, and the keys of tokens.
fn routes(redis: &RedisStores) -> Result<Router, ConfigError> {
    let digest = Digest::new("replicas", DigestUsers::new().user("alice", "wonderland"))
        .key(SECRET)
        .store(redis.nonces());
    let digest = AuthenticateLayer::builder().scheme(digest).build()?;

    let revoked = redis.revocations(AN_HOUR);
    let tokens = Jwt::issuer(ISSUER).audience(AUDIENCE).keys(idp().keys());
    let bearer = Bearer::new(Revocable::new(tokens, revoked.clone()));
    let bearer = AuthenticateLayer::builder().scheme(bearer).build()?;

    let limits = || {
        let peer = Source::extension(|peer: &ConnectInfo<SocketAddr>| Some(peer.ip()));
        let source = peer.forwarded_by(["127.0.0.1"], "X-Forwarded-For");
        AttemptLimits::new(redis.attempts(), source).secret(SECRET)
    };
    let form = limits().build()?;
    let limits = limits().per_source(Delays::after(3).first(A_MINUTE).longest(A_MINUTE));
    let keys = ApiKeys::new().key("robot-1", "key-of-robot-1");
    let keys = ApiKey::header("X-API-Key", keys);
    let keys = AuthenticateLayer::builder().scheme(keys).limit_attempts(limits).build()?;

    // `NearSessions` before them would spare most requests the way to Redis, as in
    // `examples/sessions`; another replica's log-out is then known a moment later.
    Ok(app::routes(redis.sessions(), form)?
        .route("/digest", get(hello).route_layer(digest))
        .route("/robot", get(hello).route_layer(keys))
        .route(
            "/token",
            get(hello)
                .delete(async move |who: Identity| revoke(&revoked, &who).await)
                .route_layer(bearer),
        ))
}

async fn hello(who: Identity) -> String {
    format!("hello {}, you came with {}\n", who.subject(), who.scheme())
}

/// Ends the token that the request came with.
async fn revoke(revoked: &RedisRevocations, who: &Identity) -> Result<StatusCode, Unavailable> {
    let Some(revocation) = Revocation::of(who) else { return Ok(StatusCode::CONFLICT) };
    revoked.revoke(&revocation).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What to try, with a token.
pub(crate) fn commands() -> Result<String, Box<dyn Error>> {
    let token = idp().token("reader").claim("jti", "token-1").expires_in(AN_HOUR).sign();
    Ok(include_str!("commands.txt").replace("{{token}}", &token))
}

/// The identity provider, whose public keys a real service would fetch.
fn idp() -> TokenMaker {
    TokenMaker::hs256(SECRET).issuer(ISSUER).audience(AUDIENCE)
}

/// A real one is random, and comes from where secrets are kept.
const SECRET: &str = "the same 32 bytes at each replica";
const ISSUER: &str = "https://idp.example";
const AUDIENCE: &str = "https://api.example";
const A_MINUTE: Duration = Duration::from_secs(60);
const AN_HOUR: Duration = Duration::from_secs(3600);
