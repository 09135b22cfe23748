//! The manual: what to choose, how to start, what is done for you and why.
//!
//! | chapter | its question |
//! |---|---|
//! | [`requirements`] | which demand of which RFC is met, and which test shows it? What is not met? |
#![cfg_attr(
    not(feature = "full"),
    allow(rustdoc::broken_intra_doc_links, reason = "some chapters are about what is turned off")
)]

#[doc = include_str!("not_met.md")]
#[doc = include_str!("requirements.md")]
pub mod requirements {}
