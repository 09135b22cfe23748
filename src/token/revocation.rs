//! Tokens that are revoked before they expire.

use std::fmt;
use std::sync::Arc;

use super::{IntoVerifier, VerifyToken};
use crate::error::ConfigError;
use crate::eventual::Eventual;
use crate::identity::{Principal, Verified};
use crate::rejection::{Rejection, Unavailable, Verdict, reason};
use crate::store::{RevocationQuery, RevocationStore, Standing};

/// Any verifier together with a list of revocations, a [`RevocationStore`].
///
/// - The list is asked for each token that the verifier finds good, on each request, also where a
///   cache holds the verdict, and whichever of the two is wrapped around the other.
/// - A revoked token is refused like an expired one: 401, `invalid_token`.
/// - A list that can't answer is an outage: 503, never a pass.
///
/// A token can be revoked by its `jti` or `sid` only if it has one. By subject any token can;
/// one without `iat` counts as old.
///
/// ```
/// use std::sync::Arc;
/// use std::time::{Duration, SystemTime};
/// use tower_auth::rejection::Verdict;
/// use tower_auth::store::{MemoryRevocations, Revocation};
/// use tower_auth::token::{IntoVerifier, OpaqueTokens, Revocable, VerifyToken};
/// use tower_auth::{Eventual, Principal};
///
/// let revoked = Arc::new(MemoryRevocations::new(1000));
/// let tokens = OpaqueTokens::new().token(Principal::new("robot").token_id("7f3a"), "f00d");
/// let verifier = Revocable::new(tokens, Arc::clone(&revoked)).into_verifier()?;
/// assert!(matches!(verifier.verify("f00d"), Eventual::Ready(Verdict::Valid(_))));
///
/// let until = SystemTime::now() + Duration::from_secs(3600);
/// assert!(revoked.insert(&Revocation::token("7f3a", until)).is_ok());
/// let Eventual::Ready(Verdict::Rejected(why)) = verifier.verify("f00d") else { unreachable!() };
/// assert_eq!(why.reason(), "token_revoked");
/// # Ok::<(), tower_auth::ConfigError>(())
/// ```
#[derive(Clone)]
pub struct Revocable<V> {
    verifier: V,
    store: Arc<dyn RevocationStore>,
}

impl<V: IntoVerifier> Revocable<V> {
    /// Asks `store` about each token that `verifier` finds good.
    pub fn new(verifier: V, store: impl RevocationStore) -> Self {
        Self { verifier, store: Arc::new(store) }
    }
}

impl<V: IntoVerifier> IntoVerifier for Revocable<V> {
    fn into_verifier(self) -> Result<Arc<dyn VerifyToken>, ConfigError> {
        Ok(Arc::new(Unrevoked { verifier: self.verifier.into_verifier()?, store: self.store }))
    }
}

impl<V> fmt::Debug for Revocable<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Revocable").finish_non_exhaustive()
    }
}

struct Unrevoked {
    verifier: Arc<dyn VerifyToken>,
    store: Arc<dyn RevocationStore>,
}

impl Unrevoked {
    fn judge(&self, verdict: Eventual<Verdict>) -> Eventual<Verdict> {
        match verdict {
            Eventual::Ready(verdict) => heed(&*self.store, verdict),
            later @ Eventual::Pending(_) => {
                let store = Arc::clone(&self.store);
                later.and_then(move |verdict| heed(&*store, verdict))
            }
        }
    }
}

impl VerifyToken for Unrevoked {
    fn verify(&self, token: &str) -> Eventual<Verdict> {
        self.judge(self.verifier.verify(token))
    }

    fn generation(&self) -> u64 {
        self.verifier.generation()
    }

    fn recheck(&self, valid: Verified<Principal>) -> Eventual<Verdict> {
        self.judge(self.verifier.recheck(valid))
    }
}

/// Asks about what is valid, and only about that.
fn heed(store: &dyn RevocationStore, verdict: Verdict) -> Eventual<Verdict> {
    let Verdict::Valid(principal) = verdict else {
        return verdict.into();
    };
    match store.check(&RevocationQuery::of(principal.get())) {
        Eventual::Ready(standing) => decide(principal, standing).into(),
        later @ Eventual::Pending(_) => later.map(move |standing| decide(principal, standing)),
    }
}

fn decide(principal: Verified<Principal>, standing: Result<Standing, Unavailable>) -> Verdict {
    match standing {
        Ok(Standing::Good) => Verdict::Valid(principal),
        Ok(Standing::Revoked) => Rejection::invalid_credentials(reason::TOKEN_REVOKED)
            .describe("The access token was revoked")
            .into(),
        Err(outage) => outage.into(),
    }
}
