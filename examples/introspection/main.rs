//! Opaque tokens: the authorization server is asked what each is worth (RFC 7662).
//!
//! The demonstration brings a small authorization server of its own, so nothing else is needed:
//!
//! ```text
//! cargo run --example introspection
//! ```
//!
//! It prints a `curl` command for each thing that can happen, ready to paste, in this order. To
//! begin with:
//!
//! ```text
//! curl -i http://127.0.0.1:3000/me
//! curl -i -H 'authorization: Bearer token-of-bob' http://127.0.0.1:3000/orders
//! ```
//!
//! With a real one, whose `client_credentials` this service has:
//!
//! ```text
//! INTROSPECTION_URL=https://idp.example/introspect CLIENT_ID=orders CLIENT_SECRET=s3cret \
//!     cargo run --example introspection
//! ```
//!
//! Another port: `PORT=8080`, or `PORT=0` for any that is free.

#![expect(clippy::print_stdout, reason = "an example says what to try")]

mod server;

use std::env;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use tokio::net::TcpListener;
use tower_auth::fetch::HttpClient;
use tower_auth::policy::scope;
use tower_auth::scheme::Bearer;
use tower_auth::store::{MemoryRevocations, Revocation};
use tower_auth::token::introspection::{ClientAuth, Introspection};
use tower_auth::token::{IntoVerifier, Revocable};
use tower_auth::{AuthenticateLayer, AuthorizeLayer, ConfigError, Identity};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let port = env::var("PORT").unwrap_or_else(|_| "3000".to_owned());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    let origin = format!("http://{}", listener.local_addr()?);

    let (endpoint, id, secret, commands) = match env::var("INTROSPECTION_URL") {
        Ok(url) => (url, required("CLIENT_ID")?, required("CLIENT_SECRET")?, String::new()),
        Err(_) => {
            let server = server::start().await?;
            let (id, secret) = (server::CLIENT_ID.to_owned(), server::CLIENT_SECRET.to_owned());
            let commands = server::commands(&server, &origin);
            (format!("{server}/introspect"), id, secret, commands)
        }
    };
    // A good answer is remembered, never beyond the token's expiry. That is how long a revocation
    // at the server goes unnoticed here.
    let tokens = Introspection::new(endpoint, HttpClient::new()?)
        .client(ClientAuth::basic(id, secret))
        .remember_active(Duration::from_secs(60));
    let app = routes(tokens)?;
    println!("listening on {origin}\n\n{commands}");
    axum::serve(listener, app).await?;
    Ok(())
}

fn routes(tokens: impl IntoVerifier) -> Result<Router, ConfigError> {
    // What is revoked here holds at once, whatever the server said a moment ago.
    let revoked = Arc::new(MemoryRevocations::new(100_000));
    let bearer = Bearer::new(Revocable::new(tokens, Arc::clone(&revoked)));
    let front_door = AuthenticateLayer::builder().scheme(bearer).build()?;
    Ok(Router::new()
        .route("/me", get(me))
        .route(
            "/orders",
            get(async || "42 orders\n").route_layer(AuthorizeLayer::new(scope("read")?)),
        )
        .route("/log-out", post(log_out))
        .with_state(revoked)
        .layer(front_door))
}

async fn me(who: Identity) -> String {
    let scopes: Vec<&str> = who.scopes().iter().collect();
    format!("hello {}, with {scopes:?}\n", who.subject())
}

async fn log_out(
    State(revoked): State<Arc<MemoryRevocations>>,
    who: Identity,
) -> Result<&'static str, (StatusCode, &'static str)> {
    let Some(revocation) = Revocation::of(&who) else {
        return Err((StatusCode::CONFLICT, "the token has no `jti` or no `exp` to revoke it by\n"));
    };
    match revoked.insert(&revocation) {
        Ok(()) => Ok("good-bye\n"),
        Err(_) => Err((StatusCode::SERVICE_UNAVAILABLE, "not revoked: there is no room\n")),
    }
}

fn required(name: &str) -> Result<String, ConfigError> {
    env::var(name).map_err(|_| {
        ConfigError::new(format!(
            "{name} is not set: INTROSPECTION_URL needs the CLIENT_ID and CLIENT_SECRET that this \
             service has there"
        ))
    })
}
