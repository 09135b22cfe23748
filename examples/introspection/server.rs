//! An authorization server, as small as it can be: it introspects and revokes four tokens.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Form, Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tower_auth::AuthenticateLayer;
use tower_auth::clock::{Clock as _, SystemClock};
use tower_auth::scheme::Basic;
use tower_auth::scheme::basic::Users;

/// The tokens that are active, and whose they are.
type Tokens = Arc<Mutex<HashMap<String, Value>>>;

#[derive(Deserialize)]
struct Asked {
    token: String,
}

/// Starts it at a free port; says where.
pub(crate) async fn start() -> io::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let origin = format!("http://{}", listener.local_addr()?);
    let today = SystemClock.now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let exp = today.saturating_add(Duration::from_secs(24 * 60 * 60)).as_secs();
    let tokens = [("alice", "read"), ("bob", "nothing"), ("carol", "read")].map(|(sub, scope)| {
        let said = json!({
            "active": true, "iss": origin, "sub": sub, "scope": scope,
            "exp": exp, "jti": format!("id-of-{sub}"),
        });
        (format!("token-of-{sub}"), said)
    });
    // RFC 7662 §2.1: only services that it knows may ask.
    let services = Users::new().user(CLIENT_ID, CLIENT_SECRET);
    let front_door = AuthenticateLayer::builder()
        .scheme(Basic::new("authorization server", services))
        .build()
        .map_err(io::Error::other)?;
    let app = Router::new()
        .route("/introspect", post(introspect))
        .route("/revoke", post(revoke))
        .with_state(Tokens::new(Mutex::new(HashMap::from(tokens))))
        .layer(front_door);
    tokio::spawn(axum::serve(listener, app).into_future());
    Ok(origin)
}

/// RFC 7662 §2.2: of a token that is not active, nothing is said.
async fn introspect(
    State(tokens): State<Tokens>,
    Form(asked): Form<Asked>,
) -> Result<Json<Value>, StatusCode> {
    if asked.token == "token-of-outage" {
        return Err(StatusCode::INTERNAL_SERVER_ERROR);
    }
    let said = tokens.lock().unwrap_or_else(PoisonError::into_inner).get(&asked.token).cloned();
    Ok(Json(said.unwrap_or_else(|| json!({ "active": false }))))
}

/// RFC 7009 §2.2: that a token is unknown is no error.
async fn revoke(State(tokens): State<Tokens>, Form(asked): Form<Asked>) {
    tokens.lock().unwrap_or_else(PoisonError::into_inner).remove(&asked.token);
}

/// Two lines for each outcome, as in `quickstart`; these are to be run in order.
pub(crate) fn commands(server: &str, origin: &str) -> String {
    let mut text = String::new();
    for (comment, who, path) in [
        ("401: no token", "", "/me"),
        ("200: the server says that it is alice's", "alice", "/me"),
        ("200: and that it has the scope", "alice", "/orders"),
        ("403: bob's lacks it", "bob", "/orders"),
        ("401: the server does not know this one", "mallory", "/me"),
        ("503: the server fails, which does not make a token bad", "outage", "/me"),
        ("200: alice logs out", "alice", "/log-out"),
        ("401: her token is revoked, on each of her requests", "alice", "/me"),
        ("200: carol's is good", "carol", "/me"),
        ("200: it is revoked at the server", "carol", "/revoke"),
        ("200: which is not noticed for as long as answers are remembered", "carol", "/me"),
    ] {
        let field = format!("-H 'authorization: Bearer token-of-{who}' ");
        let command = match (who, path) {
            ("", path) => format!("{origin}{path}"),
            (_, "/revoke") => {
                format!("-u {CLIENT_ID}:{CLIENT_SECRET} -d token=token-of-{who} {server}{path}")
            }
            (_, "/log-out") => format!("-X POST {field}{origin}{path}"),
            (_, path) => format!("{field}{origin}{path}"),
        };
        let _ = writeln!(text, "# {comment}\ncurl -i {command}");
    }
    text
}

pub(crate) const CLIENT_ID: &str = "orders";
pub(crate) const CLIENT_SECRET: &str = "secret-of-orders";
