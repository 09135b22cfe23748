//! `Bearer`: an access token, [RFC 6750](https://www.rfc-editor.org/rfc/rfc6750).
//!
//! - The challenge always has a realm. It names an error only where a token was presented:
//!   `invalid_request` with 400, `invalid_token` with 401, `insufficient_scope` with 403.
//! - What is no b64token is `invalid_request`: `Bearer`, `Bearer a b`, `Bearer "a"`.
//! - A token bound to a key or certificate is refused: this scheme can't check the binding.
//! - An outage is 503, never `invalid_token`.
//!
//! A bearer token admits whoever has it: use it over TLS only.
//!
//! ```
//! # use http::{Request, StatusCode};
//! # use tower::{ServiceBuilder, ServiceExt, service_fn};
//! # use tower_auth::AuthenticateLayer;
//! # use tower_auth::scheme::Bearer;
//! # use tower_auth::token::OpaqueTokens;
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let tokens = OpaqueTokens::new().token("importer", "mF_9.B5f-4.1JqM");
//! let bearer = Bearer::new(tokens).realm("example");
//! let front_door = AuthenticateLayer::builder().scheme(bearer).build()?;
//!
//! # let hello = service_fn(|_: Request<String>| async {
//! #     Ok::<_, std::convert::Infallible>(http::Response::new(String::new()))
//! # });
//! let service = ServiceBuilder::new().layer(front_door).service(hello);
//! let request = |credentials: &str| {
//!     Request::get("/").header("authorization", credentials).body(String::new())
//! };
//! let good = service.clone().oneshot(request("Bearer mF_9.B5f-4.1JqM")?).await?;
//! assert_eq!(good.status(), StatusCode::OK);
//! let bad = service.oneshot(request("Bearer stolen")?).await?;
//! assert_eq!(bad.status(), StatusCode::UNAUTHORIZED);
//! assert_eq!(
//!     bad.headers()["www-authenticate"],
//!     r#"Bearer realm="example", error="invalid_token", error_description="The access token is invalid""#,
//! );
//! # Ok(())
//! # }
//! ```

mod challenge;

use std::borrow::Cow;
use std::sync::Arc;

use self::challenge::{BearerChallenges, MALFORMED_TOKEN};
use super::{Attempt, IntoScheme, Outcome, Place, Presented, Scheme};
use crate::error::ConfigError;
use crate::header::{Challenge, SchemeName, is_protocol, is_token68};
use crate::metadata::{BearerMethod, ResourceMetadata};
use crate::rejection::{Rejection, Verdict, reason};
use crate::respond::ChallengeList;
use crate::token::{IntoVerifier, VerifyToken};

/// The settings of the `Bearer` scheme. See the [module](self).
pub struct Bearer {
    verifier: Result<Arc<dyn VerifyToken>, ConfigError>,
    realm: String,
    scope: Option<String>,
    error_uri: Option<String>,
    metadata: Option<ResourceMetadata>,
    places: Vec<Place>,
}

impl Bearer {
    /// Names who judges the tokens.
    pub fn new(verifier: impl IntoVerifier) -> Self {
        Self {
            verifier: verifier.into_verifier(),
            realm: String::from("api"),
            scope: None,
            error_uri: None,
            metadata: None,
            places: vec![Place::Authorization],
        }
    }

    /// Names the protection space. Default: `api`.
    #[must_use]
    pub fn realm(mut self, realm: impl Into<String>) -> Self {
        self.realm = realm.into();
        self
    }

    /// Tells clients which scopes a token should have, parted by spaces. Only a hint: requiring
    /// them is the work of a [`policy`](crate::policy::scope).
    #[must_use]
    pub fn scope(mut self, scopes: impl Into<String>) -> Self {
        self.scope = Some(scopes.into());
        self
    }

    /// Names a page that explains errors to developers, as an absolute URI.
    #[must_use]
    pub fn error_uri(mut self, uri: impl Into<String>) -> Self {
        self.error_uri = Some(uri.into());
        self
    }

    /// Tells clients where the [metadata](crate::metadata) of this service is: every challenge has
    /// `resource_metadata`
    /// ([RFC 9728 §5.1](https://www.rfc-editor.org/rfc/rfc9728#section-5.1)), on 401, 400 and 403.
    ///
    /// The scheme refuses to build where it doesn't do what the metadata says: when they differ in
    /// where tokens are taken from, or when the metadata demands DPoP.
    #[must_use]
    pub fn resource_metadata(mut self, metadata: &ResourceMetadata) -> Self {
        self.metadata = Some(metadata.clone());
        self
    }

    /// Also takes the token from `Sec-WebSocket-Protocol`, as the item `bearer.TOKEN`: the one field
    /// that a web page can set when it opens a WebSocket.
    ///
    /// ```js
    /// new WebSocket("wss://api.example/chat", ["chat", `bearer.${token}`]);
    /// ```
    ///
    /// The item is taken out before a handler sees the request. So the page must offer a protocol
    /// beside it, and the handler choose that one: browsers close a socket on which they offered
    /// some and none was chosen. A token is taken that can be part of a protocol's name, as JSON Web
    /// Tokens can; one with `/` or `=` is malformed there. A session cookie, which a browser sends
    /// along to its own site, makes two credentials of it: 400.
    #[must_use]
    pub fn in_websocket_protocol(mut self) -> Self {
        self.places.push(Place::WebSocketProtocol(PROTOCOL.into()));
        self
    }

    /// Also takes the token from the query parameter `access_token`
    /// ([RFC 6750 §2.3](https://www.rfc-editor.org/rfc/rfc6750#section-2.3)).
    ///
    /// # Security
    ///
    /// URLs end up in logs, browser histories and `Referer` fields, and the token with them;
    /// RFC 9700 §4.3.2 tells clients not to send it so. The request goes on with its URL
    /// unchanged unless the layer strips credentials.
    #[must_use]
    pub fn danger_in_query(mut self) -> Self {
        self.places.push(Place::Query(ACCESS_TOKEN.into()));
        self
    }

    /// Also takes the token from the form parameter `access_token`
    /// ([RFC 6750 §2.2](https://www.rfc-editor.org/rfc/rfc6750#section-2.2)). The layer must
    /// buffer forms for it: build it with
    /// [`build_buffering`](crate::authenticate::Builder::build_buffering).
    ///
    /// # Security
    ///
    /// Any form on any page can send such a request, and what logs bodies logs the token.
    #[must_use]
    pub fn danger_in_form_body(mut self) -> Self {
        self.places.push(Place::Form(ACCESS_TOKEN.into()));
        self
    }
}

impl IntoScheme for Bearer {
    fn into_scheme(self) -> Result<Arc<dyn Scheme>, ConfigError> {
        if let Some(metadata) = &self.metadata {
            check_metadata(metadata, &self.places)?;
        }
        let challenges = BearerChallenges::new(
            &self.realm,
            self.scope.as_deref(),
            self.error_uri.as_deref(),
            self.metadata.as_ref(),
        )?;
        Ok(Arc::new(BearerScheme { challenges, verifier: self.verifier?, places: self.places }))
    }
}

impl std::fmt::Debug for Bearer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bearer").field("realm", &self.realm).finish_non_exhaustive()
    }
}

struct BearerScheme {
    challenges: BearerChallenges,
    verifier: Arc<dyn VerifyToken>,
    places: Vec<Place>,
}

impl Scheme for BearerScheme {
    fn name(&self) -> &SchemeName {
        &SchemeName::BEARER
    }

    fn places(&self) -> &[Place] {
        &self.places
    }

    fn authenticate(&self, presented: &Presented<'_>) -> Attempt {
        match token(presented) {
            Ok(token) => self.verifier.verify(&token).map(unbound),
            Err(rejection) => Outcome::Rejected(rejection).into(),
        }
    }

    fn challenges(&self, why: Option<&Rejection>, list: &mut ChallengeList<'_>) {
        list.push(&self.challenges.for_refusal(why));
    }

    fn forbidden_challenge(&self, why: &Rejection) -> Option<Challenge> {
        Some(self.challenges.for_refusal(Some(why)).into_owned())
    }
}

/// The one token presented, of RFC 6750's `b64token` grammar wherever it stood.
fn token<'a>(presented: &Presented<'a>) -> Result<Cow<'a, str>, Rejection> {
    let malformed =
        || Rejection::invalid_request(reason::MALFORMED_CREDENTIALS).describe(MALFORMED_TOKEN);
    if let Some(credentials) = presented.credentials() {
        return credentials.token68().map(Cow::Borrowed).map_err(|_| malformed());
    }
    let mut values = presented.parameters();
    match (values.next(), values.next()) {
        // RFC 6750 §3.1: "repeats the same parameter" is `invalid_request`.
        (Some(_), Some(_)) => Err(Rejection::invalid_request(reason::SEVERAL_CREDENTIALS)
            .describe("The access token was presented more than once")),
        (Some(token), None) if is_token68(&token) && fits(&token, presented.place()) => {
            Ok(Cow::Owned(token.into_owned()))
        }
        _ => Err(malformed()),
    }
}

/// Whether a token of this form can stand in this place.
fn fits(token: &str, place: &Place) -> bool {
    !matches!(place, Place::WebSocketProtocol(_)) || is_protocol(token)
}

/// RFC 9728 §2: what the metadata says of this scheme is what it does.
fn check_metadata(metadata: &ResourceMetadata, places: &[Place]) -> Result<(), ConfigError> {
    let method = |place: &Place| match place {
        Place::Query(_) => Some(BearerMethod::Query),
        Place::Form(_) => Some(BearerMethod::Body),
        Place::Authorization | Place::Header(_) | Place::Cookie(_) => Some(BearerMethod::Header),
        // RFC 9728 has no name for it.
        Place::WebSocketProtocol(_) => None,
    };
    let taken: Vec<BearerMethod> = places.iter().filter_map(method).collect();
    if !metadata.names_bearer_methods(&taken) {
        return Err(ConfigError::new(format!(
            "Bearer takes tokens from {taken:?}, and its metadata says otherwise: give the metadata \
             `.bearer_methods(..)` with just these"
        )));
    }
    if metadata.requires_dpop() {
        return Err(ConfigError::new(
            "the metadata says that all tokens are bound by DPoP, and Bearer takes only tokens that \
             are not: leave out `dpop_bound_access_tokens_required`, or Bearer",
        ));
    }
    Ok(())
}

/// A bound token is worth nothing without the proof that this scheme doesn't ask for: RFC 9449
/// §7.2 and RFC 8705 §3 make a downgrade to a plain bearer token possible where it is taken.
fn unbound(verdict: Verdict) -> Outcome {
    if let Verdict::Valid(principal) = &verdict
        && principal.get().bound_to().is_some()
    {
        return Outcome::Rejected(Rejection::invalid_credentials(reason::BOUND_TOKEN));
    }
    Outcome::of(verdict, &SchemeName::BEARER)
}

const ACCESS_TOKEN: &str = "access_token";
const PROTOCOL: &str = "bearer.";
