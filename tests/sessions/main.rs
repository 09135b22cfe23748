//! Sessions in a cookie: what a browser is sent, what it sends back, and what others make it send.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test may panic"
)]

#[expect(dead_code, reason = "tests/http uses all of it")]
#[path = "../http/support.rs"]
mod support;

mod beside;
mod caching;
mod cookie;
mod cross_site;
mod data;
mod ending;
mod fetch_metadata;
mod few;
mod htpasswd;
mod life;
mod memory;
mod outages;
mod pages;
mod races;
mod set_up;
mod site;
mod slow_store;
mod sockets;
mod tower_sessions;
mod users;
