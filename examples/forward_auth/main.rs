//! Tells a reverse proxy who may pass: nginx (`auth_request`), Traefik and Caddy (forward auth), Envoy
//! (HTTP `ext_authz`). Services behind the proxy need not be written in Rust, nor know of any of it.
//!
//! ```text
//! cargo run --example forward_auth -- examples/forward_auth/forward_auth.toml
//! cargo run --example forward_auth -- --check examples/forward_auth/forward_auth.toml
//! ```
//!
//! `README.md` has the settings of each proxy, `forward_auth.toml` explains its own. What a proxy asks,
//! asked by hand:
//!
//! ```text
//! curl -i -H X-Forwarded-For:192.0.2.1 -H X-Original-Method:GET -H X-Original-URI:/public/logo \
//!     http://127.0.0.1:3000/auth
//! curl -i -H X-Forwarded-For:192.0.2.1 -H X-Original-Method:GET -H X-Original-URI:/orders/7 \
//!     http://127.0.0.1:3000/auth
//! curl -i -H X-Forwarded-For:192.0.2.1 -H X-Original-Method:GET -H X-Original-URI:/orders/7 \
//!     -u alice:wonderland http://127.0.0.1:3000/auth
//! curl -i -H X-Forwarded-For:192.0.2.1 -H X-Original-Method:DELETE -H X-Original-URI:/orders/7 \
//!     -u alice:wonderland http://127.0.0.1:3000/auth
//! curl -i -H X-Forwarded-For:192.0.2.1 -H X-Original-Method:GET -H X-Original-URI:/admin/ \
//!     -u bob:builder http://127.0.0.1:3000/auth
//! ```
//!
//! Another port: `PORT=8080`, or `PORT=0` for any that is free. The files, in the order in which a
//! request meets them: `original.rs` (what was asked of the proxy), `identity_headers.rs` (what must
//! not come from outside), `target.rs` and `rules.rs` (which rule it falls under), `doors.rs` (the
//! schemes), `ask.rs` (all of it together). `settings.rs` reads the file.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program says how it is doing")]

mod ask;
mod doors;
mod identity_headers;
mod log;
mod original;
mod rules;
mod settings;
mod target;

use std::env;
use std::error::Error;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use tokio::net::TcpListener;
use tower_auth::token::keys::RemoteKeys;

use ask::Gatekeeper;
use settings::Settings;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match arguments[..] {
        ["--check", file] => check(file),
        [file] if !file.starts_with('-') => serve(file).await,
        _ => Err("usage: forward_auth [--check] FILE\nFILE holds the settings: begin with a copy \
                  of examples/forward_auth/forward_auth.toml"
            .into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Whether the program would start with this file. Nobody is asked for keys.
fn check(file: &str) -> Result<(), Box<dyn Error>> {
    Program::read(file)?;
    println!("{file} can be used");
    Ok(())
}

async fn serve(file: &str) -> Result<(), Box<dyn Error>> {
    let Program { address, gatekeeper, keys } = Program::read(file)?;
    for keys in keys {
        // Without keys it starts all the same: it says 503, and goes on asking.
        if let Err(outage) = keys.ready().await {
            eprintln!("no keys yet: {}", outage.detail());
        }
    }
    let port = env::var("PORT").unwrap_or_else(|_| "3000".to_owned());
    let port = port.parse().map_err(|_| format!("PORT is `{port}`: give it a number"))?;
    let address = SocketAddr::new(address, port);
    let listener = TcpListener::bind(address).await.map_err(|why| {
        format!("{address} can't be listened on: {why}; PORT in the environment is the port")
    })?;
    println!("listening on http://{}", listener.local_addr()?);
    let app = Router::new()
        .route("/health", get(async || "alive\n"))
        .fallback(ask::ask)
        .with_state(Arc::new(gatekeeper));
    axum::serve(listener, app.into_make_service_with_connect_info::<SocketAddr>()).await?;
    Ok(())
}

/// What a file of settings makes.
struct Program {
    address: IpAddr,
    gatekeeper: Gatekeeper,
    /// To be fetched.
    keys: Vec<RemoteKeys>,
}

impl Program {
    fn read(file: &str) -> Result<Self, Box<dyn Error>> {
        let settings = Settings::read(file)?;
        let folder = Path::new(file).parent().unwrap_or_else(|| Path::new("."));
        let address = settings.address;
        let (door, keys) =
            doors::front_door(&settings, folder).map_err(|why| format!("{file}: {why}"))?;
        let gatekeeper =
            Gatekeeper::new(settings, &door).map_err(|why| format!("{file}: {why}"))?;
        Ok(Self { address, gatekeeper, keys })
    }
}
