//! What a connection is told and tells: changes made elsewhere, and since when Redis remembers.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};
use std::time::SystemTime;

use redis::Value;
use redis::aio::ConnectionLike;

use super::keys::{Keys, Tag, from_hex};
use super::script::{Call, MARK};
use crate::clock::{self, Clock};
use crate::store::listener::Listener;

pub(super) struct News {
    pub(super) keys: Keys,
    pub(super) clock: Arc<dyn Clock>,
    channel: String,
    listeners: RwLock<Vec<(Kind, Arc<dyn Listener>)>>,
}

/// What a change is about: the first byte of a message.
pub(super) type Kind = u8;

impl News {
    pub(super) fn new(keys: Keys, clock: Arc<dyn Clock>) -> Self {
        let channel = keys.channel();
        Self { keys, clock, channel, listeners: RwLock::default() }
    }

    pub(super) fn channel(&self) -> &str {
        &self.channel
    }

    pub(super) fn is_wanted(&self) -> bool {
        !self.listeners().is_empty()
    }

    #[cfg(any(feature = "revocation", feature = "sessions"))]
    pub(super) fn listen(&self, kind: Kind, listener: Arc<dyn Listener>) {
        self.listeners.write().unwrap_or_else(PoisonError::into_inner).push((kind, listener));
    }

    /// Hands on a message: the channel, then the letter of the kind and a digest.
    pub(super) fn tell(&self, message: &[Value]) {
        let [Value::BulkString(channel), Value::BulkString(text)] = message else { return };
        if channel != self.channel.as_bytes() {
            return;
        }
        let Some((letter, digest)) = text.split_first() else { return };
        let Some(digest) = from_hex(digest) else { return };
        for (kind, listener) in self.listeners().iter() {
            if kind == letter {
                listener.changed(&digest);
            }
        }
    }

    pub(super) fn missed(&self) {
        for (_, listener) in self.listeners().iter() {
            listener.missed();
        }
    }

    /// Lets Redis remember that it remembers from now on, where it does not know since when. What
    /// fails here is done by the first script that needs it.
    pub(super) async fn mark(&self, connection: &mut impl ConnectionLike, is_cluster: bool) {
        let now = self.now().to_string();
        let names: Vec<String> = Tag::all().map(|tag| self.keys.since(tag)).collect();
        let names: Vec<&str> = names.iter().map(|name| &**name).collect();
        // The keys of one command must be on one node.
        for keys in names.chunks(if is_cluster { 1 } else { names.len() }) {
            let mark = MARK.in_full(&Call { keys, args: &[now.as_bytes()] });
            let _ = mark.query_async::<Value>(connection).await;
        }
    }

    /// In milliseconds since 1970.
    pub(super) fn now(&self) -> u64 {
        millis(self.clock.now())
    }

    fn listeners(&self) -> RwLockReadGuard<'_, Vec<(Kind, Arc<dyn Listener>)>> {
        self.listeners.read().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whole milliseconds since 1970, at most fifteen digits of them.
pub(super) fn millis(at: SystemTime) -> u64 {
    clock::millis(at).min(LONGEST)
}

/// The year 33658: what Lua's numbers hold exactly.
pub(super) const LONGEST: u64 = 999_999_999_999_999;
