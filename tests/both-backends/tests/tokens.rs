//! Tokens are checked the same, whatever features others have turned on.

use serde_json::json;
use tower_auth::Eventual;
use tower_auth::rejection::Verdict;
use tower_auth::testing::TokenMaker;
use tower_auth::token::IntoVerifier as _;
use tower_auth::token::jwt::Jwt;

fn reason(idp: &TokenMaker, token: &str) -> &'static str {
    let verifier = Jwt::issuer("https://idp.example")
        .audience("https://api.example")
        .keys(idp.keys())
        .into_verifier()
        .unwrap();
    match verifier.verify(token) {
        Eventual::Ready(Verdict::Valid(_)) => "ok",
        Eventual::Ready(Verdict::Rejected(rejection)) => rejection.reason(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn tokens_are_accepted_and_refused_with_both_backends_in_the_program() {
    let secret = "0123456789abcdef0123456789abcdef";
    for idp in [TokenMaker::es256(), TokenMaker::eddsa(), TokenMaker::hs256(secret)] {
        let idp = idp.issuer("https://idp.example").audience("https://api.example");
        assert_eq!(reason(&idp, &idp.token("alice").sign()), "ok");
        let other = idp.token("alice").claim("aud", "https://other.example").sign();
        assert_eq!(reason(&idp, &other), "wrong_audience");
        let forged = format!("{}AAAA", &idp.token("alice").sign()[..60]);
        assert_ne!(reason(&idp, &forged), "ok");
    }
}

#[test]
fn dates_are_numbers_in_arbitrary_precision_too() {
    let idp = TokenMaker::es256().issuer("https://idp.example").audience("https://api.example");
    let with = |exp: &str| {
        let claims = format!(
            r#"{{"iss":"https://idp.example","aud":"https://api.example","sub":"alice",
                "x":[1.5,{{"y":12345678901234567890123}}],"exp":{exp}}}"#
        );
        reason(&idp, &idp.sign_raw(r#"{"alg":"ES256"}"#, claims))
    };
    for (exp, want) in [
        ("4000000000", "ok"),
        ("4000000000.5", "ok"),
        ("4e9", "ok"),
        ("1", "token_expired"),
        ("-1", "bad_claim"),
        ("18446744073709551616", "bad_claim"),
        ("1e300", "bad_claim"),
        ("1e999", "malformed_token"),
        (r#""4000000000""#, "bad_claim"),
    ] {
        assert_eq!(with(exp), want, "{exp}");
    }
    let with_roles = idp.token("alice").claim("auth_time", 5).claim("x", json!({"a": 1})).sign();
    assert_eq!(reason(&idp, &with_roles), "ok");
}

/// What the program itself does with `jsonwebtoken` is its own affair: we must not have installed
/// anything for it.
#[test]
fn the_process_wide_backend_is_left_alone() {
    let idp = TokenMaker::es256().issuer("https://idp.example").audience("https://api.example");
    assert_eq!(reason(&idp, &idp.token("alice").sign()), "ok");
    assert!(jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default().is_ok());
}
