//! What a client sees of all this.

use http::{Request, Response, StatusCode};
use tower::{ServiceBuilder, ServiceExt as _, service_fn};
use tower_auth::AuthenticateLayer;
use tower_auth::authenticate::Builder;
use tower_auth::authenticate::SomeScheme;
use tower_auth::clock::Clock;
use tower_auth::scheme::Bearer;
use tower_auth::token::jwt::Jwt;

use crate::support::{AUDIENCE, Answer, ISSUER, Idp, secs, settings, signer, tokio_clock};

fn builder(idp: &Idp, clock: impl Clock + Clone) -> Builder<SomeScheme> {
    let keys = settings(idp, clock.clone()).build().unwrap();
    let jwt = Jwt::issuer(ISSUER).audience(AUDIENCE).keys(keys).clock(clock);
    AuthenticateLayer::builder().scheme(Bearer::new(jwt))
}

async fn ask(layer: &AuthenticateLayer, token: Option<&str>) -> Response<String> {
    let hello = service_fn(|_: Request<String>| async {
        Ok::<_, std::convert::Infallible>(Response::new("hello".to_owned()))
    });
    let service = ServiceBuilder::new().layer(layer.clone()).service(hello);
    let mut request = Request::get("/");
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let response = service.oneshot(request.body(String::new()).unwrap()).await.unwrap();
    let (head, body) = response.into_parts();
    let body = http_body_util::BodyExt::collect(body).await.unwrap().to_bytes();
    Response::from_parts(head, String::from_utf8(body.to_vec()).unwrap())
}

/// An outage is 503 with a time to come back at and without a challenge; in optional mode, too,
/// where only who presents nothing goes on without an identity.
#[tokio::test(start_paused = true)]
async fn an_outage_is_503_and_only_nothing_is_anonymous() {
    let clock = tokio_clock();
    let maker = signer(clock.clone());
    for optional in [false, true] {
        let idp = Idp::new(Answer::Broken);
        let builder = builder(&idp, clock.clone());
        let layer = if optional { builder.optional() } else { builder }.build().unwrap();
        let token = maker.token("alice").expires_in(secs(9999)).sign();
        for _ in 0..2 {
            let response = ask(&layer, Some(&token)).await;
            assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
            assert_eq!(response.headers()["retry-after"], "1");
            assert!(!response.headers().contains_key("www-authenticate"));
            assert!(!response.body().contains("idp.example"), "{}", response.body());
        }
        let anonymous = ask(&layer, None).await.status();
        let want = if optional { StatusCode::OK } else { StatusCode::UNAUTHORIZED };
        assert_eq!(anonymous, want);
        // Recovered: the same token is good, and a bad one is bad, optional or not.
        idp.publish(&maker);
        tokio::time::sleep(secs(2)).await;
        assert_eq!(ask(&layer, Some(&token)).await.status(), StatusCode::OK);
        let forged = signer(clock.clone()).token("alice").sign();
        let refused = ask(&layer, Some(&forged)).await;
        assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
        let challenge = refused.headers()["www-authenticate"].to_str().unwrap();
        assert!(challenge.contains(r#"error="invalid_token""#), "{challenge}");
    }
}
