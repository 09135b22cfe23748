//! The layer.

use std::fmt;
use std::sync::Arc;

use tower_layer::Layer;

use super::{Authenticate, Builder, NoScheme};
use crate::front_door::FrontDoor;

/// Puts a front door before a service. See the [module](super).
///
/// Cloning it, and making a service with it, allocates nothing.
#[derive(Clone)]
pub struct AuthenticateLayer {
    pub(super) door: Arc<FrontDoor>,
}

impl AuthenticateLayer {
    /// Begins a layer. It has no `build` until a scheme is given: without one nobody could be told
    /// how to get in, and a 401 must say it.
    ///
    /// ```compile_fail,E0599
    /// # use tower_auth::AuthenticateLayer;
    /// let without_a_scheme = AuthenticateLayer::builder().optional().build();
    /// ```
    pub fn builder() -> Builder<NoScheme> {
        Builder::new()
    }
}

impl<S> Layer<S> for AuthenticateLayer {
    type Service = Authenticate<S>;

    fn layer(&self, inner: S) -> Self::Service {
        Authenticate::new(inner, Arc::clone(&self.door))
    }
}

impl fmt::Debug for AuthenticateLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthenticateLayer").finish_non_exhaustive()
    }
}
