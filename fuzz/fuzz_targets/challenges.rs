//! Any value: the reader of challenges and the naive one agree.
//!
//! `cargo +nightly fuzz run challenges fuzz/corpus/challenges fuzz/seeds/challenges`

#![no_main]
#![allow(dead_code, reason = "the other target uses the rest of the naive reader")]

use libfuzzer_sys::fuzz_target;
use tower_auth::header::{ParseErrorKind, parse_challenges};

#[path = "../../tests/common/naive.rs"]
mod naive;

fuzz_target!(|value: &[u8]| {
    let mut read = Vec::new();
    let mut failed = false;
    for item in parse_challenges(value) {
        match item {
            Ok(challenge) => read.push(naive::Challenge {
                scheme: challenge.scheme().into(),
                token68: challenge.token68().map(Into::into),
                params: challenge
                    .params()
                    .map(|param| (param.name().into(), param.value().into_owned()))
                    .collect(),
            }),
            Err(error) => {
                assert!(error.position() <= value.len());
                if error.kind() == ParseErrorKind::TooMany {
                    // The naive reader knows no limits. It must agree on what came before.
                    assert!(naive::challenges(value).0.starts_with(&read));
                    return;
                }
                failed = true;
            }
        }
    }
    assert_eq!((read, failed), naive::challenges(value));
});
