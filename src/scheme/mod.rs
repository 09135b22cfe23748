//! How does a caller prove who it is?
//!
//! A [`Scheme`] says where in a request its credentials stand, checks them, and offers a
//! challenge. The crate's own: [`Basic`], [`Bearer`], [`ApiKey`], and with the features `digest` and
//! `sessions` `Digest` and `SessionCookie`. A scheme of one's own is a type with four short methods:
//!
//! ```
//! use tower_auth::header::{Challenge, SchemeName};
//! use tower_auth::identity::{Principal, Verified};
//! use tower_auth::respond::ChallengeList;
//! use tower_auth::rejection::{Rejection, reason};
//! use tower_auth::scheme::{Attempt, Outcome, Place, Presented, Scheme};
//! use tower_auth::Secret;
//!
//! struct Pin { name: SchemeName, pin: Secret }
//!
//! impl Scheme for Pin {
//!     fn name(&self) -> &SchemeName {
//!         &self.name
//!     }
//!
//!     fn places(&self) -> &[Place] {
//!         &[Place::Authorization]
//!     }
//!
//!     fn authenticate(&self, presented: &Presented<'_>) -> Attempt {
//!         let Some(credentials) = presented.credentials() else { return Outcome::Absent.into() };
//!         match credentials.token68() {
//!             Ok(pin) if self.pin.matches(pin.as_bytes()) => {
//!                 Outcome::authenticated(Verified::assertion(Principal::new("owner")), &self.name)
//!             }
//!             _ => Outcome::Rejected(Rejection::invalid_credentials("wrong_pin")),
//!         }
//!         .into()
//!     }
//!
//!     fn challenges(&self, _: Option<&Rejection>, list: &mut ChallengeList<'_>) {
//!         list.push(&Challenge::new(self.name.clone()));
//!     }
//! }
//! ```

pub mod api_key;
pub mod basic;
pub mod bearer;
mod combine;
#[cfg(feature = "digest")]
pub mod digest;
mod finish;
mod limited;
mod outcome;
mod place;
#[cfg(feature = "sessions")]
pub mod session;
mod set;
mod text;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use http::Uri;
use http::request::Parts;

use crate::attempts::Guess;
use crate::error::ConfigError;
use crate::eventual::Eventual;
use crate::header::{Challenge, Credentials, SchemeName, SentCookie, original_uri};
use crate::rejection::Rejection;
use crate::respond::{BufferedBody, ChallengeList};

pub use api_key::ApiKey;
pub use basic::Basic;
pub use bearer::Bearer;
pub(crate) use combine::{Admission, Admitted, Combine};
#[cfg(feature = "digest")]
pub use digest::Digest;
pub use finish::{Answered, Finish};
pub use outcome::{Accepted, Outcome};
pub use place::Place;
#[cfg(feature = "sessions")]
pub use session::SessionCookie;
pub(crate) use set::SchemeSet;

/// What [`Scheme::authenticate`] answers: an [`Outcome`], now or later.
pub type Attempt = Eventual<Outcome>;

/// One way to prove who one is.
#[diagnostic::on_unimplemented(message = "`{Self}` is not an authentication scheme")]
pub trait Scheme: Send + Sync + 'static {
    /// The scheme's name, as its challenge and its credentials begin.
    fn name(&self) -> &SchemeName;

    /// Where in a request this scheme's credentials stand. Two schemes can't share a place, and a
    /// request that fills two places at once is refused.
    fn places(&self) -> &[Place];

    /// Checks what was presented. Called only for requests that fill one of the
    /// [`places`](Self::places).
    ///
    /// Answer [`Eventual::Ready`] where nothing has to be waited for: that costs no allocation.
    /// Heavy computation (password hashing) belongs off the async worker.
    fn authenticate(&self, presented: &Presented<'_>) -> Attempt;

    /// Offers challenges for a 401, 407 or 400, at least one. `why` is given when this scheme was
    /// attempted, or when the whole request is malformed: only then may a challenge describe an
    /// error.
    fn challenges(&self, why: Option<&Rejection>, list: &mut ChallengeList<'_>);

    /// What the credentials would be a guess at, for a layer that
    /// [limits attempts](crate::authenticate::Builder::limit_attempts). `None`, as most schemes
    /// answer: nobody can guess them, as signed tokens, or they are malformed and not looked at any
    /// further. Where the answer is a guess, a rejection for
    /// [bad credentials](Rejection::invalid_credentials) counts as a failure, unless it says that
    /// it [doesn't](Rejection::uncounted).
    fn guess<'a>(&self, presented: &Presented<'a>) -> Option<Guess<'a>> {
        let _ = presented;
        None
    }

    /// Whether [`guess`](Self::guess) ever is one. A layer that limits attempts refuses to build if
    /// that is so of none of its schemes: it would limit nothing.
    fn can_be_guessed(&self) -> bool {
        false
    }

    /// Whether this scheme looks at the content of some requests: then the layer must be built to
    /// [buffer](crate::authenticate::Builder::build_buffering). A scheme that names a
    /// [`Place::Form`] does so without saying it here.
    fn reads_content(&self) -> bool {
        false
    }

    /// Whether the content of this request must be in memory before [`authenticate`] can judge it.
    /// Asked only where [`reads_content`](Self::reads_content) says that it may be. A stranger
    /// can have as much content held as the layer's limit allows.
    ///
    /// [`authenticate`]: Self::authenticate
    fn needs_content(&self, presented: &Presented<'_>) -> bool {
        let _ = presented;
        false
    }

    /// Where a person logs in, as a path. Page navigations that would get a 401 are sent there
    /// instead.
    fn login_page(&self) -> Option<&str> {
        None
    }

    /// What the scheme has to say of a 403 for lack of scope. Most schemes have no words for it.
    fn forbidden_challenge(&self, why: &Rejection) -> Option<Challenge> {
        let _ = why;
        None
    }
}

/// A scheme, or the settings of one.
///
/// Every [`Scheme`] is one, also as `Arc<dyn Scheme>`; settings are checked here, while the layer is
/// built.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an authentication scheme, nor the settings of one",
    note = "users, keys and verifiers go into one: `Basic::new(\"realm\", users)`, `Bearer::new(jwt)`"
)]
pub trait IntoScheme {
    /// Checks the settings.
    ///
    /// # Errors
    ///
    /// When the scheme could not work as set up; the sentence says what to do.
    fn into_scheme(self) -> Result<Arc<dyn Scheme>, ConfigError>;
}

impl<S: Scheme> IntoScheme for S {
    fn into_scheme(self) -> Result<Arc<dyn Scheme>, ConfigError> {
        Ok(Arc::new(self))
    }
}

/// For schemes that are chosen while a program runs, by a file of settings: a list of these can be
/// put together before the layer is.
impl IntoScheme for Arc<dyn Scheme> {
    fn into_scheme(self) -> Result<Self, ConfigError> {
        Ok(self)
    }
}

/// What one request presents to one scheme.
#[derive(Clone, Copy)]
pub struct Presented<'a> {
    head: &'a Parts,
    place: &'a Place,
    credentials: Option<Credentials<'a>>,
    cookie: SentCookie<'a>,
}

impl<'a> Presented<'a> {
    /// The head of the request.
    #[must_use]
    pub fn head(&self) -> &'a Parts {
        self.head
    }

    /// Which of the scheme's places is filled.
    #[must_use]
    pub fn place(&self) -> &'a Place {
        self.place
    }

    /// The values of the query or form parameter, or of the WebSocket protocol, that is filled,
    /// decoded. More than one is ambiguous; refuse it.
    pub fn parameters(&self) -> impl Iterator<Item = Cow<'a, str>> {
        self.place.parameters(self.head)
    }

    /// The value of the cookie that is filled. `None` also where it was sent more than once, with
    /// different values: nobody can rely on their order, and one may be planted; refuse it.
    #[must_use]
    pub fn cookie(&self) -> Option<&'a [u8]> {
        match self.cookie {
            SentCookie::Value(value) => Some(value),
            SentCookie::Absent | SentCookie::Several => None,
        }
    }

    /// The request target as the client sent it. Routers that take a prefix off (axum's `nest`)
    /// change the one in [`head`](Self::head).
    #[must_use]
    pub fn original_uri(&self) -> &'a Uri {
        original_uri(self.head)
    }

    /// The content, where the scheme [needed](Scheme::needs_content) it.
    #[must_use]
    pub fn content(&self) -> Option<&'a [u8]> {
        self.head.extensions.get::<BufferedBody>().map(|body| &*body.0)
    }

    /// The credentials in `Authorization` (on a proxy: `Proxy-Authorization`), if they name this
    /// scheme.
    #[must_use]
    pub fn credentials(&self) -> Option<Credentials<'a>> {
        self.credentials
    }
}

impl fmt::Debug for Presented<'_> {
    /// Shows where credentials stand, and nothing of them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Presented").field("place", self.place).finish_non_exhaustive()
    }
}
