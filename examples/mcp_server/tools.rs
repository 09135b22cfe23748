//! The protocol: JSON-RPC over POST, and two tools.

use std::sync::{Arc, Mutex, PoisonError};

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tower_auth::policy::{ScopeHierarchy, ScopePolicy, scope};
use tower_auth::{Auth, ConfigError, Identity, Refused};

/// The notes, and what their tools need.
#[derive(Clone)]
pub(crate) struct Notes {
    notes: Arc<Mutex<Vec<String>>>,
    may_read: ScopePolicy,
    may_write: ScopePolicy,
}

impl Notes {
    pub(crate) fn new() -> Result<Self, ConfigError> {
        let hierarchy = ScopeHierarchy::new().implies("notes:write", "notes:read");
        Ok(Self {
            notes: Arc::default(),
            may_read: scope("notes:read")?.hierarchy(&hierarchy),
            may_write: scope("notes:write")?,
        })
    }

    fn list(&self) -> String {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner).join("\n")
    }

    fn add(&self, who: &Identity, text: &str) -> String {
        let mut notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        if notes.len() >= MOST_NOTES {
            return "the notebook is full".to_owned();
        }
        notes.push(format!("{}: {text}", who.subject()));
        format!("{} notes", notes.len())
    }
}

/// Answers one message.
pub(crate) async fn answer(
    State(notes): State<Notes>,
    who: Identity,
    auth: Auth,
    body: Bytes,
) -> Response {
    let Ok(message) = serde_json::from_slice::<Value>(&body) else {
        return (StatusCode::BAD_REQUEST, failure(&Value::Null, -32700, "no JSON")).into_response();
    };
    // A notification or an answer: there is nothing to say.
    let (Some(id), Some(method)) = (message.get("id"), message["method"].as_str()) else {
        return StatusCode::ACCEPTED.into_response();
    };
    let params = &message["params"];
    match method {
        "initialize" => success(id, &initialize(params)).into_response(),
        "ping" => success(id, &json!({})).into_response(),
        "tools/list" => success(id, &tools()).into_response(),
        "tools/call" => match call(&notes, &who, &auth, params) {
            Ok(Some(text)) => {
                let result = json!({ "content": [{ "type": "text", "text": text }] });
                success(id, &result).into_response()
            }
            Ok(None) => failure(id, -32602, "no such tool, or no such arguments").into_response(),
            // The front door writes it: 403 with `insufficient_scope`, from which clients read
            // which scope to ask for.
            Err(refused) => refused.into_response(),
        },
        _ => failure(id, -32601, "no such method").into_response(),
    }
}

/// Which scope a call needs stands in its body, so it is asked about here and not by a layer.
fn call(
    notes: &Notes,
    who: &Identity,
    auth: &Auth,
    params: &Value,
) -> Result<Option<String>, Refused> {
    let permit = |policy: &ScopePolicy| auth.refuse_by(policy.decision(who)).map_or(Ok(()), Err);
    match params["name"].as_str() {
        Some("list_notes") => {
            permit(&notes.may_read)?;
            Ok(Some(notes.list()))
        }
        Some("add_note") => {
            permit(&notes.may_write)?;
            Ok(params["arguments"]["text"].as_str().map(|text| notes.add(who, text)))
        }
        _ => Ok(None),
    }
}

fn initialize(params: &Value) -> Value {
    let asked = params["protocolVersion"].as_str().unwrap_or_default();
    let version = if VERSIONS.contains(&asked) { asked } else { VERSIONS[0] };
    json!({
        "protocolVersion": version,
        "capabilities": { "tools": {} },
        "serverInfo": { "name": "notes", "version": "1" },
    })
}

fn tools() -> Value {
    let text = json!({ "text": { "type": "string" } });
    json!({ "tools": [
        {
            "name": "list_notes",
            "description": "All notes, one a line",
            "inputSchema": { "type": "object" },
        },
        {
            "name": "add_note",
            "description": "Adds a note",
            "inputSchema": { "type": "object", "properties": text, "required": ["text"] },
        },
    ] })
}

fn success(id: &Value, result: &Value) -> Json<Value> {
    Json(json!({ "jsonrpc": "2.0", "id": id, "result": result }))
}

fn failure(id: &Value, code: i32, message: &str) -> Json<Value> {
    Json(json!({ "jsonrpc": "2.0", "id": id, "error": { "code": code, "message": message } }))
}

/// The revisions with an `initialize`, newest first.
const VERSIONS: [&str; 3] = ["2025-11-25", "2025-06-18", "2025-03-26"];
const MOST_NOTES: usize = 1000;
