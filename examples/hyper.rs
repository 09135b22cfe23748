//! Without a framework: hyper's own server, and a tower service behind the layers.
//!
//! ```text
//! cargo run --example hyper
//! curl -i http://127.0.0.1:3000/
//! curl -i -H 'x-api-key: key-of-robot-1' http://127.0.0.1:3000/
//! curl -i -H 'x-api-key: key-of-root' -X DELETE --http2-prior-knowledge http://127.0.0.1:3000/
//! ```
//!
//! Another port: `PORT=8080`, or `PORT=0` for any that is free.

#![expect(clippy::print_stdout, reason = "an example says where it listens")]

use std::convert::Infallible;
use std::error::Error;
use std::time::Duration;

use http::request::Parts;
use http::{Method, Request, Response};
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tower::{ServiceBuilder, service_fn};
use tower_auth::policy::{PolicyExt, role};
use tower_auth::scheme::ApiKey;
use tower_auth::scheme::api_key::ApiKeys;
use tower_auth::{Auth, AuthenticateLayer, AuthorizeLayer, Identity, Principal};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let keys = ApiKeys::new()
        .key("robot-1", "key-of-robot-1")
        .key(Principal::new("root").role("admin"), "key-of-root");
    let front_door =
        AuthenticateLayer::builder().scheme(ApiKey::header("X-API-Key", keys)).build()?;
    let reads = |_: &Identity, request: &Parts| {
        request.method == Method::GET || request.method == Method::HEAD
    };

    // The first layer is the outermost: who are you, then may you.
    let service = ServiceBuilder::new()
        .layer(front_door)
        .layer(AuthorizeLayer::new(reads.or(role("admin"))))
        .service(service_fn(hello));

    let port = std::env::var("PORT").unwrap_or_else(|_| "3000".to_owned());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    println!("listening on http://{}", listener.local_addr()?);
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // A client gone, or too many files open: it passes, and must not end the program.
            tokio::time::sleep(Duration::from_secs(1)).await;
            continue;
        };
        let service = TowerToHyperService::new(service.clone());
        tokio::spawn(async move {
            // HTTP/1.1 or HTTP/2, whichever the client begins with. An error is a client gone.
            let server = auto::Builder::new(TokioExecutor::new());
            let _ = server.serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

/// Outside of axum there are no extractors: [`Auth::of`] has the same to tell.
async fn hello(request: Request<Incoming>) -> Result<Response<String>, Infallible> {
    let (head, _body) = request.into_parts();
    let auth = Auth::of(&head);
    let name = auth.as_ref().and_then(Auth::identity).map_or("nobody", Identity::subject);
    // hyper leaves it to the service that HEAD gets no content. Refusals see to it themselves.
    Ok(Response::new(match head.method {
        Method::HEAD => String::new(),
        method => format!("hello {name}, you said {method}\n"),
    }))
}
