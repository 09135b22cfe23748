//! What is a presented password worth?
//!
//! Passwords of people are short, so they are kept as hashes that are slow to make. This module
//! checks them at the price that they must cost, and no other:
//!
//! - Hashing runs in a bounded [`HashPool`], on threads of its own that let others go first. A full
//!   pool is 503 with `Retry-After`; requests that need no hash don't wait for those that do.
//! - Equal checks at the same time share one hash, however many there are.
//! - Right passwords can be remembered for a short while, by a keyed digest and nothing else
//!   ([`Hashed::remember`]). Off by default.
//! - A name that nobody has, and an account that is locked or whose hash is broken, cost as much as
//!   a wrong password, and look the same.
//! - What bcrypt would cut off at 72 bytes, and anything beyond 1024 bytes, is a wrong password.
//! - Costs are capped when a hash is read: a bcrypt of cost 31 would take days.
//!
//! Needs a tokio runtime, for a file with its timer. `Htpasswd`, with the feature `htpasswd`, reads
//! files of users as Apache and nginx do. [`Hashed`] asks a database of your own, and makes outdated
//! hashes anew. Both are directories for [`Basic`](crate::scheme::Basic).
//!
//! ```
//! # use http::{Request, StatusCode};
//! # use tower::{ServiceBuilder, ServiceExt, service_fn};
//! use tower_auth::password::{Account, Accounts, HashPool, Hashed};
//! use tower_auth::rejection::Unavailable;
//! use tower_auth::scheme::Basic;
//! use tower_auth::{AuthenticateLayer, Eventual};
//!
//! /// One user. A database would answer with `Eventual::pending(async move { … })`.
//! struct OnlyAlice(String);
//!
//! impl Accounts for OnlyAlice {
//!     fn find(&self, name: &str) -> Eventual<Result<Option<Account>, Unavailable>> {
//!         Ok((name == "alice").then(|| Account::new("alice", &*self.0))).into()
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let pool = HashPool::default();
//! let hash = pool.hash("wonderland").await?; // `$argon2id$v=19$m=19456,t=2,p=1$…`
//! let accounts = OnlyAlice(hash.expose().to_owned());
//! let directory = Hashed::new(accounts).pool(&pool);
//! let front_door = AuthenticateLayer::builder().scheme(Basic::new("cave", directory)).build()?;
//!
//! # let hello = service_fn(|_: Request<String>| async {
//! #     Ok::<_, std::convert::Infallible>(http::Response::new(String::new()))
//! # });
//! let service = ServiceBuilder::new().layer(front_door).service(hello);
//! let request = |credentials: &str| {
//!     Request::get("/").header("authorization", credentials).body(String::new())
//! };
//! let open = service.clone().oneshot(request("Basic YWxpY2U6d29uZGVybGFuZA==")?).await?;
//! assert_eq!(open.status(), StatusCode::OK);
//! let shut = service.oneshot(request("Basic YWxpY2U6bG9va2luZy1nbGFzcw==")?).await?;
//! assert_eq!(shut.status(), StatusCode::UNAUTHORIZED);
//! # Ok(())
//! # }
//! ```

mod accounts;
mod checker;
mod flights;
mod formats;
mod hashed;
#[cfg(feature = "htpasswd")]
mod htpasswd;
mod memory;
mod pool;
#[cfg_attr(target_os = "linux", path = "priority/linux.rs")]
#[cfg_attr(not(target_os = "linux"), path = "priority/other.rs")]
mod priority;
mod seal;

pub use accounts::{Account, Accounts};
pub use formats::{Argon2id, Formats, PasswordHash};
pub use hashed::Hashed;
#[cfg(feature = "htpasswd")]
pub use htpasswd::{Htpasswd, HtpasswdSettings};
pub use pool::{HashError, HashPool, PoolStats};
