//! The examples, run as a newcomer runs them and called from outside.
//!
//! A plain `cargo test` builds them first. Cargo leaves them out where a target or a name is asked
//! for, and these tests then say so: `cargo build --examples && cargo test --test examples`.

mod browser;
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod conformance;
mod curl;
mod documented;
mod grpc;
mod introspection;
mod mcp;
mod multi_tenant;
#[expect(clippy::unwrap_used, reason = "a test may panic")]
#[path = "../common/oidc.rs"]
mod oidc;
mod oidc_resource_server;
mod printed;
mod process;
mod quickstart;
mod smoke;
