//! The cryptography: aws-lc-rs where it is enabled, else pure Rust through `jsonwebtoken`.
//!
//! Both have the same two types. `PreparedKey` verifies, `PreparedSigner` signs; neither looks at
//! anything but keys, messages and signatures.

#[cfg_attr(feature = "aws-lc-rs", path = "aws_lc.rs")]
#[cfg_attr(not(feature = "aws-lc-rs"), path = "rust_crypto.rs")]
mod chosen;

pub(super) use chosen::{PreparedKey, PreparedSigner};
