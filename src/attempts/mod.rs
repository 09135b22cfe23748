//! How often may somebody guess?
//!
//! [`limit_attempts`](crate::authenticate::Builder::limit_attempts) slows down whoever guesses, for
//! every scheme of a layer whose credentials can be [guessed](crate::Scheme::guess) at: passwords,
//! API keys. What comes too early gets 429 with `Retry-After` before anything is looked up or
//! hashed, and looks the same for accounts that exist and for those that don't.
//!
//! - One account from one source: five failures are free. The next attempt waits 1 s, and twice as
//!   long after each further failure, up to 15 minutes. A success forgets them.
//! - One source, whatever the account: 100 are free, then 1 s and up to a minute. A success forgets
//!   none of these, or an account of one's own would do to go on.
//! - One account, from wherever: after 50 it is under attack, and a source that it doesn't know has
//!   one free failure instead of five. A first attempt is never held up by what others did
//!   elsewhere, so nobody can lock an owner out. That leaves a botnet a dozen guesses in the first
//!   hour for each of its sources: only good passwords help against that.
//! - A source from which an account has logged in within 30 days is known to it. There neither what
//!   other sources do to the account nor what others do at the source matters.
//! - Failures are forgotten an hour after the last one. What is refused for being too early counts
//!   as no failure.
//! - A failure is the rejection of a [guess](Guess) for bad credentials. Malformed requests and
//!   outages are none, and a scheme can [say](crate::Rejection::uncounted) that something else is
//!   none either.
//! - A login form of one's own is no scheme: it asks [`Attempts`] before it looks anything up. A layer
//!   with nothing to guess at refuses to build.
//!
//! Requests at once: as many run as would be free if all failed, so that 100 wrong guesses at once
//! cost five checks, not 100. The others wait, and are judged by what became of those before them:
//! 100 right ones all succeed. From a known source 64 run at once.
//!
//! A client that hangs up while its guess is checked has made a failed one, whatever the check
//! would have found: else hanging up would make guesses, and the work that they cost, free. Who is
//! impatient with a right password five times in a row waits a second; from a known source, where
//! 64 may be left at once, no more than that. One that hangs up while it waits for its turn has made
//! none.
//!
//! All counting is done in an [`AttemptStore`](crate::store::AttemptStore): in this process's memory,
//! or, with the feature `redis`, for all machines of a service in `RedisStores::attempts`. There
//! each machine lets as many run at once as would be free. A store that can't answer is an outage:
//! 503, and nobody is let through.
//!
//! ```
//! # use std::net::SocketAddr;
//! # use http::{Request, StatusCode};
//! # use tower::{ServiceBuilder, ServiceExt, service_fn};
//! # use tower_auth::AuthenticateLayer;
//! # use tower_auth::scheme::{ApiKey, api_key::ApiKeys};
//! use tower_auth::attempts::{AttemptLimits, Delays, PeerAddr, Source};
//! use tower_auth::store::MemoryAttempts;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let scheme = ApiKey::header("X-API-Key", ApiKeys::new().key("robot-1", "key-of-robot-1"));
//! let limits = AttemptLimits::new(MemoryAttempts::new(100_000), Source::connection())
//!     .per_source(Delays::after(2));
//! let front_door = AuthenticateLayer::builder().scheme(scheme).limit_attempts(limits).build()?;
//!
//! # let hello = service_fn(|_: Request<String>| async {
//! #     Ok::<_, std::convert::Infallible>(http::Response::new(String::new()))
//! # });
//! let service = ServiceBuilder::new().layer(front_door).service(hello);
//! let request = |key: &str, peer: [u8; 4]| {
//!     let peer = PeerAddr(SocketAddr::from((peer, 4711))); // your server inserts it
//!     Request::get("/").header("x-api-key", key).extension(peer).body(String::new())
//! };
//! for (key, peer, status) in [
//!     ("wrong", [192, 0, 2, 1], StatusCode::UNAUTHORIZED),
//!     ("wrong", [192, 0, 2, 1], StatusCode::UNAUTHORIZED),
//!     ("key-of-robot-1", [192, 0, 2, 1], StatusCode::TOO_MANY_REQUESTS),
//!     ("key-of-robot-1", [192, 0, 2, 2], StatusCode::OK),
//! ] {
//!     assert_eq!(service.clone().oneshot(request(key, peer)?).await?.status(), status);
//! }
//! # Ok(())
//! # }
//! ```

mod form;
mod guess;
mod lanes;
mod limiter;
mod limits;
mod policy;
mod source;

pub use form::{Attempts, Denied, NewOrShared, OpenAttempt};
pub use guess::Guess;
pub use limits::{AttemptLimits, Delays};
pub use source::{PeerAddr, Source};

pub(crate) use form::Inner;
pub(crate) use limiter::{Admission, Denial, Finding, Limiter, Suspect, Underway};
