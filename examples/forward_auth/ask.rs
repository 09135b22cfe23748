//! The answer to a proxy: 200 with the identity headers, or the refusal as the client is to get it.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::response::{IntoResponse, Response};
use http::header::{
    CACHE_CONTROL, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, EXPECT, TE, TRANSFER_ENCODING,
    UPGRADE, WWW_AUTHENTICATE,
};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri};
use tower::ServiceExt as _;
use tower_auth::policy::{Policy, PolicyExt as _, any_identity, any_role};
use tower_auth::{AuthenticateLayer, AuthorizeLayer, Identity};

use crate::identity_headers::{IdentityHeaders, spelling};
use crate::log::note;
use crate::original::{Original, Proxy, Unread};
use crate::rules::{Rule, Rules};
use crate::settings::{Settings, Who};
use crate::target::path_of;

pub(crate) struct Gatekeeper {
    proxy: Proxy,
    headers: Arc<IdentityHeaders>,
    rules: Rules,
    counts_addresses: bool,
}

impl Gatekeeper {
    pub(crate) fn new(settings: Settings, door: &AuthenticateLayer) -> Result<Self, String> {
        let Settings { proxy, identity_headers, api_key, issuers, limits, rules, .. } = settings;
        let prefixes = issuers.into_iter().filter_map(|it| Some((it.issuer, it.prefix?.0)));
        let headers = Arc::new(IdentityHeaders::new(identity_headers, prefixes.collect())?);
        if let Some(name) = api_key.map(|api_key| api_key.header)
            && headers.is_ours(&name.0)
        {
            return Err(format!("`{}` is an identity header: give the keys another name", name.0));
        }
        let rules = rules.into_iter().map(|rule| Rule {
            path: rule.path,
            methods: rule.methods,
            guard: guard(rule.who, door, &headers),
        });
        let rules = Rules::new(rules.collect(), guard(Who::Nobody, door, &headers))?;
        Ok(Self { proxy, headers, rules, counts_addresses: limits.is_some() })
    }

    /// Hands the client's request to the guard of its path.
    async fn judge(&self, mut asked: Parts) -> Result<Response, Unread> {
        let Original { method, target } = self.proxy.original(&asked)?;
        if self.counts_addresses && !asked.headers.contains_key("x-forwarded-for") {
            let why = "the proxy sends no `x-forwarded-for`, by which guesses are limited";
            return Err(Unread::Proxy(why.to_owned()));
        }
        self.check(&asked.headers)?;
        let path = path_of(&target).map_err(Unread::Client)?;
        let guard = self.rules.guard(&path, &method).map_err(Unread::Client)?.clone();
        // What describes a body that isn't here, and a content type by which a refusal would be
        // written as gRPC has it: with status 200, which a proxy takes for a yes.
        for name in BODILY {
            asked.headers.remove(name);
        }
        let mut request = Request::new(Body::empty());
        *request.method_mut() = method;
        *request.uri_mut() =
            Uri::try_from(target).map_err(|_| Unread::Client("the target is no URI"))?;
        *request.headers_mut() = asked.headers;
        // And not the other extensions: the router has noted there what the proxy asked for.
        if let Some(peer) = asked.extensions.remove::<ConnectInfo<SocketAddr>>() {
            request.extensions_mut().insert(peer);
        }
        match guard.oneshot(request).await {
            Ok(response) => Ok(response),
            Err(never) => match never {},
        }
    }

    /// Refuses what only somebody sends who wants the service to see another request than the one that
    /// is judged.
    fn check(&self, headers: &HeaderMap) -> Result<(), Unread> {
        if self.headers.forged(headers).is_some() {
            return Err(Unread::Client("the request says who it is in a field of the proxy's"));
        }
        let has =
            |names: &[&str]| headers.keys().any(|name| names.contains(&spelling(name).as_str()));
        if has(&OTHER_TARGET) {
            return Err(Unread::Client("the request names a second target"));
        }
        if self.rules.tell_methods_apart() && has(&OTHER_METHOD) {
            return Err(Unread::Client("the request names a second method"));
        }
        Ok(())
    }
}

/// Fields from which some frameworks and servers take the target, or the method.
const OTHER_TARGET: [&str; 2] = ["x_original_url", "x_rewrite_url"];
const OTHER_METHOD: [&str; 3] = ["x_http_method", "x_http_method_override", "x_method_override"];

const BODILY: [HeaderName; 7] =
    [CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, EXPECT, TE, TRANSFER_ENCODING, UPGRADE];

/// Answers whatever a proxy asks.
pub(crate) async fn ask(State(keeper): State<Arc<Gatekeeper>>, request: Request) -> Response {
    // The body, if a proxy sends one, is not read.
    let (asked, _) = request.into_parts();
    let mut answer = keeper.judge(asked).await.unwrap_or_else(refusal);
    if answer.status().is_success() && answer.extensions().get::<Passed>().is_none() {
        // INVARIANT: never; but a yes that nobody said must not reach a proxy.
        return refusal(Unread::Proxy("an answer that nobody made".to_owned()));
    }
    if keeper.proxy.passes_one_line() {
        join_challenges(answer.headers_mut());
    }
    answer
}

fn join_challenges(headers: &mut HeaderMap) {
    let lines: Vec<&[u8]> =
        headers.get_all(WWW_AUTHENTICATE).iter().map(HeaderValue::as_bytes).collect();
    if let (2.., Ok(line)) = (lines.len(), HeaderValue::from_bytes(&lines.join(&b", "[..]))) {
        headers.insert(WWW_AUTHENTICATE, line);
    }
}

/// 400 where the client is to blame. 500 where the proxy is: then neither other credentials nor a
/// second attempt would help, and all proxies keep the request from the service.
fn refusal(why: Unread) -> Response {
    let (status, text) = match why {
        Unread::NotFound => (StatusCode::NOT_FOUND, "no proxy asks here".to_owned()),
        Unread::Client(why) => (StatusCode::BAD_REQUEST, why.to_owned()),
        Unread::Proxy(why) => (StatusCode::INTERNAL_SERVER_ERROR, why),
    };
    note(&format!("refused {status}: {text}"));
    let no_store = [(CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    // The client learns nothing of how the proxy is set up.
    let text = if status.is_server_error() { "wrong set-up, see the log".to_owned() } else { text };
    (status, no_store, format!("{text}\n")).into_response()
}

/// Says in an answer that somebody was let through.
#[derive(Clone, Copy)]
struct Passed;

/// Lets through whom a rule allows.
fn guard(who: Who, door: &AuthenticateLayer, headers: &Arc<IdentityHeaders>) -> Router {
    let policy: Arc<dyn Policy> = match who {
        Who::Everyone => {
            return Router::new().fallback(pass_anybody).with_state(Arc::clone(headers));
        }
        Who::Authenticated => Arc::new(any_identity()),
        Who::Nobody => Arc::new(|_: &Identity, _: &Parts| false),
        Who::With { roles, scopes: Some(scopes) } if roles.is_empty() => Arc::new(scopes),
        Who::With { roles, scopes: Some(scopes) } => Arc::new(scopes.and(any_role(roles))),
        Who::With { roles, scopes: None } => Arc::new(any_role(roles)),
    };
    Router::new()
        .fallback(pass)
        .layer(AuthorizeLayer::new(policy))
        .layer(door.clone())
        .with_state(Arc::clone(headers))
}

async fn pass(State(headers): State<Arc<IdentityHeaders>>, who: Identity) -> Response {
    passed(&headers, Some(&who))
}

async fn pass_anybody(State(headers): State<Arc<IdentityHeaders>>) -> Response {
    passed(&headers, None)
}

fn passed(headers: &IdentityHeaders, who: Option<&Identity>) -> Response {
    let mut response = StatusCode::OK.into_response();
    response.extensions_mut().insert(Passed);
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.write(who, response.headers_mut());
    response
}
