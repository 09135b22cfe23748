//! HTTP authentication middleware for tower.

pub mod clock;
mod error;
mod eventual;
pub mod header;
pub mod identity;
pub mod rejection;
mod secret;
pub mod token;

pub use error::ConfigError;
pub use eventual::{BoxFuture, Eventual};
pub use identity::{Identity, Principal};
pub use rejection::Rejection;
pub use secret::{Secret, SecretDigest};
