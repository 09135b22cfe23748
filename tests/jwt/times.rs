//! `exp`, `nbf` and `iat`.

use std::time::Duration;

use crate::support::{AUDIENCE, ISSUER};
use crate::support::{HEADER, NOW, idp, judge, judge_by, raw, reason, settings};

fn with(times: &str, leeway: u64) -> &'static str {
    let claims = format!(r#"{{"iss":"{ISSUER}","aud":"{AUDIENCE}","sub":"alice"{times}}}"#);
    let jwt = settings(idp().keys()).leeway(Duration::from_secs(leeway));
    reason(judge_by(jwt, &idp().sign_raw(HEADER, claims)))
}

/// [RFC 7519 §4.1.4](https://www.rfc-editor.org/rfc/rfc7519#section-4.1.4): before `exp`, not at it.
#[test]
fn a_token_ends_exactly_with_exp_and_the_leeway() {
    for (exp, leeway, want) in [
        (NOW + 1, 0, "ok"),
        (NOW, 0, "token_expired"),
        (NOW - 1, 0, "token_expired"),
        (NOW - 29, 30, "ok"),
        (NOW - 30, 30, "token_expired"),
        (NOW - 299, 300, "ok"),
        (NOW - 300, 300, "token_expired"),
    ] {
        assert_eq!(with(&format!(r#","exp":{exp}"#), leeway), want, "{exp} {leeway}");
    }
}

/// [RFC 7519 §4.1.5](https://www.rfc-editor.org/rfc/rfc7519#section-4.1.5): at `nbf`, not before it;
/// and nothing was issued tomorrow.
#[test]
fn a_token_begins_exactly_with_nbf_and_iat_and_the_leeway() {
    for claim in ["nbf", "iat"] {
        for (at, leeway, want) in [
            (NOW, 0, "ok"),
            (NOW + 1, 0, "token_not_yet_valid"),
            (NOW + 30, 30, "ok"),
            (NOW + 31, 30, "token_not_yet_valid"),
            (NOW + 3600, 30, "token_not_yet_valid"),
        ] {
            let times = format!(r#","exp":{},"{claim}":{at}"#, NOW + 7200);
            assert_eq!(with(&times, leeway), want, "{claim} {at} {leeway}");
        }
    }
}

/// A token without an end does not exist here.
#[test]
fn exp_is_required() {
    assert_eq!(with("", 30), "bad_claim");
    assert_eq!(with(r#","exp":null"#, 30), "bad_claim");
    assert_eq!(with(r#","exp":0"#, 30), "token_expired");
}

/// [RFC 7519 §2](https://www.rfc-editor.org/rfc/rfc7519#section-2): a `NumericDate` is a number,
/// with a fraction or without.
#[test]
fn dates_are_numbers() {
    for (exp, want) in [
        ("1700000000.5", "ok"),
        ("1.7000001e9", "ok"),
        ("2147483648", "ok"),
        ("4294967296", "ok"),
        ("253402300799", "ok"),
        ("1.5", "token_expired"),
        ("-1", "bad_claim"),
        ("-0.5", "bad_claim"),
        ("253402300800", "bad_claim"),
        ("9223372036854775807", "bad_claim"),
        ("18446744073709551616", "bad_claim"),
        ("1e300", "bad_claim"),
        ("1e999", "malformed_token"),
        ("NaN", "malformed_token"),
        (r#""1700000060""#, "bad_claim"),
        (r#""NaN""#, "bad_claim"),
        ("[1700000060]", "bad_claim"),
        ("{}", "bad_claim"),
        ("true", "bad_claim"),
    ] {
        assert_eq!(with(&format!(r#","exp":{exp}"#), 0), want, "exp {exp}");
    }
    for claim in ["nbf", "iat"] {
        for wrong in [r#""1600000000""#, "null", "-1", "1e300", "[]"] {
            let times = format!(r#","exp":{},"{claim}":{wrong}"#, NOW + 60);
            assert_eq!(with(&times, 30), "bad_claim", "{claim} {wrong}");
        }
    }
}

/// [RFC 6750 §3.1](https://www.rfc-editor.org/rfc/rfc6750#section-3.1): only of an expired token the
/// client is told more, since it can do something about it.
#[test]
fn the_client_is_told_of_expiry_and_of_nothing_else() {
    let expired = judge(&idp().token("alice").expired().sign()).unwrap_err();
    assert_eq!(expired.description(), Some("The access token expired"));
    let early = judge(&idp().token("alice").claim("nbf", NOW + 3600).sign()).unwrap_err();
    assert_eq!(early.description(), Some("The access token is invalid"));
    assert_eq!(raw(HEADER, "{}"), "wrong_issuer");
}
