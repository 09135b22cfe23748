//! The settings of token introspection.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::answer::{Attach, Reader};
use super::verifier::{Asker, IntrospectionVerifier, Limits};
use super::{ClientAuth, SignedAnswers};
use crate::clock::{Clock, SystemClock};
use crate::error::ConfigError;
use crate::fetch::{Address, Door, Fetch};
use crate::token::{IntoVerifier, VerifyToken};

/// Asks the authorization server what a token is worth; see the [module](super).
///
/// Hand it to a scheme as it is. The settings are checked there, when the scheme is built.
#[derive(Clone)]
#[must_use]
pub struct Introspection {
    endpoint: String,
    door: Door,
    client: Option<ClientAuth>,
    issuer: Option<Arc<str>>,
    audiences: Vec<Box<str>>,
    named: bool,
    leeway: Duration,
    signed: Option<SignedAnswers>,
    limits: Limits,
    clock: Arc<dyn Clock>,
    attach: Option<Attach>,
}

impl Introspection {
    /// Asks at `endpoint`, an `https` URL (or `http` on this machine), through this HTTP client.
    pub fn new(endpoint: impl Into<String>, client: impl Fetch) -> Self {
        Self {
            endpoint: endpoint.into(),
            door: Door::new(client),
            client: None,
            issuer: None,
            audiences: Vec::new(),
            named: true,
            leeway: DEFAULT_LEEWAY,
            signed: None,
            limits: Limits::default(),
            clock: Arc::new(SystemClock),
            attach: None,
        }
    }

    /// How this service proves who it is. Required.
    pub fn client(mut self, credentials: ClientAuth) -> Self {
        self.client = Some(credentials);
        self
    }

    /// Takes tokens whose `iss` is equal to this; one without `iss` is refused. Default: any.
    pub fn issuer(mut self, issuer: impl Into<Arc<str>>) -> Self {
        self.issuer = Some(issuer.into());
        self
    }

    /// Takes tokens whose `aud` names this; one without `aud` is refused. Called again, either
    /// name will do. Default: any.
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.audiences.push(audience.into().into());
        self
    }

    /// Takes tokens of which the server does not say by whom or for whom they are, though an issuer
    /// or an audience is set: [RFC 7662 §2.2](https://www.rfc-editor.org/rfc/rfc7662#section-2.2)
    /// lets it leave out `iss` and `aud`. One that is there still has to be right.
    ///
    /// # Security
    ///
    /// A token that another service was given is good here as well, unless the server itself tells
    /// its clients apart.
    pub fn danger_accept_unnamed(mut self) -> Self {
        self.named = false;
        self
    }

    /// How far the clocks of server and service may differ. Default: 30 s; at most 5 min.
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.leeway = leeway;
        self
    }

    /// Asks for signed answers, and takes no others.
    pub fn signed(mut self, answers: SignedAnswers) -> Self {
        self.signed = Some(answers);
        self
    }

    /// How long the server may take, connecting included. Default: 5 s.
    pub fn time_limit(mut self, limit: Duration) -> Self {
        self.door = self.door.time_limit(limit);
        self
    }

    /// How long a good answer is remembered, and never beyond `exp`. It is how long a revocation
    /// at the server goes unnoticed. Default: 60 s; at most 10 min; zero remembers none.
    pub fn remember_active(mut self, time: Duration) -> Self {
        self.limits.active = time;
        self
    }

    /// How long a bad answer is remembered. Default: 5 s; at most 60 s; zero remembers none.
    pub fn remember_inactive(mut self, time: Duration) -> Self {
        self.limits.inactive = time;
        self
    }

    /// For how many good answers, and as many bad ones, there is room. Default: 10 000.
    pub fn max_entries(mut self, count: usize) -> Self {
        self.limits.entries = count;
        self
    }

    /// How many tokens are asked about at a time; beyond, 503. Default: 256.
    pub fn max_calls(mut self, count: usize) -> Self {
        self.limits.calls = count;
        self
    }

    /// Tells the time. Default: the system's clock.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Reads what the server says into a type of your own, found again with
    /// [`Identity::claims`](crate::Identity::claims). A token of which it says something else is
    /// invalid.
    pub fn claims<T: DeserializeOwned + Send + Sync + 'static>(mut self) -> Self {
        #[derive(Deserialize)]
        struct Signed<T> {
            token_introspection: T,
        }

        self.attach = Some(Arc::new(|answer, signed, principal| {
            let said: T = if signed {
                serde_json::from_slice::<Signed<T>>(answer).ok()?.token_introspection
            } else {
                serde_json::from_slice(answer).ok()?
            };
            Some(principal.claims(said))
        }));
        self
    }

    fn check(&self) -> Result<(), ConfigError> {
        if self.issuer.as_ref().is_some_and(|issuer| issuer.is_empty())
            || self.audiences.iter().any(|audience| audience.is_empty())
        {
            return Err(ConfigError::new(
                "an issuer or audience for introspection is empty: name it, or leave it out",
            ));
        }
        if self.leeway > MAX_LEEWAY {
            return Err(ConfigError::new(
                "the leeway is longer than 5 minutes: set the clocks right, and ask for less",
            ));
        }
        if let Some(signed) = &self.signed {
            signed.check()?;
        }
        self.limits.check()
    }
}

impl IntoVerifier for Introspection {
    fn into_verifier(self) -> Result<Arc<dyn VerifyToken>, ConfigError> {
        self.check()?;
        let address = Address::parse(&self.endpoint).map_err(|why| {
            ConfigError::new(format!(
                "the introspection endpoint can't be asked: {why}; give its `https` URL"
            ))
        })?;
        let credentials = self.client.ok_or(ConfigError::new(
            "an introspection endpoint answers only those whom it knows: call `.client(..)` with \
             the credentials of this service",
        ))?;
        credentials.check()?;
        let Self { door, issuer, audiences, named, leeway, signed, attach, clock, limits, .. } =
            self;
        let reader = Reader { issuer, audiences: audiences.into(), named, leeway, signed, attach };
        let asker = Asker { address, door, credentials, reader, clock };
        Ok(Arc::new(IntrospectionVerifier::new(asker, limits)))
    }
}

impl fmt::Debug for Introspection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Introspection")
            .field("endpoint", &self.endpoint)
            .field("client", &self.client)
            .field("issuer", &self.issuer)
            .field("audiences", &self.audiences)
            .field("named", &self.named)
            .field("leeway", &self.leeway)
            .field("signed", &self.signed)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

const DEFAULT_LEEWAY: Duration = Duration::from_secs(30);
const MAX_LEEWAY: Duration = Duration::from_secs(5 * 60);
