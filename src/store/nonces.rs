//! Which uses of a nonce were seen.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use super::Use;
use crate::eventual::Eventual;
use crate::rejection::Unavailable;

/// Remembers how often each nonce was used, so that no request can be sent twice
/// ([RFC 7616 §3.4](https://www.rfc-editor.org/rfc/rfc7616#section-3.4), `nc`).
///
/// It is asked only for nonces that the server made and only once the response has proved the
/// password: a stranger can't make it grow. Answering [`Use::New`] for a count that was seen lets a
/// captured request be replayed. Answering [`Use::Seen`] for a new one costs the client one more
/// round trip.
pub trait NonceStore: Send + Sync + 'static {
    /// Notes this use, unless it was noted before. Of any number of calls with the same nonce and
    /// count, at once and on all replicas, exactly one gets [`Use::New`].
    fn note(&self, used: &NonceUse<'_>) -> Eventual<Result<Use, Unavailable>>;

    /// The `cnonce` of the first use of this nonce that was noted with one, for the session
    /// algorithms.
    fn first_cnonce(&self, nonce: u128) -> Eventual<Result<Option<Box<[u8]>>, Unavailable>>;
}

impl<S: NonceStore + ?Sized> NonceStore for Arc<S> {
    fn note(&self, used: &NonceUse<'_>) -> Eventual<Result<Use, Unavailable>> {
        (**self).note(used)
    }

    fn first_cnonce(&self, nonce: u128) -> Eventual<Result<Option<Box<[u8]>>, Unavailable>> {
        (**self).first_cnonce(nonce)
    }
}

/// One use of a nonce.
#[derive(Clone)]
#[non_exhaustive]
pub struct NonceUse<'a> {
    /// Which nonce.
    pub nonce: u128,
    /// The count that the client gave this use. Clients count from 1 (some from 0), may send
    /// several requests at once, and these may arrive in any order: a count is new if it was not
    /// seen and is at most 1023 below the highest seen.
    pub count: u32,
    /// Whether the nonce is good for one use, whatever its count is.
    pub once: bool,
    /// When the nonce was made.
    pub issued: SystemTime,
    /// When it can be forgotten.
    pub expires: SystemTime,
    /// What to keep for [`NonceStore::first_cnonce`].
    pub cnonce: Option<&'a [u8]>,
}

impl NonceUse<'_> {
    /// A use of a nonce that may be used again.
    #[must_use]
    pub const fn new(nonce: u128, count: u32, issued: SystemTime, expires: SystemTime) -> Self {
        Self { nonce, count, once: false, issued, expires, cnonce: None }
    }
}

impl fmt::Debug for NonceUse<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NonceUse").field("count", &self.count).finish_non_exhaustive()
    }
}
