//! What the tests of a protected service need.
//!
//! Turn the feature `testing` on for tests only:
//!
//! ```toml
//! [dev-dependencies]
//! tower-auth = { version = "0.1", features = ["testing"] }
//! ```
//!
//! - [`IdentityLayer`] stands in for the front door: handlers and policies without credentials.
//! - `TokenMaker` makes JSON Web Tokens, and the keys to check them.
//! - [`FixedClock`] stops the time.
//! - [`assert_refused`] reads a refusal as a client does, and checks that it is correct.
//! - [`Strict`] catches middleware that calls a service that it did not poll ready.
//! - [`stores`] holds a store of your own to what its trait promises.

mod assertions;
mod fixed_clock;
mod identity_layer;
pub mod stores;
mod strict;
#[cfg(feature = "_jose")]
mod token_maker;

pub use assertions::{ReadChallenge, ReadRefusal, assert_refused};
pub use fixed_clock::FixedClock;
pub use identity_layer::{IdentityLayer, WithIdentity};
pub use strict::Strict;
#[cfg(feature = "_jose")]
pub use token_maker::{TokenBuilder, TokenMaker};
