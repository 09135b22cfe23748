//! A service behind a front door and a policy, called once.

use std::convert::Infallible;

use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode};
use tower::{ServiceBuilder, ServiceExt as _, service_fn};
use tower_auth::metadata::{ResourceMetadata, ResourceMetadataBuilder};
use tower_auth::policy::{Policy, any_identity};
use tower_auth::rejection::{Rejection, Unavailable, Verdict, reason};
use tower_auth::respond::EitherBody;
use tower_auth::scheme::{Bearer, IntoScheme};
use tower_auth::testing::{ReadChallenge, assert_refused};
use tower_auth::token::OpaqueTokens;
use tower_auth::{AuthenticateLayer, AuthorizeLayer, ConfigError, Eventual, Principal};

pub(crate) const RESOURCE: &str = "https://api.example/orders";
pub(crate) const METADATA_URL: &str =
    "https://api.example/.well-known/oauth-protected-resource/orders";
/// RFC 6750 §2.1.
pub(crate) const TOKEN: &str = "mF_9.B5f-4.1JqM";

pub(crate) fn metadata(resource: &str) -> ResourceMetadataBuilder {
    ResourceMetadata::builder(resource).authorization_server("https://idp.example")
}

pub(crate) fn orders() -> ResourceMetadata {
    metadata(RESOURCE).build().unwrap()
}

/// One token of this caller's.
pub(crate) fn bearer_of(principal: Principal) -> Bearer {
    Bearer::new(OpaqueTokens::new().token(principal, TOKEN)).realm("example")
}

/// Judges `expired`, `down` and any other token; all badly.
pub(crate) fn bad_news() -> Bearer {
    let verify = |token: &str| -> Eventual<Verdict> {
        Eventual::Ready(match token {
            "down" => Unavailable::new("the key server").into(),
            "expired" => Rejection::invalid_credentials(reason::TOKEN_EXPIRED)
                .describe("The access token expired")
                .into(),
            _ => Rejection::invalid_credentials(reason::BAD_SIGNATURE).into(),
        })
    };
    Bearer::new(verify).realm("example")
}

/// Builds a front door of one scheme, or says why not.
pub(crate) fn door(scheme: impl IntoScheme) -> Result<AuthenticateLayer, ConfigError> {
    AuthenticateLayer::builder().scheme(scheme).build()
}

/// Asks for `uri` with these `Authorization` lines.
pub(crate) async fn ask(
    scheme: impl IntoScheme,
    policy: impl Policy,
    uri: &str,
    lines: &[&str],
) -> Response<Nested> {
    let inner =
        service_fn(|_: Request<()>| async { Ok::<_, Infallible>(Response::new(String::new())) });
    let service = ServiceBuilder::new()
        .layer(door(scheme).unwrap())
        .layer(AuthorizeLayer::new(policy))
        .service(inner);
    let request = lines
        .iter()
        .fold(Request::get(uri), |request, line| request.header("authorization", *line));
    service.oneshot(request.body(()).unwrap()).await.unwrap()
}

/// The one challenge of a refusal, as a client reads it.
#[track_caller]
pub(crate) fn challenge<B>(response: &Response<B>, status: u16) -> ReadChallenge {
    let read = assert_refused(response, StatusCode::from_u16(status).unwrap());
    let [challenge] = read.challenges.as_slice() else { panic!("{:?}", read.challenges) };
    challenge.clone()
}

/// The one `WWW-Authenticate` line, as it is.
#[track_caller]
pub(crate) fn line(headers: &HeaderMap) -> &str {
    let lines: Vec<_> = headers.get_all("www-authenticate").iter().collect();
    assert_eq!(lines.len(), 1, "{lines:?}");
    lines[0].to_str().unwrap()
}

pub(crate) async fn known(principal: Principal, policy: impl Policy) -> Response<Nested> {
    let authorization = format!("Bearer {TOKEN}");
    ask(bearer_of(principal), policy, "/orders", &[&authorization]).await
}

pub(crate) async fn anybody(scheme: Bearer, uri: &str, lines: &[&str]) -> Response<Nested> {
    ask(scheme, any_identity(), uri, lines).await
}

pub(crate) async fn bytes<B>(body: B) -> Bytes
where
    B: http_body::Body<Data = Bytes>,
    B::Error: std::fmt::Debug,
{
    http_body_util::BodyExt::collect(body).await.unwrap().to_bytes()
}

/// The body behind two layers.
pub(crate) type Nested = EitherBody<EitherBody<String>>;
