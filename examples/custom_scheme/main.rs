//! A scheme of one's own, links that are signed and good for a minute, beside Basic with users from
//! a database.
//!
//! ```text
//! cargo run --example custom_scheme
//! curl -i -u alice:wonderland http://127.0.0.1:3000/reports/alice
//! curl -i -u alice:wonderland http://127.0.0.1:3000/reports/bob
//! curl -i "http://127.0.0.1:3000$(curl -s -u alice:wonderland http://127.0.0.1:3000/share/alice)"
//! ```
//!
//! The last one asks for a link, and follows it without a password. Whoever has the link may read
//! that report and nothing else. The user `outage` shows what a database that is down looks like.
//!
//! Another port: `PORT=8080`, or `PORT=0` for any that is free.

#![expect(clippy::print_stdout, reason = "an example says where it listens")]

mod signed_link;

use std::error::Error;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::get;
use http::request::Parts;
use tokio::net::TcpListener;
use tower_auth::identity::Verified;
use tower_auth::rejection::{Rejection, Unavailable, Verdict, reason};
use tower_auth::scheme::Basic;
use tower_auth::scheme::basic::{Directory, Password};
use tower_auth::{AuthenticateLayer, AuthorizeLayer, Eventual, Identity, Principal};
use tower_auth::{Secret, SecretDigest};

use signed_link::SignedLink;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let key = Arc::new(Secret::from("made up: read yours from where secrets are kept"));
    let front_door = AuthenticateLayer::builder()
        .scheme(Basic::new("reports", Database))
        .scheme(SignedLink::new(Arc::clone(&key))?)
        .build()?;

    // A closure is a policy: reports are for the person whose name ends their path.
    let owner = |who: &Identity, request: &Parts| {
        request.uri.path().rsplit('/').next() == Some(who.subject())
    };
    let app = Router::new()
        .route("/reports/{owner}", get(report))
        .route("/share/{owner}", get(share))
        .route_layer(AuthorizeLayer::new(owner))
        .route_layer(front_door)
        .with_state(key);

    let port = std::env::var("PORT").unwrap_or_else(|_| "3000".to_owned());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(())
}

async fn report(who: Identity, Path(owner): Path<String>) -> String {
    format!("all about {owner}, read with {}\n", who.scheme())
}

async fn share(who: Identity, State(key): State<Arc<Secret>>) -> String {
    let path = format!("/reports/{}", who.subject());
    format!("{}\n", signed_link::sign(&key, &path, who.subject(), Duration::from_secs(60)))
}

/// Users in a database that has to be waited for.
struct Database;

impl Directory for Database {
    fn verify(&self, name: &str, password: Password<'_>) -> Eventual<Verdict> {
        let (name, presented) = (name.to_owned(), password.to_secret());
        Eventual::pending(async move {
            let Ok(row) = select_password(&name).await else {
                // Not the caller's fault: 503, so that nobody throws a good password away.
                return Unavailable::new("user database").into();
            };
            // An unknown name costs as much as a wrong password. People's own passwords want a
            // slow, salted hash here, on a blocking thread.
            let kept = row.unwrap_or(SecretDigest::from([0; 32]));
            if SecretDigest::of(presented.expose()) == kept {
                Verified::assertion(Principal::new(name)).into()
            } else {
                Rejection::invalid_credentials(reason::WRONG_PASSWORD).into()
            }
        })
    }
}

/// Stands in for a query.
async fn select_password(name: &str) -> io::Result<Option<SecretDigest>> {
    tokio::time::sleep(Duration::from_millis(5)).await;
    match name {
        "alice" => Ok(Some(SecretDigest::of(b"wonderland"))),
        "bob" => Ok(Some(SecretDigest::of(b"builder"))),
        "outage" => Err(io::ErrorKind::ConnectionRefused.into()),
        _ => Ok(None),
    }
}
