//! Tokens of several issuers.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use super::Jwt;
use super::rules::{VerifyJwt, unlisted, unreadable};
use crate::error::ConfigError;
use crate::eventual::Eventual;
use crate::jose::{PayloadRoom, Unchecked};
use crate::rejection::Verdict;
use crate::token::{IntoVerifier, VerifyToken};

/// Takes tokens of several issuers, each by its own settings and keys.
///
/// A token chooses its issuer by `iss`, read before anything is checked and compared exactly; then
/// that issuer's settings judge it, and nobody else's: a token of one issuer that another one has
/// signed is refused ([RFC 8725 §3.8](https://www.rfc-editor.org/rfc/rfc8725#section-3.8)). For a
/// token of an issuer that isn't listed nothing is fetched.
///
/// Subjects of two issuers are two subjects, whatever their names: see
/// [`Identity::issuer`](crate::Identity::issuer).
///
/// ```
/// use tower_auth::Eventual;
/// use tower_auth::rejection::Verdict;
/// use tower_auth::testing::TokenMaker;
/// use tower_auth::token::IntoVerifier;
/// use tower_auth::token::jwt::{Issuers, Jwt};
///
/// let staff = TokenMaker::es256().issuer("https://staff.example").audience("api");
/// let guests = TokenMaker::es256().issuer("https://guests.example").audience("api");
/// let trust = |idp: &TokenMaker, issuer| Jwt::issuer(issuer).audience("api").keys(idp.keys());
/// let verifier = Issuers::new()
///     .issuer(trust(&staff, "https://staff.example"))
///     .issuer(trust(&guests, "https://guests.example"))
///     .into_verifier()?;
///
/// let good = guests.token("alice").sign();
/// assert!(matches!(verifier.verify(&good), Eventual::Ready(Verdict::Valid(_))));
/// let forged = guests.token("alice").claim("iss", "https://staff.example").sign();
/// assert!(matches!(verifier.verify(&forged), Eventual::Ready(Verdict::Rejected(_))));
/// # Ok::<(), tower_auth::ConfigError>(())
/// ```
#[must_use]
#[derive(Clone, Debug, Default)]
pub struct Issuers {
    list: Vec<Jwt>,
}

impl Issuers {
    /// No issuer. A layer refuses to build with none.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes tokens of this issuer, too.
    pub fn issuer(mut self, settings: Jwt) -> Self {
        self.list.push(settings);
        self
    }
}

impl IntoVerifier for Issuers {
    fn into_verifier(self) -> Result<Arc<dyn VerifyToken>, ConfigError> {
        let mut table = Table(HashMap::new());
        for settings in self.list {
            let issuer = settings.issuer_name().to_owned();
            let verifier = settings.into_jwt_verifier()?;
            if table.0.insert(issuer.as_bytes().into(), verifier).is_some() {
                return Err(ConfigError::new(format!(
                    "the issuer `{}` is listed twice: put its audiences and keys into one `Jwt`",
                    issuer.escape_debug()
                )));
            }
        }
        if table.0.is_empty() {
            return Err(ConfigError::new(
                "no issuer is listed, so no token could ever be good: add one with \
                 `Issuers::issuer`",
            ));
        }
        Ok(Arc::new(table))
    }
}

/// By the bytes of their names: what a token names need be no text.
struct Table(HashMap<Box<[u8]>, Arc<dyn VerifyJwt>>);

impl VerifyToken for Table {
    fn verify(&self, token: &str) -> Eventual<Verdict> {
        let mut room = PayloadRoom::new();
        let token = match Unchecked::open(token, &mut room) {
            Ok(token) => token,
            Err(error) => return Verdict::from(unreadable(error)).into(),
        };
        match token.issuer().and_then(|issuer| self.0.get(&*issuer)) {
            Some(verifier) => verifier.verify_unchecked(&token),
            None => Verdict::from(unlisted()).into(),
        }
    }

    fn generation(&self) -> u64 {
        generation_of_all(self.0.values())
    }
}

/// A number that is another one as soon as one of theirs is.
pub(super) fn generation_of_all<'a>(
    verifiers: impl Iterator<Item = &'a Arc<dyn VerifyJwt>>,
) -> u64 {
    const ODD: u64 = 0x9e37_79b9_7f4a_7c15;
    verifiers
        .fold(1, |all, verifier| (all.rotate_left(23) ^ verifier.generation()).wrapping_mul(ODD))
}

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.0.keys().map(|name| String::from_utf8_lossy(name));
        f.debug_set().entries(names).finish()
    }
}
