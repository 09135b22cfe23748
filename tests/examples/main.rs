//! The examples, run as a newcomer runs them and called from outside.
//!
//! A plain `cargo test` builds them first. Cargo leaves them out where a target or a name is asked
//! for, and these tests then say so: `cargo build --examples && cargo test --test examples`.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]
#![expect(clippy::arithmetic_side_effects, reason = "small numbers of a test")]
#![expect(clippy::disallowed_methods, reason = "real programs have the real time")]

mod browser;
mod conformance;
mod conformance_rules;
mod conformance_tokens;
mod curl;
#[path = "../common/digest.rs"]
mod digest;
mod documented;
mod forward_auth;
mod grpc;
mod introspection;
mod mcp;
mod multi_tenant;
#[path = "../common/oidc.rs"]
mod oidc;
mod oidc_resource_server;
#[expect(dead_code, reason = "shared with the tests of the clients")]
#[path = "../clients/origin.rs"]
mod origin;
mod printed;
mod process;
mod quickstart;
mod raw;
#[expect(dead_code, reason = "shared with the tests of the stores")]
#[path = "../redis/server.rs"]
mod redis;
mod replicas;
mod shared_state;
mod smoke;
mod vectors;
