//! tower-auth beside other ways to check bearer tokens in tower.
//!
//! All get the same request and the same service inside as in `benches/middleware.rs`, whose
//! documentation says what is timed. All check signature, `iss`, `aud` and `exp`, and leave the
//! claims in the extensions of the request.
//!
//! - `by hand`: `jsonwebtoken::decode` (aws-lc-rs) in tower-http's `AsyncRequireAuthorizationLayer`,
//!   with a bare 401 as its refusal;
//! - `jwt-authorizer`: its service inside has to answer with axum 0.7's body, which boxes ours;
//! - `tower-oauth2-resource-server`: with a static JWK Set, and HMAC allowed where it is needed;
//! - `oauth-resource-server`: its `HttpAuthLayer`, with a JWK Set given beforehand; no required scope;
//! - `huskarl-resource-server`: has no middleware, so its `Rfc9068Validator` stands in tower-http's
//!   layer, with a refusal by its `rejection`; its keys come, once, from an `HttpClient` in memory.
//!
//! `HS256` is without the last two: oauth-resource-server refuses shared secrets, and what
//! huskarl-resource-server reads from a JWK Set are public keys.
//! oauth-resource-server checks with jsonwebtoken 9 on ring; huskarl-resource-server with the pure
//! Rust of `p256`, and with it every accepted token takes five times as long.
//!
//! Medians of one short run (0.6 s each, two shared and noisy cores):
//!
//! | µs                           | accept ES256 | accept HS256 | no credentials | `alg` none | 8 KiB of base64 |
//! |------------------------------|-------------:|-------------:|---------------:|-----------:|----------------:|
//! | bare                         |         0.73 |         0.77 |           0.59 |       0.62 |            0.71 |
//! | tower-auth                   |         56.4 |         2.87 |           0.82 |       1.71 |            4.82 |
//! | by hand                      |         54.9 |         4.05 |           0.56 |       1.63 |            6.46 |
//! | jwt-authorizer               |         57.0 |         4.22 |           0.67 |       1.93 |            3.96 |
//! | tower-oauth2-resource-server |         57.2 |         5.81 |           1.08 |       2.18 |            7.44 |
//! | oauth-resource-server        |         62.7 |            - |           0.78 |       2.74 |            3.57 |
//! | huskarl-resource-server      |        285.4 |            - |           0.99 |       4.37 |            9.25 |

#![expect(clippy::expect_used, reason = "a benchmark may panic")]

#[path = "../../common/mod.rs"]
mod common;

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum_core::body::Body as AxumBody;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use common::cases::{self, AUDIENCE, Case, ISSUER, SECRET};
use common::{Orders, timed};
use criterion::{Criterion, criterion_group, criterion_main};
use http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode, Uri};
use http_body_util::Full;
use huskarl_resource_server::core::Error as HuskarlError;
use huskarl_resource_server::core::http::{HttpClient, HttpResponse, Idempotency};
use huskarl_resource_server::validator::metadata::ValidatorMetadata;
use huskarl_resource_server::validator::rfc9068::Rfc9068Validator;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use jwt_authorizer::{IntoLayer as _, JwtAuthorizer};
use oauth_resource_server::http_layer::HttpAuthLayer;
use oauth_resource_server::{KeyNaming, OAuthConfig, OAuthValidator};
use serde::Deserialize;
use tower::{Layer as _, Service};
use tower_auth::testing::TokenMaker;
use tower_http::auth::{AsyncAuthorizeRequest, AsyncRequireAuthorizationLayer};
use tower_oauth2_resource_server::server::OAuth2ResourceServer;
use tower_oauth2_resource_server::tenant::TenantConfiguration;
use tower_oauth2_resource_server::validation::ClaimsValidationSpec;

fn contenders(c: &mut Criterion) {
    let es256 = Issuer::es256();
    let hs256 = Issuer::hs256();
    let token = |issuer: &Issuer| cases::token(&issuer.maker, |token| token.kid(&issuer.kid));

    for issuer in [&es256, &hs256] {
        let case = cases::signed(issuer.name, &issuer.maker, &token(issuer));
        compare(c, &format!("accept, {}", issuer.name), issuer, &case);
    }
    for case in cases::refused() {
        if matches!(case.name, "no credentials" | "alg none" | "8 KiB of base64") {
            let name = format!("refuse, {}", case.name);
            let case = Case { layer: cases::signed("", &es256.maker, "").layer, ..case };
            compare(c, &name, &es256, &case);
        }
    }
}

fn compare(c: &mut Criterion, name: &str, issuer: &Issuer, case: &Case) {
    let mut group = c.benchmark_group(name);
    let (wire, want) = (&case.wire, case.want);
    timed(&mut group, "bare", Orders, wire, StatusCode::OK);
    timed(&mut group, "tower-auth", case.layer.layer(Orders), wire, want);

    let by_hand = AsyncRequireAuthorizationLayer::new(issuer.by_hand());
    timed(&mut group, "by hand", by_hand.layer(Orders), wire, want);

    let authorizer = issuer.jwt_authorizer();
    timed(&mut group, "jwt-authorizer", authorizer.layer(AxumOrders), wire, want);

    let server = issuer.resource_server().into_layer::<Full<Bytes>>();
    timed(&mut group, "tower-oauth2-resource-server", server.layer(Orders), wire, want);

    if issuer.algorithm == Algorithm::ES256 {
        let layer = issuer.oauth_resource_server();
        timed(&mut group, "oauth-resource-server", layer.layer(Orders), wire, want);

        let huskarl = AsyncRequireAuthorizationLayer::new(issuer.huskarl());
        timed(&mut group, "huskarl-resource-server", huskarl.layer(Orders), wire, want);
    }
    group.finish();
}

/// Keys, in the form in which each contender takes them.
struct Issuer {
    name: &'static str,
    maker: TokenMaker,
    kid: String,
    jwk_set: String,
    key: DecodingKey,
    algorithm: Algorithm,
}

impl Issuer {
    fn es256() -> Self {
        let maker = cases::maker(TokenMaker::es256());
        let set: JwkSet = serde_json::from_str(&maker.jwk_set()).expect("a JWK Set");
        Self {
            name: "ES256",
            kid: maker.kid().expect("a name").to_owned(),
            jwk_set: maker.jwk_set(),
            key: DecodingKey::from_jwk(&set.keys[0]).expect("a key"),
            algorithm: Algorithm::ES256,
            maker,
        }
    }

    fn hs256() -> Self {
        let secret = URL_SAFE_NO_PAD.encode(SECRET);
        let jwk = format!(r#"{{"kty":"oct","kid":"shared","alg":"HS256","k":"{secret}"}}"#);
        Self {
            name: "HS256",
            maker: cases::maker(TokenMaker::hs256(SECRET)),
            kid: "shared".to_owned(),
            jwk_set: format!(r#"{{"keys":[{jwk}]}}"#),
            key: DecodingKey::from_secret(SECRET.as_bytes()),
            algorithm: Algorithm::HS256,
        }
    }

    fn by_hand(&self) -> ByHand {
        let mut rules = Validation::new(self.algorithm);
        rules.set_audience(&[AUDIENCE]);
        rules.set_issuer(&[ISSUER]);
        rules.set_required_spec_claims(&["exp", "iss", "aud"]);
        ByHand { key: self.key.clone(), rules }
    }

    fn jwt_authorizer(&self) -> jwt_authorizer::layer::AuthorizationLayer<Claims> {
        let builder = match self.algorithm {
            Algorithm::HS256 => JwtAuthorizer::<Claims>::from_secret(SECRET),
            _ => JwtAuthorizer::from_jwks_text(&self.jwk_set),
        };
        let rules = jwt_authorizer::Validation::new().iss(&[ISSUER]).aud(&[AUDIENCE]);
        block_on(builder.validation(rules).build()).expect("it can work").into_layer()
    }

    fn resource_server(&self) -> OAuth2ResourceServer<Claims> {
        let audiences = vec![AUDIENCE.to_owned()];
        let rules = ClaimsValidationSpec::new().exp(true).iss(ISSUER).aud(&audiences);
        let tenant = TenantConfiguration::static_builder(self.jwk_set.as_str())
            .claims_validation(rules)
            .allowed_algorithms(&[self.algorithm])
            .build()
            .expect("it can work");
        block_on(<OAuth2ResourceServer<Claims>>::builder().add_tenant(tenant).build())
            .expect("it can work")
    }

    fn oauth_resource_server(&self) -> HttpAuthLayer {
        let settings = OAuthConfig {
            enabled: true,
            issuer: ISSUER.to_owned(),
            audience: AUDIENCE.to_owned(),
            resource: AUDIENCE.to_owned(),
            allow_unscoped_tokens: true,
            ..OAuthConfig::default()
        };
        let settings = settings.resolve(KeyNaming::Dotted("oauth")).expect("it can work");
        let validator = OAuthValidator::builder(&settings.expect("it is enabled"))
            .initial_jwks(&self.jwk_set)
            .build()
            .expect("it can work");
        HttpAuthLayer::builder().oauth(Arc::new(validator)).build().expect("it can work")
    }

    fn huskarl(&self) -> Huskarl {
        let validator = Rfc9068Validator::builder()
            .with_claims::<Roles>()
            .issuer(ISSUER)
            .audience(AUDIENCE)
            .jwks_uri("https://idp.example/jwks".parse().expect("an address"))
            .jwks_source(InMemory(self.jwk_set.clone().into()))
            .build();
        let validator = block_on(validator).expect("it can work");
        let metadata = validator.validator_metadata(None);
        Huskarl { inner: Arc::new((validator, metadata)) }
    }
}

/// What everyone reads of a token.
#[derive(Clone, Debug, Deserialize)]
#[expect(dead_code, reason = "a handler would read them")]
struct Claims {
    iss: String,
    sub: String,
    exp: u64,
    scope: Option<String>,
    #[serde(default)]
    roles: Vec<String>,
}

#[derive(Clone)]
struct ByHand {
    key: DecodingKey,
    rules: Validation,
}

impl ByHand {
    fn claims(&self, headers: &HeaderMap) -> Option<Claims> {
        let token = headers.get(AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")?;
        decode(token, &self.key, &self.rules).ok().map(|token| token.claims)
    }
}

impl<B> AsyncAuthorizeRequest<B> for ByHand {
    type RequestBody = B;
    type ResponseBody = Full<Bytes>;
    type Future = Ready<Result<Request<B>, Response<Full<Bytes>>>>;

    fn authorize(&mut self, mut request: Request<B>) -> Self::Future {
        ready(match self.claims(request.headers()) {
            Some(claims) => {
                request.extensions_mut().insert(claims);
                Ok(request)
            }
            None => {
                let mut refusal = Response::new(Full::default());
                *refusal.status_mut() = StatusCode::UNAUTHORIZED;
                let bearer = HeaderValue::from_static("Bearer");
                refusal.headers_mut().insert(WWW_AUTHENTICATE, bearer);
                Err(refusal)
            }
        })
    }
}

/// The validator of huskarl-resource-server, and what its refusals say.
#[derive(Clone)]
struct Huskarl {
    inner: Arc<(Rfc9068Validator<Roles>, ValidatorMetadata)>,
}

/// What the claims of RFC 9068 lack.
#[derive(Clone, Debug, Deserialize)]
#[expect(dead_code, reason = "a handler would read them")]
struct Roles {
    #[serde(default)]
    roles: Vec<String>,
}

impl<B: Send + 'static> AsyncAuthorizeRequest<B> for Huskarl {
    type RequestBody = B;
    type ResponseBody = Full<Bytes>;
    type Future = Pin<Box<dyn Future<Output = Result<Request<B>, Response<Full<Bytes>>>> + Send>>;

    fn authorize(&mut self, request: Request<B>) -> Self::Future {
        let inner = Arc::clone(&self.inner);
        Box::pin(async move {
            let (validator, metadata) = &*inner;
            let (mut head, body) = request.into_parts();
            // Only DPoP reads it.
            let address = Uri::from_static(AUDIENCE);
            let result =
                validator.validate_request(&head.headers, &head.method, &address, None).await;
            if let Some(rejection) = result.rejection(metadata, None) {
                let refusal = rejection.apply(Response::builder()).body(Full::default());
                return Err(refusal.expect("valid"));
            }
            // It has no `Clone`.
            head.extensions.insert(Arc::new(result.outcome.ok().flatten()));
            Ok(Request::from_parts(head, body))
        })
    }
}

/// An `HttpClient` that finds a JWK Set wherever it looks.
struct InMemory(Bytes);

impl HttpClient for InMemory {
    fn execute(
        &self,
        _: Request<Bytes>,
        _: Idempotency,
    ) -> huskarl_resource_server::core::platform::MaybeSendBoxFuture<
        '_,
        Result<HttpResponse, HuskarlError>,
    > {
        let (status, headers) = (StatusCode::OK, HeaderMap::new());
        Box::pin(ready(Ok(HttpResponse { status, headers, body: self.0.clone() })))
    }
}

/// [`Orders`] with the body of axum 0.7.
#[derive(Clone, Copy)]
struct AxumOrders;

impl<B> Service<Request<B>> for AxumOrders {
    type Response = Response<AxumBody>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        ready(Orders.call(request).into_inner().map(|response| response.map(AxumBody::new)))
    }
}

fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(future)
}

criterion_group! {
    name = benches;
    config = common::criterion();
    targets = contenders
}
criterion_main!(benches);
