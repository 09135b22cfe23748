//! Keys that rotate and issuers that fail, with exact counts of what is asked.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test may panic, and says what it does in as few words as it can"
)]

mod discovery;
mod file;
mod flood;
mod forgotten;
mod herd;
mod issuers;
mod layer;
#[path = "../common/oidc.rs"]
mod oidc;
mod outage;
mod provider;
mod refresh;
mod server;
mod support;
