//! HTTP authentication middleware for tower.

pub mod clock;
mod error;
mod eventual;
pub mod header;
pub mod identity;
#[cfg(feature = "_jose")]
mod jose;
pub mod rejection;
mod secret;
#[cfg(feature = "testing")]
pub mod testing;
pub mod token;

pub use error::ConfigError;
pub use eventual::{BoxFuture, Eventual};
pub use identity::{Identity, Principal};
pub use rejection::Rejection;
pub use secret::{Secret, SecretDigest};
