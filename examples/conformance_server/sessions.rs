//! Logging in and out, and the route for those who are.

use std::sync::Arc;

use axum::extract::State;
use axum::extract::rejection::FormRejection;
use axum::middleware::map_response;
use axum::response::{IntoResponse, Response};
use axum::routing::{any, post};
use axum::{Form, Router};
use http::header::CACHE_CONTROL;
use http::request::Parts;
use http::{HeaderValue, StatusCode};
use serde::Deserialize;
use tower_auth::ConfigError;
use tower_auth::rejection::{Unavailable, Verdict};
use tower_auth::scheme::basic::{Directory as _, Users};
use tower_auth::scheme::session::{SessionCookie, Sessions};
use tower_auth::store::MemorySessions;

use super::answers::answer;
use super::doors;

#[derive(Clone)]
struct Desk {
    sessions: Sessions,
    users: Arc<Users>,
}

#[derive(Deserialize)]
struct Credentials {
    username: String,
    password: String,
}

pub(crate) fn routes() -> Result<Router, ConfigError> {
    // Plain HTTP, and clients that are no browsers and say nothing of where a request is from.
    let sessions = Sessions::builder(MemorySessions::new(10_000))
        .danger_insecure_cookie()
        .danger_skip_origin_check()
        .cookie_name("sid")
        .build()?;
    let door = doors::door(SessionCookie::new(&sessions))?;
    let desk = Desk { sessions, users: Arc::new(doors::users()) };
    Ok(Router::new()
        .route("/session", any(answer).layer(map_response(unstored)))
        .route_layer(door)
        .route("/session/login", post(login))
        .route("/session/logout", post(logout))
        .with_state(desk))
}

async fn login(
    State(desk): State<Desk>,
    head: Parts,
    form: Result<Form<Credentials>, FormRejection>,
) -> Result<Response, Unavailable> {
    let form = match form {
        Ok(Form(form)) => form,
        Err(why) if why.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            return Ok(why.into_response());
        }
        // What is no such form has no name and no password.
        Err(_) => return Ok(refused()),
    };
    match desk.users.verify(&form.username, form.password.as_str().into()).await {
        Verdict::Valid(_) => {
            let cookie = desk.sessions.login(&head, form.username).await?;
            Ok((cookie, StatusCode::NO_CONTENT).into_response())
        }
        Verdict::Rejected(_) => Ok(refused()),
        Verdict::Unavailable(outage) => Err(outage),
    }
}

/// The login form is the answer to this challenge.
fn refused() -> Response {
    let error = serde_json::json!({ "error": "wrong name or password" });
    let challenge =
        [("www-authenticate", "Cookie cookie-name=\"sid\", form-action=\"/session/login\"")];
    (StatusCode::UNAUTHORIZED, challenge, axum::Json(error)).into_response()
}

async fn logout(State(desk): State<Desk>, head: Parts) -> Result<Response, Unavailable> {
    let cookie = desk.sessions.logout(&head).await?;
    Ok((cookie, StatusCode::NO_CONTENT).into_response())
}

async fn unstored(mut response: Response) -> Response {
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
