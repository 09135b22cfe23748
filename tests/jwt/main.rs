//! JSON Web Tokens as an issuer, an attacker and a careless administrator would make them.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects,
    clippy::wildcard_enum_match_arm,
    clippy::needless_pass_by_value,
    reason = "a test may panic, and says what it does in as few words as it can"
)]

mod anything;
mod claims;
mod forged;
mod headers;
mod keys;
mod pem;
mod principal;
mod profile;
mod settings;
mod support;
mod times;
mod token_maker;
