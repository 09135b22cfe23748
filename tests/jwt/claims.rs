//! `iss`, `aud`, `sub` and the JSON around them.

use serde_json::{Value, json};

use crate::support::{AUDIENCE, HEADER, ISSUER, NOW, claims_and, idp, judge, raw, reason};

fn with(claim: &str, value: Value) -> &'static str {
    reason(judge(&idp().token("alice").claim(claim, value).sign()))
}

#[test]
fn a_token_as_it_should_be_is_accepted() {
    assert_eq!(raw(HEADER, &claims_and("")), "ok");
}

/// [RFC 7519 §4.1.1](https://www.rfc-editor.org/rfc/rfc7519#section-4.1.1) and
/// [§7.3](https://www.rfc-editor.org/rfc/rfc7519#section-7.3): exact and case-sensitive.
#[test]
fn only_the_exact_issuer_is_the_issuer() {
    assert_eq!(with("iss", json!(ISSUER)), "ok");
    for other in [
        json!("https://idp.example/"),
        json!("https://IDP.example"),
        json!("https://idp.example "),
        json!("https://idp.example.evil.example"),
        json!(""),
        json!([ISSUER]),
        json!(["https://evil.example", ISSUER]),
        json!(5),
        json!(null),
        json!({}),
    ] {
        assert_eq!(with("iss", other.clone()), "wrong_issuer", "{other}");
    }
    let missing = idp().token("alice").without_claim("iss").sign();
    assert_eq!(reason(judge(&missing)), "wrong_issuer");
}

/// [RFC 7519 §4.1.3](https://www.rfc-editor.org/rfc/rfc7519#section-4.1.3),
/// [RFC 8725 §3.9](https://www.rfc-editor.org/rfc/rfc8725#section-3.9).
#[test]
fn only_an_audience_that_names_the_service_will_do() {
    for named in [json!(AUDIENCE), json!([AUDIENCE]), json!(["https://other.example", AUDIENCE])] {
        assert_eq!(with("aud", named.clone()), "ok", "{named}");
    }
    for other in [
        json!("https://other.example"),
        json!(["https://other.example"]),
        json!([]),
        json!([1]),
        json!([AUDIENCE, 1]),
        json!([[AUDIENCE]]),
        json!({}),
        json!({ "a": AUDIENCE }),
        json!(null),
        json!(123),
        json!("https://api.example "),
        json!("https://API.example"),
        json!("https://api.example.evil"),
        json!("https://api"),
        json!(format!("{AUDIENCE} https://other.example")),
    ] {
        assert_eq!(with("aud", other.clone()), "wrong_audience", "{other}");
    }
    let missing = idp().token("alice").without_claim("aud").sign();
    assert_eq!(reason(judge(&missing)), "wrong_audience");
}

/// [RFC 8725 §3.8](https://www.rfc-editor.org/rfc/rfc8725#section-3.8): without a subject nobody is
/// identified.
#[test]
fn a_subject_is_required() {
    for none in [json!(""), json!(null), json!(7), json!(["alice"])] {
        assert_eq!(with("sub", none.clone()), "bad_claim", "{none}");
    }
    let missing = idp().token("alice").without_claim("sub").sign();
    assert_eq!(reason(judge(&missing)), "bad_claim");
}

/// [RFC 7519 §4](https://www.rfc-editor.org/rfc/rfc7519#section-4): what is not understood is
/// ignored.
#[test]
fn unknown_claims_are_ignored() {
    let more = r#","x":{"y":[1,2.5e3,null,"\u00e9"]},"scp":"admin","exp2":"never""#;
    assert_eq!(raw(HEADER, &claims_and(more)), "ok");
}

/// [RFC 7519 §4](https://www.rfc-editor.org/rfc/rfc7519#section-4): no name twice, however it is
/// spelt.
#[test]
fn a_claim_that_stands_twice_is_refused() {
    for more in [
        r#","sub":"bob""#,
        r#","s\u0075b":"bob""#,
        r#","aud":"https://other.example""#,
        r#","exp":4000000000"#,
        r#","scope":"a","scope":"b""#,
        r#","x":1,"x":2"#,
        r#","x":{"y":1,"y":2}"#,
    ] {
        assert_eq!(raw(HEADER, &claims_and(more)), "malformed_token", "{more}");
    }
}

/// [RFC 8725 §3.7](https://www.rfc-editor.org/rfc/rfc8725#section-3.7): UTF-8.
#[test]
fn claims_are_utf_8_without_lone_surrogates() {
    for more in [r#","x":"\ud800""#, r#","x":"\udfff\ud800""#] {
        assert_eq!(raw(HEADER, &claims_and(more)), "malformed_token", "{more}");
    }
    let good = claims_and("");
    let mut marked = b"\xef\xbb\xbf".to_vec();
    marked.extend(good.as_bytes());
    let utf_16: Vec<u8> = good.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let latin_1 = good.replace("alice", "ali\u{1}e").into_bytes();
    let latin_1: Vec<u8> = latin_1.iter().map(|b| if *b == 1 { 0xe7 } else { *b }).collect();
    for payload in [marked, utf_16, latin_1] {
        assert_eq!(reason(judge(&idp().sign_raw(HEADER, payload))), "malformed_token");
    }
}

#[test]
fn claims_are_one_json_object() {
    let list = format!(r#"[{NOW},0,"alice","{ISSUER}","{AUDIENCE}"]"#);
    for payload in ["", "null", "[]", r#""x""#, "{", "{}{}", "{} ,", &list] {
        assert_eq!(raw(HEADER, payload), "malformed_token", "{payload}");
    }
    assert_eq!(raw(HEADER, "{}"), "wrong_issuer");
}

/// Depth, numbers and sizes that break parsers.
#[test]
fn hostile_json_is_refused_without_harm() {
    let deep = format!(r#","x":{}{}"#, "[".repeat(10_000), "]".repeat(10_000));
    let deep_objects = format!(r#","x":{}1{}"#, r#"{"a":"#.repeat(5_000), "}".repeat(5_000));
    let unclosed = format!(r#","x":{}"#, "[".repeat(10_000));
    let digits = format!(r#","x":{}"#, "9".repeat(10_000));
    for more in [deep, deep_objects, unclosed, digits, r#","x":1e999"#.to_owned()] {
        assert_eq!(raw(HEADER, &claims_and(&more)), "malformed_token");
    }
    let long = format!(r#","x":"{}""#, "a".repeat(64 * 1024));
    assert_eq!(raw(HEADER, &claims_and(&long)), "malformed_token");
}
