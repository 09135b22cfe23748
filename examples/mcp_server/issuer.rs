//! The smallest authorization server that MCP clients take: metadata (RFC 8414), registration (RFC
//! 7591), the code grant with PKCE (RFC 7636) and resource indicators (RFC 8707).
//!
//! A demonstration. It approves of everything, in the name of `alice`, and forgets when it stops.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::{Form, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tower_auth::testing::TokenMaker;

pub(crate) fn routes(origin: &str, resource: String, idp: TokenMaker) -> Router {
    let issuer = origin.to_owned();
    let metadata = json!({
        "issuer": origin,
        "authorization_endpoint": format!("{origin}/authorize"),
        "token_endpoint": format!("{origin}/token"),
        "registration_endpoint": format!("{origin}/register"),
        "response_types_supported": ["code"],
        "grant_types_supported": ["authorization_code"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["none"],
        "authorization_response_iss_parameter_supported": true,
    });
    Router::new()
        .route("/.well-known/oauth-authorization-server", get(async move || Json(metadata)))
        .route("/register", post(register))
        .route("/authorize", get(authorize))
        .route("/token", post(token))
        .with_state(Arc::new(Issuer { issuer, resource, idp, memory: Mutex::default() }))
}

struct Issuer {
    issuer: String,
    resource: String,
    idp: TokenMaker,
    memory: Mutex<Memory>,
}

#[derive(Default)]
struct Memory {
    clients: Vec<Registration>,
    codes: HashMap<String, Authorization>,
}

#[derive(Clone, Deserialize)]
struct Registration {
    redirect_uris: Vec<String>,
    client_name: Option<String>,
}

#[derive(Clone, Deserialize)]
struct Authorization {
    response_type: String,
    client_id: String,
    redirect_uri: String,
    code_challenge: String,
    code_challenge_method: String,
    resource: String,
    scope: Option<String>,
    state: Option<String>,
}

#[derive(Deserialize)]
struct Exchange {
    grant_type: String,
    client_id: String,
    code: String,
    code_verifier: String,
    redirect_uri: String,
    resource: String,
}

impl Issuer {
    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Memory {
    fn knows(&self, client_id: &str, redirect_uri: &str) -> bool {
        let number: Option<usize> = client_id.strip_prefix("client-").and_then(|n| n.parse().ok());
        number
            .and_then(|number| self.clients.get(number))
            .is_some_and(|client| client.redirect_uris.iter().any(|uri| uri == redirect_uri))
    }
}

async fn register(State(issuer): State<Arc<Issuer>>, Json(client): Json<Registration>) -> Response {
    let mut memory = issuer.memory();
    let bad = |uri: &String| !uri.starts_with("http://") && !uri.starts_with("https://");
    if client.redirect_uris.is_empty() || client.redirect_uris.iter().any(bad) {
        return error("invalid_redirect_uri");
    }
    if memory.clients.len() >= MOST {
        return error("invalid_client_metadata");
    }
    let answer = json!({
        "client_id": format!("client-{}", memory.clients.len()),
        "client_name": client.client_name,
        "redirect_uris": client.redirect_uris,
        "grant_types": ["authorization_code"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
    });
    memory.clients.push(client);
    (StatusCode::CREATED, Json(answer)).into_response()
}

/// Asks nobody: a real one would have the person log in, and ask.
async fn authorize(
    State(issuer): State<Arc<Issuer>>,
    Query(asked): Query<Authorization>,
) -> Response {
    let mut memory = issuer.memory();
    if !memory.knows(&asked.client_id, &asked.redirect_uri) {
        // Never redirect to where nobody registered.
        return error("invalid_client");
    }
    let state = asked.state.clone().unwrap_or_default();
    let back = |name: &str, value: &str| {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair(name, value).append_pair("iss", &issuer.issuer);
        if !state.is_empty() {
            query.append_pair("state", &state);
        }
        let link = if asked.redirect_uri.contains('?') { '&' } else { '?' };
        let location = format!("{}{link}{}", asked.redirect_uri, query.finish());
        (StatusCode::FOUND, [(header::LOCATION, location)]).into_response()
    };
    if asked.response_type != "code" || asked.code_challenge_method != "S256" {
        return back("error", "invalid_request");
    }
    if asked.resource != issuer.resource {
        return back("error", "invalid_target");
    }
    if memory.codes.len() >= MOST {
        return back("error", "temporarily_unavailable");
    }
    // Nobody else can sign, so nobody can guess it.
    let code = issuer.idp.token("code").sign();
    let answer = back("code", &code);
    memory.codes.insert(code, asked);
    answer
}

async fn token(State(issuer): State<Arc<Issuer>>, Form(asked): Form<Exchange>) -> Response {
    if asked.grant_type != "authorization_code" {
        return error("unsupported_grant_type");
    }
    // Good for one time, whatever comes of it.
    let Some(granted) = issuer.memory().codes.remove(&asked.code) else {
        return error("invalid_grant");
    };
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&asked.code_verifier));
    if challenge != granted.code_challenge
        || asked.client_id != granted.client_id
        || asked.redirect_uri != granted.redirect_uri
    {
        return error("invalid_grant");
    }
    if asked.resource != granted.resource {
        return error("invalid_target");
    }
    let scope = granted.scope.as_deref().unwrap_or("notes:read");
    let access_token = issuer
        .idp
        .token("alice")
        .claim("aud", &granted.resource)
        .claim("client_id", &granted.client_id)
        .scope(scope)
        .sign();
    let answer = json!({
        "access_token": access_token,
        "token_type": "Bearer",
        "expires_in": 300,
        "scope": scope,
    });
    ([(header::CACHE_CONTROL, "no-store")], Json(answer)).into_response()
}

fn error(code: &str) -> Response {
    let body: Json<Value> = Json(json!({ "error": code }));
    (StatusCode::BAD_REQUEST, body).into_response()
}

const MOST: usize = 1000;
