//! Passwords: files of users made by Apache's own tool, accounts, the pool, and what is shared.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may panic, and says what it does in as few words as it can"
)]

mod accounts;
mod alike;
mod files;
mod pool;
mod real_tools;
mod reload;
mod sharing;
mod support;
mod upgrade;
