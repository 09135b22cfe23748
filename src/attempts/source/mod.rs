//! Where a request comes from.

mod forwarded;
mod net;

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use http::HeaderName;
use http::request::Parts;

use self::net::{Net, counted};
use crate::error::ConfigError;

/// The address of the peer, in a request's extensions: what [`Source::connection`] reads. Insert it
/// where your server accepts connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a name for an address")]
pub struct PeerAddr(pub SocketAddr);

/// How the address that a request comes from is found. It is never guessed: a request without one
/// is answered with 500, and an event says what is missing.
///
/// An IPv6 address counts by its first 64 bits, which is what one customer of a network has; an
/// IPv4 address that is written as IPv6 counts as what it is.
///
/// ```
/// use std::net::SocketAddr;
/// use axum::extract::ConnectInfo;
/// use tower_auth::attempts::Source;
///
/// // axum: serve `app.into_make_service_with_connect_info::<SocketAddr>()`.
/// let source = Source::extension(|peer: &ConnectInfo<SocketAddr>| Some(peer.ip()));
/// // And behind proxies of your own:
/// let source = source.forwarded_by(["10.0.0.0/8", "fd00::/8"], "X-Forwarded-For");
/// # let _ = source;
/// ```
#[derive(Clone)]
pub struct Source {
    peer: Arc<Find>,
    forwarded: Option<(HeaderName, Box<[Net]>)>,
    error: Option<ConfigError>,
}

/// Finds the peer of a connection.
type Find = dyn Fn(&Parts) -> Option<IpAddr> + Send + Sync;

impl Source {
    /// The peer of the connection, as the server has put it into the request's extensions as
    /// [`PeerAddr`].
    #[must_use]
    pub fn connection() -> Self {
        Self::extension(|peer: &PeerAddr| Some(peer.0.ip()))
    }

    /// The peer of the connection, as the server has put it into the request's extensions as a type
    /// of its own: axum's `ConnectInfo<SocketAddr>`, tonic's `TcpConnectInfo`.
    #[must_use]
    pub fn extension<T>(address: impl Fn(&T) -> Option<IpAddr> + Send + Sync + 'static) -> Self
    where
        T: Send + Sync + 'static,
    {
        Self::from_fn(move |head| address(head.extensions.get::<T>()?))
    }

    /// Whatever `address` finds.
    #[must_use]
    pub fn from_fn(address: impl Fn(&Parts) -> Option<IpAddr> + Send + Sync + 'static) -> Self {
        Self { peer: Arc::new(address), forwarded: None, error: None }
    }

    /// Believes what these proxies say of whom they speak for, and nobody else: addresses or ranges
    /// (`10.0.0.0/8`), and the one field that they write, `Forwarded`
    /// ([RFC 7239](https://www.rfc-editor.org/rfc/rfc7239)) or one like `X-Forwarded-For`.
    ///
    /// The field is read from its end, as long as a trusted proxy speaks; the first address that is
    /// none of theirs is the source. What is no address ends the reading, and the proxy that wrote
    /// it is the source.
    ///
    /// Make sure that the proxies write this field themselves: one that passes it on as it came
    /// lets anybody name any source.
    #[must_use]
    pub fn forwarded_by<P: AsRef<str>>(
        mut self,
        proxies: impl IntoIterator<Item = P>,
        header: &str,
    ) -> Self {
        match trusted(proxies, header) {
            Ok(forwarded) => self.forwarded = Some(forwarded),
            Err(error) => {
                self.error.get_or_insert(error);
            }
        }
        self
    }

    pub(super) fn build(self) -> Result<Self, ConfigError> {
        match &self.error {
            Some(error) => Err(error.clone()),
            None => Ok(self),
        }
    }

    /// The address that a request counts under.
    pub(super) fn of(&self, head: &Parts) -> Option<IpAddr> {
        let mut address = (self.peer)(head)?.to_canonical();
        if let Some((name, proxies)) = &self.forwarded {
            let is_trusted = |address| proxies.iter().any(|net| net.contains(address));
            if is_trusted(address) {
                for hop in forwarded::hops(&head.headers, name) {
                    let Some(hop) = hop else { break };
                    address = hop.to_canonical();
                    if !is_trusted(address) {
                        break;
                    }
                }
            }
        }
        Some(counted(address))
    }
}

fn trusted<P: AsRef<str>>(
    proxies: impl IntoIterator<Item = P>,
    header: &str,
) -> Result<(HeaderName, Box<[Net]>), ConfigError> {
    let name = header.parse().map_err(|_| {
        ConfigError::new(format!(
            "`{}` can't be the name of a header field: name the one that your proxies write, such \
             as `X-Forwarded-For`",
            header.escape_debug()
        ))
    })?;
    let nets: Box<[Net]> =
        proxies.into_iter().map(|proxy| Net::parse(proxy.as_ref())).collect::<Result<_, _>>()?;
    if nets.is_empty() {
        return Err(ConfigError::new(
            "no proxy is trusted, so the field that says where requests come from would never be \
             read: name your proxies, or leave `forwarded_by` out",
        ));
    }
    Ok((name, nets))
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source").field("forwarded", &self.forwarded).finish_non_exhaustive()
    }
}
