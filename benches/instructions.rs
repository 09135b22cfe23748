//! How many instructions one exchange takes: exact, where time is not.
//!
//! `benches/instructions.sh` runs it under callgrind, case by case, and collects in [`run`] alone.
//! Without arguments it runs every case once and prints its name.
//!
//! # Many keys and many issuers
//!
//! The same request, let through by the last of eight named keys, and by one of eight
//! [`Issuers`](tower_auth::token::jwt::Issuers) with the others' keys beside it. Each does exactly
//! one check of a signature, as callgrind counts the calls.
//!
//! | HS256         | instructions | more   | checks |
//! |---------------|-------------:|-------:|-------:|
//! | one key       |       47 490 |        |      1 |
//! | eight keys    |       47 685 |   +195 |      1 |
//! | eight issuers |       48 909 | +1 419 |      1 |
//!
//! With ES256 it is one check, too, of some 760 000 instructions with their noise.
//!
//! What an issuer costs is not the number of issuers but finding `iss` before the token is checked:
//! some 850 instructions go over the claims in front of it, and 240 hash the name. The token is
//! taken apart once: whoever checks it gets it with its payload decoded. With an `iss` further back
//! it is more.

#![expect(clippy::print_stdout, clippy::expect_used, reason = "a program")]

#[path = "../tests/common/digest.rs"]
mod client;
mod common;
#[path = "common/digest.rs"]
mod digest;

use std::hint::black_box;

use common::cases::{self, Case, SECRET};
use common::{Orders, exchange};
use tower::Layer as _;
use tower_auth::testing::TokenMaker;
use tower_auth::token::jwt::{Algorithm, SigningKey};

fn main() {
    let mut cases = cases::refused();
    cases.push(cases::basic());
    cases.push(cases::basic_limited());
    cases.push(cases::api_key());
    cases.push(cases::session());
    cases.extend(digest::refused());
    for (name, maker) in [
        ("ES256", TokenMaker::es256()),
        ("EdDSA", TokenMaker::eddsa()),
        ("HS256", TokenMaker::hs256(SECRET)),
    ] {
        let maker = cases::maker(maker);
        cases.push(cases::signed(name, &maker, &cases::token(&maker, |token| token)));
    }
    let several = |maker: fn(usize) -> TokenMaker| -> Vec<TokenMaker> {
        (0..8).map(|number| cases::maker(maker(number))).collect()
    };
    cases.extend(cases::one_of_several(
        ["HS256, one key", "HS256, eight keys", "HS256, eight issuers"],
        &several(shared),
    ));
    cases.extend(cases::one_of_several(
        ["ES256, one key", "ES256, eight keys", "ES256, eight issuers"],
        &several(|_| TokenMaker::es256()),
    ));
    let mut arguments = std::env::args().skip(1);
    match (arguments.next(), arguments.next().and_then(|times| times.parse().ok())) {
        (Some(wanted), Some(times)) => {
            let (contender, wanted) = wanted.split_once(": ").unwrap_or(("tower-auth", &wanted));
            for case in cases.iter().filter(|case| case.name == wanted) {
                run(contender, case, times);
            }
        }
        _ => {
            for case in &cases {
                run("tower-auth", case, 1);
                println!("{}", case.name);
            }
        }
    }
}

/// A secret with a name, as long as the thumbprints that are names elsewhere.
fn shared(number: usize) -> TokenMaker {
    let key = SigningKey::hmac(Algorithm::HS256, format!("{SECRET}, number {number}"));
    let kid = format!("{number}-thumbprint-of-43-characters-4711-0815-42");
    TokenMaker::with_key(key.expect("long enough").with_kid(kid))
}

#[inline(never)]
fn run(contender: &str, case: &Case, times: u32) {
    let mut service = case.layer.layer(Orders);
    for _ in 0..times {
        let wire = black_box(&case.wire);
        match contender {
            "bare" => assert!(exchange(&mut Orders, wire).is_success()),
            _ => assert_eq!(exchange(&mut service, wire), case.want),
        }
    }
}
