//! The manual says what the code does: pages that a command writes are as it would write them, and
//! figures that a person wrote are the code's.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

mod requirements;
mod sources;
