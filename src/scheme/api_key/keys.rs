//! Who knows the keys.

use std::sync::Arc;

use crate::clock::Clock;
use crate::error::ConfigError;
use crate::eventual::Eventual;
use crate::identity::{Principal, SecretTable, Verified};
use crate::rejection::{Rejection, Verdict, reason};
use crate::secret::{Secret, SecretDigest};

/// Finds out whose an API key is. It is asked by the key's digest, so that no store ever holds a
/// key.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no directory of API keys",
    note = "use `api_key::ApiKeys`, or implement `api_key::KeyDirectory`"
)]
pub trait KeyDirectory: Send + Sync + 'static {
    /// Whose key has this digest.
    fn find(&self, key: &SecretDigest) -> Eventual<Verdict>;

    /// Called once, while the layer is built.
    ///
    /// # Errors
    ///
    /// When the directory could not work as set up; the sentence says what to do.
    fn validate(&self) -> Result<(), ConfigError> {
        Ok(())
    }
}

impl<D: KeyDirectory + ?Sized> KeyDirectory for Arc<D> {
    fn find(&self, key: &SecretDigest) -> Eventual<Verdict> {
        (**self).find(key)
    }

    fn validate(&self) -> Result<(), ConfigError> {
        (**self).validate()
    }
}

/// A table of API keys in memory.
#[derive(Clone, Debug, Default)]
pub struct ApiKeys(SecretTable);

impl ApiKeys {
    /// An empty table. A layer refuses to build with one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a key and whose it is. The key is kept as a digest only. It is good until its
    /// [`Principal`] expires, if that does.
    ///
    /// A key that can't be sent (empty, or with other than visible US-ASCII characters), or that
    /// is there already, makes the layer refuse to build.
    #[must_use]
    pub fn key(mut self, whose: impl Into<Principal>, key: impl Into<Secret>) -> Self {
        let key = key.into();
        let bytes = key.expose();
        let sendable = !bytes.is_empty() && bytes.iter().all(u8::is_ascii_graphic);
        let unsendable =
            (!sendable).then_some("in a header field: use visible US-ASCII characters");
        self.0.add("API key", whose.into(), &key, unsendable);
        self
    }

    /// Adds the SHA-256 digest of a key and whose it is, so that no file of settings has to hold a
    /// key: `printf %s "$KEY" | sha256sum`.
    ///
    /// The key must be one that nobody can guess, such as 32 random bytes in base64: a digest
    /// without a salt hides no other. One that is there already makes the layer refuse to build.
    ///
    /// ```
    /// use tower_auth::SecretDigest;
    /// use tower_auth::scheme::api_key::ApiKeys;
    ///
    /// let digest = SecretDigest::of(b"gZ1VvY0oZTnR6fqJ0sTQx8Xz"); // or from 32 bytes that you keep
    /// let keys = ApiKeys::new().digest("robot-1", digest);
    /// # let _ = keys;
    /// ```
    #[must_use]
    pub fn digest(mut self, whose: impl Into<Principal>, digest: SecretDigest) -> Self {
        self.0.add_digest("API key", whose.into(), digest);
        self
    }

    /// Tells when a key is over whose [`Principal`] expires. Default: the system's clock.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.0.clock = Some(Arc::new(clock));
        self
    }
}

impl KeyDirectory for ApiKeys {
    fn find(&self, key: &SecretDigest) -> Eventual<Verdict> {
        match self.0.find(key) {
            Some(principal) => Verdict::Valid(Verified::assertion(principal.clone())),
            None => Rejection::invalid_credentials(reason::UNKNOWN_KEY).into(),
        }
        .into()
    }

    fn validate(&self) -> Result<(), ConfigError> {
        self.0.validate("API key", "ApiKeys::key")
    }
}
