#![doc = include_str!("../README.md")]
//!
//! ## Where to look
//!
//! In the order in which a request asks:
//!
//! | question | module |
//! |---|---|
//! | who are you? The middleware | [`authenticate`] |
//! | what came over the wire? The grammar of challenges and credentials | [`header`] |
//! | how does a caller prove who it is? | [`scheme`] |
//! | what is a presented token worth? | [`token`] |
//! | what is a presented password worth? | `password`, with the feature `passwords` or `htpasswd` |
//! | who is it? | [`identity`] |
//! | may you? The middleware | [`authorize`] |
//! | who is asked over HTTP, and how? | `fetch`, with feature `remote-keys`, `client` or `introspection` |
//! | how often may somebody guess? | [`attempts`] |
//! | what must be remembered? | [`store`], on one machine or, with the feature `redis`, on several |
//! | what may they do? | [`policy`] |
//! | why not? | [`rejection`] |
//! | how is no said? | [`respond`] |
//! | what does an operator see? | [`observe`] |
//! | what is this service, and who issues tokens for it? | [`metadata`] |
//! | a Model Context Protocol server | [`mcp`] |

pub mod attempts;
pub mod authenticate;
pub mod authorize;
pub mod clock;
mod error;
mod eventual;
#[cfg(feature = "axum")]
pub mod extract;
#[cfg(all(feature = "_fetch", feature = "_jose"))]
pub mod fetch;
mod front_door;
pub mod header;
pub mod identity;
#[cfg(feature = "_jose")]
mod jose;
#[cfg(any(doc, doctest))]
pub mod manual;
pub mod mcp;
pub mod metadata;
pub mod observe;
#[cfg(feature = "passwords")]
pub mod password;
pub mod policy;
pub mod rejection;
pub mod respond;
pub mod scheme;
mod secret;
mod shards;
#[cfg(any(
    feature = "passwords",
    feature = "token-cache",
    all(feature = "introspection", feature = "_jose")
))]
mod slots;
pub mod store;
#[cfg(feature = "testing")]
pub mod testing;
pub mod token;

pub use authenticate::AuthenticateLayer;
pub use authorize::AuthorizeLayer;
pub use error::ConfigError;
pub use eventual::{BoxFuture, Eventual, Wait};
pub use front_door::{Auth, Refused};
pub use identity::{Identity, Principal};
pub use rejection::Rejection;
pub use scheme::Scheme;
pub use secret::{Secret, SecretDigest};
