//! How guessing is slowed down, and that nobody else is.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    reason = "a test may panic"
)]

mod guarded;
#[expect(dead_code, reason = "shared with the tests of HTTP")]
#[path = "../http/support.rs"]
mod support;

mod bursts;
mod delays;
mod form;
mod modes;
mod set_up;
mod sources;
mod stores;
mod strangers;
