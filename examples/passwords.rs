//! Names and passwords, over HTTP/1.1 and HTTP/2 on one port.
//!
//! ```text
//! cargo run --example passwords
//! curl -i http://127.0.0.1:3000/basic/
//! curl -i -u alice:wonderland http://127.0.0.1:3000/basic/
//! curl -i -u alice:wonderland --digest http://127.0.0.1:3000/digest/
//! curl -i -u alice:12345 --http2-prior-knowledge http://127.0.0.1:3000/basic/
//! ```
//!
//! `tests/clients` has the same done by every HTTP client that it could get, and
//! `COMPATIBILITY.md` has what came of it. Another port: `PORT=8080`, or `PORT=0` for any that is
//! free.

#![expect(clippy::print_stdout, reason = "an example says where it listens")]

use std::error::Error;

use axum::Router;
use axum::body::Bytes;
use axum::routing::any;
use axum::serve::Listener;
use http::Method;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tower_auth::scheme::basic::Users;
use tower_auth::scheme::digest::DigestUsers;
use tower_auth::scheme::{Basic, Digest};
use tower_auth::{AuthenticateLayer, ConfigError, Identity};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let app = routes()?;
    let port = std::env::var("PORT").unwrap_or_else(|_| "3000".to_owned());
    let mut listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    println!("listening on http://{}", listener.local_addr()?);
    loop {
        // Waits where too many files are open: that must not end the program.
        let (stream, _) = Listener::accept(&mut listener).await;
        let service = TowerToHyperService::new(app.clone());
        tokio::spawn(async move {
            // HTTP/1.1 or HTTP/2, whichever the client begins with. An error is a client gone.
            let server = auto::Builder::new(TokioExecutor::new());
            let _ = server.serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

/// One folder for each front door, so that a client's idea of a protection space is right.
fn routes() -> Result<Router, ConfigError> {
    let door = AuthenticateLayer::builder;
    let md5 = || digest().algorithms([]).danger_md5();
    Ok(Router::new()
        .merge(folder("basic", door().scheme(basic()).build()?))
        .merge(folder("digest", door().scheme(digest().danger_md5()).build()?))
        .merge(folder("digest-sha256", door().scheme(digest()).build()?))
        .merge(folder("digest-md5", door().scheme(md5()).build()?))
        .merge(folder("any", door().scheme(digest()).scheme(basic()).build()?)))
}

fn basic() -> Basic {
    let users = Users::new().user("alice", "wonderland").user("Jäsøn Doe", "Secret, or not?");
    Basic::new("passwords", users)
}

fn digest() -> Digest {
    let users = DigestUsers::new().user("alice", "wonderland").user("Jäsøn Doe", "Secret, or not?");
    Digest::new("passwords", users)
}

fn folder(name: &str, front_door: AuthenticateLayer) -> Router {
    let paths = [format!("/{name}/"), format!("/{name}/{{*rest}}")];
    let routes = paths.iter().fold(Router::new(), |routes, path| routes.route(path, any(hello)));
    routes.route_layer(front_door)
}

async fn hello(who: Identity, method: Method, body: Bytes) -> String {
    let (name, scheme, length) = (who.subject(), who.scheme(), body.len());
    format!("hello {name}, you came with {scheme} and said {method} with {length} bytes\n")
}
