//! Who a good token says is calling.

use std::time::{Duration, SystemTime};

use serde::Deserialize;
use serde_json::json;
use tower_auth::identity::Binding;

use crate::support::{ISSUER, NOW, idp, judge, judge_by, reason, settings};

#[test]
fn everything_that_is_known_is_handed_on() {
    let token = idp()
        .token("alice")
        .scope("orders:read orders:write")
        .role("admin")
        .role("clerk")
        .claim("acr", "phr")
        .claim("amr", ["pwd", "otp"])
        .claim("auth_time", NOW - 60)
        .expires_in(Duration::from_secs(120))
        .sign();
    let who = judge(&token).unwrap();
    assert_eq!(who.subject(), "alice");
    assert_eq!(who.issuer(), Some(ISSUER));
    assert!(who.has_scope("orders:read") && who.has_scope("orders:write"));
    assert!(!who.has_scope("orders"));
    assert_eq!(who.roles().collect::<Vec<_>>(), ["admin", "clerk"]);
    assert_eq!(who.acr(), Some("phr"));
    assert_eq!(who.amr().collect::<Vec<_>>(), ["pwd", "otp"]);
    let at = |seconds| Some(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
    assert_eq!(who.authenticated_at(), at(NOW - 60));
    assert_eq!(who.expires_at(), at(NOW + 120));
    assert_eq!(who.binding(), None);
}

/// [RFC 8693 §4.2](https://www.rfc-editor.org/rfc/rfc8693#section-4.2): names parted by one space.
#[test]
fn scopes_are_whole_names() {
    for (scope, granted) in [
        (json!("read write"), true),
        (json!("  read   write "), true),
        (json!(["read", "write"]), true),
        (json!("readwrite"), false),
        (json!("READ"), false),
        (json!("read\twrite"), false),
        (json!("read,write"), false),
        (json!(["read write"]), false),
        (json!(""), false),
        (json!([]), false),
        (json!(null), false),
    ] {
        let who = judge(&idp().token("alice").claim("scope", &scope).sign()).unwrap();
        assert_eq!(who.has_scope("read"), granted, "{scope}");
    }
    for wrong in [json!(1), json!({"read": true}), json!(["read", 1]), json!(true)] {
        let token = idp().token("alice").claim("scope", &wrong).sign();
        assert_eq!(reason(judge(&token)), "bad_claim", "{wrong}");
    }
}

#[test]
fn what_is_not_a_name_grants_nothing() {
    let roles = json!(["clerk", 1, null, {"value": "admin"}, ["admin"]]);
    let who = judge(&idp().token("alice").claim("roles", roles).sign()).unwrap();
    assert_eq!(who.roles().collect::<Vec<_>>(), ["clerk"]);
    for (claim, wrong) in [
        ("roles", json!("admin")),
        ("amr", json!("mfa")),
        ("acr", json!(1)),
        ("acr", json!(["phr"])),
        ("auth_time", json!("1700000000")),
        ("auth_time", json!(-1)),
    ] {
        let token = idp().token("alice").claim(claim, &wrong).sign();
        assert_eq!(reason(judge(&token)), "bad_claim", "{claim} {wrong}");
    }
    for claim in ["roles", "amr", "acr", "auth_time"] {
        let token = idp().token("alice").claim(claim, json!(null)).sign();
        assert_eq!(reason(judge(&token)), "ok", "{claim}");
    }
}

/// [RFC 9449 §6.1](https://www.rfc-editor.org/rfc/rfc9449#section-6.1),
/// [RFC 8705 §3.1](https://www.rfc-editor.org/rfc/rfc8705#section-3.1): a bound token stays bound,
/// even where we cannot tell to what.
#[test]
fn a_binding_is_never_dropped() {
    let print = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";
    for (cnf, want) in [
        (json!({"jkt": print}), Binding::KeyThumbprint(print.into())),
        (json!({"x5t#S256": print}), Binding::CertificateThumbprint(print.into())),
        (json!({"jkt": print, "x5t#S256": print}), Binding::Other),
        (json!({"kid": "k"}), Binding::Other),
        (json!({"jkt": 1}), Binding::Other),
        (json!({"jkt": "short"}), Binding::Other),
        (json!({}), Binding::Other),
        (json!(null), Binding::Other),
        (json!("jkt"), Binding::Other),
    ] {
        let who = judge(&idp().token("alice").claim("cnf", &cnf).sign()).unwrap();
        assert_eq!(who.binding(), Some(&want), "{cnf}");
    }
}

#[derive(Debug, Deserialize, PartialEq)]
struct Tenant {
    tenant: u32,
    #[serde(default)]
    beta: bool,
}

#[test]
fn claims_of_ones_own_are_found_by_type() {
    let jwt = || settings(idp().keys()).claims::<Tenant>();
    let who = judge_by(jwt(), &idp().token("alice").claim("tenant", 7).sign()).unwrap();
    assert_eq!(who.claims::<Tenant>(), Some(&Tenant { tenant: 7, beta: false }));
    assert_eq!(who.claims::<u32>(), None);

    for token in [
        idp().token("alice").sign(),
        idp().token("alice").claim("tenant", "seven").sign(),
        idp().token("alice").claim("tenant", -1).sign(),
    ] {
        assert_eq!(reason(judge_by(jwt(), &token)), "bad_claim");
    }
    // Nothing is read into the type before the rest was good.
    let expired = idp().token("alice").expired().sign();
    assert_eq!(reason(judge_by(jwt(), &expired)), "token_expired");
}

/// [RFC 8725 §3.8](https://www.rfc-editor.org/rfc/rfc8725#section-3.8): a subject belongs to its
/// issuer, and so do the keys.
#[test]
fn one_issuers_key_does_not_speak_for_another() {
    let other = crate::support::stranger().issuer("https://other.example");
    let kid = idp().kid().unwrap();
    let token = other.token("alice").kid(kid).claim("iss", ISSUER).sign();
    assert_eq!(reason(judge(&token)), "bad_signature");
}
