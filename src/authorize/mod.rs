//! May you? The middleware that makes 403s.
//!
//! [`AuthorizeLayer`] asks a [`Policy`](crate::policy::Policy) about the identity that an
//! [`AuthenticateLayer`](crate::AuthenticateLayer) outside of it has found, before the inner
//! service is called. It alone makes 403s.
//!
//! - No identity (an optional front door): 401, with the front door's challenges.
//! - No front door at all: 500 and an event, never a pass.
//! - Nested layers only tighten: each must allow.
//! - It sees what was routed to it. In axum put it on a route (`route_layer`), so that no spelling
//!   of a path leads around it.
//!
//! ```
//! # use http::{Request, StatusCode};
//! # use tower::{ServiceBuilder, ServiceExt, service_fn};
//! use tower_auth::policy::role;
//! use tower_auth::scheme::ApiKey;
//! use tower_auth::scheme::api_key::ApiKeys;
//! use tower_auth::{AuthenticateLayer, AuthorizeLayer, Principal};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let keys = ApiKeys::new()
//!     .key(Principal::new("root").role("admin"), "key-of-root")
//!     .key("guest", "key-of-guest");
//! let front_door =
//!     AuthenticateLayer::builder().scheme(ApiKey::header("X-API-Key", keys)).build()?;
//!
//! # let hello = service_fn(|_: Request<String>| async {
//! #     Ok::<_, std::convert::Infallible>(http::Response::new(String::new()))
//! # });
//! let service = ServiceBuilder::new()
//!     .layer(front_door)
//!     .layer(AuthorizeLayer::new(role("admin")))
//!     .service(hello);
//!
//! for (key, status) in [
//!     ("key-of-root", StatusCode::OK),
//!     ("key-of-guest", StatusCode::FORBIDDEN),
//!     ("no-such-key", StatusCode::UNAUTHORIZED),
//! ] {
//!     let request = Request::get("/").header("x-api-key", key).body(String::new())?;
//!     assert_eq!(service.clone().oneshot(request).await?.status(), status);
//! }
//! # Ok(())
//! # }
//! ```

mod future;
mod layer;
mod service;

pub use future::ResponseFuture;
pub use layer::AuthorizeLayer;
pub use service::Authorize;
