//! A forward proxy that asks for a password: 407, `Proxy-Authenticate`, `Proxy-Authorization`.
//!
//! ```text
//! cargo run --example proxy
//! curl -i -x http://127.0.0.1:3000 http://example.com/
//! curl -i -x http://127.0.0.1:3000 -U alice:wonderland http://example.com/
//! curl -i -x http://127.0.0.1:3000 -U alice:wonderland --proxy-digest https://example.com/
//! ```
//!
//! Whoever has a password may go anywhere: a real proxy has an `AuthorizeLayer` behind the first
//! that says where to. Another port: `PORT=8080`, or `PORT=0` for any that is free.

#![expect(clippy::print_stdout, reason = "an example says where it listens")]

use std::convert::Infallible;
use std::error::Error;
use std::time::Duration;

use bytes::Bytes;
use http::header::{
    CONNECTION, HeaderName, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, TE, TRANSFER_ENCODING, UPGRADE,
};
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tower::{ServiceBuilder, service_fn};
use tower_auth::AuthenticateLayer;
use tower_auth::scheme::basic::Users;
use tower_auth::scheme::digest::DigestUsers;
use tower_auth::scheme::{Basic, Digest};

type Body = BoxBody<Bytes, hyper::Error>;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let users = Users::new().user("alice", "wonderland");
    let digest_users = DigestUsers::new().user("alice", "wonderland");
    let front_door = AuthenticateLayer::builder()
        .scheme(Digest::new("proxy", digest_users).danger_md5())
        .scheme(Basic::new("proxy", users))
        .proxy()
        .build()?;
    let client = Client::builder(TokioExecutor::new()).build_http();
    let service = ServiceBuilder::new()
        .layer(front_door)
        .service(service_fn(move |request| forward(client.clone(), request)));

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
            let server = auto::Builder::new(TokioExecutor::new());
            let _ = server.serve_connection_with_upgrades(TokioIo::new(stream), service).await;
        });
    }
}

async fn forward(
    client: Client<HttpConnector, Incoming>,
    request: Request<Incoming>,
) -> Result<Response<Body>, Infallible> {
    let answer = if request.method() == Method::CONNECT {
        tunnel(request).await
    } else {
        fetch(client, request).await
    };
    Ok(answer.unwrap_or_else(|status| {
        let mut refusal = Response::new(nothing());
        *refusal.status_mut() = status;
        refusal
    }))
}

async fn fetch(
    client: Client<HttpConnector, Incoming>,
    mut request: Request<Incoming>,
) -> Result<Response<Body>, StatusCode> {
    // `GET /` is for an origin, and `http://` is the one scheme that the client speaks.
    if request.uri().scheme_str() != Some("http") {
        return Err(StatusCode::BAD_REQUEST);
    }
    remove_hop_by_hop(request.headers_mut());
    let mut response = client.request(request).await.map_err(|_| StatusCode::BAD_GATEWAY)?;
    remove_hop_by_hop(response.headers_mut());
    Ok(response.map(BodyExt::boxed))
}

/// Connects first, so that 200 means that there is a tunnel.
async fn tunnel(mut request: Request<Incoming>) -> Result<Response<Body>, StatusCode> {
    let target = request.uri().authority().ok_or(StatusCode::BAD_REQUEST)?;
    let mut origin =
        TcpStream::connect(target.as_str()).await.map_err(|_| StatusCode::BAD_GATEWAY)?;
    let upgrade = hyper::upgrade::on(&mut request);
    tokio::spawn(async move {
        if let Ok(upgraded) = upgrade.await {
            let _ = copy_bidirectional(&mut TokioIo::new(upgraded), &mut origin).await;
        }
    });
    Ok(Response::new(nothing()))
}

/// What is between two neighbours only,
/// [RFC 9110 §7.6.1](https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1).
fn remove_hop_by_hop(fields: &mut HeaderMap) {
    let named: Vec<HeaderName> = fields
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    let always = [CONNECTION, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, TE, TRANSFER_ENCODING];
    let more = [UPGRADE, HeaderName::from_static("keep-alive"), PROXY_CONNECTION];
    for name in named.iter().chain(&always).chain(&more) {
        fields.remove(name);
    }
}

const PROXY_CONNECTION: HeaderName = HeaderName::from_static("proxy-connection");

fn nothing() -> Body {
    Empty::new().map_err(|never| match never {}).boxed()
}
