//! What an admitted request gets.

use axum::Json;
use axum::Router;
use axum::body::Bytes;
use axum::extract::OriginalUri;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use http::header::{ALLOW, AUTHORIZATION};
use http::request::Parts;
use http::{Method, StatusCode};
use serde_json::{Map, Value, json};
use tower_auth::header::authorization;
use tower_auth::{AuthenticateLayer, Identity};

use super::doors::scheme_name;

pub(crate) async fn answer(
    who: Option<Identity>,
    method: Method,
    OriginalUri(uri): OriginalUri,
    head: Parts,
    body: Bytes,
) -> Json<Value> {
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let mut answer = json!({
        "scheme": who.as_ref().map(scheme_name),
        "subject": who.as_ref().map(Identity::subject),
        "method": method.as_str(),
        "path": path,
        "body_bytes": body.len(),
    });
    if let (Some(who), Some(answer)) = (&who, answer.as_object_mut()) {
        match scheme_name(who).as_str() {
            "bearer" => describe_token(who, answer),
            "digest" => describe_digest(&head, answer),
            _ => {}
        }
    }
    Json(answer)
}

fn describe_token(who: &Identity, answer: &mut Map<String, Value>) {
    let scopes: Vec<&str> = who.scopes().iter().collect();
    answer.insert("scope".to_owned(), json!(scopes));
    answer.insert("client_id".to_owned(), json!(who.client_id()));
}

/// Which of the offered algorithms the client took.
fn describe_digest(head: &Parts, answer: &mut Map<String, Value>) {
    let Ok(Some(credentials)) = authorization(&head.headers, &AUTHORIZATION, 16 * 1024) else {
        return;
    };
    let Ok(params) = credentials.params() else { return };
    for (name, default) in [("algorithm", Some("MD5")), ("qop", None)] {
        let sent =
            params.get(name).and_then(|param| param.value_str()).map(|value| value.into_owned());
        answer.insert(name.to_owned(), json!(sent.or_else(|| default.map(str::to_owned))));
    }
}

/// A server of the Model Context Protocol that has no tools.
pub(crate) fn mcp(door: AuthenticateLayer) -> Router {
    Router::new().route("/mcp", post(call).fallback(only_post)).route_layer(door)
}

async fn call(Json(message): Json<Value>) -> Response {
    let Some(id) = message.get("id") else { return StatusCode::ACCEPTED.into_response() };
    let result = match message.get("method").and_then(Value::as_str) {
        Some("initialize") => json!({
            "protocolVersion": message.pointer("/params/protocolVersion"),
            "capabilities": { "tools": {} },
            "serverInfo": { "name": "conformance", "version": "1" },
        }),
        Some("tools/list") => json!({ "tools": [] }),
        _ => json!({}),
    };
    Json(json!({ "jsonrpc": "2.0", "id": id, "result": result })).into_response()
}

async fn only_post() -> Response {
    (StatusCode::METHOD_NOT_ALLOWED, [(ALLOW, "POST")]).into_response()
}
