//! The layer.

use std::fmt;
use std::sync::Arc;

use tower_layer::Layer;

use super::Authorize;
use crate::policy::Policy;

/// Asks a policy before a service is called. See the [module](super).
///
/// Cloning it, and making a service with it, allocates nothing.
#[derive(Clone)]
pub struct AuthorizeLayer {
    policy: Arc<dyn Policy>,
}

impl AuthorizeLayer {
    /// Lets through what `policy` allows.
    #[must_use]
    pub fn new(policy: impl Policy) -> Self {
        Self { policy: Arc::new(policy) }
    }
}

impl<S> Layer<S> for AuthorizeLayer {
    type Service = Authorize<S>;

    fn layer(&self, inner: S) -> Self::Service {
        Authorize::new(inner, Arc::clone(&self.policy))
    }
}

impl fmt::Debug for AuthorizeLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthorizeLayer").finish_non_exhaustive()
    }
}
