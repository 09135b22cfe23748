//! The profile of RFC 9068, and where scopes and roles stand.

use serde_json::json;
use tower_auth::Identity;
use tower_auth::testing::TokenBuilder;
use tower_auth::token::IntoVerifier as _;
use tower_auth::token::jwt::Jwt;

use crate::support::{idp, judge_by, reason, settings};

fn strict() -> Jwt {
    settings(idp().keys()).access_token_profile()
}

fn access_token() -> TokenBuilder<'static> {
    idp().token("alice").claim("client_id", "app").claim("jti", "1")
}

/// RFC 9068 §2.1: `at+jwt` and nothing else.
#[test]
fn only_at_jwt_is_an_access_token() {
    for (typ, want) in [
        ("at+jwt", "ok"),
        ("at+JWT", "ok"),
        ("application/at+jwt", "ok"),
        ("JWT", "wrong_type"),
        ("at+jwtx", "wrong_type"),
        ("dpop+jwt", "wrong_type"),
        ("logout+jwt", "wrong_type"),
        ("token-introspection+jwt", "wrong_type"),
        ("secevent+jwt", "wrong_type"),
        ("", "wrong_type"),
    ] {
        assert_eq!(reason(judge_by(strict(), &access_token().typ(typ).sign())), want, "{typ}");
    }
    let untyped = access_token().without_header("typ").sign();
    assert_eq!(reason(judge_by(strict(), &untyped)), "wrong_type");
}

/// RFC 9068 §2.2: each of the seven is required.
#[test]
fn every_claim_of_the_profile_is_required() {
    assert_eq!(reason(judge_by(strict(), &access_token().sign())), "ok");
    for (claim, want) in [
        ("iss", "wrong_issuer"),
        ("exp", "bad_claim"),
        ("aud", "wrong_audience"),
        ("sub", "bad_claim"),
        ("client_id", "bad_claim"),
        ("iat", "bad_claim"),
        ("jti", "bad_claim"),
    ] {
        let token = access_token().without_claim(claim).sign();
        assert_eq!(reason(judge_by(strict(), &token)), want, "{claim}");
    }
    for claim in ["client_id", "jti"] {
        for value in [json!(""), json!(5), json!(null), json!(["app"])] {
            let token = access_token().claim(claim, &value).sign();
            assert_eq!(reason(judge_by(strict(), &token)), "bad_claim", "{claim} {value}");
        }
    }
}

fn who(jwt: Jwt, token: TokenBuilder<'_>) -> Identity {
    judge_by(jwt, &token.sign()).unwrap()
}

fn scopes(identity: &Identity) -> Vec<&str> {
    identity.scopes().iter().collect()
}

/// Exact names only, wherever they stand.
#[test]
fn scopes_are_found_where_the_issuer_puts_them() {
    let usual = || settings(idp().keys());
    let token = || idp().token("alice");
    for (name, value, want) in [
        ("scope", json!("read write"), vec!["read", "write"]),
        ("scope", json!(["read", "write"]), vec!["read", "write"]),
        ("scp", json!("read write"), vec!["read", "write"]),
        ("scp", json!(["read"]), vec!["read"]),
        ("scope", json!("readwrite"), vec!["readwrite"]),
        ("scope", json!("a  b"), vec!["a", "b"]),
        ("scope", json!(""), vec![]),
        ("scope", json!(null), vec![]),
        ("permissions", json!(["read"]), vec![]),
    ] {
        assert_eq!(scopes(&who(usual(), token().claim(name, &value))), want, "{name} {value}");
    }
    let both = token().claim("scope", "read").claim("scp", ["admin"]);
    assert_eq!(scopes(&who(usual(), both.clone())), ["read"], "one of them, never both");
    assert_eq!(scopes(&who(usual().scopes_from("scp"), both.clone())), ["admin"]);
    let elsewhere = both.claim("https://idp.example/x", json!({"a/b": {"c~d": "deep"}}));
    let pointer = "/https:~1~1idp.example~1x/a~1b/c~0d";
    assert_eq!(scopes(&who(usual().scopes_from(pointer), elsewhere.clone())), ["deep"]);
    assert!(scopes(&who(usual().scopes_from("/nowhere/at/all"), elsewhere.clone())).is_empty());
    let wrong = elsewhere.sign();
    assert_eq!(reason(judge_by(usual().scopes_from("https://idp.example/x"), &wrong)), "bad_claim");
}

#[test]
fn roles_are_found_where_the_issuer_puts_them() {
    let token = idp()
        .token("alice")
        .role("usual")
        .claim("realm_access", json!({"roles": ["admin", 5, "user"]}))
        .claim("https://app.example/role", "Site Admin")
        .claim("groups", ["staff"]);
    let has = |path: &str, role: &str| {
        who(settings(idp().keys()).roles_from(path), token.clone()).has_role(role)
    };
    assert!(who(settings(idp().keys()), token.clone()).has_role("usual"));
    assert!(has("/realm_access/roles", "admin") && has("/realm_access/roles", "user"));
    assert!(!has("/realm_access/roles", "usual"), "instead of the usual place");
    assert!(has("https://app.example/role", "Site Admin"));
    assert!(!has("https://app.example/role", "Site"));
    assert!(has("groups", "staff") && has("/groups", "staff"));
    assert!(!has("/realm_access/nothing", "admin"));
    let odd = settings(idp().keys()).roles_from("realm_access");
    assert_eq!(reason(judge_by(odd, &token.sign())), "bad_claim");
}

#[test]
fn a_path_that_leads_nowhere_by_its_form_is_refused() {
    for (path, why) in [
        ("", "the path to a claim is empty: name the claim"),
        ("/a~2b", "the path `/a~2b` has a `~` that is neither `~0` nor `~1` (RFC 6901)"),
        ("/a~", "the path `/a~` has a `~` that is neither `~0` nor `~1` (RFC 6901)"),
    ] {
        let error = settings(idp().keys()).roles_from(path).into_verifier().err().unwrap();
        assert_eq!(error.to_string(), why);
    }
}
