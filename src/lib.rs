//! HTTP authentication middleware for tower.

pub mod authenticate;
pub mod authorize;
pub mod clock;
mod error;
mod eventual;
#[cfg(feature = "axum")]
pub mod extract;
mod front_door;
pub mod header;
pub mod identity;
#[cfg(feature = "_jose")]
mod jose;
pub mod observe;
pub mod policy;
pub mod rejection;
pub mod respond;
pub mod scheme;
mod secret;
#[cfg(feature = "testing")]
pub mod testing;
pub mod token;

pub use authenticate::AuthenticateLayer;
pub use authorize::AuthorizeLayer;
pub use error::ConfigError;
pub use eventual::{BoxFuture, Eventual};
pub use front_door::{Auth, Refused};
pub use identity::{Identity, Principal};
pub use rejection::Rejection;
pub use scheme::Scheme;
pub use secret::{Secret, SecretDigest};
