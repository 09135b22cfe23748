//! Attempts at a login form, which is no scheme.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::request::Parts;
use http::{Response, StatusCode};

use super::limiter::{Denial, Finding, Limiter, Underway};
use super::{AttemptLimits, Guess};
use crate::observe::Event;
use crate::rejection::{Rejection, Unavailable, Verdict};
use crate::respond::{EitherBody, Negotiated, Writer};

/// Limits that a login form of your own asks, made by [`AttemptLimits::build`]. Clones share them,
/// and so does a layer that is given one
/// ([`limit_attempts`](crate::authenticate::Builder::limit_attempts)).
///
/// ```
/// # use http::request::Parts;
/// use tower_auth::attempts::{Attempts, Denied, Guess};
/// use tower_auth::rejection::{Unavailable, Verdict};
/// use tower_auth::scheme::basic::Directory;
///
/// # struct Page;
/// # impl From<Denied> for Page { fn from(_: Denied) -> Self { Self } }
/// # impl From<Unavailable> for Page { fn from(_: Unavailable) -> Self { Self } }
/// async fn log_in(
///     (attempts, users): (&Attempts, &impl Directory),
///     request: &Parts,
///     (name, password): (&str, &str),
/// ) -> Result<(), Page> {
///     // Before anything is hashed: 429 for who guesses.
///     let attempt = attempts.begin(request, Guess::on_account(name)).await?;
///     let verdict = users.verify(name, password.into()).await;
///     attempt.settle(&verdict).await?;
///     match verdict {
///         Verdict::Valid(who) => Ok(()), // begin a session of theirs
///         _ => Err(Page),                // the form again
///     }
/// }
/// ```
#[derive(Clone)]
pub struct Attempts(pub(crate) Arc<Limiter>);

impl Attempts {
    /// Asks whether an attempt may be made, and waits for its turn where others of the same account
    /// or source are under way. `guess` has the name as the schemes have it, in normalization form
    /// C, if these count for the same accounts.
    ///
    /// # Errors
    ///
    /// Too many have failed, the store is down, or the request does not say where it comes from.
    pub async fn begin(&self, request: &Parts, guess: Guess<'_>) -> Result<OpenAttempt, Denied> {
        let limiter = &self.0;
        let suspect = limiter.suspect(guess, FORM, request).map(super::Suspect::into_owned);
        let suspect = suspect.map_err(|rejection| self.denied(request, rejection))?;
        let admission = limiter.ask(&suspect).await;
        match limiter.wait_for(&suspect, admission).await {
            Ok(pass) => Ok(OpenAttempt(Underway::new(Arc::clone(limiter), suspect, pass))),
            Err(Denial::Refused(rejection)) => Err(self.denied(request, rejection)),
            Err(Denial::Unavailable(outage)) => Err(self.denied(request, outage.into())),
        }
    }

    fn denied(&self, request: &Parts, rejection: Rejection) -> Denied {
        // The form was read to know who is guessed at: nothing is left on the connection.
        let negotiated = Negotiated { close: false, ..Negotiated::of(request) };
        let denied = Denied(Box::new((rejection, negotiated)));
        if let Some(observer) = &self.0.observer {
            let (rejection, status) = (denied.rejection(), denied.status());
            observer.on_event(&Event::Refused { rejection, status, identity: None });
        }
        denied
    }
}

impl fmt::Debug for Attempts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Attempts")
    }
}

/// An attempt that may be made, and was not judged yet. Dropped without a verdict it has failed, as
/// when the client hangs up.
#[must_use = "an attempt that is dropped has failed"]
pub struct OpenAttempt(Underway<'static>);

impl OpenAttempt {
    /// Counts what a directory says. An outage is no failure.
    ///
    /// # Errors
    ///
    /// It can't be counted. Answer 503, whatever the verdict is: it would be a guess for free.
    pub async fn settle(self, verdict: &Verdict) -> Result<(), Unavailable> {
        let finding = match verdict {
            Verdict::Valid(_) => Finding::Right,
            Verdict::Rejected(rejection) => Finding::of(rejection),
            Verdict::Unavailable(_) => Finding::Neither,
        };
        self.0.found(finding).await
    }

    /// The guess was right: failures are forgotten, and the account is known at this source.
    ///
    /// # Errors
    ///
    /// It can't be counted. Answer 503.
    pub async fn succeeded(self) -> Result<(), Unavailable> {
        self.0.found(Finding::Right).await
    }

    /// The guess was wrong.
    ///
    /// # Errors
    ///
    /// It can't be counted. Answer 503.
    pub async fn failed(self) -> Result<(), Unavailable> {
        self.0.found(Finding::Wrong).await
    }

    /// It was no guess, or whether it was right can't be known.
    pub async fn cancelled(self) {
        // Nothing is counted, so nothing can fail.
        let _ = self.0.found(Finding::Neither).await;
    }
}

impl fmt::Debug for OpenAttempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OpenAttempt")
    }
}

/// An attempt may not be made now. In axum it is a response; a page of your own says
/// [when](Self::retry_after) to come back, with this [status](Self::status).
pub struct Denied(Box<(Rejection, Negotiated)>);

impl Denied {
    /// 429 for who guesses, 503 while the store is down, 500 where the server does not say where
    /// requests come from.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        Writer::default().status(self.rejection())
    }

    /// After how long the next attempt may be made.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.rejection().retry_after()
    }

    /// Why.
    #[must_use]
    pub fn rejection(&self) -> &Rejection {
        &self.0.0
    }

    /// The response, for a service whose own bodies are `B`: with `Retry-After`, and never stored.
    /// In axum: `into_response()`.
    #[must_use]
    pub fn into_http<B>(self) -> Response<EitherBody<B>> {
        self.into_bytes().map(EitherBody::ours)
    }

    pub(crate) fn into_bytes(self) -> Response<Bytes> {
        let (rejection, negotiated) = *self.0;
        Writer::default().write(rejection, &negotiated, |_, _, _| {})
    }
}

impl fmt::Debug for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Denied").field(self.rejection()).finish()
    }
}

/// What [`limit_attempts`](crate::authenticate::Builder::limit_attempts) takes: limits of the layer
/// alone, or those that it shares with a form.
pub struct NewOrShared(pub(crate) Inner);

pub(crate) enum Inner {
    New(Box<AttemptLimits>),
    Shared(Attempts),
}

impl From<AttemptLimits> for NewOrShared {
    fn from(limits: AttemptLimits) -> Self {
        Self(Inner::New(Box::new(limits)))
    }
}

impl From<Attempts> for NewOrShared {
    fn from(attempts: Attempts) -> Self {
        Self(Inner::Shared(attempts))
    }
}

impl fmt::Debug for NewOrShared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NewOrShared")
    }
}

/// In the place of a scheme's name: forms have lanes of their own.
const FORM: &str = "form";
