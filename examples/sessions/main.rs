//! People who log in with a name and a password, and see where else they are logged in.
//!
//! ```text
//! cargo run --example sessions
//! ```
//!
//! Then open <http://127.0.0.1:3000/account>: it sends you to the login page, and back. There are
//! `alice` with the password `wonderland`, and `bob` with `builder`. Log in with a second browser,
//! or a private window, to see two sessions.
//!
//! A program is not sent anywhere, it gets a 401:
//!
//! ```text
//! curl -i http://127.0.0.1:3000/account
//! ```
//!
//! Another port: `PORT=8080`, or `PORT=0` for any that is free. With `REDIS_URL` the sessions are
//! kept there, for as many processes as you like:
//!
//! ```text
//! REDIS_URL=redis://127.0.0.1:6379 PORT=3001 cargo run --example sessions
//! REDIS_URL=redis://127.0.0.1:6379 PORT=3002 cargo run --example sessions
//! ```

#![expect(clippy::print_stdout, reason = "an example says what to try")]

mod app;

use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::ConnectInfo;
use axum::serve;
use tokio::net::TcpListener;
use tower_auth::ConfigError;
use tower_auth::attempts::{AttemptLimits, Source};
use tower_auth::store::{MemoryAttempts, MemorySessions, NearSessions, RedisStores, SessionStore};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (store, limits) = stores()?;
    let app =
        app::routes(store, limits.build()?)?.into_make_service_with_connect_info::<SocketAddr>();
    let port = std::env::var("PORT").unwrap_or_else(|_| "3000".to_owned());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    println!("listening on http://{}", listener.local_addr()?);
    serve(listener, app).await?;
    Ok(())
}

/// Where sessions and wrong passwords are remembered: in memory, or where `REDIS_URL` says, for
/// several processes. There the common request makes no round trip: what another process ends is
/// announced to this one.
fn stores() -> Result<(Arc<dyn SessionStore>, AttemptLimits), ConfigError> {
    let peer = Source::extension(|peer: &ConnectInfo<SocketAddr>| Some(peer.ip()));
    Ok(match std::env::var("REDIS_URL") {
        Ok(url) => {
            let stores = RedisStores::connect(&url)?;
            // 16 random bytes or more, the same for all processes; from where your secrets are.
            let secret = std::env::var("ATTEMPTS_SECRET");
            let secret = secret.unwrap_or_else(|_| "good enough for an example".to_owned());
            let limits = AttemptLimits::new(stores.attempts(), peer).secret(secret);
            (Arc::new(NearSessions::new(stores.sessions(), 100_000)), limits)
        }
        Err(_) => {
            let limits = AttemptLimits::new(MemoryAttempts::new(100_000), peer);
            (Arc::new(MemorySessions::new(100_000)), limits)
        }
    })
}
