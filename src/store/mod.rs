//! What must be remembered?
//!
//! **Failed attempts.** An [`AttemptStore`] counts them for [`attempts`](crate::attempts), which
//! slows down whoever guesses; [`MemoryAttempts`] does so in this process, `RedisAttempts` for
//! several machines.
//!
//! **Revocations** (feature `revocation`). A token that is checked by its signature is good until
//! it expires, whatever happens meanwhile. A `RevocationStore` remembers which ones are not, and
//! `token::Revocable` asks it on each request.
//!
//! ```
//! # #[cfg(feature = "revocation")]
//! # fn main() -> Result<(), tower_auth::rejection::Unavailable> {
//! use std::time::{Duration, SystemTime};
//! use tower_auth::store::{MemoryRevocations, Revocation, RevocationQuery, Standing};
//!
//! let store = MemoryRevocations::new(10_000);
//! let until = SystemTime::now() + Duration::from_secs(3600);
//! store.insert(&Revocation::token("7f3a", until).issuer("https://idp.example"))?;
//!
//! let stolen = RevocationQuery::new("alice").issuer("https://idp.example").token_id("7f3a");
//! assert_eq!(store.standing(&stolen), Standing::Revoked);
//! let other = RevocationQuery::new("alice").issuer("https://idp.example").token_id("7f3b");
//! assert_eq!(store.standing(&other), Standing::Good);
//! # Ok(())
//! # }
//! # #[cfg(not(feature = "revocation"))]
//! # fn main() {}
//! ```
//!
//! The stores here remember in memory, for one process. With the feature `redis`, `RedisStores`
//! remembers for all machines of a service, with `NearSessions` and `NearRevocations` in front. The
//! traits are for stores of your own; `testing::stores` holds these to what they promise.
//!
//! A store that can't answer says [`Unavailable`](crate::rejection::Unavailable), which becomes a
//! 503. There is no way for it to say "I don't know, let it pass".

mod attempts;
#[cfg(any(feature = "digest", feature = "sessions"))]
mod digest_hasher;
mod listener;
#[cfg(feature = "revocation")]
mod memory;
#[cfg(feature = "digest")]
mod memory_nonces;
#[cfg(feature = "sessions")]
mod memory_sessions;
#[cfg(any(feature = "revocation", feature = "sessions"))]
mod near;
#[cfg(feature = "digest")]
mod nonces;
#[cfg(feature = "redis")]
mod redis;
mod replay;
#[cfg(feature = "revocation")]
mod revocation;
#[cfg(feature = "sessions")]
mod sessions;
#[cfg(feature = "tower-sessions")]
mod tower_sessions;
mod used;

#[cfg(all(feature = "redis", feature = "digest"))]
pub use self::redis::RedisNonces;
#[cfg(all(feature = "redis", feature = "revocation"))]
pub use self::redis::RedisRevocations;
#[cfg(all(feature = "redis", feature = "sessions"))]
pub use self::redis::RedisSessions;
#[cfg(feature = "redis")]
pub use self::redis::{RedisAttempts, RedisReplays, RedisSettings, RedisStores};
pub use attempts::{AttemptKeys, AttemptRecords, AttemptStore, Failures, MemoryAttempts};
#[cfg(feature = "sessions")]
pub(crate) use digest_hasher::DigestHasher;
pub use listener::Listener;
#[cfg(feature = "revocation")]
pub use memory::MemoryRevocations;
#[cfg(feature = "digest")]
pub use memory_nonces::MemoryNonces;
#[cfg(feature = "sessions")]
pub use memory_sessions::MemorySessions;
#[cfg(feature = "revocation")]
pub use near::NearRevocations;
#[cfg(feature = "sessions")]
pub use near::NearSessions;
#[cfg(feature = "digest")]
pub use nonces::{NonceStore, NonceUse};
pub use replay::{MemoryReplays, ReplayStore};
#[cfg(feature = "revocation")]
pub use revocation::{Revocation, RevocationQuery, RevocationStore, Standing, Target};
#[cfg(feature = "sessions")]
pub use sessions::{DataSwap, Lookup, SessionRecord, SessionStore, SubjectSessions};
#[cfg(feature = "tower-sessions")]
pub use tower_sessions::TowerSessions;
pub use used::Use;
