//! The examples, run as a newcomer runs them and called from outside.
//!
//! Cargo builds them for `cargo test`, but not for a single test target. To run these tests alone:
//! `cargo build --examples && cargo test --test examples`.

mod browser;
mod curl;
mod documented;
mod grpc;
mod process;
mod quickstart;
mod smoke;
