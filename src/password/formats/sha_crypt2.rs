//! SHA-crypt: `$5$salt$hash` (SHA-256) and `$6$rounds=10000$salt$hash` (SHA-512),
//! [as specified by Ulrich Drepper](https://www.akkadia.org/drepper/SHA-crypt.txt).

use std::sync::Arc;

use sha_crypt::{PasswordVerifier as _, ShaCrypt};

use super::{Check, Profile};

struct Stored {
    text: Box<str>,
    profile: Profile,
}

impl Check for Stored {
    fn matches(&self, password: &[u8]) -> bool {
        ShaCrypt::default().verify_password(password, &*self.text).is_ok()
    }

    fn profile(&self) -> Profile {
        self.profile
    }
}

pub(super) fn parse(text: &str) -> Option<Result<Arc<dyn Check>, String>> {
    let (kind, length, rest) = match (text.strip_prefix("$5$"), text.strip_prefix("$6$")) {
        (Some(rest), _) => ("SHA-256-crypt", 43, rest),
        (_, Some(rest)) => ("SHA-512-crypt", 86, rest),
        _ => return None,
    };
    let profile = rounds(rest, length).map(|rounds| Profile { kind, costs: [rounds, 0, 0] });
    Some(profile.map(|profile| Arc::new(Stored { text: text.into(), profile }) as Arc<dyn Check>))
}

/// How many rounds, of a hash whose every part is as it must be.
fn rounds(rest: &str, length: usize) -> Result<u32, String> {
    let (rounds, rest) = match rest.strip_prefix("rounds=").and_then(|rest| rest.split_once('$')) {
        Some((rounds, rest)) => (rounds.parse().map_err(|_| BAD.to_owned())?, rest),
        None => (DEFAULT, rest),
    };
    let (salt, hash) = rest.split_once('$').ok_or(BAD)?;
    let is_base64 =
        |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b"./".contains(&b));
    if salt.is_empty() || salt.len() > 16 || hash.len() != length || !is_base64(hash) {
        return Err(BAD.to_owned());
    }
    if !salt.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(BAD.to_owned());
    }
    match rounds {
        1000..=MAX_ROUNDS => Ok(rounds),
        0..1000 => Err(format!("SHA-crypt has at least 1000 rounds, and it says {rounds}")),
        _ => Err(format!("{rounds} rounds of SHA-crypt take too long: at most {MAX_ROUNDS}")),
    }
}

const BAD: &str = "it is no SHA-crypt hash";
const DEFAULT: u32 = 5000;
/// About a third of a second.
const MAX_ROUNDS: u32 = 1_000_000;
