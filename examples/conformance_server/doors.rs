//! The schemes, each a few lines.

use std::time::Duration;

use axum::Router;
use axum::handler::Handler as _;
use axum::routing::any;
use http::HeaderValue;
use http::request::Parts;
use tower_auth::metadata::ResourceMetadata;
use tower_auth::policy::{Decision, Policy as _, scope};
use tower_auth::respond::{Refusal, RefusalBody};
use tower_auth::scheme::api_key::ApiKeys;
use tower_auth::scheme::basic::Users;
use tower_auth::scheme::digest::{Algorithm, DigestUsers};
use tower_auth::scheme::{ApiKey, Basic, Bearer, Digest, IntoScheme};
use tower_auth::token::IntoVerifier;
use tower_auth::{AuthenticateLayer, AuthorizeLayer, ConfigError, Identity};

use super::{MAX_BODY, answer, behind};

const REALM: &str = "conformance";

/// Those with a password; `empty` has none.
const USERS: [(&str, &str); 6] = [
    ("alice", "wonderland"),
    ("Mufasa", "Circle of Life"),
    ("test", "123£"),
    ("colon", "a:b:c"),
    ("Jäsøn Doe", "Secret, or not?"),
    ("quo\"te\\back", "pa\"ss\\word"),
];

pub(crate) fn door(scheme: impl IntoScheme) -> Result<AuthenticateLayer, ConfigError> {
    AuthenticateLayer::builder().respond_with(error).scheme(scheme).build()
}

pub(crate) fn optional() -> Result<AuthenticateLayer, ConfigError> {
    AuthenticateLayer::builder().respond_with(error).scheme(basic()).optional().build()
}

pub(crate) fn multi(
    verifier: impl IntoVerifier,
    metadata: &ResourceMetadata,
) -> Result<AuthenticateLayer, ConfigError> {
    AuthenticateLayer::builder()
        .respond_with(error)
        .scheme(digest().danger_md5())
        .scheme(basic())
        .scheme(bearer(verifier, metadata))
        .build()
}

pub(crate) fn users() -> Users {
    let users = Users::new().danger_user_with_empty_password("empty");
    USERS.iter().fold(users, |users, (name, password)| users.user(*name, *password))
}

pub(crate) fn basic() -> Basic {
    Basic::new(REALM, users())
}

fn digest() -> Digest {
    let users = DigestUsers::new().danger_user_with_empty_password("empty");
    let users = USERS.iter().fold(users, |users, (name, password)| users.user(*name, *password));
    Digest::new(REALM, users)
}

pub(crate) fn digests() -> Result<Router, ConfigError> {
    let only = |algorithm| digest().algorithms([algorithm]);
    let md5 = || digest().algorithms([]).danger_md5();
    let covering = AuthenticateLayer::builder()
        .respond_with(error)
        .scheme(digest().danger_md5().auth_int_only())
        .build_buffering(MAX_BODY)?;
    Ok(Router::new()
        .merge(behind("/digest", door(digest().danger_md5())?))
        .merge(behind("/digest-md5", door(md5())?))
        .merge(behind("/digest-sha256", door(digest())?))
        .merge(behind("/digest-sha512-256", door(only(Algorithm::Sha512_256))?))
        .merge(behind("/digest-md5-sess", door(digest().algorithms([]).danger_md5_sess())?))
        .merge(behind("/digest-sha256-sess", door(only(Algorithm::Sha256Sess))?))
        .merge(behind("/digest-userhash", door(digest().userhash())?))
        .merge(behind("/digest-short", door(md5().nonce_lifetime(Duration::from_secs(1)))?))
        .route("/digest-auth-int", any(answer).layer(covering)))
}

pub(crate) fn api_key() -> ApiKey {
    ApiKey::header("X-API-Key", ApiKeys::new().key("robot-1", "key-of-robot-1")).realm(REALM)
}

pub(crate) fn bearer(verifier: impl IntoVerifier, metadata: &ResourceMetadata) -> Bearer {
    Bearer::new(verifier).realm(REALM).resource_metadata(metadata)
}

/// Routes that demand the scope that their last segment names.
pub(crate) fn scoped(path: &str, bearer: Bearer) -> Result<Router, ConfigError> {
    let named = |who: &Identity, head: &Parts| {
        let name = head.uri.path().rsplit('/').next().unwrap_or_default();
        // What can be no scope is in no token.
        scope(name).map_or(Decision::Deny.into(), |policy| policy.decide(who, head))
    };
    Ok(Router::new()
        .route(&format!("{path}/{{scope}}"), any(answer.layer(AuthorizeLayer::new(named))))
        .route_layer(door(bearer)?))
}

/// Bodies of refusals.
fn error(refusal: &Refusal<'_>) -> RefusalBody {
    let json = serde_json::json!({ "error": refusal.detail() });
    RefusalBody::new(HeaderValue::from_static("application/json"), json.to_string())
}

/// The name of a scheme, as the answers have it.
pub(crate) fn scheme_name(who: &Identity) -> String {
    match who.scheme().as_str() {
        "Cookie" => "session".to_owned(),
        name => name.to_ascii_lowercase(),
    }
}
