//! Fixed tokens that mean nothing by themselves.

use std::sync::Arc;

use super::{IntoVerifier, VerifyToken};
use crate::clock::Clock;
use crate::error::ConfigError;
use crate::eventual::Eventual;
use crate::header::is_token68;
use crate::identity::{Principal, SecretTable, Verified};
use crate::rejection::{Rejection, Verdict, reason};
use crate::secret::{Secret, SecretDigest};

/// A table of fixed tokens, looked up by digest.
///
/// ```
/// use tower_auth::Principal;
/// use tower_auth::scheme::Bearer;
/// use tower_auth::token::OpaqueTokens;
///
/// let tokens = OpaqueTokens::new()
///     .token(Principal::new("importer").scopes("orders:write"), "mF_9.B5f-4.1JqM");
/// let scheme = Bearer::new(tokens);
/// # let _ = scheme;
/// ```
#[derive(Clone, Debug, Default)]
pub struct OpaqueTokens(SecretTable);

impl OpaqueTokens {
    /// An empty table. A layer refuses to build with one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a token and whose it is. The token is kept as a digest only. It is good until its
    /// [`Principal`] expires, if that does.
    ///
    /// A token that can't be sent ([RFC 6750 §2.1](https://www.rfc-editor.org/rfc/rfc6750#section-2.1)
    /// allows letters, digits and `-._~+/`, then `=`), or that is there already, makes the layer
    /// refuse to build.
    #[must_use]
    pub fn token(mut self, whose: impl Into<Principal>, token: impl Into<Secret>) -> Self {
        let token = token.into();
        let sendable = std::str::from_utf8(token.expose()).is_ok_and(is_token68);
        let unsendable = (!sendable).then_some(
            "as a bearer token: use letters, digits and `-._~+/`, then `=` (RFC 6750 §2.1)",
        );
        self.0.add("token", whose.into(), &token, unsendable);
        self
    }

    /// Tells when a token is over whose [`Principal`] expires. Default: the system's clock.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.0.clock = Some(Arc::new(clock));
        self
    }
}

impl IntoVerifier for OpaqueTokens {
    fn into_verifier(self) -> Result<Arc<dyn VerifyToken>, ConfigError> {
        self.0.validate("token", "OpaqueTokens::token")?;
        Ok(Arc::new(Table(self.0)))
    }
}

struct Table(SecretTable);

impl VerifyToken for Table {
    fn verify(&self, token: &str) -> Eventual<Verdict> {
        match self.0.find(&SecretDigest::of(token.as_bytes())) {
            Some(principal) => Verdict::Valid(Verified::assertion(principal.clone())),
            None => Rejection::invalid_credentials(reason::UNKNOWN_TOKEN).into(),
        }
        .into()
    }
}
