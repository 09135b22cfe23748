//! How Redis is reached.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use redis::{ConnectionAddr, ConnectionInfo, IntoConnectionInfo, ProtocolVersion};

use super::RedisStores;
use super::keys::Keys;
use super::link::Link;
use super::news::News;
use super::tls::{TlsSettings, Tunnel};
use crate::clock::{Clock, SystemClock};
use crate::error::ConfigError;

/// How [`RedisStores`] reach Redis.
///
/// ```no_run
/// use std::time::Duration;
/// use tower_auth::store::RedisStores;
///
/// let redis = RedisStores::cluster(["redis://a:6379", "redis://b:6379"])
///     .prefix("shop")
///     .answer_within(Duration::from_millis(200))
///     .connect()?;
/// # let _ = redis;
/// # Ok::<(), tower_auth::ConfigError>(())
/// ```
#[must_use]
pub struct RedisSettings {
    urls: Vec<String>,
    is_cluster: bool,
    prefix: String,
    connect_within: Duration,
    answer_within: Duration,
    may_evict: bool,
    clock: Arc<dyn Clock>,
    pub(super) tls: TlsSettings,
}

impl RedisSettings {
    pub(super) fn one(url: &str) -> Self {
        Self {
            urls: vec![url.to_owned()],
            is_cluster: false,
            prefix: "tower-auth".to_owned(),
            connect_within: Duration::from_secs(1),
            answer_within: Duration::from_millis(500),
            may_evict: false,
            clock: Arc::new(SystemClock),
            tls: TlsSettings::default(),
        }
    }

    pub(super) fn cluster<'a>(urls: impl IntoIterator<Item = &'a str>) -> Self {
        let urls = urls.into_iter().map(str::to_owned).collect();
        Self { urls, is_cluster: true, ..Self::one("") }
    }

    /// What the names of all keys begin with: services that share a Redis and nothing else need
    /// different ones. Default: `tower-auth`.
    pub fn prefix(mut self, prefix: &str) -> Self {
        prefix.clone_into(&mut self.prefix);
        self
    }

    /// How long to wait for an answer before it is [`Unavailable`](crate::rejection::Unavailable).
    /// Default: 500 ms.
    pub const fn answer_within(mut self, within: Duration) -> Self {
        self.answer_within = within;
        self
    }

    /// How long to wait for a connection where there is none. Default: 1 s.
    pub const fn connect_within(mut self, within: Duration) -> Self {
        self.connect_within = within;
        self
    }

    /// Takes a Redis whose `maxmemory-policy` is another than `noeviction`. When it is full, it lets
    /// used values be used again and revoked tokens pass, without a word.
    pub const fn danger_evicting(mut self) -> Self {
        self.may_evict = true;
        self
    }

    /// Tells the time. Default: the system's clock.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// The stores. Connects when they are first used.
    ///
    /// # Errors
    ///
    /// An address or the prefix is not one, or TLS can't be set up as it is asked for.
    pub fn connect(self) -> Result<RedisStores, ConfigError> {
        let is_name = |b: u8| b.is_ascii_graphic() && !matches!(b, b'{' | b'}');
        if self.prefix.is_empty() || !self.prefix.bytes().all(is_name) {
            return Err(ConfigError::new(
                "the prefix of keys in Redis is visible ASCII without braces, at least one character",
            ));
        }
        if self.connect_within.is_zero() || self.answer_within.is_zero() {
            return Err(ConfigError::new("Redis needs some time to answer: a time-out is zero"));
        }
        if self.urls.is_empty() {
            return Err(ConfigError::new("a Redis cluster needs the address of at least one node"));
        }
        let nodes = self.urls.iter().map(|url| parse(url)).collect::<Result<Vec<_>, _>>()?;
        let tunnel = self.tunnel(&nodes)?;
        let news = News::new(Keys::new(&self.prefix), self.clock);
        let mut link = Link::new(nodes, self.is_cluster, news);
        link.tunnel = tunnel;
        link.connect_within = self.connect_within;
        link.answer_within = self.answer_within;
        link.may_evict = self.may_evict;
        Ok(RedisStores { link: Arc::new(link) })
    }

    fn tunnel(&self, nodes: &[ConnectionInfo]) -> Result<Option<Tunnel>, ConfigError> {
        if !self.urls.iter().any(|url| without_tls(url).is_some()) {
            if self.tls.are_given() {
                return Err(ConfigError::new(
                    "certificates are for TLS, and the address of Redis is without: write `rediss://`",
                ));
            }
            return Ok(None);
        }
        if self.is_cluster {
            return Err(ConfigError::new(
                "TLS to a Redis cluster (`rediss://`) is not supported: use a private network, or a \
                 Redis that is no cluster",
            ));
        }
        nodes.first().map(|node| self.tls.tunnel(node.addr())).transpose()
    }
}

/// Never quotes the address: it may hold a password.
fn parse(url: &str) -> Result<ConnectionInfo, ConfigError> {
    let wrong = || {
        ConfigError::new(
            "the address of Redis is not like `redis://[user[:password]@]host[:port][/number]`",
        )
    };
    let over_tls = without_tls(url);
    if over_tls.is_some() && url.ends_with("#insecure") {
        return Err(ConfigError::new(
            "the certificate of Redis is always looked at: leave `#insecure` out of its address",
        ));
    }
    let plain = over_tls.as_deref().unwrap_or(url);
    let node = plain.into_connection_info().map_err(|_| wrong())?;
    if !matches!(node.addr(), ConnectionAddr::Tcp(..)) {
        return Err(wrong());
    }
    // In version 3 of the protocol, news arrive on the connection that commands use.
    let settings = node.redis_settings().clone().set_protocol(ProtocolVersion::RESP3);
    // Commands of many requests share a connection: none waits until another is acknowledged.
    let tcp = node.tcp_settings().clone().set_nodelay(true);
    Ok(node.set_redis_settings(settings).set_tcp_settings(tcp))
}

/// The same address without TLS, where it is with it.
fn without_tls(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let is_tls = ["rediss", "valkeys"].iter().any(|name| scheme.eq_ignore_ascii_case(name));
    is_tls.then(|| format!("redis://{rest}"))
}

impl fmt::Debug for RedisSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisSettings").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}
