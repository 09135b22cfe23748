//! Tokens of several issuers: of a fixed list, or of tenants that are looked up.
//!
//! It plays two issuers, acme and globex, so nothing else is needed:
//!
//! ```text
//! cargo run --example multi_tenant
//! ```
//!
//! It prints a `curl` command for each thing that can happen, ready to paste. To begin with:
//!
//! ```text
//! curl -i http://127.0.0.1:3000/me
//! curl -i http://127.0.0.1:3000/acme/files
//! ```
//!
//! Another port: `PORT=8080`, or `PORT=0` for any that is free.

#![expect(clippy::print_stdout, reason = "an example says what to try")]

use std::error::Error;
use std::time::Duration;

use axum::Router;
use axum::http::request::Parts;
use axum::routing::get;
use tokio::net::TcpListener;
use tower_auth::rejection::Unavailable;
use tower_auth::scheme::Bearer;
use tower_auth::testing::TokenMaker;
use tower_auth::token::IntoVerifier;
use tower_auth::token::jwt::{Issuers, Jwt, Keys, Tenants};
use tower_auth::{AuthenticateLayer, AuthorizeLayer, ConfigError, Identity};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let [acme, globex] = [ACME, GLOBEX].map(|name| TokenMaker::es256().issuer(name).audience(API));
    let app = routes(acme.keys(), globex.keys())?;

    let port = std::env::var("PORT").unwrap_or_else(|_| "3000".to_owned());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    let origin = format!("http://{}", listener.local_addr()?);
    println!("listening on {origin}\n");
    for (comment, path, token) in requests(&acme, &globex) {
        let field = token.map(|token| format!("-H 'authorization: Bearer {token}' "));
        println!("# {comment}\ncurl -i {}{origin}{path}", field.unwrap_or_default());
    }
    println!();
    axum::serve(listener, app).await?;
    Ok(())
}

fn routes(acme: Keys, globex: Keys) -> Result<Router, ConfigError> {
    // A fixed list. Each issuer has its own keys, which a real service would be given or fetch.
    let fixed = Issuers::new()
        .issuer(Jwt::issuer(ACME).audience(API).keys(acme.clone()))
        .issuer(Jwt::issuer(GLOBEX).audience(API).keys(globex.clone()));

    // Tenants that come and go are looked up, in a database say. What is found is kept.
    let tenants = Tenants::new(move |issuer| {
        let found = match issuer {
            ACME => Ok(Some(acme.clone())),
            GLOBEX => Ok(Some(globex.clone())),
            OUTAGE => Err(Unavailable::new("the database is down")),
            _ => Ok(None),
        };
        let found = found.map(|keys| Some(Jwt::issuer(issuer).audience(API).keys(keys?)));
        async { found }
    });

    let files = get(files).route_layer(AuthorizeLayer::new(is_at_home));
    Ok(Router::new()
        .route("/me", get(me).route_layer(front_door(fixed)?))
        .route("/{tenant}/files", files.route_layer(front_door(tenants)?)))
}

fn front_door(tokens: impl IntoVerifier) -> Result<AuthenticateLayer, ConfigError> {
    AuthenticateLayer::builder().scheme(Bearer::new(tokens)).build()
}

/// The tenant of a caller is who vouched for them. Their subject says nothing about that: there is
/// an alice at acme and another one at globex.
fn tenant(who: &Identity) -> &'static str {
    match who.issuer() {
        Some(ACME) => "acme",
        Some(GLOBEX) => "globex",
        _ => "nobody",
    }
}

fn is_at_home(who: &Identity, request: &Parts) -> bool {
    request.uri.path().split('/').nth(1) == Some(tenant(who))
}

async fn me(who: Identity) -> String {
    format!("hello {} of {}\n", who.subject(), tenant(&who))
}

async fn files(who: Identity) -> String {
    format!("the files of {}, for {}\n", tenant(&who), who.subject())
}

fn requests(acme: &TokenMaker, globex: &TokenMaker) -> Vec<Request> {
    let alice = |idp| TokenMaker::token(idp, "alice").expires_in(Duration::from_secs(86_400));
    let says = |issuer: &str| Some(alice(globex).claim("iss", issuer).sign());
    let (of_acme, of_globex) = (Some(alice(acme).sign()), Some(alice(globex).sign()));
    let elsewhere = Some(alice(acme).claim("aud", "https://other.example").sign());
    vec![
        ("401: no token", "/me", None),
        ("200: alice of acme", "/me", of_acme.clone()),
        ("200: alice of globex, who is somebody else", "/me", of_globex.clone()),
        ("401: says to be of acme, and globex signed it", "/me", says(ACME)),
        ("401: an issuer that is not on the list", "/me", says("https://evil.example")),
        ("401: acme made it for another service", "/me", elsewhere),
        ("200: alice of acme at home", "/acme/files", of_acme.clone()),
        ("403: alice of acme at globex", "/globex/files", of_acme),
        ("200: alice of globex at home", "/globex/files", of_globex),
        ("401: which does not open acme either", "/acme/files", says(ACME)),
        ("401: an issuer that is no tenant", "/acme/files", says("https://evil.example")),
        ("503: whether it is one can't be told now", "/acme/files", says(OUTAGE)),
    ]
}

/// What is printed: a comment, a path, a token.
type Request = (&'static str, &'static str, Option<String>);

const ACME: &str = "https://acme.example";
const GLOBEX: &str = "https://globex.example";
const OUTAGE: &str = "https://outage.example";
const API: &str = "https://api.example";
