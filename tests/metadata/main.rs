//! What a service says of itself and of what it needs: protected resource metadata (RFC 9728),
//! step-up (RFC 9470), scopes (RFC 6750), and the Model Context Protocol's demands on them.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

mod support;

mod challenges;
mod document;
mod mcp;
mod origins;
mod scopes;
mod service;
mod step_up;
