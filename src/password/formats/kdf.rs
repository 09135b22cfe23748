//! scrypt ([RFC 7914](https://www.rfc-editor.org/rfc/rfc7914)) and PBKDF2
//! ([RFC 8018 §5.2](https://www.rfc-editor.org/rfc/rfc8018#section-5.2)), as PHC strings.

use std::sync::Arc;

use constant_time_eq::constant_time_eq;
use zeroize::Zeroizing;

use super::phc_text::Phc;
use super::{Check, Profile};
use crate::secret::{Sha256, Sha512};

struct Stored {
    way: Way,
    salt: Box<[u8]>,
    hash: Box<[u8]>,
}

enum Way {
    Scrypt(scrypt::Params),
    Pbkdf2Sha256(u32),
    Pbkdf2Sha512(u32),
}

impl Check for Stored {
    fn matches(&self, password: &[u8]) -> bool {
        let mut hash = Zeroizing::new(vec![0; self.hash.len()]);
        let made = match &self.way {
            Way::Scrypt(params) => scrypt::scrypt(password, &self.salt, params, &mut hash).is_ok(),
            Way::Pbkdf2Sha256(rounds) => {
                pbkdf2::pbkdf2_hmac::<Sha256>(password, &self.salt, *rounds, &mut hash);
                true
            }
            Way::Pbkdf2Sha512(rounds) => {
                pbkdf2::pbkdf2_hmac::<Sha512>(password, &self.salt, *rounds, &mut hash);
                true
            }
        };
        made && constant_time_eq(&hash, &self.hash)
    }

    fn profile(&self) -> Profile {
        match &self.way {
            Way::Scrypt(params) => Profile {
                kind: "scrypt",
                costs: [u32::from(params.log_n()), params.r(), params.p()],
            },
            Way::Pbkdf2Sha256(rounds) => Profile { kind: "PBKDF2-SHA256", costs: [*rounds, 0, 0] },
            Way::Pbkdf2Sha512(rounds) => Profile { kind: "PBKDF2-SHA512", costs: [*rounds, 0, 0] },
        }
    }
}

/// `$scrypt$ln=17,r=8,p=1$salt$hash`
pub(super) fn scrypt(text: &str) -> Option<Result<Arc<dyn Check>, String>> {
    text.starts_with("$scrypt$").then(|| {
        let phc = Phc::read(text)?;
        phc.only(&["ln", "r", "p"])?;
        let (ln, r, p) = (phc.number("ln")?, phc.number("r")?, phc.number("p")?);
        let memory = 128_u64.checked_shl(ln).and_then(|memory| memory.checked_mul(r.into()));
        let memory = memory.filter(|memory| ln <= 30 && *memory <= MAX_MEMORY);
        let work = memory.and_then(|memory| memory.checked_mul(p.into()));
        if work.is_none_or(|work| work > MAX_WORK) {
            return Err(format!(
                "scrypt of ln={ln},r={r},p={p} costs too much: at most 256 MiB of memory (ln=18,r=8), \
                 and 1 GiB in all p together"
            ));
        }
        let ln = u8::try_from(ln).unwrap_or(u8::MAX);
        let params = scrypt::Params::new(ln, r, p).map_err(|_| "its parameters are none of scrypt")?;
        stored(Way::Scrypt(params), &phc)
    })
}

/// `$pbkdf2-sha256$i=600000$salt$hash`, also with `l`, the length of the hash.
pub(super) fn pbkdf2(text: &str) -> Option<Result<Arc<dyn Check>, String>> {
    let way = match text.strip_prefix("$pbkdf2-")?.split('$').next()? {
        "sha256" => Way::Pbkdf2Sha256,
        "sha512" => Way::Pbkdf2Sha512,
        _ => return None,
    };
    Some(Phc::read(text).and_then(|phc| {
        phc.only(&["i", "l"])?;
        let rounds = phc.number("i")?;
        if !(1000..=MAX_ROUNDS).contains(&rounds) {
            return Err(format!("PBKDF2 with i={rounds}: at least 1000, and at most {MAX_ROUNDS}"));
        }
        let length = phc.hash()?.len();
        if phc.optional("l")?.is_some_and(|l| usize::try_from(l) != Ok(length)) {
            return Err("its hash is not as long as `l` says".to_owned());
        }
        stored(way(rounds), &phc)
    }))
}

fn stored(way: Way, phc: &Phc) -> Result<Arc<dyn Check>, String> {
    Ok(Arc::new(Stored { way, salt: phc.salt(), hash: phc.hash()? }))
}

const MAX_MEMORY: u64 = 256 * 1024 * 1024;
const MAX_WORK: u64 = 1024 * 1024 * 1024;
/// About a quarter of a second.
const MAX_ROUNDS: u32 = 2_000_000;
