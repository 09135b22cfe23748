//! argon2id, [RFC 9106](https://www.rfc-editor.org/rfc/rfc9106).

use std::sync::Arc;

use argon2::{Algorithm, Argon2, Params, Version};
use constant_time_eq::constant_time_eq;
use phc::{Ident, Output, ParamsString, Salt};
use zeroize::Zeroizing;

use super::phc_text::Phc;
use super::{Check, PasswordHash, Profile};
use crate::error::ConfigError;

/// The costs of argon2id: how much memory, how often it is gone over, in how many lanes.
///
/// ```
/// use tower_auth::password::Argon2id;
///
/// let more = Argon2id::new(64 * 1024, 3, 1)?;
/// assert!(Argon2id::new(8 * 1024 * 1024, 3, 1).is_err(), "8 GiB for each log-in");
/// # let _ = more;
/// # Ok::<(), tower_auth::ConfigError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Argon2id {
    memory: u32,
    passes: u32,
    lanes: u32,
}

impl Argon2id {
    /// `memory` in KiB, `passes` over it, `lanes` (which are worked on one after the other).
    ///
    /// # Errors
    ///
    /// They would cost too much for a log-in, or are no parameters of argon2.
    pub fn new(memory: u32, passes: u32, lanes: u32) -> Result<Self, ConfigError> {
        let costs = Self { memory, passes, lanes };
        costs.capped().map_err(|why| ConfigError::new(format!("argon2id: {why}")))
    }

    fn capped(self) -> Result<Self, String> {
        let work = u64::from(self.memory).saturating_mul(u64::from(self.passes));
        if self.memory > MAX_MEMORY || work > MAX_WORK || self.lanes > MAX_LANES {
            return Err(format!(
                "it costs too much (m={},t={},p={}): at most 256 MiB of memory (m=262144), 1 GiB \
                 in all passes together, and 16 lanes",
                self.memory, self.passes, self.lanes
            ));
        }
        match Params::new(self.memory, self.passes, self.lanes, None) {
            Ok(_) => Ok(self),
            Err(error) => Err(format!("its parameters are none of argon2 ({error})")),
        }
    }

    fn params(self, length: usize) -> Result<Params, argon2::Error> {
        Params::new(self.memory, self.passes, self.lanes, Some(length))
    }

    pub(in crate::password) fn profile(self) -> Profile {
        Profile { kind: "argon2id", costs: [self.memory, self.passes, self.lanes] }
    }

    /// Hashes a password. `None` where there is not enough memory.
    pub(in crate::password) fn hash(self, password: &[u8], salt: [u8; 16]) -> Option<PasswordHash> {
        let mut hash = [0; LENGTH];
        let context = Argon2::new(Algorithm::Argon2id, VERSION, self.params(LENGTH).ok()?);
        context.hash_password_into(password, &salt, &mut hash).ok()?;
        self.hash_of(salt, hash)
    }

    /// A hash that costs this much, of no password that anybody knows.
    pub(in crate::password) fn decoy(self) -> Arc<dyn Check> {
        let (kind, version) = (Algorithm::Argon2id, VERSION);
        let (salt, hash) = (Box::from([0; 16]), Box::from([0; LENGTH]));
        Arc::new(Stored { kind, version, costs: self, salt, hash })
    }

    fn hash_of(self, salt: [u8; 16], hash: [u8; LENGTH]) -> Option<PasswordHash> {
        let mut params = ParamsString::new();
        for (name, value) in [("m", self.memory), ("t", self.passes), ("p", self.lanes)] {
            params.add_decimal(Ident::new(name).ok()?, value).ok()?;
        }
        let phc = phc::PasswordHash {
            algorithm: Ident::new("argon2id").ok()?,
            version: Some(u32::from(VERSION)),
            params,
            salt: Some(Salt::new(&salt).ok()?),
            hash: Some(Output::new(&hash).ok()?),
        };
        PasswordHash::parse(&phc.to_string()).ok()
    }
}

impl Default for Argon2id {
    /// 19 MiB, 2 passes, 1 lane: the first choice of
    /// [OWASP's cheat sheet](https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html).
    fn default() -> Self {
        Self { memory: 19 * 1024, passes: 2, lanes: 1 }
    }
}

struct Stored {
    kind: Algorithm,
    version: Version,
    costs: Argon2id,
    salt: Box<[u8]>,
    hash: Box<[u8]>,
}

impl Check for Stored {
    fn matches(&self, password: &[u8]) -> bool {
        let mut hash = Zeroizing::new(vec![0; self.hash.len()]);
        let Ok(params) = self.costs.params(hash.len()) else { return false };
        let context = Argon2::new(self.kind, self.version, params);
        let made = context.hash_password_into(password, &self.salt, &mut hash);
        made.is_ok() && constant_time_eq(&hash, &self.hash)
    }

    fn profile(&self) -> Profile {
        match self.kind {
            Algorithm::Argon2id => self.costs.profile(),
            Algorithm::Argon2i | Algorithm::Argon2d => {
                Profile { kind: "argon2i", ..self.costs.profile() }
            }
        }
    }
}

pub(super) fn parse(text: &str) -> Option<Result<Arc<dyn Check>, String>> {
    let kind = match text.strip_prefix('$')?.split('$').next()? {
        "argon2id" => Algorithm::Argon2id,
        "argon2i" => Algorithm::Argon2i,
        _ => return None,
    };
    Some(stored(kind, text).map(|stored| Arc::new(stored) as Arc<dyn Check>))
}

fn stored(kind: Algorithm, text: &str) -> Result<Stored, String> {
    let phc = Phc::read(text)?;
    phc.only(&["m", "t", "p"])?;
    // Without `v`, it is the version before versions were written.
    let version = match phc.version() {
        Some(19) => Version::V0x13,
        Some(16) | None => Version::V0x10,
        Some(other) => return Err(format!("its version {other} is not known")),
    };
    let (memory, passes, lanes) = (phc.number("m")?, phc.number("t")?, phc.number("p")?);
    let costs = Argon2id { memory, passes, lanes }.capped()?;
    Ok(Stored { kind, version, costs, salt: phc.salt(), hash: phc.hash()? })
}

const VERSION: Version = Version::V0x13;
const LENGTH: usize = 32;
const MAX_MEMORY: u32 = 256 * 1024;
const MAX_WORK: u64 = 1024 * 1024;
const MAX_LANES: u32 = 16;
