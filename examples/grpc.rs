//! A tonic service behind the layers, and a tonic client that is refused in each way.
//!
//! ```text
//! cargo run --example grpc
//! curl -i --http2-prior-knowledge -X POST -H 'content-type: application/grpc' \
//!     http://127.0.0.1:3000/grpc.health.v1.Health/Check
//! curl -i --http2-prior-knowledge -X POST -H 'content-type: application/grpc' \
//!     -H 'authorization: Bearer alice' http://127.0.0.1:3000/grpc.health.v1.Health/Check
//! curl -i --http2-prior-knowledge -X POST -H 'content-type: application/grpc' \
//!     -H 'authorization: Bearer outage' http://127.0.0.1:3000/grpc.health.v1.Health/Check
//! ```
//!
//! A refused call is HTTP 200 with a `grpc-status`, as gRPC clients expect it: 16 where a 401
//! would be, 7 for 403, 14 for 503. The challenge comes along as metadata.
//!
//! The health service stands in for one of your own: it comes generated, so no protoc is needed.
//!
//! Another port: `PORT=8080`, or `PORT=0` for any that is free.

#![expect(clippy::print_stdout, reason = "an example says what happens")]

use std::error::Error;

use tonic::metadata::MetadataValue;
use tonic::transport::server::TcpIncoming;
use tonic::transport::{Channel, Server};
use tonic::{Code, Request};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;
use tower_auth::identity::Verified;
use tower_auth::policy::role;
use tower_auth::rejection::{Rejection, Unavailable, Verdict, reason};
use tower_auth::scheme::Bearer;
use tower_auth::{AuthenticateLayer, AuthorizeLayer, Eventual, Principal};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let front_door = AuthenticateLayer::builder().scheme(Bearer::new(introspect)).build()?;
    let (_reporter, health) = tonic_health::server::health_reporter();

    let port = std::env::var("PORT").unwrap_or_else(|_| "3000".to_owned());
    let incoming = TcpIncoming::bind(format!("127.0.0.1:{port}").parse()?)?;
    let origin = format!("http://{}", incoming.local_addr()?);
    println!("listening on {origin}");
    tokio::spawn(async move {
        for token in [None, Some("nonsense"), Some("alice"), Some("root"), Some("outage")] {
            let outcome = call(&origin, token).await;
            let who = token.unwrap_or("no token");
            println!("{who}: {}", outcome.unwrap_or_else(|error| error.to_string()));
        }
    });
    Server::builder()
        .layer(front_door)
        .layer(AuthorizeLayer::new(role("operator")))
        .add_service(health)
        .serve_with_incoming(incoming)
        .await?;
    Ok(())
}

/// A token server that is asked about every token. An outage is not the token's fault: 14, not 16.
fn introspect(token: &str) -> Eventual<Verdict> {
    let token = token.to_owned();
    Eventual::pending(async move {
        match token.as_str() {
            "alice" => Verified::assertion(Principal::new("alice")).into(),
            "root" => Verified::assertion(Principal::new("root").role("operator")).into(),
            "outage" => Unavailable::new("token server").into(),
            _ => Rejection::invalid_credentials(reason::UNKNOWN_TOKEN).into(),
        }
    })
}

/// Calls the service, and says what came of it.
async fn call(origin: &str, token: Option<&str>) -> Result<String, Box<dyn Error + Send + Sync>> {
    let channel = Channel::from_shared(origin.to_owned())?.connect().await?;
    let mut request = Request::new(HealthCheckRequest::default());
    if let Some(token) = token {
        let credentials = MetadataValue::try_from(format!("Bearer {token}"))?;
        request.metadata_mut().insert("authorization", credentials);
    }
    Ok(match HealthClient::new(channel).check(request).await {
        Ok(_) => format!("{} {:?}", Code::Ok as i32, Code::Ok),
        Err(status) => {
            let code = status.code();
            let challenge = status.metadata().get("www-authenticate");
            let challenge = challenge.and_then(|value| value.to_str().ok()).unwrap_or("none");
            format!("{} {code:?}, challenge: {challenge}", code as i32)
        }
    })
}
