//! HTTP authentication middleware for [tower](https://docs.rs/tower): axum, hyper, tonic. 401 with the
//! right challenge, 403 from a hook of its own, 503 for an outage; never one in another's place.
//!
//! ```
//! use axum::{Router, routing::get};
//! use tower_auth::policy::scope;
//! use tower_auth::scheme::Bearer;
//! use tower_auth::token::OpaqueTokens;
//! use tower_auth::{AuthenticateLayer, AuthorizeLayer, ConfigError, Identity, Principal};
//!
//! fn app() -> Result<Router, ConfigError> {
//!     let tokens = OpaqueTokens::new()
//!         .token(Principal::new("importer").scopes("orders:read"), "mF_9.B5f-4.1JqM");
//!     // Who are you? 401.
//!     let front_door = AuthenticateLayer::builder().scheme(Bearer::new(tokens)).build()?;
//!     // May you? 403.
//!     let may_read = AuthorizeLayer::new(scope("orders:read")?);
//!     Ok(Router::new()
//!         .route("/orders", get(list).route_layer(may_read))
//!         .layer(front_door)
//!         .route("/health", get(|| async { "ok" }))) // added later: outside of the door
//! }
//!
//! async fn list(who: Identity) -> String {
//!     format!("orders for {}", who.subject())
//! }
//! # assert!(app().is_ok());
//! ```
//!
//! # Begin here
//!
//! | you want | read |
//! |---|---|
//! | a whole program to copy: axum, hyper, tonic | [`manual::quick_start`] |
//! | to know which scheme you need | [`manual::which_scheme`] |
//! | to test your service | [`manual::testing`] |
//! | to put it behind a proxy, or on several machines | [`manual::deploying`] |
//! | to know what a client is answered | [`manual::answers`] |
//! | a scheme, policy, directory or store of your own | [`manual::own_parts`] |
//! | to move from another crate | [`manual::moving`] |
//! | each default, each threat, each RFC | [`manual::defaults`], [`manual::threats`], [`manual::requirements`] |
//! | all that is public, on one page | [`manual::public_api`] |
//!
//! # Where things are
//!
//! In the order in which a request asks. What needs a feature is marked; `axum` and `jwt` are on by
//! default.
//!
//! | question | module |
//! |---|---|
//! | who are you? The middleware | [`authenticate`] |
//! | what came over the wire? The grammar of challenges and credentials | [`header`] |
//! | how does a caller prove who it is? | [`scheme`]; `scheme::digest` (`digest`), `scheme::session` (`sessions`) |
//! | what is a presented token worth? | [`token`]; `token::jwt` (`jwt`), `token::keys` (`remote-keys`), `token::introspection` (`introspection`) |
//! | what is a presented password worth? | `password` (`passwords`, `htpasswd`) |
//! | who is it? | [`identity`]; `extract` for handlers (`axum`) |
//! | may you? The middleware, and what it asks | [`authorize`], [`policy`] |
//! | how often may somebody guess? | [`attempts`] |
//! | what must be remembered? | [`store`], on several machines with `redis` |
//! | why not, and how is it said? | [`rejection`], [`respond`] |
//! | what does an operator see? | [`observe`], by itself with `tracing` |
//! | what is this service, and who issues tokens for it? | [`metadata`], [`mcp`] |
//! | who is asked over HTTP, and how? | `fetch` (`remote-keys`, `client`, `introspection`) |
//! | how is it tested? | `testing` (`testing`) |

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
#[cfg(any(feature = "redis-tls", all(feature = "client", feature = "_jose")))]
mod tls;
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

/// The examples of the README are tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
