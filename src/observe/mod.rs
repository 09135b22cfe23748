//! What does an operator see?
//!
//! Every decision is an [`Event`] with a stable [`code`](Event::code). Events hold no secret: no
//! token, no password, no header.
//!
//! ```
//! use tower_auth::observe::Event;
//!
//! let count = |event: &Event<'_>| {
//!     let _ = event.code(); // "authenticated", "token_expired", "not_permitted" ...
//! };
//! # fn check(_: impl tower_auth::observe::Observer) {}
//! # check(count);
//! ```
//!
//! With the feature `tracing`, events go to `tracing` unless another observer is set.

#[cfg(feature = "tracing")]
#[path = "trace.rs"]
mod default;
#[cfg(not(feature = "tracing"))]
#[path = "silent.rs"]
mod default;

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use http::StatusCode;

use crate::identity::Identity;
use crate::rejection::Rejection;

pub(crate) use default::default_observer;

/// Sees every decision. Closures are observers. Called on the request's path: be quick.
pub trait Observer: Send + Sync + 'static {
    /// Takes note of `event`.
    fn on_event(&self, event: &Event<'_>);
}

impl<F> Observer for F
where
    F: Fn(&Event<'_>) + Send + Sync + 'static,
{
    fn on_event(&self, event: &Event<'_>) {
        self(event);
    }
}

/// A decision.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// Credentials were good.
    #[non_exhaustive]
    Authenticated {
        /// Whose they are.
        identity: &'a Identity,
    },
    /// Nothing was presented, and nothing had to be.
    Anonymous,
    /// A policy let the request through.
    #[non_exhaustive]
    Permitted {
        /// Who may.
        identity: &'a Identity,
    },
    /// The request was refused.
    #[non_exhaustive]
    Refused {
        /// Why.
        rejection: &'a Rejection,
        /// With which HTTP status (a gRPC call sees its `grpc-status` instead).
        status: StatusCode,
        /// Who was refused, where it is known: a policy said no.
        identity: Option<&'a Identity>,
    },
    /// So many attempts at an account have failed that sources which it does not know have hardly
    /// any left.
    #[non_exhaustive]
    AccountAttacked {
        /// The name that is guessed at. It may be one that nobody has.
        account: &'a str,
        /// Where the last attempt came from: an address, or the first 64 bits of an IPv6 address.
        source: IpAddr,
        /// How many have failed.
        failures: u32,
    },
    /// So many attempts from a source have failed that the next ones have to wait.
    #[non_exhaustive]
    SourceLimited {
        /// An address, or the first 64 bits of an IPv6 address.
        source: IpAddr,
        /// How many have failed.
        failures: u32,
    },
    /// A source of keys was read.
    KeysRefreshed {
        /// The issuer, address or file that they come from.
        source: &'a str,
        /// How many keys verify signatures.
        keys: usize,
    },
    /// A source of keys could not be read. The keys at hand stay in use for their time.
    KeysUnavailable {
        /// The issuer, address or file that they come from.
        source: &'a str,
        /// Why.
        why: &'a str,
        /// How often in a row.
        failures: u32,
        /// When it is tried again at the earliest.
        retry_after: Duration,
    },
    /// A key of a set can't be used. Told again only when the list of these changes.
    KeyLeftOut {
        /// The issuer, address or file that it comes from.
        source: &'a str,
        /// Which, and why.
        why: &'a str,
    },
    /// A file of users was read, and is in force.
    UsersRefreshed {
        /// The file.
        source: &'a str,
        /// How many users it has.
        users: usize,
    },
    /// A file of users could not be read. The users at hand stay in force.
    UsersUnavailable {
        /// The file.
        source: &'a str,
        /// Why, with the number of the line where it is one line's fault.
        why: &'a str,
        /// How often in a row.
        failures: u32,
        /// When it is tried again at the earliest.
        retry_after: Duration,
    },
}

impl Event<'_> {
    /// A stable code: `authenticated`, `anonymous`, `permitted`, `account_attacked`,
    /// `source_limited`, `keys_refreshed`, `keys_unavailable`, `key_left_out`, `users_refreshed`,
    /// `users_unavailable`, or the
    /// [`reason`](Rejection::reason) of a refusal.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Authenticated { .. } => "authenticated",
            Self::Anonymous => "anonymous",
            Self::Permitted { .. } => "permitted",
            Self::Refused { rejection, .. } => rejection.reason(),
            Self::AccountAttacked { .. } => "account_attacked",
            Self::SourceLimited { .. } => "source_limited",
            Self::KeysRefreshed { .. } => "keys_refreshed",
            Self::KeysUnavailable { .. } => "keys_unavailable",
            Self::KeyLeftOut { .. } => "key_left_out",
            Self::UsersRefreshed { .. } => "users_refreshed",
            Self::UsersUnavailable { .. } => "users_unavailable",
        }
    }
}

impl fmt::Debug for dyn Observer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Observer")
    }
}
