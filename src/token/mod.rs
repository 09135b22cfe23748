//! What is a presented token worth?
//!
//! A [`VerifyToken`] judges tokens: a table of fixed ones ([`OpaqueTokens`]), JSON Web Tokens
//! (`jwt`, with the feature of that name), the authorization server itself (`introspection`), or one
//! of your own:
//!
//! ```
//! use tower_auth::identity::{Principal, Verified};
//! use tower_auth::rejection::{Rejection, Verdict, reason};
//! use tower_auth::token::VerifyToken;
//! use tower_auth::{Eventual, Secret};
//!
//! struct OneToken(Secret);
//!
//! impl VerifyToken for OneToken {
//!     fn verify(&self, token: &str) -> Eventual<Verdict> {
//!         if self.0.matches(token.as_bytes()) {
//!             Verdict::Valid(Verified::assertion(Principal::new("the one")))
//!         } else {
//!             Rejection::invalid_credentials(reason::UNKNOWN_TOKEN).into()
//!         }
//!         .into()
//!     }
//! }
//! ```

#[cfg(feature = "token-cache")]
mod cache;
#[cfg(all(feature = "introspection", feature = "_jose"))]
pub mod introspection;
#[cfg(feature = "_jose")]
pub mod jwt;
#[cfg(all(feature = "_jose", feature = "remote-keys"))]
pub mod keys;
mod opaque;
#[cfg(feature = "revocation")]
mod revocation;

use std::sync::Arc;

use crate::error::ConfigError;
use crate::eventual::Eventual;
use crate::identity::{Principal, Verified};
use crate::rejection::Verdict;

#[cfg(feature = "token-cache")]
pub use cache::Cached;
#[cfg(all(feature = "introspection", feature = "_jose"))]
pub use introspection::Introspection;
pub use opaque::OpaqueTokens;
#[cfg(feature = "revocation")]
pub use revocation::Revocable;

/// Judges tokens: the part of a scheme that knows what a token means.
///
/// The scheme has already found exactly one token, of the grammar that it allows and within the
/// size limit.
///
/// Closures judge tokens too:
///
/// ```
/// use tower_auth::rejection::{Rejection, Verdict, reason};
/// use tower_auth::token::VerifyToken;
/// use tower_auth::{Eventual, Principal, identity::Verified};
///
/// let one_token = |token: &str| -> Eventual<Verdict> {
///     Eventual::Ready(match token {
///         "f00d" => Verified::assertion(Principal::new("robot")).into(),
///         _ => Rejection::invalid_credentials(reason::UNKNOWN_TOKEN).into(),
///     })
/// };
/// assert!(matches!(one_token.verify("f00d"), Eventual::Ready(Verdict::Valid(_))));
/// assert!(matches!(one_token.verify("beef"), Eventual::Ready(Verdict::Rejected(_))));
/// ```
pub trait VerifyToken: Send + Sync + 'static {
    /// Judges `token`.
    ///
    /// A token bound to a key or certificate is valid here, with
    /// [`Principal::binding`](crate::Principal::binding) set; the scheme decides whether it can
    /// check the binding, and `Bearer` refuses it.
    fn verify(&self, token: &str) -> Eventual<Verdict>;

    /// Changes whenever tokens that were valid may be so no longer: keys were removed or replaced.
    /// What a cache holds from an earlier generation is forgotten.
    ///
    /// A verifier made of others answers for all of them. Default: always 0.
    fn generation(&self) -> u64 {
        0
    }

    /// Checks again, for a token that was valid a while ago and comes from a cache, what must hold
    /// on each request: that it is not revoked. Not called for a token that
    /// [`verify`](Self::verify) has just judged.
    ///
    /// A verifier made of others asks them. Default: `valid`, as it is.
    fn recheck(&self, valid: Verified<Principal>) -> Eventual<Verdict> {
        Eventual::Ready(Verdict::Valid(valid))
    }
}

impl<F> VerifyToken for F
where
    F: Fn(&str) -> Eventual<Verdict> + Send + Sync + 'static,
{
    fn verify(&self, token: &str) -> Eventual<Verdict> {
        self(token)
    }
}

/// What a scheme takes as its verifier: a [`VerifyToken`], or the settings of one.
///
/// Settings are checked when the scheme is built, so their setters need no `Result`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not judge tokens",
    note = "implement `VerifyToken`, or give a closure `Fn(&str) -> Eventual<Verdict>`"
)]
pub trait IntoVerifier {
    /// Makes the verifier.
    ///
    /// # Errors
    ///
    /// The settings can't work; the sentence says what to do.
    fn into_verifier(self) -> Result<Arc<dyn VerifyToken>, ConfigError>;
}

impl<V: VerifyToken> IntoVerifier for V {
    fn into_verifier(self) -> Result<Arc<dyn VerifyToken>, ConfigError> {
        Ok(Arc::new(self))
    }
}
