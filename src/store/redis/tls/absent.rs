//! Without the feature `redis-tls`: there is no way to have a tunnel.

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, ConnectionAddr, RedisConnectionInfo};

use crate::error::ConfigError;
use crate::rejection::Unavailable;

#[derive(Default)]
pub(in crate::store::redis) struct TlsSettings {}

impl TlsSettings {
    #[expect(clippy::unused_self, reason = "as with the feature")]
    pub(in crate::store::redis) const fn are_given(&self) -> bool {
        false
    }

    #[expect(clippy::unused_self, reason = "as with the feature")]
    pub(in crate::store::redis) fn tunnel(
        &self,
        _to: &ConnectionAddr,
    ) -> Result<Tunnel, ConfigError> {
        Err(ConfigError::new(
            "TLS to Redis (`rediss://`) needs the feature `redis-tls` of tower-auth",
        ))
    }
}

pub(in crate::store::redis) enum Tunnel {}

impl Tunnel {
    pub(in crate::store::redis) async fn connect(
        &self,
        _redis: &RedisConnectionInfo,
        _config: AsyncConnectionConfig,
    ) -> Result<MultiplexedConnection, Unavailable> {
        match *self {}
    }
}
