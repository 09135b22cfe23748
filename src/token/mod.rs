//! What is a presented token worth?
//!
//! A [`VerifyToken`] judges tokens: a table of fixed ones ([`OpaqueTokens`]), JSON Web Tokens
//! (`jwt`, with the feature of that name), a closure, or one of your own:
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

#[cfg(feature = "_jose")]
pub mod jwt;
mod opaque;

use std::sync::Arc;

use crate::error::ConfigError;
use crate::eventual::Eventual;
use crate::rejection::Verdict;

pub use opaque::OpaqueTokens;

/// Judges tokens: the part of a scheme that knows what a token means.
///
/// The scheme has already found exactly one token, of the grammar that it allows and within the
/// size limit.
pub trait VerifyToken: Send + Sync + 'static {
    /// Judges `token`.
    ///
    /// A token bound to a key or certificate is valid here, with
    /// [`Principal::binding`](crate::Principal::binding) set; the scheme decides whether it can
    /// check the binding, and `Bearer` refuses it.
    fn verify(&self, token: &str) -> Eventual<Verdict>;
}

impl<F> VerifyToken for F
where
    F: Fn(&str) -> Eventual<Verdict> + Send + Sync + 'static,
{
    fn verify(&self, token: &str) -> Eventual<Verdict> {
        self(token)
    }
}

/// A verifier, or the settings of one.
///
/// Every [`VerifyToken`] is one; settings are checked here, while the layer is built.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't verify tokens",
    note = "implement `VerifyToken`, or give a closure `Fn(&str) -> Eventual<Verdict>`"
)]
pub trait IntoVerifier {
    /// Checks the settings.
    ///
    /// # Errors
    ///
    /// When the verifier could not work as set up; the sentence says what to do.
    fn into_verifier(self) -> Result<Arc<dyn VerifyToken>, ConfigError>;
}

impl<V: VerifyToken> IntoVerifier for V {
    fn into_verifier(self) -> Result<Arc<dyn VerifyToken>, ConfigError> {
        Ok(Arc::new(self))
    }
}
