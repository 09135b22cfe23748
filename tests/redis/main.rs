//! The stores in Redis, on a real one that is stopped, paused, filled and emptied.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]
#![expect(clippy::arithmetic_side_effects, reason = "small numbers of a test")]
#![expect(clippy::disallowed_methods, reason = "a real server has the real time")]

mod attempts;
mod authority;
mod cluster;
mod conformance;
mod data_loss;
mod near;
mod outages;
mod server;
mod service;
mod set_up;
mod support;
mod tls;
