//! What the middleware does to requests and responses, over HTTP's own rules and against those
//! who would get around it.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test may panic"
)]

mod support;

mod any_refusal;
mod api_key;
mod authorization_field;
mod basic;
mod bearer;
mod bodies;
mod caching;
mod challenges;
mod combining;
mod cors;
mod events;
mod grpc;
mod hostile;
mod over_the_wire;
mod pages;
mod policies;
mod proxy;
mod secured;
mod set_up;
mod tower_contract;
mod wiring;
