//! What a header says, and which kinds of token are access tokens.

use crate::support::{claims_and, idp, judge, judge_by, raw, reason, settings};

/// [RFC 7515 §4](https://www.rfc-editor.org/rfc/rfc7515#section-4): names are unique.
#[test]
fn a_header_that_says_something_twice_is_refused() {
    for header in [
        r#"{"alg":"ES256","alg":"none"}"#,
        r#"{"alg":"none","alg":"ES256"}"#,
        r#"{"alg":"ES256","al\u0067":"ES256"}"#,
        r#"{"alg":"ES256","kid":"a","kid":"b"}"#,
        r#"{"alg":"ES256","x":1,"x":1}"#,
        r#"{"alg":"ES256","jwk":{"kty":"EC","kty":"RSA"}}"#,
    ] {
        assert_eq!(raw(header, &claims_and("")), "malformed_token", "{header}");
    }
}

/// [RFC 7515 §4.1.1](https://www.rfc-editor.org/rfc/rfc7515#section-4.1.1): required, and
/// case-sensitive.
#[test]
fn alg_is_required_and_exact() {
    for (header, want) in [
        (r#"{"alg":"ES256"}"#, "ok"),
        (r#"{"alg":"es256"}"#, "algorithm_not_allowed"),
        (r#"{"alg":"ES256 "}"#, "algorithm_not_allowed"),
        (r#"{"alg":"ES384"}"#, "algorithm_not_allowed"),
        (r#"{"ALG":"ES256"}"#, "malformed_token"),
        (r#"{"typ":"JWT"}"#, "malformed_token"),
        ("[]", "malformed_token"),
        ("ES256", "malformed_token"),
        ("", "malformed_token"),
    ] {
        assert_eq!(raw(header, &claims_and("")), want, "{header}");
    }
}

/// [RFC 7515 §4.1.4](https://www.rfc-editor.org/rfc/rfc7515#section-4.1.4),
/// [RFC 8725 §3.10](https://www.rfc-editor.org/rfc/rfc8725#section-3.10): a `kid` is compared, and
/// nothing else is done with it.
#[test]
fn a_kid_is_an_opaque_name() {
    for other in ["../../dev/null", "' OR 1=1--", "", "\0", "A", "кey"] {
        let token = idp().token("alice").kid(other).sign();
        assert_eq!(reason(judge(&token)), "no_matching_key", "{other:?}");
    }
    let upper = idp().kid().unwrap().to_uppercase();
    assert_eq!(reason(judge(&idp().token("alice").kid(&upper).sign())), "no_matching_key");
    let longest = idp().token("alice").kid(&"k".repeat(256)).sign();
    assert_eq!(reason(judge(&longest)), "no_matching_key");
    for wrong in ["1", "null", "[]", "{}", &format!(r#""{}""#, "k".repeat(257))] {
        let header = format!(r#"{{"alg":"ES256","kid":{wrong}}}"#);
        assert_eq!(raw(&header, &claims_and("")), "malformed_token", "{wrong}");
    }
    // A header may have 4 KiB, so a longer `kid` never gets that far.
    let long = idp().token("alice").kid(&"k".repeat(10 * 1024)).sign();
    assert_eq!(reason(judge(&long)), "malformed_token");
}

/// [RFC 7515 §4.1.11](https://www.rfc-editor.org/rfc/rfc7515#section-4.1.11): we know no extension,
/// so whatever is critical is refused, and so is a `crit` that is wrong in itself.
#[test]
fn critical_extensions_are_refused() {
    for more in [
        r#""crit":["urn:unknown"],"urn:unknown":true"#,
        r#""crit":["exp"],"exp":1"#,
        r#""crit":[]"#,
        r#""crit":"b64""#,
        r#""crit":["alg"]"#,
        r#""crit":["absent"]"#,
        r#""crit":["b64"],"b64":false"#,
        r#""crit":null"#,
        r#""b64":false"#,
        r#""b64":true"#,
        r#""zip":"DEF""#,
        r#""enc":"A128GCM""#,
    ] {
        let header = format!(r#"{{"alg":"ES256",{more}}}"#);
        assert_eq!(raw(&header, &claims_and("")), "critical_extension", "{more}");
    }
}

/// [RFC 7519 §5.2](https://www.rfc-editor.org/rfc/rfc7519#section-5.2): the claims of a nested token
/// are not in this payload.
#[test]
fn a_nested_token_is_refused() {
    for cty in ["JWT", "jwt", "application/jwt"] {
        let token = idp().token("alice").header("cty", cty).sign();
        assert_eq!(reason(judge(&token)), "malformed_token", "{cty}");
    }
}

/// [RFC 7515 §5.2](https://www.rfc-editor.org/rfc/rfc7515#section-5.2): what was received is checked,
/// not what we would have written.
#[test]
fn white_space_in_a_header_is_no_matter() {
    assert_eq!(raw("{\"typ\":\"JWT\",\r\n \"alg\" : \"ES256\"}\n", &claims_and("")), "ok");
}

/// [RFC 8725 §3.11](https://www.rfc-editor.org/rfc/rfc8725#section-3.11) and
/// [§3.12](https://www.rfc-editor.org/rfc/rfc8725#section-3.12): other kinds of token have a `typ`
/// of their own.
#[test]
fn another_kind_of_token_is_no_access_token() {
    for typ in ["JWT", "jwt", "application/jwt", "at+jwt", "AT+JWT", "application/at+jwt"] {
        assert_eq!(reason(judge(&idp().token("alice").typ(typ).sign())), "ok", "{typ}");
    }
    assert_eq!(reason(judge(&idp().token("alice").without_header("typ").sign())), "ok");
    for typ in [
        "dpop+jwt",
        "logout+jwt",
        "secevent+jwt",
        "token-introspection+jwt",
        "oauth-authz-req+jwt",
        "client-authentication+jwt",
        "at+jwtx",
        "text/jwt",
        "",
    ] {
        let token = idp().token("alice").typ(typ).sign();
        assert_eq!(reason(judge(&token)), "wrong_type", "{typ}");
    }
    let token = idp().token("alice").header("typ", ["JWT"]).sign();
    assert_eq!(reason(judge(&token)), "malformed_token");
}

/// [RFC 9068 §4](https://www.rfc-editor.org/rfc/rfc9068#section-4): whoever asks for `at+jwt` gets
/// nothing else.
#[test]
fn a_required_type_must_be_there() {
    for required in ["at+jwt", "application/at+jwt", "AT+JWT"] {
        for (typ, want) in [
            (Some("at+jwt"), "ok"),
            (Some("at+JWT"), "ok"),
            (Some("application/at+jwt"), "ok"),
            (Some("JWT"), "wrong_type"),
            (Some("dpop+jwt"), "wrong_type"),
            (Some("at+jwtx"), "wrong_type"),
            (None, "wrong_type"),
        ] {
            let token = match typ {
                Some(typ) => idp().token("alice").typ(typ),
                None => idp().token("alice").without_header("typ"),
            };
            let jwt = settings(idp().keys()).require_type(required);
            assert_eq!(reason(judge_by(jwt, &token.sign())), want, "{required} {typ:?}");
        }
    }
}
