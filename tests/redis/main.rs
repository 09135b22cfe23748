//! The stores in Redis, on a real one that is stopped, paused, filled and emptied.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

mod cluster;
mod conformance;
mod data_loss;
mod near;
mod outages;
mod server;
mod service;
mod set_up;
mod support;
