//! The stores in Redis or Valkey, for a service that runs on several machines.
//!
//! What lies where is said in `keys`, what is done in one step stands in `lua/`.

#[cfg(feature = "digest")]
mod nonces;
#[cfg(feature = "sessions")]
mod record;
#[cfg(feature = "revocation")]
mod revocations;
#[cfg(feature = "sessions")]
mod sessions;

mod attempts;
mod failure;
mod keys;
mod link;
mod news;
mod replays;
mod script;
mod settings;
mod tls;

use std::fmt;
use std::sync::Arc;

pub use self::attempts::RedisAttempts;
use self::keys::Tag;
use self::link::Link;
#[cfg(feature = "digest")]
pub use self::nonces::RedisNonces;
pub use self::replays::RedisReplays;
#[cfg(feature = "revocation")]
pub use self::revocations::RedisRevocations;
#[cfg(feature = "sessions")]
pub use self::sessions::RedisSessions;
pub use self::settings::RedisSettings;
use crate::error::ConfigError;
use crate::rejection::Unavailable;

/// Stores in Redis (6.2 or newer) or Valkey, on one connection that they share.
///
/// ```no_run
/// use std::time::Duration;
/// use tower_auth::scheme::Bearer;
/// use tower_auth::store::{NearRevocations, RedisStores};
/// use tower_auth::token::{OpaqueTokens, Revocable};
///
/// let redis = RedisStores::connect("redis://:password@redis.internal:6379/0")?;
/// let longest_life_of_a_token = Duration::from_secs(3600);
/// let revoked = NearRevocations::new(redis.revocations(longest_life_of_a_token), 100_000);
/// let scheme = Bearer::new(Revocable::new(OpaqueTokens::new(), revoked));
/// # let _ = scheme;
/// # Ok::<(), tower_auth::ConfigError>(())
/// ```
///
/// - Nothing is connected before it is needed: a Redis that is down does not keep a service from
///   starting. Needs a tokio runtime then.
/// - Each operation is one command or one script, so it is done or not, whatever else goes on.
/// - Redis forgets by itself what has expired.
/// - A Redis that can't be reached, is slow, full, read-only, still loading or does not let us in is
///   [`Unavailable`]: 503. It is in use again within a second after it is back.
/// - A Redis with a `maxmemory` and a `maxmemory-policy` other than `noeviction` is `Unavailable`
///   too: it would forget what must be remembered to make room for more. This is looked at whenever
///   a connection is opened, but not in a cluster, nor where the user may not run `INFO`.
/// - The user needs the keys `<prefix>:*`, the channel `<prefix>:changes`, and the commands on
///   strings, sorted sets, scripts and channels.
///
/// # When Redis loses its data
///
/// Redis notes since when it remembers, beside what it remembers, and loses both together. So after
/// a loss it is known what can't be known:
///
/// | store | what is from before the loss |
/// |---|---|
/// | nonces | counts as used: each client gets one `stale=true`, and asks again by itself |
/// | one-time values | `Unavailable`, for as long as such a value lives |
/// | revocations | tokens issued before are `Unavailable`, for as long as a token lives |
/// | sessions | have ended: everybody logs in again |
/// | failed attempts | are forgotten: whoever guesses has the free guesses again |
///
/// The same holds for a Redis that is used for the first time, where nothing was lost and
/// [`danger_nothing_was_lost`](Self::danger_nothing_was_lost) can say so.
///
/// What can't be noticed is that Redis comes back with *older* data: what was logged out, used or
/// revoked since is forgotten. Turn `appendonly` on, at best with `appendfsync always`, and know
/// that a replica that takes over may lack the last writes.
#[derive(Clone)]
pub struct RedisStores {
    link: Arc<Link>,
}

impl RedisStores {
    /// Stores in the Redis at `redis://[user[:password]@]host[:port][/number]`, or at `rediss://…`,
    /// which is over TLS and needs the feature `redis-tls`. Its certificate must be trusted by this
    /// machine, or by `RedisSettings::roots`, and be for this host.
    ///
    /// # Errors
    ///
    /// It is not such an address. Whether anybody answers there is not looked at.
    pub fn connect(url: &str) -> Result<Self, ConfigError> {
        Self::at(url).connect()
    }

    /// As [`connect`](Self::connect), with settings.
    pub fn at(url: &str) -> RedisSettings {
        RedisSettings::one(url)
    }

    /// Stores in a cluster, some of whose nodes are at these addresses. Not over TLS.
    pub fn cluster<'a>(urls: impl IntoIterator<Item = &'a str>) -> RedisSettings {
        RedisSettings::cluster(urls)
    }

    /// Tells Redis that nothing was lost: that no token was revoked and no one-time value used that
    /// it does not know of.
    ///
    /// Call it from the command that sets Redis up, never where the service starts: there it would
    /// let pass what was revoked or used before a loss.
    ///
    /// # Errors
    ///
    /// Redis does not remember it.
    pub async fn danger_nothing_was_lost(&self) -> Result<(), Unavailable> {
        for tag in Tag::all_but_nonces() {
            let mut set = redis::cmd("SET");
            set.arg(self.link.news.keys.since(tag)).arg(0);
            self.link.ask::<()>(&set).await?;
        }
        Ok(())
    }
}

impl fmt::Debug for RedisStores {
    /// Leaves out the address, which may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisStores").finish_non_exhaustive()
    }
}
