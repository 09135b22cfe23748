//! Redis over TLS: `rediss://`.
//!
//! redis-rs can do it too, but asks for the process-wide choice of a crypto provider, and panics
//! where two are compiled in and none is chosen. So the connection is made here, and redis-rs is
//! given the stream. In a cluster it opens connections by itself, and takes no stream.

#[cfg(not(feature = "redis-tls"))]
mod absent;
#[cfg(feature = "redis-tls")]
mod failure;
#[cfg(feature = "redis-tls")]
mod settings;
#[cfg(feature = "redis-tls")]
mod tunnel;

#[cfg(not(feature = "redis-tls"))]
pub(super) use self::absent::{TlsSettings, Tunnel};
#[cfg(feature = "redis-tls")]
pub(super) use self::settings::TlsSettings;
#[cfg(feature = "redis-tls")]
pub(super) use self::tunnel::Tunnel;
