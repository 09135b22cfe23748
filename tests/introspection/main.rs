//! Token introspection against a real HTTP server that counts, hangs, fails and lies.

#![expect(
    clippy::unwrap_used,
    clippy::needless_pass_by_value,
    reason = "a test may panic, and says what it does in as few words as it can"
)]

mod answers;
mod asking;
mod memory;
#[path = "../common/oidc.rs"]
mod oidc;
mod outages;
mod provider;
mod settings;
mod signed;
mod support;
