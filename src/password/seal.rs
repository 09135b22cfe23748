//! A keyed digest, under which checks are known.

use hmac::{Hmac, KeyInit as _, Mac as _};
use zeroize::Zeroizing;

use crate::error::ConfigError;
use crate::secret::{SecretDigest, Sha256};

/// HMAC-SHA256 under a random key that never leaves the process: what it makes of a password is
/// worth nothing to whoever reads the memory without the key, and no two inputs share it.
#[derive(Clone)]
pub(super) struct Seal(Zeroizing<[u8; 32]>);

impl Seal {
    pub(super) fn random() -> Result<Self, ConfigError> {
        let mut key = Zeroizing::new([0; 32]);
        match getrandom::fill(&mut *key) {
            Ok(()) => Ok(Self(key)),
            Err(_) => Err(ConfigError::new("the system has no random bytes for a key")),
        }
    }

    /// The digest of these parts. The length goes before each, so that no two lists of parts that
    /// differ are one text: ("ab", "c") is not ("a", "bc").
    pub(super) fn digest(&self, parts: &[&[u8]]) -> SecretDigest {
        // INVARIANT: HMAC takes keys of any length. Were it otherwise, one key would still be used.
        let mut mac = Hmac::<Sha256>::new_from_slice(&*self.0)
            .unwrap_or_else(|_| Hmac::<Sha256>::new(&Default::default()));
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        SecretDigest::from(<[u8; 32]>::from(mac.finalize().into_bytes()))
    }

    /// A number below `end` that belongs to the name, and that nobody outside can tell.
    pub(super) fn choice(&self, name: &str, end: usize) -> usize {
        let digest = self.digest(&[b"choice", name.as_bytes()]);
        let [a, b, c, d, ..] = *digest.as_bytes();
        let scaled = u64::from(u32::from_be_bytes([a, b, c, d])).saturating_mul(end as u64);
        usize::try_from(scaled >> 32).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_that_differ_have_digests_that_differ() {
        let seal = Seal::random().unwrap();
        let rows: [&[&[u8]]; 8] = [
            &[b"ab", b"c"],
            &[b"a", b"bc"],
            &[b"abc", b""],
            &[b"", b"abc"],
            &[b"abc"],
            &[b"", b"", b"abc"],
            &[b"a", b"\0\0\0\0\0\0\0\x02bc"],
            &[],
        ];
        for (i, one) in rows.iter().enumerate() {
            for (j, other) in rows.iter().enumerate() {
                assert_eq!(seal.digest(one) == seal.digest(other), i == j, "{one:?} {other:?}");
            }
        }
        let another = Seal::random().unwrap();
        assert!(seal.digest(rows[0]) != another.digest(rows[0]), "each process has its own key");
    }

    #[test]
    fn choices_are_spread_and_stay() {
        let seal = Seal::random().unwrap();
        let mut counts = [0; 4];
        for number in 0..4000 {
            let name = format!("user-{number}");
            let choice = seal.choice(&name, 4);
            assert_eq!(choice, seal.choice(&name, 4));
            counts[choice] += 1;
        }
        assert!(counts.iter().all(|count| (800..1200).contains(count)), "{counts:?}");
        assert_eq!(seal.choice("anybody", 0), 0);
    }
}
