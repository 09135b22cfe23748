//! Keys in the files that people have.

use tower_auth::token::jwt::{Algorithm, Keys, SigningKey};

use crate::support::{RSA_PRIVATE, judge_by, reason, settings, signing_with};

fn why_not(pem: &str) -> String {
    Keys::from_pem(pem).unwrap_err().to_string()
}

#[test]
fn an_rsa_key_is_read_from_each_of_its_forms() {
    let token = signing_with(Algorithm::RS256).token("alice").sign();
    for pem in [
        include_str!("data/rsa_public.pem"),
        include_str!("data/rsa_public_pkcs1.pem"),
        include_str!("data/rsa_certificate.pem"),
        &format!("some text\n{}", include_str!("data/rsa_public.pem").replace('\n', "\r\n")),
    ] {
        let keys = Keys::from_pem(pem).unwrap();
        assert_eq!(reason(judge_by(settings(keys), &token)), "ok", "{pem}");
    }
}

#[test]
fn keys_on_curves_are_read() {
    for (pem, private, algorithm) in [
        (
            include_str!("data/p256_public.pem"),
            include_str!("data/p256_private.pem"),
            Algorithm::ES256,
        ),
        (
            include_str!("data/p384_public.pem"),
            include_str!("data/p384_private.pem"),
            Algorithm::ES384,
        ),
        (
            include_str!("data/ed25519_public.pem"),
            include_str!("data/ed25519_private.pem"),
            Algorithm::EdDSA,
        ),
    ] {
        let keys = Keys::from_pem(pem).unwrap();
        let key = SigningKey::from_pem(algorithm, private).unwrap();
        let own = key.keys().unwrap();
        let maker = tower_auth::testing::TokenMaker::with_key(key)
            .issuer(crate::support::ISSUER)
            .audience(crate::support::AUDIENCE)
            .clock(crate::support::now);
        let token = maker.token("alice").sign();
        assert_eq!(reason(judge_by(settings(keys), &token)), "ok", "{algorithm}");
        assert_eq!(reason(judge_by(settings(own), &token)), "ok", "{algorithm}");
    }
}

#[cfg(feature = "aws-lc-rs")]
#[test]
fn es512_works_with_aws_lc_rs() {
    let key =
        SigningKey::from_pem(Algorithm::ES512, include_str!("data/p521_private.pem")).unwrap();
    let token = key.sign("JWT", &serde_json::json!({})).unwrap();
    let keys = Keys::from_pem(include_str!("data/p521_public.pem")).unwrap();
    assert_eq!(reason(judge_by(settings(keys), &token)), "wrong_issuer");
}

#[test]
fn several_keys_of_one_file_are_all_used() {
    let both = [include_str!("data/rsa_public.pem"), include_str!("data/p384_public.pem")].concat();
    let keys = Keys::from_pem(both).unwrap();
    assert_eq!(keys.len(), 2);
    for algorithm in [Algorithm::PS512, Algorithm::ES384] {
        let token = signing_with(algorithm).token("alice").sign();
        assert_eq!(reason(judge_by(settings(keys.clone()), &token)), "ok", "{algorithm}");
    }
}

#[test]
fn what_is_no_use_is_refused_with_a_sentence() {
    for (pem, why) in [
        (RSA_PRIVATE, "the PEM holds a private key, and verifying takes the public one"),
        (include_str!("data/p256_sec1_private.pem"), "the PEM holds a private key"),
        (include_str!("data/rsa_1024_public.pem"), "its RSA modulus has less than 2048 bits"),
        (include_str!("data/rsa_e3_public.pem"), "its RSA exponent is less than 65537"),
        (include_str!("data/rsa_pss_public.pem"), "it is an RSASSA-PSS key"),
        (include_str!("data/secp256k1_public.pem"), "its curve is not P-256, P-384 or P-521"),
        (include_str!("data/x25519_public.pem"), "it is not an RSA, ECDSA or Ed25519 key"),
        (include_str!("data/p256_compressed_public.pem"), "its point is compressed"),
        ("", "the PEM holds no public key"),
        ("hunter2", "the PEM holds no public key"),
        ("-----BEGIN PUBLIC KEY-----\nAAAA\n", "the PEM is damaged"),
        ("-----BEGIN PUBLIC KEY-----\n!!!!\n-----END PUBLIC KEY-----\n", "the PEM is damaged"),
        (
            "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
            "the public key can't be read",
        ),
        ("-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n", "can't be read"),
    ] {
        let said = why_not(pem);
        assert!(said.contains(why), "{said}");
    }
    assert!(Keys::from_der([]).is_err());
    assert!(Keys::from_der([0x30, 0x00]).is_err());
}

#[test]
fn a_signing_key_must_fit_its_algorithm() {
    for (algorithm, pem) in [
        (Algorithm::ES256, RSA_PRIVATE),
        (Algorithm::RS256, include_str!("data/p256_private.pem")),
        (Algorithm::ES256, include_str!("data/p384_private.pem")),
        (Algorithm::EdDSA, include_str!("data/p256_private.pem")),
        (Algorithm::HS256, RSA_PRIVATE),
    ] {
        let why = SigningKey::from_pem(algorithm, pem).unwrap_err().to_string();
        assert!(why.starts_with("the signing key can't be used"), "{algorithm} {why}");
    }
    for pem in
        ["", include_str!("data/p256_sec1_private.pem"), include_str!("data/p256_public.pem")]
    {
        let why = SigningKey::from_pem(Algorithm::ES256, pem).unwrap_err().to_string();
        assert!(why.starts_with("the PEM holds no `PRIVATE KEY` section"), "{why}");
    }
    assert!(SigningKey::generate(Algorithm::HS256).is_err());
}
