//! Tokens that an attacker makes.

use std::net::TcpListener;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tower_auth::token::jwt::{Algorithm, Keys};

use crate::support::{
    HEADER, RSA_PRIVATE, SECRET, claims_and, idp, judge, judge_by, raw, reason, settings,
    signing_with, stranger,
};

const RSA_PUBLIC: &str = include_str!("data/rsa_public.pem");

fn parts(token: &str) -> [&str; 3] {
    token.split('.').collect::<Vec<_>>().try_into().unwrap()
}

/// [RFC 7519 §6](https://www.rfc-editor.org/rfc/rfc7519#section-6),
/// [RFC 8725 §3.2](https://www.rfc-editor.org/rfc/rfc8725#section-3.2).
#[test]
fn an_unsigned_token_is_refused_however_it_is_spelt() {
    let good = idp().sign_raw(HEADER, claims_and(""));
    let [_, payload, signature] = parts(&good);
    for alg in [
        r#"{"alg":"none"}"#,
        r#"{"alg":"None"}"#,
        r#"{"alg":"nOnE"}"#,
        r#"{"alg":"NONE"}"#,
        r#"{"alg":""}"#,
        r#"{"alg":null}"#,
        r#"{"alg":"foo"}"#,
        r#"{"alg":1}"#,
        r#"{"alg":["ES256"]}"#,
        "{}",
    ] {
        let resigned = idp().sign_raw(alg, claims_and(""));
        let [header, ..] = parts(&resigned);
        for signature in ["", "AAAA", signature] {
            let token = format!("{header}.{payload}.{signature}");
            let why = reason(judge(&token));
            assert!(matches!(why, "algorithm_not_allowed" | "malformed_token"), "{alg} {why}");
        }
        assert_ne!(reason(judge(&resigned)), "ok", "{alg}");
    }
}

/// [RFC 8725 §2.1](https://www.rfc-editor.org/rfc/rfc8725#section-2.1): a public key, which everyone
/// has, is not taken as a secret.
#[test]
fn hs256_over_a_public_key_is_refused() {
    let keys = || Keys::from_pem(RSA_PUBLIC).unwrap();
    let mut variants = vec![
        RSA_PUBLIC.to_owned(),
        RSA_PUBLIC.trim_end().to_owned(),
        format!("{RSA_PUBLIC}\n"),
        format!(" {RSA_PUBLIC}"),
        format!("\u{feff}{RSA_PUBLIC}"),
        signing_with(Algorithm::RS256).jwk_set(),
    ];
    let set: serde_json::Value = serde_json::from_str(&variants[5]).unwrap();
    variants.push(set["keys"][0].to_string());
    for secret in variants {
        // Neither as a secret that an administrator configures ...
        let why = Keys::hmac(Algorithm::HS256, secret.as_str()).unwrap_err().to_string();
        assert!(why.starts_with("this is a public key, not a secret"), "{why}");
    }
    // ... nor as one that a token asks for.
    let token = signing_with(Algorithm::HS256).token("alice").sign();
    assert_eq!(reason(judge_by(settings(keys()), &token)), "algorithm_not_allowed");
}

/// [RFC 7515 §5.2](https://www.rfc-editor.org/rfc/rfc7515#section-5.2): an algorithm that the
/// service does not want is refused even where the key could do it.
#[test]
fn only_allowed_algorithms_that_fit_the_key_pass() {
    let algorithms = [Algorithm::RS256, Algorithm::RS512, Algorithm::PS256];
    for used in algorithms {
        let token = signing_with(used).token("alice").without_header("kid").sign();
        for allowed in algorithms {
            let jwt = settings(Keys::from_pem(RSA_PUBLIC).unwrap()).algorithms([allowed]);
            let want = if used == allowed { "ok" } else { "algorithm_not_allowed" };
            assert_eq!(reason(judge_by(jwt, &token)), want, "{used} {allowed}");
        }
    }
}

/// [RFC 7515 §4.1.2](https://www.rfc-editor.org/rfc/rfc7515#section-4.1.2) and §4.1.3, §4.1.5,
/// §4.1.6: a token does not bring its own key, and nothing is fetched for it.
#[test]
fn keys_and_addresses_in_a_token_are_not_looked_at() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let url = format!("http://{}/keys", listener.local_addr().unwrap());
    let attacker = stranger();
    let set: serde_json::Value = serde_json::from_str(&attacker.jwk_set()).unwrap();
    let kid = idp().kid().unwrap();
    for (name, value) in [
        ("jwk", set["keys"][0].clone()),
        ("jku", url.clone().into()),
        ("x5u", url.into()),
        ("x5c", vec!["MIIB"].into()),
    ] {
        let token = attacker.token("alice").kid(kid).header(name, value.clone()).sign();
        assert_eq!(reason(judge(&token)), "bad_signature", "{name}");
        let own = idp().token("alice").header(name, value).sign();
        assert_eq!(reason(judge(&own)), "ok", "{name}");
    }
    assert!(listener.accept().is_err(), "somebody called");
}

/// The tokens that fooled ECDSA and others: zeros, the order of the curve, and nothing at all.
#[test]
fn degenerate_signatures_are_refused() {
    let n = "_____wAAAAD__________7zm-q2nF56E87nKwvxjJVE";
    let zero = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let joined = |r, s| encode(&[decode(r), decode(s)].concat());
    let good = idp().sign_raw(HEADER, claims_and(""));
    let [header, payload, signature] = parts(&good);
    for (r, s) in [(zero, zero), (n, n), (zero, n), (n, zero)] {
        let token = format!("{header}.{payload}.{}", joined(r, s));
        assert_eq!(reason(judge(&token)), "bad_signature");
    }
    for length in [0, 1, 32, 63, 65, 70, 71, 72, 128] {
        let token = format!("{header}.{payload}.{}", encode(&vec![0; length]));
        assert_eq!(reason(judge(&token)), "bad_signature", "{length}");
    }
    for algorithm in
        [Algorithm::HS256, Algorithm::RS256, Algorithm::PS256, Algorithm::EdDSA, Algorithm::ES384]
    {
        let maker = signing_with(algorithm);
        let good = maker.token("alice").sign();
        let [header, payload, signature] = parts(&good);
        let zeros = encode(&vec![0; signature.len() * 3 / 4]);
        for signature in [zeros.as_str(), ""] {
            let token = format!("{header}.{payload}.{signature}");
            let jwt = settings(maker.keys());
            assert_eq!(reason(judge_by(jwt, &token)), "bad_signature", "{algorithm}");
        }
        assert_eq!(reason(judge_by(settings(maker.keys()), &good)), "ok", "{algorithm}");
    }
    assert_eq!(signature.len(), 86);
}

/// Whoever may learn that a token "is expired" could try claims on us without a key.
#[test]
fn a_bad_signature_is_named_before_anything_in_the_claims() {
    let kid = idp().kid().unwrap();
    let token = stranger().token("alice").kid(kid).expired().typ("dpop+jwt").sign();
    let why = judge(&token).unwrap_err();
    assert_eq!(why.reason(), "bad_signature");
    assert_eq!(why.description(), Some("The access token is invalid"));
}

/// [RFC 8725 §3.3](https://www.rfc-editor.org/rfc/rfc8725#section-3.3) and
/// [RFC 7515 §7](https://www.rfc-editor.org/rfc/rfc7515#section-7): five parts are encrypted, braces
/// are another serialization.
#[test]
fn only_the_compact_form_is_a_token() {
    let good = idp().sign_raw(HEADER, claims_and(""));
    let [header, payload, signature] = parts(&good);
    let flat =
        format!(r#"{{"protected":"{header}","payload":"{payload}","signature":"{signature}"}}"#);
    for token in [
        "",
        ".",
        "..",
        "a.b",
        &format!("{header}.{payload}"),
        &format!("{good}.{signature}"),
        &format!("{good}.x.y"),
        &format!("{good}."),
        &format!(".{good}"),
        &format!(" {good}"),
        &format!("{good} "),
        &format!("{good}\n"),
        &format!("{header}.{payload}.{signature}=="),
        &format!("{header}=.{payload}.{signature}"),
        &flat,
        &format!("{{{good}"),
    ] {
        assert_eq!(reason(judge(token)), "malformed_token", "{token:?}");
    }
    // The payload is looked at only after the signature, which covers every character of it.
    for payload in [&format!("{payload}="), &format!("\n{payload}"), ""] {
        let token = format!("{header}.{payload}.{signature}");
        assert_eq!(reason(judge(&token)), "bad_signature", "{token:?}");
    }
}

/// [RFC 7515 §2](https://www.rfc-editor.org/rfc/rfc7515#section-2),
/// [RFC 4648 §3.5](https://www.rfc-editor.org/rfc/rfc4648#section-3.5): one signature, one spelling.
#[test]
fn another_spelling_of_the_same_signature_is_refused() {
    let good = idp().sign_raw(HEADER, claims_and(""));
    let last = *good.as_bytes().last().unwrap();
    let at = BASE64URL.iter().position(|digit| *digit == last).unwrap();
    // 64 bytes leave four bits over in the last of 86 digits.
    for other in 1..16 {
        let mut spelt = good.clone();
        spelt.pop();
        spelt.push(char::from(BASE64URL[at ^ other]));
        assert_eq!(reason(judge(&spelt)), "malformed_token", "{other}");
    }
}

/// Sizes are checked before anything is decoded.
#[test]
fn each_part_has_a_limit() {
    let header_of = |length: usize| {
        let fixed = r#"{"alg":"ES256","x":""}"#.len();
        format!(r#"{{"alg":"ES256","x":"{}"}}"#, "a".repeat(length - fixed))
    };
    assert_eq!(raw(&header_of(3072), &claims_and("")), "ok");
    assert_eq!(raw(&header_of(3073), &claims_and("")), "malformed_token");
    let payload_of = |length: usize| {
        let fixed = claims_and(r#","x":"""#).len();
        claims_and(&format!(r#","x":"{}""#, "a".repeat(length - fixed)))
    };
    assert_eq!(raw(HEADER, &payload_of(48 * 1024)), "ok");
    assert_eq!(raw(HEADER, &payload_of(48 * 1024 + 1)), "malformed_token");
    let good = idp().sign_raw(HEADER, claims_and(""));
    let [header, payload, _] = parts(&good);
    for (length, want) in
        [(1024, "bad_signature"), (1025, "malformed_token"), (10 << 20, "malformed_token")]
    {
        let token = format!("{header}.{payload}.{}", encode(&vec![1; length]));
        assert_eq!(reason(judge(&token)), want, "{length}");
    }
}

/// What goes to operators quotes at most plain claim values, and never the token.
#[test]
fn a_refusal_quotes_no_token() {
    let nasty = stranger().token("alice").claim("iss", "line\nbreak `tick`").sign();
    let foreign = idp().token("alice").claim("iss", "https://evil.example\r\nforged: line").sign();
    let plain = idp().token("alice").claim("aud", "https://other.example").sign();
    let secret = signing_with(Algorithm::HS256).token("alice").sign();
    for token in [&nasty, &foreign, &plain, &secret] {
        let why = judge(token).unwrap_err();
        let shown = format!("{why:?}");
        for part in parts(token) {
            assert!(!shown.contains(part), "{shown}");
        }
        assert!(!shown.contains("forged") && !shown.contains(SECRET), "{shown}");
    }
    let why = judge(&plain).unwrap_err();
    let want = "audience `https://other.example` does not name this service, `https://api.example`";
    assert_eq!(why.detail(), Some(want));
    let why = judge(&foreign).unwrap_err();
    assert_eq!(why.detail(), Some("issuer (not shown) is not `https://idp.example`"));
    assert!(RSA_PRIVATE.contains("PRIVATE KEY"));
}

const BASE64URL: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn decode(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).unwrap()
}
