//! `SessionCookie`: people who have logged in, and stay so for a while.
//!
//! [`Sessions`] begins and ends sessions; [`SessionCookie`] is the scheme that knows them again.
//!
//! - The cookie is `__Host-session`: `Secure`, `HttpOnly`, `SameSite=Lax`, `Path=/`
//!   ([RFC 6265bis](https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis)). It holds
//!   256 random bits, and the store only their digest.
//! - A session ends when it was not used for 30 min, and 12 h after the login. Its id changes at
//!   every login and with [`Sessions::renew`]; the old one is dead at once.
//! - What a service keeps with a session is a type of its own: [`SessionData`] reads it,
//!   [`Sessions::update`] changes it.
//! - Programs get a 401 with a `Cookie` challenge, which no browser prompts for. Page navigations
//!   are sent to the [login page](SessionCookie::login_page) by a 303, and a cookie that is no
//!   longer good is taken back in the same answer.
//! - A browser sends cookies along with what other sites make it send. So methods that change
//!   something, and WebSockets, need evidence that the request is from the service's own pages
//!   (`Sec-Fetch-Site`, `Origin`); without, they get a 403.
//! - Passwords are guessed at the login form, outside of the layer: slow that down with
//!   [`Attempts`](crate::attempts::Attempts).
//! - A service on plain HTTP, for development, needs
//!   [`danger_insecure_cookie`](SessionsBuilder::danger_insecure_cookie): not every browser takes a
//!   `Secure` cookie from `localhost`.
//! - A session cookie beside a bearer token is two credentials in one request: 400. A handler can
//!   serve browsers and agents, each with theirs.
//!
//! ```
//! # use http::{Request, StatusCode};
//! # use tower::{ServiceBuilder, ServiceExt, service_fn};
//! use tower_auth::AuthenticateLayer;
//! use tower_auth::scheme::session::{SessionCookie, Sessions};
//! use tower_auth::store::MemorySessions;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let sessions = Sessions::builder(MemorySessions::new(100_000)).build()?;
//! let front_door =
//!     AuthenticateLayer::builder().scheme(SessionCookie::new(&sessions).login_page("/login")).build()?;
//! # let hello = service_fn(|_: Request<String>| async {
//! #     Ok::<_, std::convert::Infallible>(http::Response::new(String::new()))
//! # });
//! let service = ServiceBuilder::new().layer(front_door).service(hello);
//!
//! // The handler of the login page, once the password was right.
//! let (login, _) = Request::post("/login").body(())?.into_parts();
//! let cookie = sessions.login(&login, "alice").await?;
//! let pair = cookie.pair(); // a browser sends back `__Host-session=...`
//!
//! let known = Request::get("/account").header("cookie", pair).body(String::new())?;
//! assert_eq!(service.clone().oneshot(known).await?.status(), StatusCode::OK);
//!
//! sessions.logout_everywhere("alice").await?;
//! let ended = Request::get("/account").header("cookie", pair).body(String::new())?;
//! let refused = service.oneshot(ended).await?;
//! assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
//! assert!(refused.headers().contains_key("set-cookie")); // taken back
//! # Ok(())
//! # }
//! ```

mod cookie;
mod data;
mod evidence;
#[cfg(feature = "passwords")]
mod hashed;
#[cfg(feature = "htpasswd")]
mod htpasswd;
mod known;
mod listed;
mod login;
mod return_to;
mod scheme;
mod sessions;
mod settings;
mod users;

pub use cookie::{SameSite, SetCookie};
pub use data::{NotKept, SessionData};
pub use listed::{ParseHandleError, Session, SessionHandle};
pub use login::Login;
pub use return_to::local_target;
pub use scheme::SessionCookie;
pub use sessions::Sessions;
pub use settings::SessionsBuilder;
pub use users::SessionUsers;

pub(crate) use data::read as read_data;
