//! A connection over TLS.

use std::io;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, RedisConnectionInfo, RedisError};
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::failure;
use crate::rejection::Unavailable;

pub(in crate::store::redis) struct Tunnel {
    pub(super) host: String,
    pub(super) port: u16,
    /// Whom the certificate must be for.
    pub(super) name: ServerName<'static>,
    pub(super) connector: TlsConnector,
    pub(super) shows_certificate: bool,
}

impl Tunnel {
    pub(in crate::store::redis) async fn connect(
        &self,
        redis: &RedisConnectionInfo,
        config: AsyncConnectionConfig,
    ) -> Result<MultiplexedConnection, Unavailable> {
        let tcp = self.tcp().await.map_err(|error| failure::of_redis(&RedisError::from(error)))?;
        let stream = self.connector.connect(self.name.clone(), tcp).await;
        let stream = stream.map_err(failure::of_tls)?;
        let opened = MultiplexedConnection::new_with_config(redis, stream, config).await;
        let (connection, driver) = opened.map_err(|error| self.after_handshake(&error))?;
        // Ends when the last clone of the connection is dropped.
        tokio::spawn(driver);
        Ok(connection)
    }

    async fn tcp(&self) -> io::Result<TcpStream> {
        let tcp = TcpStream::connect((&*self.host, self.port)).await?;
        // Commands of others do not wait for the answer to the one before.
        tcp.set_nodelay(true)?;
        Ok(tcp)
    }

    /// In TLS 1.3 a server that misses a certificate says so when the client is done, and mostly
    /// with a connection that is reset, in which its alert is lost.
    fn after_handshake(&self, error: &RedisError) -> Unavailable {
        if error.is_io_error() && !self.shows_certificate {
            return failure::wants_certificate();
        }
        failure::of_redis(error)
    }
}
