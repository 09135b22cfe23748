//! The settings of the layer.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use http::request::Parts;

use super::{AuthenticateBufferingLayer, AuthenticateLayer};
use crate::attempts::{Inner, Limiter, NewOrShared};
use crate::error::ConfigError;
use crate::front_door::{CacheRule, FrontDoor, IsSecure};
use crate::observe::{Observer, default_observer};
use crate::respond::{Respond, Target, Writer};
use crate::scheme::{Combine, IntoScheme, Scheme, SchemeSet};

/// State of a [`Builder`] without a scheme: it can't build yet.
#[derive(Debug)]
#[non_exhaustive]
pub struct NoScheme;

/// State of a [`Builder`] with at least one scheme.
#[derive(Debug)]
#[non_exhaustive]
pub struct SomeScheme;

/// The settings of an [`AuthenticateLayer`].
#[must_use = "a builder does nothing until `build`"]
pub struct Builder<State> {
    schemes: Vec<Arc<dyn Scheme>>,
    limits: Option<NewOrShared>,
    error: Option<ConfigError>,
    combine: Combine,
    optional: bool,
    strip: bool,
    max_credentials: usize,
    writer: Writer,
    observer: Option<Arc<dyn Observer>>,
    is_secure: Option<IsSecure>,
    state: PhantomData<fn() -> State>,
}

impl Builder<NoScheme> {
    pub(super) fn new() -> Self {
        Self {
            schemes: Vec::new(),
            limits: None,
            error: None,
            combine: Combine::Any,
            optional: false,
            strip: false,
            max_credentials: MAX_CREDENTIALS,
            writer: Writer::default(),
            observer: default_observer(),
            is_secure: None,
            state: PhantomData,
        }
    }
}

impl<State> Builder<State> {
    /// Adds a scheme. Challenges are sent in the order in which schemes are added; many clients
    /// look at the first one only, so begin with the one that most can answer.
    pub fn scheme(mut self, scheme: impl IntoScheme) -> Builder<SomeScheme> {
        match scheme.into_scheme() {
            Ok(scheme) => self.schemes.push(scheme),
            Err(error) => {
                self.error.get_or_insert(error);
            }
        }
        Builder {
            schemes: self.schemes,
            limits: self.limits,
            error: self.error,
            combine: self.combine,
            optional: self.optional,
            strip: self.strip,
            max_credentials: self.max_credentials,
            writer: self.writer,
            observer: self.observer,
            is_secure: self.is_secure,
            state: PhantomData,
        }
    }

    /// Lets requests without any credentials go on without an identity. Bad credentials are
    /// refused all the same.
    pub fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    /// Demands every scheme at once instead of one of them. The identity of the request is the
    /// first scheme's; [`Auth::identities`](crate::Auth::identities) has all.
    pub fn all(mut self) -> Self {
        self.combine = Combine::All;
        self
    }

    /// Acts as a proxy: `Proxy-Authorization`, 407, `Proxy-Authenticate`
    /// ([RFC 9110 §11.7](https://www.rfc-editor.org/rfc/rfc9110#section-11.7)). `Authorization` is
    /// left to the origin; `Proxy-Authorization` is consumed.
    pub fn proxy(mut self) -> Self {
        self.writer.target = Target::Proxy;
        self.strip = true;
        self
    }

    /// Takes the credentials out of requests that go on, so that nothing behind this layer can
    /// log or forward them. A form body stays as it is.
    pub fn strip_credentials(mut self) -> Self {
        self.strip = true;
        self
    }

    /// Refuses whatever `is_secure` does not find secured: 400 without a challenge, since a
    /// challenge would ask for a password or token to be sent readably
    /// ([RFC 9110 §17.16.1](https://www.rfc-editor.org/rfc/rfc9110#section-17.16.1)).
    ///
    /// Only the deployment knows what is secured: the server's own TLS, or a field that a proxy of
    /// yours sets and nobody else can.
    ///
    /// ```
    /// use http::request::Parts;
    /// use http::uri::Scheme;
    /// # use tower_auth::AuthenticateLayer;
    ///
    /// // HTTP/2 tells the scheme; behind a proxy ask what that proxy says.
    /// let builder = AuthenticateLayer::builder()
    ///     .require_secure(|head: &Parts| head.uri.scheme() == Some(&Scheme::HTTPS));
    /// # let _ = builder;
    /// ```
    pub fn require_secure(
        mut self,
        is_secure: impl Fn(&Parts) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.is_secure = Some(Arc::new(is_secure));
        self
    }

    /// The longest `Authorization` value, or token in a query or form, that is read, in bytes.
    /// Longer ones get 400 before a scheme sees them. Default: 16 KiB.
    pub fn max_credentials(mut self, bytes: usize) -> Self {
        self.max_credentials = bytes;
        self
    }

    /// Slows down whoever guesses: names, passwords, keys. Takes
    /// [`AttemptLimits`](crate::attempts::AttemptLimits), or
    /// [`Attempts`](crate::attempts::Attempts) that are shared with a login form. Default: nobody is.
    pub fn limit_attempts(mut self, limits: impl Into<NewOrShared>) -> Self {
        self.limits = Some(limits.into());
        self
    }

    /// Renders the bodies of refusals. Default: [`ProblemDetails`](crate::respond::ProblemDetails).
    pub fn respond_with(mut self, renderer: impl Respond) -> Self {
        self.writer.renderer = Arc::new(renderer);
        self
    }

    /// Sees every decision, of this layer and of the `AuthorizeLayer`s behind it. Default: none,
    /// or `tracing` with the feature of that name.
    pub fn observer(mut self, observer: impl Observer) -> Self {
        self.observer = Some(Arc::new(observer));
        self
    }
}

impl Builder<SomeScheme> {
    /// Builds the layer.
    ///
    /// # Errors
    ///
    /// When a scheme could not work as set up, when two schemes claim the same place in a request,
    /// when attempts are limited and nobody can guess at anything, or when a scheme reads the content of requests
    /// ([`build_buffering`](Self::build_buffering) is for that).
    pub fn build(self) -> Result<AuthenticateLayer, ConfigError> {
        let door = self.door()?;
        if door.schemes.reads_content() {
            return Err(ConfigError::new(
                "a scheme reads the content of requests, which this layer does not: build it with \
                 `build_buffering`, or leave out tokens in forms and Digest's `auth-int`",
            ));
        }
        Ok(AuthenticateLayer { door: Arc::new(door) })
    }

    /// Builds a layer that reads the content of a request into memory before it decides, up to
    /// `max_bytes` and only where a scheme needs it: forms that may hold a token, requests whose
    /// Digest covers their content (`auth-int`). A larger one gets 413. The inner service still
    /// sees the whole body. The answer to such a Digest request is held likewise.
    ///
    /// # Errors
    ///
    /// As [`build`](Self::build); and when no scheme reads the content of requests.
    pub fn build_buffering(
        self,
        max_bytes: usize,
    ) -> Result<AuthenticateBufferingLayer, ConfigError> {
        let mut door = self.door()?;
        if !door.schemes.reads_content() {
            return Err(ConfigError::new(
                "no scheme reads the content of requests, so there is nothing to buffer: use \
                 `build`",
            ));
        }
        door.buffering = true;
        Ok(AuthenticateBufferingLayer::new(AuthenticateLayer { door: Arc::new(door) }, max_bytes))
    }

    fn door(self) -> Result<FrontDoor, ConfigError> {
        if let Some(error) = self.error {
            return Err(error);
        }
        if self.max_credentials == 0 {
            return Err(ConfigError::new(
                "max_credentials is 0, so no credentials would ever be read: leave it at its \
                 default of 16 KiB, or give it the bytes that your longest token needs",
            ));
        }
        let target = self.writer.target;
        let schemes = SchemeSet::new(self.schemes, target, self.combine, self.max_credentials)?;
        let cache = CacheRule::of(&schemes, target);
        let limiter = limiter(self.limits, &schemes, self.observer.as_ref())?;
        Ok(FrontDoor {
            schemes,
            limiter,
            writer: self.writer,
            observer: self.observer,
            is_secure: self.is_secure,
            optional: self.optional,
            strip: self.strip,
            cache,
            buffering: false,
        })
    }
}

fn limiter(
    limits: Option<NewOrShared>,
    schemes: &SchemeSet,
    observer: Option<&Arc<dyn Observer>>,
) -> Result<Option<Arc<Limiter>>, ConfigError> {
    let Some(NewOrShared(limits)) = limits else { return Ok(None) };
    if !schemes.can_be_guessed() {
        return Err(ConfigError::new(
            "nobody can guess at what these schemes take, so `limit_attempts` would limit nothing: \
             leave it out; a login form asks `attempts::Attempts`; a scheme of your own with a \
             `guess` says so in `can_be_guessed`",
        ));
    }
    let attempts = match limits {
        Inner::New(limits) => limits.build_for(observer.cloned())?,
        Inner::Shared(attempts) => attempts,
    };
    Ok(Some(attempts.0))
}

impl<State> fmt::Debug for Builder<State> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder").field("schemes", &self.schemes.len()).finish_non_exhaustive()
    }
}

/// Enough for a token with many claims; servers cap all fields together at 8 to 64 KiB.
const MAX_CREDENTIALS: usize = 16 * 1024;
