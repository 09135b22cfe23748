//! JWKs, JWK Sets, and which key a token may choose.

use serde_json::{Value, json};
use tower_auth::testing::TokenMaker;
use tower_auth::token::jwt::{Algorithm, Keys, SigningKey};

use crate::support::{
    AUDIENCE, ISSUER, SECRET, idp, judge_by, now, reason, settings, signing_with, stranger,
};

/// The public key of a maker as a JWK.
fn jwk(maker: &TokenMaker) -> Value {
    let set: Value = serde_json::from_str(&maker.jwk_set()).unwrap();
    set["keys"][0].clone()
}

fn set_of(keys: &[Value]) -> Keys {
    Keys::from_jwk_set(&json!({ "keys": keys, "more": true }).to_string()).unwrap()
}

fn changed(mut jwk: Value, changes: Value) -> Value {
    for (name, value) in changes.as_object().unwrap() {
        let jwk = jwk.as_object_mut().unwrap();
        match value {
            Value::Null => drop(jwk.remove(name)),
            value => drop(jwk.insert(name.clone(), value.clone())),
        }
    }
    jwk
}

fn why_not(jwk: &Value) -> String {
    Keys::from_jwk(&jwk.to_string()).unwrap_err().to_string()
}

/// [RFC 7517 §5](https://www.rfc-editor.org/rfc/rfc7517#section-5): what is not understood is passed
/// over, and does not spoil the rest.
#[test]
fn one_good_key_among_bad_ones_works() {
    let good = jwk(idp());
    let keys = set_of(&[
        json!({"kty": "AKP", "alg": "ML-DSA-44", "pub": "AAAA"}),
        json!({"kty": "oct", "k": "AAAA"}),
        json!({"kty": "EC"}),
        json!({"kid": 5}),
        json!(null),
        json!("key"),
        json!([]),
        changed(good.clone(), json!({"kid": 5})),
        changed(good.clone(), json!({"use": "enc"})),
        changed(good.clone(), json!({"x": "AAAA"})),
        good,
    ]);
    assert_eq!(keys.len(), 1);
    assert_eq!(keys.left_out().count(), 10);
    assert_eq!(keys.left_out().nth(8), Some("member 8 is left out: its `use` is not `sig`"));
    assert_eq!(reason(judge_by(settings(keys), &idp().token("alice").sign())), "ok");
}

#[test]
fn a_set_without_a_usable_key_is_refused() {
    for (set, why) in [
        ("", "the JWK Set is not JSON"),
        ("[]", "the JWK Set has no array `keys`"),
        ("{}", "the JWK Set has no array `keys`"),
        (r#"{"keys":{}}"#, "the JWK Set has no array `keys`"),
        (r#"{"keys":[]}"#, "the JWK Set has no key that verifies signatures: it is empty"),
        (
            r#"{"keys":[{"kty":"oct","k":"AAAA"}]}"#,
            "the JWK Set has no key that verifies signatures: member 0 is left out: it is a \
             shared secret (`oct`), and no public key",
        ),
    ] {
        assert_eq!(Keys::from_jwk_set(set).unwrap_err().to_string(), why, "{set}");
    }
    let many = json!({ "keys": vec![jwk(idp()); 101] }).to_string();
    let why = Keys::from_jwk_set(&many).unwrap_err().to_string();
    assert_eq!(why, "the JWK Set has more than 100 keys");
}

/// [RFC 7517 §4.2](https://www.rfc-editor.org/rfc/rfc7517#section-4.2) to §4.4.
#[test]
fn a_key_for_something_else_is_not_used() {
    let good = jwk(idp());
    for (change, why) in [
        (json!({"use": "enc"}), "its `use` is not `sig`"),
        (json!({"use": 1}), "its `use` is not `sig`"),
        (json!({"key_ops": ["sign"]}), "its `key_ops` does not list `verify`"),
        (json!({"key_ops": []}), "its `key_ops` does not list `verify`"),
        (json!({"key_ops": "verify"}), "its `key_ops` does not list `verify`"),
        (json!({"alg": "ECDH-ES"}), "its `alg` is not a signature's"),
        (json!({"alg": "none"}), "its `alg` is not a signature's"),
        (json!({"alg": "RS256"}), "its `alg` does not go with its `kty` and `crv`"),
        (json!({"alg": "ES384"}), "its `alg` does not go with its `kty` and `crv`"),
        (json!({"alg": "HS256"}), "its `alg` does not go with its `kty` and `crv`"),
    ] {
        let jwk = changed(good.clone(), change);
        assert_eq!(why_not(&jwk), format!("the JWK can't be used: {why}"));
    }
    let fine = changed(good, json!({"key_ops": ["sign", "verify"], "use": null, "alg": null}));
    assert!(Keys::from_jwk(&fine.to_string()).is_ok());
}

/// [RFC 7518 §6.2.1](https://www.rfc-editor.org/rfc/rfc7518#section-6.2.1),
/// [RFC 8037 §2](https://www.rfc-editor.org/rfc/rfc8037#section-2),
/// [RFC 8725 §3.4](https://www.rfc-editor.org/rfc/rfc8725#section-3.4).
#[test]
fn a_key_with_wrong_numbers_is_refused() {
    let (ec, ed) = (jwk(idp()), jwk(&signing_with(Algorithm::EdDSA)));
    let x = ec["x"].as_str().unwrap();
    for (key, change) in [
        (&ec, json!({"y": x})),
        (&ec, json!({"y": null})),
        (&ec, json!({"x": x.get(..42)})),
        (&ec, json!({"x": format!("AA{x}")})),
        (&ec, json!({"x": format!("{x}=")})),
        (&ec, json!({"x": x.replace(['-', '_'], "+") + "+"})),
        (&ec, json!({"crv": "P-384", "alg": null})),
        (&ec, json!({"crv": "secp256k1", "alg": null})),
        (&ec, json!({"crv": "Ed25519", "alg": null})),
        (&ec, json!({"crv": null})),
        (&ec, json!({"kty": "OKP", "crv": "Ed25519", "x": "AAAA", "alg": null})),
        (&ec, json!({"kty": "ec"})),
        (&ec, json!({"kty": null})),
        (&ed, json!({"crv": "X25519"})),
        (&ed, json!({"crv": "Ed448"})),
        (&ed, json!({"crv": "P-256"})),
        (&ed, json!({"x": "AAAA"})),
        (&ed, json!({"kty": "EC"})),
    ] {
        let key = changed(key.clone(), change);
        assert!(Keys::from_jwk(&key.to_string()).is_err(), "{key}");
    }
}

/// [RFC 7518 §3.3](https://www.rfc-editor.org/rfc/rfc7518#section-3.3): 2048 bits or more.
#[test]
fn a_weak_rsa_key_is_refused() {
    let rsa = jwk(&signing_with(Algorithm::RS256));
    let n = rsa["n"].as_str().unwrap();
    for (change, why) in [
        (json!({"n": n.get(..172)}), "its RSA modulus has less than 2048 bits"),
        (json!({"n": n.repeat(5).get(..1368)}), "its RSA modulus has more than 8192 bits"),
        (json!({"e": "AQ"}), "its RSA exponent is less than 65537"),
        (json!({"e": "Aw"}), "its RSA exponent is less than 65537"),
        (json!({"e": "AQAC"}), "its RSA modulus or exponent is even"),
        (json!({"e": ""}), "its RSA modulus or exponent is even"),
        (json!({"e": "AQAAAAAAAAAB"}), "its RSA exponent has more than 33 bits"),
        (json!({"n": "AAAA"}), "its RSA modulus has less than 2048 bits"),
    ] {
        let jwk = changed(rsa.clone(), change);
        assert_eq!(why_not(&jwk), format!("the JWK can't be used: {why}"));
    }
}

/// [RFC 7517 §4.5](https://www.rfc-editor.org/rfc/rfc7517#section-4.5): one `kid` may name keys of
/// several types; and the key for encryption does not get in the way.
#[test]
fn keys_of_one_name_are_told_apart_by_algorithm() {
    let (ec, ed) = (signing_with(Algorithm::ES256), signing_with(Algorithm::EdDSA));
    let named = |maker: &TokenMaker| changed(jwk(maker), json!({"kid": "k"}));
    let encryption = changed(named(&stranger()), json!({"use": "enc"}));
    let keys = set_of(&[encryption, named(&ed), named(&ec)]);
    for maker in [&ec, &ed] {
        let token = maker.token("alice").kid("k").sign();
        assert_eq!(reason(judge_by(settings(keys.clone()), &token)), "ok");
    }
}

/// [RFC 7515 §4.1.4](https://www.rfc-editor.org/rfc/rfc7515#section-4.1.4): a token that names a key
/// is checked with that key, or with keys that have no name.
#[test]
fn a_named_key_answers_to_its_name_only() {
    let token = |kid: Option<&str>| match kid {
        Some(kid) => idp().token("alice").kid(kid).sign(),
        None => idp().token("alice").without_header("kid").sign(),
    };
    let named = || Keys::from_jwk(&changed(jwk(idp()), json!({"kid": "a"})).to_string()).unwrap();
    let nameless =
        || Keys::from_jwk(&changed(jwk(idp()), json!({"kid": null})).to_string()).unwrap();
    let other = || stranger().keys().with_kid("b");
    for (keys, kid, want) in [
        (named(), Some("a"), "ok"),
        (named(), Some("A"), "no_matching_key"),
        (named(), None, "ok"),
        (nameless(), Some("a"), "ok"),
        (nameless(), None, "ok"),
        (nameless().with_kid("b"), Some("a"), "no_matching_key"),
        (named().and(other()), Some("b"), "bad_signature"),
        (other().and(named()), Some("a"), "ok"),
        (other().and(nameless()), Some("b"), "ok"),
        (other().and(named()), None, "ok"),
    ] {
        let outcome = judge_by(settings(keys.clone()), &token(kid));
        assert_eq!(reason(outcome), want, "{keys:?} {kid:?}");
    }
}

/// Whoever sends tokens without a name makes us try at most four keys.
#[test]
fn at_most_four_keys_are_tried() {
    let strangers: Vec<Value> = (0..4).map(|_| jwk(&stranger())).collect();
    let token = idp().token("alice").without_header("kid").sign();
    let with_good_at = |at: usize| {
        let mut keys = strangers.clone();
        keys.insert(at, jwk(idp()));
        reason(judge_by(settings(set_of(&keys)), &token))
    };
    assert_eq!(with_good_at(3), "ok");
    assert_eq!(with_good_at(4), "bad_signature");
}

/// [RFC 8725 §3.1](https://www.rfc-editor.org/rfc/rfc8725#section-3.1): one key, one algorithm.
#[test]
fn the_alg_of_a_jwk_holds_for_its_tokens() {
    let rsa = jwk(&signing_with(Algorithm::PS256));
    let token = |used| signing_with(used).token("alice").sign();
    let keys = set_of(std::slice::from_ref(&rsa));
    assert_eq!(reason(judge_by(settings(keys.clone()), &token(Algorithm::PS256))), "ok");
    let other = reason(judge_by(settings(keys), &token(Algorithm::RS256)));
    assert_eq!(other, "algorithm_not_allowed");
    // Another key of the set allows RS256, and that does not help this one.
    let both = set_of(&[rsa, changed(jwk(&signing_with(Algorithm::RS256)), json!({"kid": "x"}))]);
    assert_eq!(reason(judge_by(settings(both), &token(Algorithm::RS256))), "no_matching_key");
}

/// [RFC 9864 §2.2](https://www.rfc-editor.org/rfc/rfc9864#section-2.2): `Ed25519` is a name of its
/// own for the same signature.
#[test]
fn both_names_of_ed25519_are_known_and_told_apart() {
    let pem = include_str!("data/ed25519_private.pem");
    let token = |algorithm| {
        let key = SigningKey::from_pem(algorithm, pem).unwrap();
        TokenMaker::with_key(key).issuer(ISSUER).audience(AUDIENCE).clock(now).token("a").sign()
    };
    let public = Keys::from_pem(include_str!("data/ed25519_public.pem")).unwrap();
    for algorithm in [Algorithm::EdDSA, Algorithm::Ed25519] {
        let token = token(algorithm);
        assert_eq!(reason(judge_by(settings(public.clone()), &token)), "ok", "{algorithm}");
        let only_new = settings(public.clone()).algorithms([Algorithm::Ed25519]);
        let want = if algorithm == Algorithm::Ed25519 { "ok" } else { "algorithm_not_allowed" };
        assert_eq!(reason(judge_by(only_new, &token)), want, "{algorithm}");
    }
}

/// A key on P-384 does not verify ES256, whatever the header says.
#[test]
fn the_curve_ties_the_algorithm() {
    let maker = signing_with(Algorithm::ES384);
    let honest = maker.token("alice").sign();
    let lying = maker.token("alice").header("alg", "ES256").sign();
    let keys = maker.keys().and(idp().keys());
    assert_eq!(reason(judge_by(settings(keys.clone()), &honest)), "ok");
    assert_eq!(reason(judge_by(settings(keys), &lying)), "no_matching_key");
}

/// [RFC 7518 §3.2](https://www.rfc-editor.org/rfc/rfc7518#section-3.2): as long as the hash.
#[test]
fn a_short_secret_is_refused() {
    for (algorithm, shortest) in
        [(Algorithm::HS256, 32), (Algorithm::HS384, 48), (Algorithm::HS512, 64)]
    {
        let secret = SECRET.repeat(2);
        assert!(Keys::hmac(algorithm, &secret[..shortest]).is_ok());
        for length in [0, 1, shortest - 1] {
            let why = Keys::hmac(algorithm, &secret[..length]).unwrap_err().to_string();
            let want = format!(
                "the secret is too short: {algorithm} needs {shortest} random bytes or more"
            );
            assert_eq!(why, want);
        }
    }
    let why = Keys::hmac(Algorithm::ES256, SECRET).unwrap_err().to_string();
    assert!(why.starts_with("`ES256` takes no shared secret"), "{why}");
}

#[test]
fn a_secret_works_for_its_own_hash_and_shows_itself_nowhere() {
    let maker = signing_with(Algorithm::HS256);
    let token = maker.token("alice").sign();
    let keys = Keys::hmac(Algorithm::HS256, SECRET).unwrap();
    assert_eq!(reason(judge_by(settings(keys.clone()), &token)), "ok");
    let lying = maker.token("alice").header("alg", "HS512").sign();
    let outcome = reason(judge_by(settings(keys.clone()), &lying));
    assert_eq!(outcome, "algorithm_not_allowed");
    let other = Keys::hmac(Algorithm::HS256, SECRET.replace('0', "1")).unwrap();
    assert_eq!(reason(judge_by(settings(other), &token)), "bad_signature");
    assert!(!format!("{keys:?} {maker:?}").contains(SECRET));
    assert_eq!(maker.jwk_set(), r#"{"keys":[]}"#);
}
