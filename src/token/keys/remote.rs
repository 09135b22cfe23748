//! Keys that an issuer publishes.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::discovery::Discovery;
use super::document::get_keys;
use super::live::{Live, Load, Loaded, sequence};
use super::pace::Pace;
use super::stats::KeyStats;
use super::{PUBLIC, live_verifier};
use crate::clock::{Clock, SystemClock};
use crate::error::ConfigError;
use crate::eventual::BoxFuture;
use crate::fetch::{Address, Door, Fetch};
use crate::jose::{Algorithms, Keys};
use crate::observe::{Observer, default_observer};
use crate::rejection::Unavailable;
use crate::token::jwt::{Rules, Source, VerifyJwt};

/// Keys that an issuer publishes, fetched when they are needed and kept fresh; see the
/// [module](super). Clones share their keys.
#[derive(Clone)]
pub struct RemoteKeys {
    live: Arc<Live>,
}

impl RemoteKeys {
    /// Takes the keys from the metadata of this issuer, which is the same that
    /// [`Jwt::issuer`](crate::token::jwt::Jwt::issuer) names:
    /// [RFC 8414](https://www.rfc-editor.org/rfc/rfc8414) metadata where there are any, else those
    /// of OpenID Connect Discovery. What they say of another issuer is of no use.
    pub fn discover(issuer: impl Into<String>, client: impl Fetch) -> RemoteKeysSettings {
        RemoteKeysSettings::new(Place::Issuer(issuer.into()), client)
    }

    /// Takes the keys from the JWK Set at this address.
    pub fn from_url(url: impl Into<String>, client: impl Fetch) -> RemoteKeysSettings {
        RemoteKeysSettings::new(Place::Url(url.into()), client)
    }

    /// Waits until there are keys: call it before the service opens its doors, and a wrong address
    /// shows at once. Without, the first request waits for them.
    ///
    /// # Errors
    ///
    /// They can't be had now. Requests go on asking, after a while.
    pub async fn ready(&self) -> Result<(), Unavailable> {
        self.live.ready().await
    }

    /// Asks anew, whatever is under way or was asked a moment ago: for an operator who has just
    /// withdrawn a key.
    ///
    /// # Errors
    ///
    /// The keys can't be had now. Those at hand stay in use for their time.
    pub async fn refresh(&self) -> Result<(), Unavailable> {
        self.live.refresh().await
    }

    /// Whether tokens can be judged at this moment: what a readiness probe asks. Waits for nothing;
    /// where there are no keys it begins to fetch them, so that a service to which nobody sends
    /// requests before it is ready becomes so.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.live.begin();
        self.live.usable().is_some()
    }

    /// How the source is doing.
    #[must_use]
    pub fn stats(&self) -> KeyStats {
        self.live.stats()
    }
}

impl Live {
    pub(super) async fn ready(self: &Arc<Self>) -> Result<(), Unavailable> {
        if self.usable().is_some() {
            return Ok(());
        }
        self.refresh_if(sequence(&self.current.load_full())).await;
        if self.usable().is_some() {
            return Ok(());
        }
        Err(self.down_because(self.backing_off(self.now()).unwrap_or_default()))
    }

    pub(super) fn stats(&self) -> KeyStats {
        let current = self.current.load_full();
        let mut stats = self.counters.stats();
        stats.failures_in_a_row = self.failures.load(Ordering::Acquire);
        stats.keys = current.as_ref().map_or(0, |current| current.keys.len());
        stats.age = current.map(|current| current.asked_at.until(self.now()));
        stats
    }
}

impl Source for RemoteKeys {
    fn fixed(&self) -> Option<&Keys> {
        None
    }

    #[expect(private_interfaces, reason = "the trait is sealed")]
    fn algorithms(&self) -> Algorithms {
        PUBLIC
    }

    #[expect(private_interfaces, reason = "the trait is sealed")]
    fn verifier(&self, rules: Rules) -> Arc<dyn VerifyJwt> {
        live_verifier(&self.live, rules)
    }
}

impl fmt::Debug for RemoteKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RemoteKeys").field("from", &self.live.name).finish_non_exhaustive()
    }
}

enum Place {
    Issuer(String),
    Url(String),
}

/// The settings of [`RemoteKeys`].
#[must_use = "settings do nothing until `build`"]
pub struct RemoteKeysSettings {
    place: Place,
    door: Door,
    pace: Pace,
    clock: Arc<dyn Clock>,
    observer: Option<Arc<dyn Observer>>,
}

impl RemoteKeysSettings {
    fn new(place: Place, client: impl Fetch) -> Self {
        Self {
            place,
            door: Door::new(client),
            pace: Pace::REMOTE,
            clock: Arc::new(SystemClock),
            observer: default_observer(),
        }
    }

    /// How long keys are fresh where the issuer does not say so with `Cache-Control: max-age` (which
    /// is heeded within 1 min and 24 h). They are asked for again at 80 % of it, ±10 %.
    /// Default: 10 min; 10 s to 24 h.
    pub fn time_to_live(mut self, time: Duration) -> Self {
        self.pace.time_to_live = time;
        self
    }

    /// How long keys are used after that while no new ones can be had; then requests are answered
    /// with 503. A key that was withdrawn during an outage works for that long. Default: 1 h; at
    /// most 24 h.
    pub fn stale_for(mut self, time: Duration) -> Self {
        self.pace.stale = time;
        self
    }

    /// How long after a fetch for an unknown `kid` no other unknown `kid` is worth a fetch. A key
    /// that is new is taken within this time. Default: 30 s; 1 s to 10 min.
    pub fn cooldown(mut self, time: Duration) -> Self {
        self.pace.cooldown = time;
        self
    }

    /// How long a fetch may take in all, discovery included. Default: 5 s; 100 ms to 1 min.
    pub fn time_limit(mut self, time: Duration) -> Self {
        self.pace.time_limit = time;
        self
    }

    /// Tells the time. Default: the system's clock.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Sees when keys are fetched or can't be. Default: `tracing`, where that feature is on.
    pub fn observer(mut self, observer: impl Observer) -> Self {
        self.observer = Some(Arc::new(observer));
        self
    }

    /// Checks the settings. Nothing is fetched yet: see [`RemoteKeys::ready`].
    ///
    /// # Errors
    ///
    /// The address is not `https` (plain `http` is for this machine only) or has a user, a fragment
    /// or, as an issuer, a query in it; or a time is out of its bounds.
    pub fn build(self) -> Result<RemoteKeys, ConfigError> {
        let Self { place, door, pace, clock, observer } = self;
        check(pace)?;
        let door = door.time_limit(pace.time_limit);
        let (name, load): (_, Box<dyn Load>) = match place {
            Place::Issuer(issuer) => {
                let discovery = Discovery::new(&issuer, door, Arc::clone(&clock))?;
                (issuer, Box::new(discovery))
            }
            Place::Url(url) => {
                let address = Address::parse(&url).map_err(|why| {
                    let url = url.escape_debug();
                    ConfigError::new(format!("the keys can't be fetched from `{url}`: {why}"))
                })?;
                (url, Box::new(KeySet { door, address }))
            }
        };
        let live = Live::new(name.into(), load, pace, clock, observer);
        Ok(RemoteKeys { live: Arc::new(live) })
    }
}

fn check(pace: Pace) -> Result<(), ConfigError> {
    let (second, minute) = (Duration::from_secs(1), Duration::from_secs(60));
    let day = minute.saturating_mul(24 * 60);
    for (name, time, least, most) in [
        ("time_to_live", pace.time_to_live, second.saturating_mul(10), day),
        ("stale_for", pace.stale, Duration::ZERO, day),
        ("cooldown", pace.cooldown, second, minute.saturating_mul(10)),
        ("time_limit", pace.time_limit, Duration::from_millis(100), minute),
    ] {
        if time < least || time > most {
            return Err(ConfigError::new(format!(
                "`{name}` of the keys is {time:?}: choose between {least:?} and {most:?}"
            )));
        }
    }
    Ok(())
}

impl fmt::Debug for RemoteKeysSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Place::Issuer(from) | Place::Url(from)) = &self.place;
        f.debug_struct("RemoteKeysSettings")
            .field("from", from)
            .field("pace", &self.pace)
            .finish_non_exhaustive()
    }
}

/// A JWK Set at a fixed address.
struct KeySet {
    door: Door,
    address: Address,
}

impl Load for KeySet {
    fn load(&self) -> BoxFuture<Result<Loaded, String>> {
        let (door, address) = (self.door.clone(), self.address.clone());
        Box::pin(async move { get_keys(&door, &address).await })
    }
}
