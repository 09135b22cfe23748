//! Where the keys of an issuer come from.

use std::sync::Arc;

use super::rules::{JwtVerifier, Rules, VerifyJwt};
use crate::error::ConfigError;
use crate::jose::{Algorithms, Keys};

/// What [`Jwt::keys`](super::Jwt::keys) takes: fixed [`Keys`], or, with the feature `remote-keys`,
/// keys that change while the service runs (`RemoteKeys` and `FileKeys` in `token::keys`).
///
/// Sealed: a source of your own is an HTTP client of your own (`Fetch`), or a
/// [`VerifyToken`](crate::token::VerifyToken).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no source of keys",
    note = "give `Keys`, `RemoteKeys` or `FileKeys`; call `.build()?` on their settings first"
)]
pub trait KeySource: sealed::Source {}

impl<S: sealed::Source> KeySource for S {}

pub(crate) mod sealed {
    use super::{Algorithms, Arc, Keys, Rules, VerifyJwt};

    /// What a source of keys does.
    #[expect(unnameable_types, reason = "the trait is sealed")]
    pub trait Source: Send + Sync + 'static {
        /// The keys, where they never change.
        fn fixed(&self) -> Option<&Keys>;

        /// What the keys can verify, as far as that is known before there are any.
        #[expect(private_interfaces, reason = "the trait is sealed")]
        fn algorithms(&self) -> Algorithms;

        /// Checks tokens by these rules, with whatever the keys are then.
        #[expect(private_interfaces, reason = "the trait is sealed")]
        fn verifier(&self, rules: Rules) -> Arc<dyn VerifyJwt>;
    }
}

impl sealed::Source for Keys {
    fn fixed(&self) -> Option<&Keys> {
        Some(self)
    }

    #[expect(private_interfaces, reason = "the trait is sealed")]
    fn algorithms(&self) -> Algorithms {
        self.algorithms()
    }

    #[expect(private_interfaces, reason = "the trait is sealed")]
    fn verifier(&self, rules: Rules) -> Arc<dyn VerifyJwt> {
        Arc::new(JwtVerifier { rules, keys: self.clone() })
    }
}

/// Puts fixed keys together; keys that change stand alone.
pub(super) fn only_source(
    sources: Vec<Arc<dyn sealed::Source>>,
) -> Result<Arc<dyn sealed::Source>, ConfigError> {
    let mut sources = sources.into_iter();
    let first = sources.next().ok_or_else(|| {
        ConfigError::new(
            "a JWT verifier needs keys: call `.keys(..)` with the public keys of the issuer",
        )
    })?;
    sources.try_fold(first, |first, next| match (first.fixed(), next.fixed()) {
        (Some(keys), Some(more)) => {
            Ok(Arc::new(keys.clone().and(more.clone())) as Arc<dyn sealed::Source>)
        }
        _ => Err(ConfigError::new(
            "keys that are fetched or watched stand alone: call `.keys(..)` once with them",
        )),
    })
}
