//! The Digest server of [RFC 7616](https://www.rfc-editor.org/rfc/rfc7616), as a client that shares
//! no code with it meets it.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects,
    reason = "a test may panic, and says what it does in as few words as it can"
)]

mod challenges;
#[path = "../common/digest.rs"]
mod client;
mod combined;
mod content;
mod counts;
mod info;
#[path = "../common/digest_judge.rs"]
mod judge;
mod malformed;
#[path = "../common/naive.rs"]
#[expect(dead_code, reason = "credentials are all that is read here")]
mod naive;
mod names;
mod nonces;
mod outages;
mod proxy;
mod replays;
mod secrets;
mod sessions;
mod set_up;
mod strangers;
mod support;
mod targets;
