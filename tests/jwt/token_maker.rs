//! The issuer for tests behaves like an issuer.

use std::time::Duration;

use serde_json::Value;
use tower_auth::testing::TokenMaker;
use tower_auth::token::jwt::{Algorithm, Keys};

use crate::support::{
    AUDIENCE, ISSUER, SECRET, idp, judge, judge_by, now, reason, settings, signing_with,
};

#[test]
fn every_kind_of_maker_makes_good_tokens() {
    for maker in [TokenMaker::es256(), TokenMaker::eddsa(), TokenMaker::hs256(SECRET)] {
        let maker = maker.issuer(ISSUER).audience(AUDIENCE).clock(now);
        let token = maker.token("alice").sign();
        assert_eq!(reason(judge_by(settings(maker.keys()), &token)), "ok", "{maker:?}");
    }
    for algorithm in [Algorithm::RS384, Algorithm::RS512, Algorithm::PS384, Algorithm::PS512] {
        let maker = signing_with(algorithm);
        let token = maker.token("alice").sign();
        assert_eq!(reason(judge_by(settings(maker.keys()), &token)), "ok", "{maker:?}");
    }
}

#[cfg(feature = "aws-lc-rs")]
#[test]
fn rsa_keys_are_made_with_aws_lc_rs() {
    let maker = TokenMaker::rs256().issuer(ISSUER).audience(AUDIENCE).clock(now);
    let token = maker.token("alice").sign();
    assert_eq!(reason(judge_by(settings(maker.keys()), &token)), "ok");
}

/// [RFC 7517 §5](https://www.rfc-editor.org/rfc/rfc7517#section-5): what an issuer publishes has
/// nothing private in it.
#[test]
fn the_published_set_verifies_and_keeps_the_private_half() {
    for algorithm in [Algorithm::ES256, Algorithm::EdDSA, Algorithm::RS256, Algorithm::ES384] {
        let maker = signing_with(algorithm);
        let set = maker.jwk_set();
        let keys = Keys::from_jwk_set(&set).unwrap();
        let token = maker.token("alice").sign();
        assert_eq!(reason(judge_by(settings(keys), &token)), "ok", "{algorithm}");
        let set: Value = serde_json::from_str(&set).unwrap();
        let jwk = set["keys"][0].as_object().unwrap();
        assert_eq!(jwk["kid"].as_str(), maker.kid());
        for private in ["d", "p", "q", "dp", "dq", "qi", "k"] {
            assert!(!jwk.contains_key(private), "{algorithm} {private}");
        }
    }
}

/// RFC 7519 §4.1.1, §4.1.3: one token of another issuer, or for another service.
#[test]
fn a_token_may_have_another_issuer_or_audience_than_its_maker() {
    let idp = idp();
    for (token, want) in [
        (idp.token("alice"), "ok"),
        (idp.token("alice").issuer("https://evil.example"), "wrong_issuer"),
        (idp.token("alice").audience("https://other.example"), "wrong_audience"),
        (idp.token("alice").issuer("x").audience("x").issuer(ISSUER).audience(AUDIENCE), "ok"),
    ] {
        assert_eq!(reason(judge(&token.clone().sign())), want, "{token:?}");
    }
}

#[test]
fn times_are_counted_from_the_makers_clock() {
    let short = idp().token("alice").expires_in(Duration::from_secs(10)).sign();
    let later = || now() + Duration::from_secs(40);
    assert_eq!(reason(judge(&short)), "ok");
    let jwt = settings(idp().keys()).clock(later);
    assert_eq!(reason(judge_by(jwt, &short)), "token_expired");
    assert_eq!(reason(judge(&idp().token("alice").expired().sign())), "token_expired");
}
