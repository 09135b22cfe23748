//! Every scheme of the crate on a route of its own, for any HTTP client to be pointed at.
//!
//! ```text
//! PORT=3000 cargo run --example conformance_server
//! curl -i http://127.0.0.1:3000/multi
//! curl -i -u alice:wonderland --digest http://127.0.0.1:3000/digest
//! curl -i -H 'X-API-Key: key-of-robot-1' http://127.0.0.1:3000/apikey
//! ```
//!
//! HTTP/1.1 and HTTP/2 (in clear text, with prior knowledge) on one port. `settings.rs` has what it
//! reads from the environment, `doors.rs` the schemes, `answers.rs` what an admitted request gets.
//! A route whose scheme the crate does not have, or that lacks its settings, is 404.

#![expect(clippy::print_stdout, reason = "an example says where it listens")]

mod answers;
mod cors;
mod doors;
mod sessions;
mod settings;

use std::error::Error;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::handler::Handler as _;
use axum::middleware::from_fn;
use axum::routing::{any, get};
use axum::serve::Listener;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tower_auth::{AuthenticateLayer, AuthorizeLayer, ConfigError, Identity};

use answers::answer;
use settings::Settings;

/// Of bodies that have to be read: by a Digest that covers them, and to be counted.
const MAX_BODY: usize = 1024 * 1024;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let settings = Settings::from_env()?;
    let mut listener = TcpListener::bind(("127.0.0.1", settings.port)).await?;
    let address = listener.local_addr()?;
    let app = routes(&settings.at(address))?;
    println!("listening on {address}");
    loop {
        // Waits where too many files are open: that must not end the program.
        let (stream, _) = Listener::accept(&mut listener).await;
        let service = TowerToHyperService::new(app.clone());
        tokio::spawn(async move {
            // An error is a client gone.
            let server = auto::Builder::new(TokioExecutor::new());
            let _ = server.serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

fn routes(settings: &Settings) -> Result<Router, ConfigError> {
    let app = passwords()?.merge(tokens(settings)?).merge(sessions::routes()?);
    Ok(app
        .route("/health", get(|| async { "ok" }))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        // Outside of authentication: preflights carry no credentials, and pages must be able to
        // read refusals.
        .layer(from_fn(cors::answer)))
}

/// Names and passwords, and keys.
fn passwords() -> Result<Router, ConfigError> {
    let forbidden = AuthorizeLayer::new(|_: &Identity, _: &http::request::Parts| false);
    Ok(Router::new()
        .merge(behind("/basic", doors::door(doors::basic())?))
        .merge(doors::digests()?)
        .merge(behind("/apikey", doors::door(doors::api_key())?))
        .merge(behind("/optional", doors::optional()?))
        .route("/forbidden", any(answer.layer(forbidden)).layer(doors::door(doors::basic())?)))
}

/// Access tokens, by the settings that there are.
fn tokens(settings: &Settings) -> Result<Router, ConfigError> {
    let metadata = settings.metadata("")?;
    let mut app = Router::new().route_service(metadata.path(), metadata.service());
    if let Some(introspection) = settings.introspection()? {
        let scheme = || doors::bearer(introspection.clone(), &metadata);
        app = app
            .merge(behind("/introspect", doors::door(scheme())?))
            .merge(doors::scoped("/introspect/scope", scheme())?);
    }
    if let Some(issuer) = settings.issuer()? {
        let mcp = settings.metadata("/mcp")?;
        let (plain, profile) = (issuer.jwt(), issuer.jwt().access_token_profile());
        app = app
            .merge(behind("/bearer", doors::door(doors::bearer(plain, &metadata))?))
            .merge(behind("/bearer-at", doors::door(doors::bearer(profile, &metadata))?))
            .merge(doors::scoped("/bearer/scope", doors::bearer(issuer.jwt(), &metadata))?)
            .merge(behind("/multi", doors::multi(issuer.jwt(), &metadata)?))
            .merge(answers::mcp(doors::door(doors::bearer(issuer.mcp(), &mcp))?))
            .route_service(mcp.path(), mcp.service());
    }
    Ok(app)
}

/// Answers whoever the door lets in, with any method.
fn behind(path: &str, door: AuthenticateLayer) -> Router {
    Router::new().route(path, any(answer)).route_layer(door)
}
