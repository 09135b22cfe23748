//! The requests that are measured, and the layers that they meet.

use std::net::IpAddr;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use tower_auth::AuthenticateLayer;
use tower_auth::attempts::{AttemptLimits, Source};
use tower_auth::scheme::api_key::ApiKeys;
use tower_auth::scheme::basic::Users;
use tower_auth::scheme::session::Sessions;
use tower_auth::scheme::{ApiKey, Basic, Bearer, IntoScheme, SessionCookie};
use tower_auth::store::{MemoryAttempts, MemorySessions};
use tower_auth::testing::{TokenBuilder, TokenMaker};
use tower_auth::token::jwt::{Issuers, Jwt, Keys};

use super::Wire;

/// A request and the layer that decides on it.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) wire: Wire,
    pub(crate) layer: AuthenticateLayer,
    pub(crate) want: StatusCode,
}

/// Requests that are refused.
pub(crate) fn refused() -> Vec<Case> {
    let maker = maker(TokenMaker::es256());
    let bearer = layer(Bearer::new(jwt(&maker)));
    let case = |name, credentials: Option<&str>, layer: &AuthenticateLayer| Case {
        name,
        wire: Wire::new(credentials),
        layer: layer.clone(),
        want: StatusCode::UNAUTHORIZED,
    };
    let unknown_kid = bearing(&token(&maker, |token| token.kid("2019-01")));
    let alg_none = bearing(&token(&maker, |token| token.header("alg", "none")));
    let expired = bearing(&token(&maker, TokenBuilder::expired));
    vec![
        case("no credentials", None, &bearer),
        case("no credentials, eight schemes", None, &eight(&maker)),
        case("unknown kid", Some(&unknown_kid), &bearer),
        case("alg none", Some(&alg_none), &bearer),
        case("expired", Some(&expired), &bearer),
        // Bytes of the right alphabet, that have to be read to the end, and bytes that are not.
        case("8 KiB of base64", Some(&bearing(&"Zm9v".repeat(2048))), &bearer),
        Case {
            want: StatusCode::BAD_REQUEST,
            ..case("8 KiB of noise", Some(&bearing(&"!garbage".repeat(1024))), &bearer)
        },
    ]
}

/// A request that is let through by its password.
pub(crate) fn basic() -> Case {
    let users = Users::new().user("Aladdin", "open sesame");
    let credentials = format!("Basic {}", STANDARD.encode("Aladdin:open sesame"));
    Case {
        name: "Basic",
        wire: Wire::new(Some(&credentials)),
        layer: layer(Basic::new("orders", users)),
        want: StatusCode::OK,
    }
}

/// The same, where guesses are limited, from a source where the user is known.
pub(crate) fn basic_limited() -> Case {
    let users = Users::new().user("Aladdin", "open sesame");
    let source = Source::from_fn(|_| Some(IpAddr::from([192, 0, 2, 44])));
    let limits = AttemptLimits::new(MemoryAttempts::new(100_000), source);
    let layer = AuthenticateLayer::builder()
        .scheme(Basic::new("orders", users))
        .limit_attempts(limits)
        .build()
        .expect("it can work");
    Case { name: "Basic, limited", layer, ..basic() }
}

/// A request that is let through by its API key.
pub(crate) fn api_key() -> Case {
    let keys = ApiKeys::new().key("robot-1", "key-of-robot-1");
    Case {
        name: "API key",
        wire: Wire::new(None).with("x-api-key", "key-of-robot-1"),
        layer: layer(ApiKey::header("x-api-key", keys)),
        want: StatusCode::OK,
    }
}

/// A request that is let through by its session.
pub(crate) fn session() -> Case {
    let sessions = Sessions::builder(MemorySessions::new(1000)).build().expect("it can work");
    let head = http::Request::post("/login").body(()).expect("valid").into_parts().0;
    let mut login = Box::pin(sessions.login(&head, "user-4711"));
    // A store in memory answers at once.
    let cx = &mut std::task::Context::from_waker(std::task::Waker::noop());
    let std::task::Poll::Ready(Ok(cookie)) = login.as_mut().poll(cx) else {
        panic!("nobody is logged in")
    };
    Case {
        name: "session",
        wire: Wire::new(None).with("cookie", &format!("theme=dark; {}", cookie.pair())),
        layer: layer(SessionCookie::new(&sessions)),
        want: StatusCode::OK,
    }
}

/// A request that is let through by a token of this issuer.
pub(crate) fn signed(name: &'static str, maker: &TokenMaker, token: &str) -> Case {
    Case {
        name,
        wire: Wire::new(Some(&bearing(token))),
        layer: layer(Bearer::new(jwt(maker))),
        want: StatusCode::OK,
    }
}

/// The same request, let through by one key, by the last of several keys, and by one of several
/// issuers.
pub(crate) fn one_of_several(names: [&'static str; 3], makers: &[TokenMaker]) -> Vec<Case> {
    let (maker, others) = makers.split_last().expect("several");
    let wire = Wire::new(Some(&bearing(&token(maker, |token| token))));
    let keys = makers.iter().map(TokenMaker::keys).reduce(Keys::and).expect("several");
    let keys = Jwt::issuer(ISSUER).audience(AUDIENCE).keys(keys);
    let mut issuers = Issuers::new().issuer(jwt(maker));
    for (number, other) in others.iter().enumerate() {
        let other = Jwt::issuer(format!("{ISSUER}/{number}")).audience(AUDIENCE).keys(other.keys());
        issuers = issuers.issuer(other);
    }
    let layers =
        [layer(Bearer::new(jwt(maker))), layer(Bearer::new(keys)), layer(Bearer::new(issuers))];
    let case = |(name, layer)| Case { name, wire: wire.clone(), layer, want: StatusCode::OK };
    names.into_iter().zip(layers).map(case).collect()
}

/// The issuer of all tokens.
pub(crate) fn maker(maker: TokenMaker) -> TokenMaker {
    maker.issuer(ISSUER).audience(AUDIENCE)
}

/// An access token as RFC 9068 §2.2 wants it, with scopes and a role, valid for as long as a
/// benchmark can take.
pub(crate) fn token<'m>(
    maker: &'m TokenMaker,
    change: impl FnOnce(TokenBuilder<'m>) -> TokenBuilder<'m>,
) -> String {
    let token = maker
        .token("user-4711")
        .claim("client_id", "web")
        .claim("jti", "0190c3a4-7d1e-7c3b-9a52-5f1d2b6e8c11")
        .scope("orders:read orders:write")
        .role("clerk")
        .expires_in(Duration::from_secs(24 * 60 * 60));
    change(token).sign()
}

fn bearing(token: &str) -> String {
    format!("Bearer {token}")
}

fn layer(scheme: impl IntoScheme) -> AuthenticateLayer {
    AuthenticateLayer::builder().scheme(scheme).build().expect("it can work")
}

fn eight(maker: &TokenMaker) -> AuthenticateLayer {
    let keys = |name: &str| ApiKey::header(name, ApiKeys::new().key("robot-1", "key-of-robot-1"));
    AuthenticateLayer::builder()
        .scheme(Bearer::new(jwt(maker)))
        .scheme(Basic::new("orders", Users::new().user("Aladdin", "open sesame")))
        .scheme(keys("x-api-key"))
        .scheme(keys("x-partner-key"))
        .scheme(keys("x-device-key"))
        .scheme(keys("x-webhook-key"))
        .scheme(keys("x-batch-key"))
        .scheme(keys("x-support-key"))
        .build()
        .expect("it can work")
}

fn jwt(maker: &TokenMaker) -> Jwt {
    Jwt::issuer(ISSUER).audience(AUDIENCE).keys(maker.keys())
}

pub(crate) const ISSUER: &str = "https://idp.example";
pub(crate) const AUDIENCE: &str = "https://orders.example";
pub(crate) const SECRET: &str = "a shared secret of 32 bytes or so";
