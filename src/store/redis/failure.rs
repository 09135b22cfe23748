//! What is said when Redis does not do what it was asked.
//!
//! Only names of errors: no address, no password, no key, and nothing of what Redis quotes.

use std::time::Duration;

use redis::{ErrorKind, RedisError};

use crate::rejection::Unavailable;

pub(super) fn of(error: &RedisError) -> Unavailable {
    if error.is_connection_refusal() {
        return Unavailable::new("Redis can't be reached: connection refused");
    }
    if error.is_timeout() {
        return Unavailable::new("Redis can't be reached: it does not answer");
    }
    if error.is_io_error() {
        return Unavailable::new("Redis can't be reached: the connection broke");
    }
    if error.kind() == ErrorKind::AuthenticationFailed {
        return Unavailable::new("Redis does not take our user name and password");
    }
    match error.code() {
        Some("OOM") => Unavailable::new("Redis is full (`OOM`): allow it more memory"),
        Some("READONLY") => Unavailable::new("Redis is a read-only replica (`READONLY`)"),
        Some("LOADING") => Unavailable::new("Redis is still loading its data (`LOADING`)"),
        Some("MASTERDOWN") => Unavailable::new("Redis has lost its master (`MASTERDOWN`)"),
        Some("NOAUTH" | "WRONGPASS") => {
            Unavailable::new("Redis does not take our user name and password")
        }
        Some("NOPERM") => Unavailable::new("Redis does not permit us a command (`NOPERM`)"),
        Some("MISCONF") => Unavailable::new("Redis can't save its data (`MISCONF`)"),
        Some("CROSSSLOT") => Unavailable::new(
            "keys lie on different nodes of the Redis cluster (`CROSSSLOT`): make the keys of \
             sessions with `SessionRecord::key`",
        ),
        Some(code) if code.bytes().all(|b| b.is_ascii_uppercase()) && code.len() < 20 => {
            Unavailable::new(format!("Redis answers with an error (`{code}`)"))
        }
        _ => Unavailable::new(format!("Redis can't be used: {}", error.category())),
    }
}

pub(super) fn too_slow(within: Duration) -> Unavailable {
    Unavailable::new(format!("Redis did not answer within {} ms", within.as_millis()))
}

pub(super) fn not_connected(within: Duration) -> Unavailable {
    Unavailable::new(format!("Redis can't be reached within {} ms", within.as_millis()))
}

pub(super) fn unexpected() -> Unavailable {
    Unavailable::new("Redis holds something else under our keys: give it a prefix of its own")
}

pub(super) fn evicts() -> Unavailable {
    Unavailable::new(
        "Redis forgets what must be remembered when it is full: set `maxmemory-policy noeviction`",
    )
}
