//! Who is told that something changed elsewhere.

use std::sync::Arc;

use crate::secret::SecretDigest;

/// Is told what other machines changed in a store, so that it forgets what it remembers of it.
///
/// The near caches are listeners. A store that is shared tells them with
/// `SessionStore::listen` and `RevocationStore::listen`.
pub trait Listener: Send + Sync + 'static {
    /// This changed: the session under this key, or what a revocation with this digest
    /// (`Revocation::digest`) names.
    fn changed(&self, what: &SecretDigest);

    /// Changes may have been missed: forget all.
    fn missed(&self);
}

impl<L: Listener + ?Sized> Listener for Arc<L> {
    fn changed(&self, what: &SecretDigest) {
        (**self).changed(what);
    }

    fn missed(&self) {
        (**self).missed();
    }
}
