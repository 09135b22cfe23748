//! What the tests of a protected service need.

#[cfg(feature = "_jose")]
mod token_maker;

#[cfg(feature = "_jose")]
pub use token_maker::{TokenBuilder, TokenMaker};
