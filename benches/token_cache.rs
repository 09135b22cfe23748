//! What a remembered token costs, beside the verifier that is not asked, and on two threads.
//!
//! It prints the best of many short rounds, so that what else the machine does is left out.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a benchmark may panic, takes the time, and reports"
)]

use std::hint::black_box;
use std::sync::Barrier;
use std::time::Instant;

use tower_auth::Eventual;
use tower_auth::rejection::Verdict;
use tower_auth::testing::TokenMaker;
use tower_auth::token::jwt::Jwt;
use tower_auth::token::{Cached, IntoVerifier as _, VerifyToken};

const ROUNDS: usize = 400;

fn main() {
    let idp = TokenMaker::es256().issuer("https://idp.example").audience("https://api.example");
    let token = idp.token("5ba552d67").claim("padding", "x".repeat(250)).sign();
    assert!((650..750).contains(&token.len()), "{}", token.len());
    let jwt =
        || Jwt::issuer("https://idp.example").audience("https://api.example").keys(idp.keys());
    let bare = jwt().into_verifier().unwrap();
    let cached = Cached::new(jwt()).into_verifier().unwrap();
    println!("a token of {} bytes, ES256", token.len());
    println!("  verified: {:.0} ns", nanoseconds(&*bare, &token, 1, 20));
    let one = nanoseconds(&*cached, &token, 1, 5_000);
    let two = nanoseconds(&*cached, &token, 2, 5_000);
    println!("  remembered: {one:.0} ns");
    println!("  the same token on two threads: {two:.0} ns, {:.2} times the work", 2.0 * one / two);
}

fn is_valid(verifier: &dyn VerifyToken, token: &str) -> bool {
    matches!(verifier.verify(token), Eventual::Ready(Verdict::Valid(_)))
}

/// The best round: how long one call takes while `threads` do the same.
fn nanoseconds(verifier: &dyn VerifyToken, token: &str, threads: usize, each: u32) -> f64 {
    let start = Barrier::new(threads);
    let rounds: Vec<Vec<f64>> = std::thread::scope(|scope| {
        let handles: Vec<_> = (0..threads)
            .map(|_| {
                scope.spawn(|| {
                    (0..ROUNDS)
                        .map(|_| {
                            start.wait();
                            let began = Instant::now();
                            for _ in 0..each {
                                assert!(is_valid(verifier, black_box(token)));
                            }
                            began.elapsed().as_nanos() as f64 / f64::from(each)
                        })
                        .collect()
                })
            })
            .collect();
        handles.into_iter().map(|handle| handle.join().unwrap()).collect()
    });
    // A round is as slow as its slowest thread.
    (0..ROUNDS)
        .map(|round| {
            rounds.iter().filter_map(|times| times.get(round)).fold(0.0, |a: f64, b| a.max(*b))
        })
        .fold(f64::INFINITY, f64::min)
}
