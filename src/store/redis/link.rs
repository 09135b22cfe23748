//! The one connection that all stores share.
//!
//! It is opened by whoever first needs it, and again after it broke; others wait for that attempt,
//! and after one that failed nobody tries for a moment. It is replaced as well when it was silent
//! too often: the other end may be gone without a word.
//!
//! redis-rs has a connection manager of its own. It keeps an attempt that failed for another reason
//! than the network (a password that was wrong for a minute, say) as its answer for ever.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard, Weak};
use std::time::Duration;

use redis::aio::{ConnectionLike, MultiplexedConnection};
use redis::cluster::ClusterClientBuilder;
use redis::cluster_async::ClusterConnection;
use redis::{
    AsyncConnectionConfig, Client, Cmd, ConnectionInfo, ErrorKind, FromRedisValue, Pipeline,
    ProtocolVersion, PushInfo, PushKind, RedisError, RedisFuture, Value, from_redis_value,
};
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

use super::failure;
use super::news::News;
use super::script::{Call, Script};
use super::tls::Tunnel;
use crate::rejection::Unavailable;

pub(super) struct Link {
    pub(super) nodes: Vec<ConnectionInfo>,
    pub(super) is_cluster: bool,
    /// To the node, where it is reached over TLS.
    pub(super) tunnel: Option<Tunnel>,
    pub(super) connect_within: Duration,
    pub(super) answer_within: Duration,
    /// Whether a Redis is used that may forget in time.
    pub(super) may_evict: bool,
    pub(super) news: News,
    state: RwLock<State>,
    /// Held by whoever connects.
    turn: Mutex<()>,
    /// How many commands in a row got no answer.
    silent: AtomicU32,
}

#[derive(Default)]
struct State {
    current: Option<Connection>,
    /// Counts connections.
    number: u64,
    failed: Option<(Instant, Unavailable)>,
}

#[derive(Clone)]
enum Connection {
    One(MultiplexedConnection),
    Cluster(ClusterConnection),
}

/// A connection, and which of all that there were.
type Numbered = (u64, Connection);

impl Link {
    pub(super) fn new(nodes: Vec<ConnectionInfo>, is_cluster: bool, news: News) -> Self {
        Self {
            nodes,
            is_cluster,
            tunnel: None,
            connect_within: Duration::from_secs(1),
            answer_within: Duration::from_millis(500),
            may_evict: false,
            news,
            state: RwLock::default(),
            turn: Mutex::default(),
            silent: AtomicU32::new(0),
        }
    }

    /// Runs a script.
    pub(super) async fn run<T: FromRedisValue>(
        self: &Arc<Self>,
        script: &Script,
        call: Call<'_>,
    ) -> Result<T, Unavailable> {
        match self.send(&script.by_name(&call)).await? {
            Ok(value) => from_redis_value(value).map_err(|_| failure::unexpected()),
            Err(error) if error.code() == Some("NOSCRIPT") => {
                self.ask(&script.in_full(&call)).await
            }
            Err(error) => Err(failure::of(&error)),
        }
    }

    /// Sends a command.
    pub(super) async fn ask<T: FromRedisValue>(
        self: &Arc<Self>,
        command: &Cmd,
    ) -> Result<T, Unavailable> {
        let value = self.send(command).await?.map_err(|error| failure::of(&error))?;
        from_redis_value(value).map_err(|_| failure::unexpected())
    }

    async fn send(
        self: &Arc<Self>,
        command: &Cmd,
    ) -> Result<Result<Value, RedisError>, Unavailable> {
        let (number, mut connection) = self.connection().await?;
        match timeout(self.answer_within, command.query_async(&mut connection)).await {
            Ok(answer) => {
                self.silent.store(0, Ordering::Relaxed);
                if let Err(error) = &answer
                    && connection.is_lost_by(error)
                {
                    self.drop_connection(number);
                }
                Ok(answer)
            }
            Err(_) => {
                if self.silent.fetch_add(1, Ordering::Relaxed) >= SILENT {
                    self.silent.store(0, Ordering::Relaxed);
                    self.drop_connection(number);
                }
                Err(failure::too_slow(self.answer_within))
            }
        }
    }

    async fn connection(self: &Arc<Self>) -> Result<Numbered, Unavailable> {
        if let Some(current) = self.current() {
            return Ok(current);
        }
        let within = self.connect_within;
        let Ok(_turn) = timeout(within, self.turn.lock()).await else {
            return Err(failure::not_connected(within));
        };
        if let Some(current) = self.current() {
            return Ok(current);
        }
        if let Some((at, why)) = &self.read().failed
            && at.elapsed() < PAUSE
        {
            return Err(why.clone());
        }
        let number = self.read().number.wrapping_add(1);
        let opened = timeout(within, self.open(number)).await;
        let opened = opened.unwrap_or_else(|_| Err(failure::not_connected(within)));
        let mut state = self.write();
        match opened {
            Ok(connection) => {
                *state = State { current: Some(connection.clone()), number, failed: None };
                Ok((number, connection))
            }
            Err(why) => {
                state.failed = Some((Instant::now(), why.clone()));
                Err(why)
            }
        }
    }

    /// A connection on which news arrive, and on which Redis knows since when it remembers.
    async fn open(self: &Arc<Self>, number: u64) -> Result<Connection, Unavailable> {
        let link = Arc::downgrade(self);
        let hear = move |push: PushInfo| {
            hear(&link, number, &push);
            Ok::<(), std::convert::Infallible>(())
        };
        let mut connection = self.dial(hear).await?;
        if !self.may_evict && connection.evicts().await {
            return Err(failure::evicts());
        }
        if self.news.is_wanted() {
            // Whoever may not subscribe hears nothing, and forgets in time.
            let _ = connection.subscribe(self.news.channel()).await;
            self.news.missed();
        }
        self.news.mark(&mut connection, self.is_cluster).await;
        Ok(connection)
    }

    async fn dial<H, E>(&self, hear: H) -> Result<Connection, Unavailable>
    where
        H: Fn(PushInfo) -> Result<(), E> + Send + Sync + 'static,
        E: 'static,
    {
        if self.is_cluster {
            return self.dial_cluster(hear).await.map_err(|error| failure::of(&error));
        }
        let Some(node) = self.nodes.first() else {
            return Err(Unavailable::new("Redis has no address"));
        };
        let config = AsyncConnectionConfig::new()
            // `connection` and `send` see to time-outs.
            .set_connection_timeout(None)
            .set_response_timeout(None)
            .set_push_sender(hear);
        if let Some(tunnel) = &self.tunnel {
            let connection = tunnel.connect(node.redis_settings(), config).await;
            return connection.map(Connection::One);
        }
        let client = Client::open(node.clone()).map_err(|error| failure::of(&error))?;
        let connection = client.get_multiplexed_async_connection_with_config(&config).await;
        let connection = connection.map_err(|error| failure::of(&error))?;
        Ok(Connection::One(connection))
    }

    async fn dial_cluster<H, E>(&self, hear: H) -> Result<Connection, RedisError>
    where
        H: Fn(PushInfo) -> Result<(), E> + Send + Sync + 'static,
        E: 'static,
    {
        let cluster = ClusterClientBuilder::new(self.nodes.iter().cloned())
            .use_protocol(ProtocolVersion::RESP3)
            .connection_timeout(self.connect_within)
            .response_timeout(self.answer_within)
            .retries(CLUSTER_RETRIES)
            .push_sender(hear)
            .build()?;
        cluster.get_async_connection().await.map(Connection::Cluster)
    }

    fn current(&self) -> Option<Numbered> {
        let state = self.read();
        state.current.clone().map(|connection| (state.number, connection))
    }

    fn drop_connection(&self, number: u64) {
        let mut state = self.write();
        if state.number == number {
            state.current = None;
        }
    }

    /// The next command opens a connection of its own, which hears news.
    #[cfg(any(feature = "revocation", feature = "sessions"))]
    pub(super) fn renew(&self) {
        self.write().current = None;
    }

    fn read(&self) -> RwLockReadGuard<'_, State> {
        // INVARIANT: a state is whole after each step.
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Called by the connection as it reads.
fn hear(link: &Weak<Link>, number: u64, push: &PushInfo) {
    let Some(link) = link.upgrade() else { return };
    if push.kind == PushKind::Message {
        link.news.tell(&push.data);
    } else if push.kind == PushKind::Disconnection {
        link.news.missed();
        // A cluster's connection goes on with the other nodes, and finds this one again.
        if !link.is_cluster {
            link.drop_connection(number);
        }
    }
}

impl Connection {
    async fn subscribe(&mut self, channel: &str) -> Result<(), RedisError> {
        match self {
            Self::One(connection) => connection.subscribe(channel).await,
            Self::Cluster(connection) => connection.subscribe(channel).await,
        }
    }

    /// Whether Redis forgets, when it is full, what has not expired. Not known of a cluster, and
    /// where we are not permitted to ask.
    async fn evicts(&mut self) -> bool {
        let Self::One(connection) = self else { return false };
        let mut info = redis::cmd("INFO");
        info.arg("memory");
        let text = info.query_async::<String>(connection).await.unwrap_or_default();
        let value = |name: &str| text.lines().find_map(|line| line.strip_prefix(name));
        value("maxmemory:").is_some_and(|most| most != "0")
            && value("maxmemory_policy:").is_some_and(|policy| policy != "noeviction")
    }

    fn is_lost_by(&self, error: &RedisError) -> bool {
        match self {
            Self::One(_) => error.is_unrecoverable_error() || error.is_io_error(),
            Self::Cluster(_) => error.kind() == ErrorKind::ClusterConnectionNotFound,
        }
    }
}

impl ConnectionLike for Connection {
    fn req_packed_command<'a>(&'a mut self, command: &'a Cmd) -> RedisFuture<'a, Value> {
        match self {
            Self::One(connection) => connection.req_packed_command(command),
            Self::Cluster(connection) => connection.req_packed_command(command),
        }
    }

    fn req_packed_commands<'a>(
        &'a mut self,
        pipeline: &'a Pipeline,
        offset: usize,
        count: usize,
    ) -> RedisFuture<'a, Vec<Value>> {
        match self {
            Self::One(connection) => connection.req_packed_commands(pipeline, offset, count),
            Self::Cluster(connection) => connection.req_packed_commands(pipeline, offset, count),
        }
    }

    fn get_db(&self) -> i64 {
        match self {
            Self::One(connection) => connection.get_db(),
            Self::Cluster(connection) => connection.get_db(),
        }
    }
}

/// How long nobody tries after an attempt that failed.
const PAUSE: Duration = Duration::from_millis(100);
/// A connection that was silent this often in a row is replaced at the next time.
const SILENT: u32 = 2;
/// For keys that moved to another node.
const CLUSTER_RETRIES: u32 = 3;
