//! JSON Web Tokens as an issuer, an attacker and a careless administrator would make them.

#![cfg(all(feature = "_jose", feature = "testing"))]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

mod claims;
mod forged;
mod headers;
mod keys;
mod pem;
mod principal;
mod settings;
mod support;
mod times;
mod token_maker;
