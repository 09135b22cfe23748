//! What the layer costs, beside the service without it and the bare signature check.
//!
//! In every group `bare` is the reference: the same inner service without the layer, driven the
//! same way. What one iteration of *bare* does, and so what every contender does:
//!
//! 1. builds the request as hyper does after `httparse`: parses the path, makes room for the
//!    fields, parses eight names (nine with `Authorization`), clones the values from one buffer;
//! 2. asks whether the service is ready, and calls it;
//! 3. the service writes a struct of four fields as JSON and sets `Content-Type`, as `axum::Json`
//!    does;
//! 4. polls the future once, with a waker that does nothing: no runtime is timed;
//! 5. reads the body to its end and drops all.
//!
//! No socket, no parsing of bytes and no writing of the response is timed: a server adds
//! microseconds to each contender alike, so the ratios here are the worst there are. `request` is
//! the first step alone.
//!
//! The `accept` groups also have the bare signature check of aws-lc-rs, of a token that is split
//! and decoded already, by a key that is parsed already.
//!
//! The crate is built with all its features, so every decision also goes to `tracing`, where
//! nobody listens.
//!
//! Ratios to look for, from quiet runs of 2026 on two virtual Xeon cores, *bare* at 600 ns:
//!
//! | case | time | of |
//! |---|---|---|
//! | refuse, no credentials | 1.3 to 1.4 | bare |
//! | refuse, unknown `kid` or `alg: none` | 2.6 to 2.9 | bare |
//! | refuse, 8 KiB of noise | 1.7 | bare |
//! | refuse, 8 KiB of base64, all of it read | 3.6 to 4.8 | bare |
//! | accept, Basic | 1.9 | bare |
//! | accept, Basic, guesses limited | 2.8 | bare |
//! | accept, ES256 / `EdDSA` / RS256 / HS256 | 1.07 / 1.05 / 1.15 / 7.3 | aws-lc-rs |
//!
//! Of the last row, 620 ns are *bare*: for HS256, 1.6 of 7.1.

#![expect(clippy::expect_used, reason = "a benchmark may panic")]

mod common;

use std::hint::black_box;

use aws_lc_rs::hmac;
use aws_lc_rs::signature::{self, ParsedPublicKey, RsaPublicKeyComponents};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use common::cases::{self, Case, SECRET};
use common::{Orders, timed};
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, criterion_group, criterion_main};
use http::StatusCode;
use serde_json::Value;
use tower::Layer as _;
use tower_auth::testing::TokenMaker;

fn refuse(c: &mut Criterion) {
    for case in cases::refused() {
        compare(&mut c.benchmark_group(format!("refuse, {}", case.name)), &case);
    }
}

fn accept(c: &mut Criterion) {
    let case = cases::basic();
    let mut group = c.benchmark_group(format!("accept, {}", case.name));
    compare(&mut group, &case);
    let limited = cases::basic_limited();
    timed(&mut group, "limited", limited.layer.layer(Orders), &limited.wire, limited.want);
    group.finish();

    for (name, maker) in [
        ("ES256", TokenMaker::es256()),
        ("EdDSA", TokenMaker::eddsa()),
        ("RS256", TokenMaker::rs256()),
        ("HS256", TokenMaker::hs256(SECRET)),
    ] {
        let maker = cases::maker(maker);
        let token = cases::token(&maker, |token| token);
        let (message, signature) = token.rsplit_once('.').expect("signed");
        let signature = decoded(signature);
        let key = Raw::of(&maker);
        assert!(key.verify(message.as_bytes(), &signature));

        let mut group = c.benchmark_group(format!("accept, {name}"));
        group.bench_function("aws-lc-rs", |b| {
            b.iter(|| key.verify(black_box(message.as_bytes()), black_box(&signature)));
        });
        compare(&mut group, &cases::signed(name, &maker, &token));
    }
}

/// The request, the service without the layer, and with it.
fn compare(group: &mut BenchmarkGroup<'_, WallTime>, case: &Case) {
    group.bench_function("request", |b| b.iter(|| black_box(case.wire.request())));
    timed(group, "bare", Orders, &case.wire, StatusCode::OK);
    timed(group, "tower-auth", case.layer.layer(Orders), &case.wire, case.want);
}

/// What a server does once for a connection, and axum for every request.
fn assemble(c: &mut Criterion) {
    let layer = cases::basic().layer;
    let mut group = c.benchmark_group("assemble");
    group.bench_function("layer", |b| b.iter(|| black_box(&layer).layer(Orders)));
    let service = layer.layer(Orders);
    group.bench_function("clone", |b| b.iter(|| black_box(&service).clone()));
    group.finish();
}

/// The signature check of aws-lc-rs and nothing else.
enum Raw {
    Hmac(Box<hmac::Key>),
    Public(ParsedPublicKey),
}

impl Raw {
    fn of(maker: &TokenMaker) -> Self {
        let set: Value = serde_json::from_str(&maker.jwk_set()).expect("a JWK Set");
        let Some(jwk) = set.pointer("/keys/0") else {
            let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
            return Self::Hmac(Box::new(key));
        };
        let text = |name: &str| jwk.get(name).and_then(Value::as_str).unwrap_or_default();
        let member = |name: &str| decoded(text(name));
        let key = match text("kty") {
            "EC" => ParsedPublicKey::new(
                &signature::ECDSA_P256_SHA256_FIXED,
                [vec![4], member("x"), member("y")].concat(),
            ),
            "OKP" => ParsedPublicKey::new(&signature::ED25519, member("x")),
            _ => RsaPublicKeyComponents { n: member("n"), e: member("e") }
                .to_parsed_public_key(&signature::RSA_PKCS1_2048_8192_SHA256),
        };
        Self::Public(key.expect("a public key"))
    }

    fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Hmac(key) => hmac::verify(key, message, signature).is_ok(),
            Self::Public(key) => key.verify_sig(message, signature).is_ok(),
        }
    }
}

fn decoded(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).expect("base64url")
}

criterion_group! {
    name = benches;
    config = common::criterion();
    targets = refuse, accept, assemble
}
criterion_main!(benches);
