//! The manual: what to choose, how to start, what is done for you and why.
//!
//! | chapter | its question |
//! |---|---|
//! | [`quick_start`] | how does a whole program look, with axum, hyper or tonic? |
//! | [`which_scheme`] | which scheme do I need? |
//! | [`testing`] | how do I test a service that is protected? |
//! | [`deploying`] | what do proxies and CDNs do to credentials, and what must replicas share? |
//! | [`own_parts`] | how do I write a scheme, a policy, a directory, a store? |
//! | [`moving`] | what changes for a program that used another crate? |
//! | [`answers`] | what does a client get, and when? |
//! | [`defaults`] | what is set unless I say otherwise, and why? |
//! | [`threats`] | what goes wrong elsewhere, and what stops it here? |
//! | [`requirements`] | which section of which RFC is met, and which test shows it? What is not met? |
//! | [`public_api`] | what is there? |
//!
//! Chapters name each other by a file, for those who read them as files; `links.md` comes first and
//! wins here.
//!
//! Its examples are compiled and run as tests, and its figures and names are checked by some.
#![cfg_attr(
    not(feature = "full"),
    allow(rustdoc::broken_intra_doc_links, reason = "chapters tell of what is turned off, too")
)]

#[doc = include_str!("links.md")]
#[doc = include_str!("quick_start.md")]
pub mod quick_start {}

#[doc = include_str!("links.md")]
#[doc = include_str!("which_scheme.md")]
pub mod which_scheme {}

#[doc = include_str!("links.md")]
#[doc = include_str!("testing.md")]
pub mod testing {}

#[doc = include_str!("links.md")]
#[doc = include_str!("deploying.md")]
pub mod deploying {}

#[doc = include_str!("links.md")]
#[doc = include_str!("own_parts.md")]
pub mod own_parts {}

#[doc = include_str!("links.md")]
#[doc = include_str!("moving.md")]
pub mod moving {}

#[doc = include_str!("links.md")]
#[doc = include_str!("answers.md")]
pub mod answers {}

#[doc = include_str!("links.md")]
#[doc = include_str!("defaults.md")]
pub mod defaults {}

#[doc = include_str!("links.md")]
#[doc = include_str!("threats.md")]
pub mod threats {}

#[doc = include_str!("links.md")]
#[doc = include_str!("not_met.md")]
#[doc = include_str!("requirements.md")]
pub mod requirements {}

#[doc = include_str!("links.md")]
#[doc = include_str!("public_api.md")]
pub mod public_api {}
