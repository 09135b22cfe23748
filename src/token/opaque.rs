//! Fixed tokens that mean nothing by themselves.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use super::{IntoVerifier, VerifyToken};
use crate::error::ConfigError;
use crate::eventual::Eventual;
use crate::identity::{Principal, Verified};
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
#[derive(Clone, Default)]
pub struct OpaqueTokens {
    entries: HashMap<SecretDigest, Principal>,
    error: Option<ConfigError>,
}

impl OpaqueTokens {
    /// An empty table. A layer refuses to build with one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a token and whose it is. The token is kept as a digest only.
    ///
    /// A token that can't be sent ([RFC 6750 §2.1](https://www.rfc-editor.org/rfc/rfc6750#section-2.1)
    /// allows letters, digits and `-._~+/`, then `=`), or that is there already, makes the layer
    /// refuse to build.
    #[must_use]
    pub fn token(mut self, whose: impl Into<Principal>, token: impl Into<Secret>) -> Self {
        let (principal, token) = (whose.into(), token.into());
        if !is_b64token(token.expose()) {
            self.error.get_or_insert(ConfigError::new(format!(
                "the token of `{}` can't be sent as a bearer token: use letters, digits and \
                 `-._~+/`, then `=` (RFC 6750 §2.1)",
                principal.subject().escape_debug()
            )));
        }
        let message = format!(
            "the token of `{}` is in the table twice: every token belongs to one caller",
            principal.subject().escape_debug()
        );
        if self.entries.insert(SecretDigest::of(token.expose()), principal).is_some() {
            self.error.get_or_insert(ConfigError::new(message));
        }
        self
    }
}

fn is_b64token(token: &[u8]) -> bool {
    let is_char = |b: &u8| b.is_ascii_alphanumeric() || b"-._~+/".contains(b);
    let body = token.iter().take_while(|b| is_char(b)).count();
    body > 0 && token.iter().skip(body).all(|&b| b == b'=')
}

impl IntoVerifier for OpaqueTokens {
    fn into_verifier(self) -> Result<Arc<dyn VerifyToken>, ConfigError> {
        match self.error {
            Some(error) => Err(error),
            None if self.entries.is_empty() => Err(ConfigError::new(
                "the table of tokens is empty, so nobody could ever get in: add one with \
                 `OpaqueTokens::token`",
            )),
            None => Ok(Arc::new(Table(self.entries))),
        }
    }
}

impl fmt::Debug for OpaqueTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpaqueTokens").field("count", &self.entries.len()).finish_non_exhaustive()
    }
}

struct Table(HashMap<SecretDigest, Principal>);

impl VerifyToken for Table {
    fn verify(&self, token: &str) -> Eventual<Verdict> {
        match self.0.get(&SecretDigest::of(token.as_bytes())) {
            Some(principal) => Verdict::Valid(Verified::assertion(principal.clone())),
            None => Rejection::invalid_credentials(reason::UNKNOWN_TOKEN).into(),
        }
        .into()
    }
}
