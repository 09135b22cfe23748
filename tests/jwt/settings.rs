//! A set-up that cannot work is refused with a sentence.

use std::time::Duration;

use tower_auth::token::IntoVerifier;
use tower_auth::token::jwt::{Algorithm, Jwt, Keys};

use crate::support::{AUDIENCE, ISSUER, SECRET, idp, judge_by, reason, settings, signing_with};

fn why_not(jwt: Jwt) -> String {
    jwt.into_verifier().err().unwrap().to_string()
}

#[test]
fn what_is_missing_is_named() {
    let keys = || idp().keys();
    for (jwt, why) in [
        (Jwt::issuer(ISSUER).keys(keys()), "a JWT verifier needs an audience"),
        (Jwt::issuer(ISSUER).audience(AUDIENCE), "a JWT verifier needs keys"),
        (Jwt::issuer("").audience(AUDIENCE).keys(keys()), "the issuer is empty"),
        (Jwt::issuer(ISSUER).audience("").keys(keys()), "an audience is empty"),
        (settings(keys()).audience(""), "an audience is empty"),
        (settings(keys()).require_type(""), "the required type is empty"),
    ] {
        let said = why_not(jwt);
        assert!(said.starts_with(why), "{said}");
    }
}

#[test]
fn leeway_is_at_most_five_minutes() {
    let with = |leeway| settings(idp().keys()).leeway(leeway);
    assert!(with(Duration::from_secs(300)).into_verifier().is_ok());
    assert!(with(Duration::ZERO).into_verifier().is_ok());
    for leeway in [Duration::from_secs(301), Duration::MAX] {
        assert!(why_not(with(leeway)).starts_with("the leeway is longer than 5 minutes"));
    }
}

/// [RFC 8725 §3.1](https://www.rfc-editor.org/rfc/rfc8725#section-3.1).
#[test]
fn algorithms_that_no_key_can_do_are_refused() {
    let none: [Algorithm; 0] = [];
    for allowed in [&none[..], &[Algorithm::RS256], &[Algorithm::HS256], &[Algorithm::ES384]] {
        let why = why_not(settings(idp().keys()).algorithms(allowed));
        assert_eq!(
            why,
            "none of the algorithms allowed can be done by the keys given, which can do [ES256]"
        );
    }
    let jwt = settings(idp().keys()).algorithms([Algorithm::RS256, Algorithm::ES256]);
    assert_eq!(reason(judge_by(jwt, &idp().token("alice").sign())), "ok");
}

#[test]
fn public_keys_and_secrets_do_not_mix() {
    let secret = Keys::hmac(Algorithm::HS256, SECRET).unwrap();
    let why = why_not(settings(idp().keys().and(secret.clone())));
    assert!(why.starts_with("public keys and HMAC secrets are mixed"), "{why}");
    let why = why_not(settings(idp().keys()).keys(secret).algorithms([Algorithm::ES256]));
    assert!(why.starts_with("public keys and HMAC secrets are mixed"), "{why}");
}

#[test]
fn several_audiences_and_several_keys_add_up() {
    let other = signing_with(Algorithm::EdDSA);
    let jwt = || settings(idp().keys()).keys(other.keys()).audience("https://alias.example");
    let alias = idp().token("alice").claim("aud", "https://alias.example").sign();
    for token in [idp().token("alice").sign(), other.token("alice").sign(), alias] {
        assert_eq!(reason(judge_by(jwt(), &token)), "ok");
    }
}

#[test]
fn debug_shows_no_secret() {
    let jwt = settings(Keys::hmac(Algorithm::HS256, SECRET).unwrap());
    let shown = format!("{jwt:?}");
    assert!(shown.contains(ISSUER) && !shown.contains(SECRET), "{shown}");
}
