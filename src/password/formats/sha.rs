//! `{SHA}` and the SHA-1 of the password in base64: no salt, one round.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use constant_time_eq::constant_time_eq;
use sha1::{Digest as _, Sha1};

use super::{Check, Profile};

struct Stored([u8; 20]);

impl Check for Stored {
    fn matches(&self, password: &[u8]) -> bool {
        constant_time_eq(&Sha1::digest(password), &self.0)
    }

    fn profile(&self) -> Profile {
        Profile { kind: "SHA-1", costs: [0; 3] }
    }
}

pub(super) fn parse(text: &str) -> Option<Result<Arc<dyn Check>, String>> {
    let hash = STANDARD.decode(text.strip_prefix("{SHA}")?).ok();
    let hash = hash.and_then(|hash| <[u8; 20]>::try_from(hash).ok());
    Some(match hash {
        Some(hash) => Ok(Arc::new(Stored(hash))),
        None => Err("it is no SHA-1 in base64".to_owned()),
    })
}
