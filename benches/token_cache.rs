//! What a remembered token costs, beside the verifier that is not asked.

#![expect(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a benchmark may panic, takes the time, and reports"
)]

use std::hint::black_box;
use std::sync::Barrier;
use std::time::Instant;

use criterion::{Criterion, criterion_group, criterion_main};
use tower_auth::Eventual;
use tower_auth::rejection::Verdict;
use tower_auth::testing::TokenMaker;
use tower_auth::token::jwt::Jwt;
use tower_auth::token::{Cached, IntoVerifier as _, VerifyToken};

fn is_valid(verifier: &dyn VerifyToken, token: &str) -> bool {
    matches!(verifier.verify(token), Eventual::Ready(Verdict::Valid(_)))
}

fn jwt(idp: &TokenMaker) -> Jwt {
    Jwt::issuer("https://idp.example").audience("https://api.example").keys(idp.keys())
}

fn token(idp: &TokenMaker) -> String {
    let token = idp.token("5ba552d67").claim("padding", "x".repeat(250)).sign();
    assert!((650..750).contains(&token.len()), "{}", token.len());
    token
}

fn hit(c: &mut Criterion) {
    let idp = TokenMaker::es256().issuer("https://idp.example").audience("https://api.example");
    let token = token(&idp);
    let mut group = c.benchmark_group("700-byte token");
    let bare = jwt(&idp).into_verifier().unwrap();
    group.bench_function("verified", |b| b.iter(|| is_valid(&*bare, black_box(&token))));
    let cached = Cached::new(jwt(&idp)).into_verifier().unwrap();
    group.bench_function("remembered", |b| b.iter(|| is_valid(&*cached, black_box(&token))));
    group.finish();
}

/// Requests in a second, by `threads` that all have the same token.
fn throughput(verifier: &dyn VerifyToken, token: &str, threads: usize) -> f64 {
    const EACH: u32 = 2_000_000;
    let start = Barrier::new(threads);
    let slowest = std::thread::scope(|scope| {
        let handles: Vec<_> = (0..threads)
            .map(|_| {
                scope.spawn(|| {
                    start.wait();
                    let began = Instant::now();
                    for _ in 0..EACH {
                        assert!(is_valid(verifier, black_box(token)));
                    }
                    began.elapsed()
                })
            })
            .collect();
        handles.into_iter().map(|handle| handle.join().unwrap()).max().unwrap()
    });
    f64::from(EACH) * threads as f64 / slowest.as_secs_f64()
}

fn threads(_: &mut Criterion) {
    let idp = TokenMaker::es256().issuer("https://idp.example").audience("https://api.example");
    let token = token(&idp);
    let cached = Cached::new(jwt(&idp)).into_verifier().unwrap();
    for _ in 0..3 {
        let (one, two) = (throughput(&*cached, &token, 1), throughput(&*cached, &token, 2));
        eprintln!("one hot token: {one:.2e}/s on one thread, {two:.2e}/s on two: {:.2}", two / one);
    }
}

criterion_group!(benches, hit, threads);
criterion_main!(benches);
