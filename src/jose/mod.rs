//! Signed JSON: JWS in compact form, the keys that verify it, and the making of tokens.
//!
//! The only place that names `jsonwebtoken` or a cryptography crate, so no other module can pick a
//! backend, and no type of theirs reaches a public signature.
//!
//! * [`compact`], [`base64url`] and [`json`] are the grammar, strict on purpose;
//! * [`header`] is what a JOSE header may say, [`jws`] the check of a signature;
//! * [`public_key`], [`der`], [`pem`] and [`jwk`] read keys, [`keys`] holds and picks them;
//! * [`signing`] makes tokens;
//! * [`backend`] is the cryptography: aws-lc-rs, or pure Rust where that is not enabled.
//!
//! `jsonwebtoken::decode` and `encode` are never called: they use a process-wide backend that panics
//! when two crates of one program chose different ones, and `decode` accepts `crit`, any `typ` and a
//! missing audience.

mod algorithm;
mod backend;
mod base64url;
mod compact;
mod der;
mod header;
mod json;
mod jwk;
mod jws;
mod keys;
mod pem;
mod public_key;
mod signing;
#[cfg(test)]
mod tests;
mod thumbprint;
mod verified;

pub use algorithm::Algorithm;
pub(crate) use algorithm::Algorithms;
pub(crate) use header::is_media_type;
pub(crate) use json::{Json, members};
pub(crate) use jws::{Jws, JwsError, PayloadRoom, Unchecked, Workspace, verify_compact};
pub use keys::Keys;
pub use signing::{SigningError, SigningKey};
pub use thumbprint::thumbprint;
pub use verified::NotVerified;
