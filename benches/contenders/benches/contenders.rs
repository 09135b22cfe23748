//! tower-auth beside other ways to check bearer tokens in tower.
//!
//! All get the same request and the same service inside as in `benches/middleware.rs`, whose
//! documentation says what is timed. All check signature, `iss`, `aud` and `exp`, and leave the
//! claims in the extensions of the request.
//!
//! - `by hand`: `jsonwebtoken::decode` (aws-lc-rs) in tower-http's `AsyncRequireAuthorizationLayer`,
//!   with a bare 401 as its refusal;
//! - `jwt-authorizer`: its service inside has to answer with axum 0.7's body, which boxes ours;
//! - `tower-oauth2-resource-server`: with a static JWK Set, and HMAC allowed where it is needed.

#![expect(clippy::expect_used, reason = "a benchmark may panic")]

#[path = "../../common/mod.rs"]
mod common;

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::task::{Context, Poll};

use axum_core::body::Body as AxumBody;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use common::cases::{self, AUDIENCE, Case, ISSUER, SECRET};
use common::{Orders, timed};
use criterion::{Criterion, criterion_group, criterion_main};
use http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode};
use http_body_util::Full;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use jwt_authorizer::{IntoLayer as _, JwtAuthorizer};
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
