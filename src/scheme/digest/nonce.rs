//! Nonces that need no memory: they say when they were made, under a key that only servers have.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::algorithm::Algorithm;
use crate::clock::millis;
use crate::error::ConfigError;
use crate::secret::Secret;

/// Makes nonces and knows its own again, on every replica that has the key and after a restart.
///
/// ```text
/// nonce = base64url( time(6) unique(8) mac(16) )
/// mac   = HMAC-SHA-256( key, label realm session time unique ), the first 16 bytes
/// ```
///
/// The algorithm is no part of it, only whether it is a `-sess` one, whose counts are kept together
/// with a `cnonce`. Some clients (libwww-perl, urllib for Node.js) are offered several algorithms and
/// answer by the one that they know with the nonce of another.
pub(super) struct Nonces {
    /// The key, with what is the same for all nonces of this realm.
    mac: Hmac<Sha256>,
    lifetime: Duration,
    /// Counts from a random start, so that no two nonces are the same.
    unique: AtomicU64,
}

/// What a nonce turns out to be.
#[derive(Clone, Copy, Debug)]
pub(super) enum Standing {
    /// One of ours, in its time.
    Fresh(Nonce),
    /// Expired, or made by somebody else, or for another realm.
    Stale,
}

/// A nonce of ours.
#[derive(Clone, Copy, Debug)]
pub(super) struct Nonce {
    pub(super) id: u128,
    pub(super) issued: SystemTime,
    pub(super) expires: SystemTime,
}

impl Nonces {
    pub(super) fn new(key: &Secret, realm: &str, lifetime: Duration) -> Result<Self, ConfigError> {
        let mut mac = Hmac::<Sha256>::new_from_slice(key.expose())
            .map_err(|_| ConfigError::new("Digest: the key can't be used"))?;
        mac.update(b"tower-auth digest nonce\0");
        mac.update(realm.as_bytes());
        mac.update(b"\0");
        let mut start = [0; 8];
        random(&mut start)?;
        Ok(Self { mac, lifetime, unique: AtomicU64::new(u64::from_le_bytes(start)) })
    }

    /// A new nonce.
    pub(super) fn issue(&self, algorithm: Algorithm, now: SystemTime) -> String {
        let unique = self.unique.fetch_add(1, Ordering::Relaxed);
        let [_, _, time @ ..] = millis(now).to_be_bytes();
        let mut bytes = [0; NONCE];
        for (to, from) in bytes.iter_mut().zip(time.into_iter().chain(unique.to_be_bytes())) {
            *to = from;
        }
        let mac = self.mac(algorithm, bytes.first_chunk().unwrap_or(&[0; SAID]));
        for (to, from) in bytes.iter_mut().skip(SAID).zip(mac) {
            *to = from;
        }
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// What `nonce` is worth now.
    pub(super) fn standing(&self, nonce: &[u8], algorithm: Algorithm, now: SystemTime) -> Standing {
        let mut bytes = [0; NONCE];
        let Ok(NONCE) = URL_SAFE_NO_PAD.decode_slice(nonce, &mut bytes) else {
            return Standing::Stale;
        };
        let (Some(said), Some(mac)) = (bytes.first_chunk::<SAID>(), bytes.last_chunk::<MAC>())
        else {
            return Standing::Stale;
        };
        if !constant_time_eq::constant_time_eq_16(mac, &self.mac(algorithm, said)) {
            return Standing::Stale;
        }
        let [a, b, c, d, e, f, ..] = *said;
        let made = Duration::from_millis(u64::from_be_bytes([0, 0, a, b, c, d, e, f]));
        let times = UNIX_EPOCH
            .checked_add(made)
            .and_then(|issued| Some((issued, issued.checked_add(self.lifetime)?)));
        match times {
            // A replica whose clock is a little ahead makes nonces that lie ahead.
            Some((issued, expires)) if now < expires => {
                Standing::Fresh(Nonce { id: u128::from_be_bytes(*mac), issued, expires })
            }
            _ => Standing::Stale,
        }
    }

    /// Whether a client that goes on with this nonce should be given the next one.
    pub(super) fn is_old(&self, nonce: &Nonce, now: SystemTime) -> bool {
        let left = nonce.expires.duration_since(now).unwrap_or_default();
        left.saturating_mul(5) < self.lifetime
    }

    fn mac(&self, algorithm: Algorithm, said: &[u8; SAID]) -> [u8; MAC] {
        let mut mac = self.mac.clone();
        mac.update(&[u8::from(algorithm.is_session())]);
        mac.update(said);
        let mut short = [0; MAC];
        for (to, from) in short.iter_mut().zip(mac.finalize().into_bytes()) {
            *to = from;
        }
        short
    }
}

/// Fills `bytes` from the operating system.
pub(super) fn random(bytes: &mut [u8]) -> Result<(), ConfigError> {
    getrandom::fill(bytes).map_err(|_| {
        ConfigError::new("the operating system gives no random bytes, which Digest needs")
    })
}

impl fmt::Debug for Nonces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Nonces").field("lifetime", &self.lifetime).finish_non_exhaustive()
    }
}

/// Bytes of the time and of what is unique.
const SAID: usize = 14;
const MAC: usize = 16;
const NONCE: usize = SAID + MAC;
