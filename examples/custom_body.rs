//! Refusals that look like the rest of a service: a page for browsers, the company's JSON for
//! programs.
//!
//! ```text
//! cargo run --example custom_body
//! curl -i http://127.0.0.1:3000/
//! curl -i -H 'accept: text/html' http://127.0.0.1:3000/
//! curl -i -u alice:wonderland http://127.0.0.1:3000/admin
//! ```
//!
//! The status, `WWW-Authenticate` and `Retry-After` are as they are without it: a renderer gives a
//! content type and bytes, and has no way to touch anything else.
//!
//! Another port: `PORT=8080`, or `PORT=0` for any that is free.

#![expect(clippy::print_stdout, reason = "an example says where it listens")]

use std::error::Error;

use axum::Router;
use axum::routing::get;
use http::{HeaderValue, StatusCode};
use tokio::net::TcpListener;
use tower_auth::policy::role;
use tower_auth::respond::{Refusal, RefusalBody};
use tower_auth::scheme::Basic;
use tower_auth::scheme::basic::Users;
use tower_auth::{AuthenticateLayer, AuthorizeLayer};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let users = Users::new().user("alice", "wonderland");
    let front_door = AuthenticateLayer::builder()
        .scheme(Basic::new("custom body", users))
        .respond_with(page_or_json)
        .build()?;
    // The 403 of the inner layer is rendered by the front door's renderer too.
    let admin = get(async || "welcome\n").route_layer(AuthorizeLayer::new(role("admin")));
    let app = Router::new()
        .route("/", get(async || "hello\n"))
        .route("/admin", admin)
        .route_layer(front_door);

    let port = std::env::var("PORT").unwrap_or_else(|_| "3000".to_owned());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(())
}

fn page_or_json(refusal: &Refusal<'_>) -> RefusalBody {
    // On a tie, such as `Accept: */*`, it is a program that asks.
    if refusal.quality("text/html") > refusal.quality("application/json") {
        let page = format!(
            "<!doctype html>\n<title>{title}</title>\n<h1>{title}</h1>\n<p>{detail}</p>\n",
            title = refusal.title(),
            detail = refusal.detail(),
        );
        RefusalBody::new(HeaderValue::from_static("text/html; charset=utf-8"), page)
    } else {
        let error = serde_json::json!({
            "error": code(refusal.status()),
            "message": refusal.detail(),
            "help": "https://developer.example/errors",
        });
        RefusalBody::new(HeaderValue::from_static("application/json"), error.to_string())
    }
}

/// What this company calls it. More than the status and `detail` a client need not know.
fn code(status: StatusCode) -> &'static str {
    match status {
        StatusCode::UNAUTHORIZED => "LOGIN_REQUIRED",
        StatusCode::FORBIDDEN => "NOT_ALLOWED",
        StatusCode::SERVICE_UNAVAILABLE => "TRY_LATER",
        _ => "BAD_REQUEST",
    }
}
