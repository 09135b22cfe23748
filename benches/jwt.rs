//! What checking a token costs beside its signature.
//!
//! Each group has the raw signature check, with the key parsed and the signature decoded
//! beforehand, and the whole verifier over the same token.

#![expect(clippy::unwrap_used, reason = "a benchmark may panic")]

use std::hint::black_box;

use aws_lc_rs::hmac;
use aws_lc_rs::signature::{self, ParsedPublicKey, RsaPublicKeyComponents};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use criterion::{Criterion, criterion_group, criterion_main};
use serde_json::Value;
use tower_auth::Eventual;
use tower_auth::rejection::Verdict;
use tower_auth::testing::TokenMaker;
use tower_auth::token::jwt::Jwt;
use tower_auth::token::{IntoVerifier as _, VerifyToken};

const SECRET: &str = "0123456789abcdef0123456789abcdef";

fn bytes(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).unwrap()
}

fn member(maker: &TokenMaker, name: &str) -> Vec<u8> {
    let set: Value = serde_json::from_str(&maker.jwk_set()).unwrap();
    bytes(set.pointer(&format!("/keys/0/{name}")).unwrap().as_str().unwrap())
}

fn token(maker: &TokenMaker) -> String {
    maker
        .token("5ba552d67")
        .scope("openid profile reademail")
        .claim("client_id", "s6BhdRkqt3")
        .sign()
}

fn is_valid(verifier: &dyn VerifyToken, token: &str) -> bool {
    matches!(verifier.verify(token), Eventual::Ready(Verdict::Valid(_)))
}

fn compare(
    c: &mut Criterion,
    name: &str,
    maker: TokenMaker,
    raw: impl FnOnce(&TokenMaker) -> Box<dyn Fn(&[u8], &[u8]) -> bool>,
) {
    let maker = maker.issuer("https://idp.example").audience("https://api.example");
    let verifier = Jwt::issuer("https://idp.example")
        .audience("https://api.example")
        .keys(maker.keys())
        .into_verifier()
        .unwrap();
    let token = token(&maker);
    let (message, signature) = token.rsplit_once('.').unwrap();
    let (message, signature) = (message.as_bytes(), bytes(signature));
    let raw = raw(&maker);
    assert!(raw(message, &signature) && is_valid(&*verifier, &token));

    let mut group = c.benchmark_group(name);
    group.bench_function("raw signature", |b| {
        b.iter(|| raw(black_box(message), black_box(&signature)));
    });
    group.bench_function("accept", |b| b.iter(|| is_valid(&*verifier, black_box(&token))));
    group.finish();
}

fn accept(c: &mut Criterion) {
    compare(c, "jwt es256", TokenMaker::es256(), |maker| {
        let point = [vec![4], member(maker, "x"), member(maker, "y")].concat();
        let key = ParsedPublicKey::new(&signature::ECDSA_P256_SHA256_FIXED, point).unwrap();
        Box::new(move |message, signature| key.verify_sig(message, signature).is_ok())
    });
    compare(c, "jwt eddsa", TokenMaker::eddsa(), |maker| {
        let key = ParsedPublicKey::new(&signature::ED25519, member(maker, "x")).unwrap();
        Box::new(move |message, signature| key.verify_sig(message, signature).is_ok())
    });
    compare(c, "jwt rs256", TokenMaker::rs256(), |maker| {
        let key = RsaPublicKeyComponents { n: member(maker, "n"), e: member(maker, "e") }
            .to_parsed_public_key(&signature::RSA_PKCS1_2048_8192_SHA256)
            .unwrap();
        Box::new(move |message, signature| key.verify_sig(message, signature).is_ok())
    });
    compare(c, "jwt hs256", TokenMaker::hs256(SECRET), |_| {
        let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
        Box::new(move |message, signature| hmac::verify(&key, message, signature).is_ok())
    });
}

fn refuse(c: &mut Criterion) {
    let maker = TokenMaker::es256().issuer("https://idp.example").audience("https://api.example");
    let verifier = Jwt::issuer("https://idp.example")
        .audience("https://api.example")
        .keys(maker.keys())
        .into_verifier()
        .unwrap();
    let mut group = c.benchmark_group("jwt refuse");
    let good = token(&maker);
    for (name, token) in [
        ("garbage", "x".repeat(300)),
        ("unsigned", maker.sign_raw(r#"{"alg":"none"}"#, "{}")),
        ("unknown key", maker.token("alice").kid("other").sign()),
        ("bad signature", format!("{}AA.{}", good.rsplit_once('.').unwrap().0, "A".repeat(86))),
    ] {
        assert!(!is_valid(&*verifier, &token));
        group.bench_function(name, |b| b.iter(|| is_valid(&*verifier, black_box(&token))));
    }
    group.finish();
}

criterion_group!(benches, accept, refuse);
criterion_main!(benches);
