//! The manual says what the code does: pages that a command writes are as it would write them, and
//! what a person wrote of figures, tests and names is so.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects,
    reason = "a test may panic"
)]

mod defaults;
mod links;
mod public_api;
mod requirements;
mod sources;
mod threats;
