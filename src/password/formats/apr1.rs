//! `$apr1$salt$hash`: Apache's MD5, a thousand rounds.

use std::sync::Arc;

use constant_time_eq::constant_time_eq;
use md5::{Digest as _, Md5};

use super::{Check, Profile};

struct Stored {
    salt: Box<[u8]>,
    hash: Box<[u8]>,
}

impl Check for Stored {
    fn matches(&self, password: &[u8]) -> bool {
        constant_time_eq(&written(&digest(password, &self.salt)), &self.hash)
    }

    fn profile(&self) -> Profile {
        Profile { kind: "apr1", costs: [0; 3] }
    }
}

pub(super) fn parse(text: &str) -> Option<Result<Arc<dyn Check>, String>> {
    let (salt, hash) = text.strip_prefix("$apr1$")?.split_once('$').unwrap_or_default();
    let is_hash = hash.len() == 22 && hash.bytes().all(|b| LETTERS.contains(&b));
    if !is_hash || salt.is_empty() || salt.len() > 8 {
        return Some(Err("it is no `$apr1$` hash".to_owned()));
    }
    Some(Ok(Arc::new(Stored { salt: salt.as_bytes().into(), hash: hash.as_bytes().into() })))
}

/// MD5-crypt, with Apache's name in it.
fn digest(password: &[u8], salt: &[u8]) -> [u8; 16] {
    let inner = Md5::new().chain_update(password).chain_update(salt).chain_update(password);
    let inner = inner.finalize();
    let mut first = Md5::new().chain_update(password).chain_update("$apr1$").chain_update(salt);
    for chunk in password.chunks(inner.len()) {
        first.update(inner.get(..chunk.len()).unwrap_or(&inner));
    }
    let mut bits = password.len();
    while bits > 0 {
        let letter = password.first().copied().unwrap_or_default();
        first.update([if bits & 1 == 1 { 0 } else { letter }]);
        bits >>= 1;
    }
    let mut last: [u8; 16] = first.finalize().into();
    for round in 0..1000 {
        let is_odd = round % 2 == 1;
        let mut hash = Md5::new();
        hash.update(if is_odd { password } else { &last });
        if round % 3 != 0 {
            hash.update(salt);
        }
        if round % 7 != 0 {
            hash.update(password);
        }
        hash.update(if is_odd { &last[..] } else { password });
        last = hash.finalize().into();
    }
    last
}

/// The digest in its own order and alphabet, six bits a letter, the lowest first.
fn written(digest: &[u8; 16]) -> [u8; 22] {
    let [b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, b10, b11, b12, b13, b14, b15] = *digest;
    let groups =
        [(b0, b6, b12), (b1, b7, b13), (b2, b8, b14), (b3, b9, b15), (b4, b10, b5), (0, 0, b11)];
    let mut text = [b'.'; 22];
    for (place, (high, middle, low)) in text.chunks_mut(4).zip(groups) {
        let mut bits = u32::from_be_bytes([0, high, middle, low]);
        for letter in place {
            let index = usize::try_from(bits & 63).unwrap_or_default();
            *letter = LETTERS.get(index).copied().unwrap_or(b'.');
            bits >>= 6;
        }
    }
    text
}

const LETTERS: &[u8; 64] = b"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
