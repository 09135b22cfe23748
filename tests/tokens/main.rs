//! What is combined with verifiers: revocation, and the cache of verified tokens.

#![expect(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    reason = "a test may panic, and says what it does in as few words as it can"
)]

mod cache;
mod revocation;
mod support;
