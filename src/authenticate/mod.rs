//! Who are you? The middleware that identifies callers.
//!
//! [`AuthenticateLayer`] reads the credentials of each request, has the scheme that they name
//! check them, and hands the request on with an [`Identity`](crate::Identity) in its extensions.
//! What it can't identify gets a 401 with every scheme's challenge.
//!
//! - Nothing presented: 401, bare challenges. With [`optional`](Builder::optional): goes on
//!   without an identity.
//! - Something bad presented: 401 (or 400), in optional mode too. Only *absent* may be anonymous.
//! - A scheme that isn't configured: 401, bare challenges.
//! - Two credentials at once: 400.
//! - A key server, directory or store down: 503, no challenge.
//!
//! Put it outside of whatever costs work, and inside of a CORS layer: preflights carry no
//! credentials, and refusals need CORS fields to be read.
//!
//! The layer changes the type of the response's body, so `option_layer` can't turn it on and off:
//! write `match door { Some(door) => app.layer(door), None => app }`.
//!
//! ```
//! # use http::{Request, StatusCode};
//! # use tower::{ServiceBuilder, ServiceExt, service_fn};
//! use tower_auth::scheme::basic::Users;
//! use tower_auth::scheme::{ApiKey, Basic, api_key::ApiKeys};
//! use tower_auth::{AuthenticateLayer, Identity};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let front_door = AuthenticateLayer::builder()
//!     .scheme(Basic::new("orders", Users::new().user("alice", "wonderland")))
//!     .scheme(ApiKey::header("X-API-Key", ApiKeys::new().key("robot-1", "key-of-robot-1")))
//!     .build()?;
//!
//! let hello = service_fn(|request: Request<String>| async move {
//!     let who = request.extensions().get::<Identity>().map(|who| who.subject().to_owned());
//!     Ok::<_, std::convert::Infallible>(http::Response::new(who.unwrap_or_default()))
//! });
//! let service = ServiceBuilder::new().layer(front_door).service(hello);
//!
//! let known = Request::get("/").header("x-api-key", "key-of-robot-1").body(String::new())?;
//! assert_eq!(service.clone().oneshot(known).await?.status(), StatusCode::OK);
//!
//! let unknown = service.oneshot(Request::get("/").body(String::new())?).await?;
//! assert_eq!(unknown.status(), StatusCode::UNAUTHORIZED);
//! assert_eq!(unknown.headers().get_all("www-authenticate").iter().count(), 2);
//! # Ok(())
//! # }
//! ```

mod buffer;
mod builder;
mod future;
mod layer;
mod service;

pub use buffer::{AuthenticateBuffering, AuthenticateBufferingLayer, BufferingFuture};
pub use builder::{Builder, NoScheme, SomeScheme};
pub use future::ResponseFuture;
pub use layer::AuthenticateLayer;
pub use service::Authenticate;
