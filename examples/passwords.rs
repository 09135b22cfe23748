//! Names and passwords, over HTTP/1.1 and HTTP/2 on one port.
//!
//! ```text
//! cargo run --example passwords
//! curl -i http://127.0.0.1:3000/basic/
//! curl -i -u alice:wonderland http://127.0.0.1:3000/basic/
//! curl -i -u alice:12345 --http2-prior-knowledge http://127.0.0.1:3000/basic/
//! ```
//!
//! `tests/clients` has the same done by every HTTP client that it could get, and
//! `COMPATIBILITY.md` has what came of it. Another port: `PORT=8080`, or `PORT=0` for any that is
//! free.

#![expect(clippy::print_stdout, reason = "an example says where it listens")]

use std::error::Error;

use axum::Router;
use axum::body::{Bytes, HttpBody as _};
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::any;
use http::header::CONNECTION;
use http::{HeaderValue, Method, Version};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tower_auth::scheme::Basic;
use tower_auth::scheme::basic::Users;
use tower_auth::{AuthenticateLayer, ConfigError, Identity};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let app = routes()?;
    let port = std::env::var("PORT").unwrap_or_else(|_| "3000".to_owned());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    println!("listening on http://{}", listener.local_addr()?);
    loop {
        let (stream, _) = listener.accept().await?;
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
    let basic = AuthenticateLayer::builder().scheme(basic()).build()?;
    Ok(Router::new().merge(folder("basic", basic)).layer(from_fn(announce_close)))
}

/// A refusal leaves the body of a request unread, and hyper then closes the connection unless the
/// body has come with the head. A client that isn't told asks again on that connection, and may
/// take its end for a failure: Java's does, one time in twenty.
/// [RFC 9112 §9.6](https://www.rfc-editor.org/rfc/rfc9112#section-9.6)
async fn announce_close(request: Request, next: Next) -> Response {
    let may_be_left = request.version() < Version::HTTP_2 && !request.body().is_end_stream();
    let mut response = next.run(request).await;
    if may_be_left && response.status().is_client_error() {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

fn basic() -> Basic {
    let users = Users::new().user("alice", "wonderland").user("Jäsøn Doe", "Secret, or not?");
    Basic::new("passwords", users)
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
