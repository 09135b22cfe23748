//! The protocol: JSON-RPC over POST, and two tools.

use std::sync::{Arc, Mutex, PoisonError};

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};
use tower_auth::policy::{ScopeHierarchy, ScopePolicy, scope};
use tower_auth::{Auth, ConfigError, Identity};

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

    /// What a tool needs; `None` if there is no such tool.
    fn policy(&self, tool: &str) -> Option<&ScopePolicy> {
        match tool {
            "list_notes" => Some(&self.may_read),
            "add_note" => Some(&self.may_write),
            _ => None,
        }
    }

    fn call(&self, params: &Params, who: &Identity) -> String {
        let mut notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        if params.name == "list_notes" {
            return notes.join("\n");
        }
        if notes.len() >= MOST_NOTES {
            return "the notebook is full".to_owned();
        }
        notes.push(format!("{}: {}", who.subject(), params.arguments.text));
        format!("{} notes", notes.len())
    }
}

/// A message, as far as this server reads it.
#[derive(Deserialize)]
struct Message {
    id: Option<Value>,
    method: Option<String>,
    #[serde(default)]
    params: Params,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Params {
    protocol_version: String,
    name: String,
    arguments: Arguments,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Arguments {
    text: String,
}

/// Answers one message.
pub(crate) async fn answer(
    State(notes): State<Notes>,
    who: Identity,
    auth: Auth,
    body: Bytes,
) -> Response {
    let Ok(message) = serde_json::from_slice::<Message>(&body) else {
        let failure = failure(&Value::Null, -32600, "no message of the protocol");
        return (StatusCode::BAD_REQUEST, failure).into_response();
    };
    // A notification or an answer: there is nothing to say.
    let (Some(id), Some(method)) = (message.id, message.method) else {
        return StatusCode::ACCEPTED.into_response();
    };
    let params = message.params;
    let result = match method.as_str() {
        "initialize" => initialize(&params.protocol_version),
        "ping" => json!({}),
        "tools/list" => tools(),
        "tools/call" => {
            // Which scope a call needs stands in its body, so it is asked about here and not by a
            // layer. The front door writes the refusal: 403 with `insufficient_scope`, from which
            // clients read which scope to ask for.
            let Some(needed) = notes.policy(&params.name) else {
                return failure(&id, -32602, "no such tool").into_response();
            };
            if let Some(refused) = auth.refuse_by(needed.decision(&who)) {
                return refused.into_response();
            }
            let text = notes.call(&params, &who);
            json!({ "content": [{ "type": "text", "text": text }] })
        }
        _ => return failure(&id, -32601, "no such method").into_response(),
    };
    Json(json!({ "jsonrpc": "2.0", "id": id, "result": result })).into_response()
}

fn initialize(asked: &str) -> Value {
    let known = VERSIONS.iter().find(|version| **version == asked);
    json!({
        "protocolVersion": known.unwrap_or(&NEWEST),
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

fn failure(id: &Value, code: i32, message: &str) -> Json<Value> {
    Json(json!({ "jsonrpc": "2.0", "id": id, "error": { "code": code, "message": message } }))
}

/// The revisions with an `initialize`.
const VERSIONS: [&str; 3] = ["2025-03-26", "2025-06-18", NEWEST];
const NEWEST: &str = "2025-11-25";
const MOST_NOTES: usize = 1000;
