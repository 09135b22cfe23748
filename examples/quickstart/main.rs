//! Three schemes at one front door, and routes behind it that want a scope or a role.
//!
//! It makes its own users, signing key and tokens, so nothing else is needed:
//!
//! ```text
//! cargo run --example quickstart
//! ```
//!
//! It prints a `curl` command for each thing that can happen, ready to paste. The same can be
//! tried on the page at <http://127.0.0.1:3000>. To begin with:
//!
//! ```text
//! curl -i http://127.0.0.1:3000/me
//! curl -i -u alice:wonderland http://127.0.0.1:3000/me
//! curl -i -u bob:builder http://127.0.0.1:3000/admin
//! ```
//!
//! Another port: `PORT=8080`, or `PORT=0` for any that is free.

#![expect(clippy::print_stdout, reason = "an example says what to try")]

mod demo;

use std::error::Error;

use axum::Router;
use axum::response::Html;
use axum::routing::get;
use tokio::net::TcpListener;
use tower_auth::policy::{role, scope};
use tower_auth::scheme::api_key::ApiKeys;
use tower_auth::scheme::basic::Users;
use tower_auth::scheme::{ApiKey, Basic, Bearer};
use tower_auth::testing::TokenMaker;
use tower_auth::token::jwt::Jwt;
use tower_auth::{AuthenticateLayer, AuthorizeLayer, ConfigError, Identity, Principal};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // The identity provider, whose keys a real service would be given or fetch.
    let idp = TokenMaker::es256().issuer(ISSUER).audience(AUDIENCE);
    let callers = demo::callers(&idp);
    let page = demo::page(&callers)?;
    let app = routes(&idp)?.route("/", get(async move || Html(page)));

    let port = std::env::var("PORT").unwrap_or_else(|_| "3000".to_owned());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    let origin = format!("http://{}", listener.local_addr()?);
    println!("listening on {origin}\n\n{}", demo::commands(&callers, &origin));
    axum::serve(listener, app).await?;
    Ok(())
}

fn routes(idp: &TokenMaker) -> Result<Router, ConfigError> {
    let keys = ApiKeys::new().key("robot-1", "key-of-robot-1");

    // One of three proofs is enough. A 401 offers all three, in this order.
    let front_door = AuthenticateLayer::builder()
        .scheme(basic())
        .scheme(bearer(idp))
        .scheme(ApiKey::header("X-API-Key", keys))
        .build()?;
    let guarded = Router::new()
        .route("/me", get(hello))
        .route("/orders", get(orders).route_layer(AuthorizeLayer::new(scope("orders:read")?)))
        .route("/admin", get(admin).route_layer(AuthorizeLayer::new(role("admin"))))
        .route_layer(front_door);

    // A browser asks for a password where Basic is offered, and only there.
    let basic_only = AuthenticateLayer::builder().scheme(basic()).build()?;
    let bearer_only = AuthenticateLayer::builder().scheme(bearer(idp)).build()?;
    Ok(Router::new()
        .route("/public", get(async || "everybody may read this\n"))
        .merge(guarded)
        .route("/basic", get(hello).route_layer(basic_only))
        .route("/bearer", get(hello).route_layer(bearer_only)))
}

fn basic() -> Basic {
    let users = Users::new()
        .user(Principal::new("alice").role("admin"), "wonderland")
        .user("bob", "builder");
    Basic::new("quickstart", users)
}

fn bearer(idp: &TokenMaker) -> Bearer {
    Bearer::new(Jwt::issuer(ISSUER).audience(AUDIENCE).keys(idp.keys())).realm("quickstart")
}

async fn hello(who: Identity) -> String {
    format!("hello {}, you came with {}\n", who.subject(), who.scheme())
}

async fn orders() -> &'static str {
    "42 orders\n"
}

async fn admin() -> &'static str {
    "the keys of the kingdom\n"
}

const ISSUER: &str = "https://idp.example";
const AUDIENCE: &str = "https://api.example";
