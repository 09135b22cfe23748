//! People who log in, and routes for those who did.

mod pages;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{ConnectInfo, Form, Query, State};
use axum::http::header::{CACHE_CONTROL, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::request::Parts;
use axum::http::{HeaderName, StatusCode};
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use tower_auth::attempts::{Attempts, Denied, Guess};
use tower_auth::clock::{Clock as _, SystemClock};
use tower_auth::rejection::Unavailable;
use tower_auth::scheme::session::{
    Login, SessionCookie, SessionHandle, Sessions, SetCookie, local_target,
};
use tower_auth::store::SessionStore;
use tower_auth::{AuthenticateLayer, ConfigError, Identity, SecretDigest};

pub(crate) fn routes(store: impl SessionStore, attempts: Attempts) -> Result<Router, ConfigError> {
    // The cookie is `Secure` also here, on plain HTTP: Chromium and Firefox take such a cookie from
    // 127.0.0.1 and localhost, which nobody can listen in on. Safari does not; to develop with it,
    // add `.danger_insecure_cookie()`.
    // 100 would be usual: but here everybody is `alice` or `bob`.
    let sessions = Sessions::builder(store).max_per_subject(10_000).build()?;
    let front_door = AuthenticateLayer::builder()
        .scheme(SessionCookie::new(&sessions).login_page("/login"))
        .build()?;
    let guarded = Router::new()
        .route("/account", get(account))
        .route("/logout", post(logout))
        .route("/logout-everywhere", post(logout_everywhere))
        .route("/end", post(end))
        .route_layer(front_door);
    Ok(Router::new()
        .route("/", get(async || Redirect::to("/account")))
        .route("/login", get(login_page).post(login))
        .merge(guarded)
        .with_state(App { sessions, attempts, passwords: Arc::new(passwords()) }))
}

#[derive(Clone)]
struct App {
    sessions: Sessions,
    attempts: Attempts,
    passwords: Arc<HashMap<&'static str, SecretDigest>>,
}

/// Enough for an example. People's passwords want a slow, salted hash, such as argon2.
fn passwords() -> HashMap<&'static str, SecretDigest> {
    let digest = |password: &str| SecretDigest::of(password.as_bytes());
    HashMap::from([("alice", digest("wonderland")), ("bob", digest("builder"))])
}

#[derive(Default, Deserialize)]
struct Target {
    #[serde(default)]
    next: String,
}

async fn login_page(Query(target): Query<Target>) -> impl axum::response::IntoResponse {
    page(pages::login(&target.next, None))
}

#[derive(Deserialize)]
struct Credentials {
    name: String,
    password: String,
    #[serde(default)]
    next: String,
}

/// No front door here, since nobody is known yet: the form has to ask by itself whether it is its
/// own, or another site could log people in under its own name.
async fn login(
    State(app): State<App>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    request: Parts,
    Form(form): Form<Credentials>,
) -> Result<Response, Unavailable> {
    if !app.sessions.is_from_own_page(&request) {
        return Ok((StatusCode::FORBIDDEN, "log in on the page of this service\n").into_response());
    }
    // Before the password is looked at.
    let attempt = match app.attempts.begin(&request, Guess::on_account(&*form.name)).await {
        Ok(attempt) => attempt,
        Err(denied) => return Ok(too_early(&form.next, denied)),
    };
    let presented = SecretDigest::of(form.password.as_bytes());
    if app.passwords.get(&*form.name) != Some(&presented) {
        attempt.failed().await?;
        let again =
            page(pages::login(&form.next, Some("That is not the right name and password.")));
        return Ok((StatusCode::UNAUTHORIZED, [CHALLENGE], again).into_response());
    }
    attempt.succeeded().await?;
    let login = Login::new(form.name).source(from.ip().to_string());
    let cookie = app.sessions.login(&request, login).await?;
    let target = local_target(&form.next).unwrap_or("/account");
    Ok((cookie, Redirect::to(target)).into_response())
}

/// The form again, with when to try it; what is down is said without one.
fn too_early(next: &str, denied: Denied) -> Response {
    let Some(wait) = denied.retry_after().filter(|_| denied.status() == 429) else {
        return denied.into_response();
    };
    let seconds = wait.as_secs().saturating_add(u64::from(wait.subsec_nanos() > 0));
    let complaint = format!("Too many wrong passwords. Try again in {seconds} s.");
    let again = page(pages::login(next, Some(&complaint)));
    (StatusCode::TOO_MANY_REQUESTS, [(RETRY_AFTER, seconds.to_string())], again).into_response()
}

/// Every 401 says how to get in. Browsers prompt for nothing at this one, and show the page.
const CHALLENGE: (HeaderName, &str) =
    (WWW_AUTHENTICATE, "Cookie form-action=\"/login\", cookie-name=\"__Host-session\"");

async fn account(
    State(app): State<App>,
    who: Identity,
    request: Parts,
) -> Result<impl axum::response::IntoResponse, Unavailable> {
    let sessions = app.sessions.list(&request, who.subject()).await?;
    Ok(page(pages::account(who.subject(), &sessions, SystemClock.now())))
}

async fn logout(
    State(app): State<App>,
    request: Parts,
) -> Result<(SetCookie, Redirect), Unavailable> {
    Ok((app.sessions.logout(&request).await?, Redirect::to("/login")))
}

async fn logout_everywhere(
    State(app): State<App>,
    who: Identity,
    request: Parts,
) -> Result<(SetCookie, Redirect), Unavailable> {
    app.sessions.logout_everywhere(who.subject()).await?;
    Ok((app.sessions.logout(&request).await?, Redirect::to("/login")))
}

#[derive(Deserialize)]
struct Chosen {
    session: String,
}

/// Whoever fills in the handle of somebody else's session ends nothing.
async fn end(
    State(app): State<App>,
    who: Identity,
    Form(chosen): Form<Chosen>,
) -> Result<Redirect, Unavailable> {
    if let Ok(handle) = chosen.session.parse::<SessionHandle>() {
        app.sessions.end(who.subject(), &handle).await?;
    }
    Ok(Redirect::to("/account"))
}

/// A page that nobody stores.
fn page(html: String) -> ([(HeaderName, &'static str); 1], Html<String>) {
    ([(CACHE_CONTROL, "no-store")], Html(html))
}
