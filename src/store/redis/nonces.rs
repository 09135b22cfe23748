//! Uses of nonces in Redis.

use std::fmt;
use std::sync::Arc;

use super::RedisStores;
use super::failure;
use super::link::Link;
use super::news::millis;
use super::script::{Call, MARK, NONCE};
use crate::eventual::Eventual;
use crate::rejection::Unavailable;
use crate::store::Use;
use crate::store::nonces::{NonceStore, NonceUse};

impl RedisStores {
    /// Uses of nonces.
    #[must_use]
    pub fn nonces(&self) -> RedisNonces {
        RedisNonces { link: Arc::clone(&self.link) }
    }
}

/// Uses of nonces in Redis: [`RedisStores::nonces`].
///
/// Some 200 bytes for each nonce in use.
#[derive(Clone)]
pub struct RedisNonces {
    link: Arc<Link>,
}

impl NonceStore for RedisNonces {
    fn note(&self, used: &NonceUse<'_>) -> Eventual<Result<Use, Unavailable>> {
        let (link, note) = (Arc::clone(&self.link), Note::of(used, self.link.news.now()));
        Eventual::pending(async move { note.take(&link).await })
    }

    fn first_cnonce(&self, nonce: u128) -> Eventual<Result<Option<Box<[u8]>>, Unavailable>> {
        let link = Arc::clone(&self.link);
        Eventual::pending(async move {
            let (key, _) = link.news.keys.nonce(nonce);
            let mut get = redis::cmd("GETRANGE");
            get.arg(key).arg(CNONCE_AT).arg(-1);
            let rest: Vec<u8> = link.ask(&get).await?;
            Ok(rest.split_first().map(|(_, rest)| rest.into()))
        })
    }
}

/// A use, as the script takes it.
struct Note {
    nonce: u128,
    count: String,
    once: &'static [u8],
    issued: String,
    now: String,
    ttl: String,
    cnonce: Vec<u8>,
}

impl Note {
    fn of(used: &NonceUse<'_>, now: u64) -> Self {
        let cnonce = used.cnonce.filter(|cnonce| cnonce.len() <= LONGEST_CNONCE);
        Self {
            nonce: used.nonce,
            count: used.count.to_string(),
            once: if used.once { b"1" } else { b"0" },
            issued: millis(used.issued).to_string(),
            now: now.to_string(),
            ttl: millis(used.expires).saturating_sub(now).saturating_add(1).to_string(),
            cnonce: cnonce.map(|cnonce| [b"-", cnonce].concat()).unwrap_or_default(),
        }
    }

    async fn take(self, link: &Arc<Link>) -> Result<Use, Unavailable> {
        let (key, since) = link.news.keys.nonce(self.nonce);
        let args = [
            self.count.as_bytes(),
            self.once,
            self.issued.as_bytes(),
            self.now.as_bytes(),
            self.ttl.as_bytes(),
            &self.cnonce,
        ];
        match link.run(&NONCE, Call { keys: &[&key, &since], args: &args }).await? {
            1 => Ok(Use::New),
            0 => Ok(Use::Seen),
            -1 => {
                self.mark_others(link).await;
                Ok(Use::Seen)
            }
            _ => Err(failure::unexpected()),
        }
    }

    /// Redis lost its data: the other places are told now, so that the nonce that the client gets
    /// next is younger than all of them.
    async fn mark_others(&self, link: &Arc<Link>) {
        for tag in super::keys::Tag::nonces() {
            let key = link.news.keys.since(tag);
            let call = Call { keys: &[&key], args: &[self.now.as_bytes()] };
            let _: Result<(), _> = link.run(&MARK, call).await;
        }
    }
}

impl fmt::Debug for RedisNonces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisNonces").finish_non_exhaustive()
    }
}

/// Longer ones are not kept, in bytes.
const LONGEST_CNONCE: usize = 128;
/// Behind the window and the highest count.
const CNONCE_AT: i64 = 138;
