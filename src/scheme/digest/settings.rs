//! The settings of the scheme.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::Algorithm;
use super::check::{DigestScheme, Rules, UserHash};
use super::credentials::Qop;
use super::directory::IntoDigestDirectory;
use super::nonce::{Nonces, random};
use super::offer::{Offer, Offered};
use crate::clock::{Clock, SystemClock};
use crate::error::ConfigError;
use crate::header::Realm;
use crate::scheme::{IntoScheme, Scheme};
use crate::secret::Secret;
use crate::store::{MemoryNonces, NonceStore};

/// The settings of the `Digest` scheme. See the [module](super).
#[must_use]
pub struct Digest {
    realm: String,
    directory: Box<dyn IntoDigestDirectory>,
    algorithms: Vec<Algorithm>,
    md5: Vec<Algorithm>,
    qops: Vec<Qop>,
    userhash: UserHash,
    domain: Vec<String>,
    opaque: Option<String>,
    key: Option<Secret>,
    lifetime: Duration,
    once: bool,
    store: Option<Arc<dyn NonceStore>>,
    clock: Arc<dyn Clock>,
}

impl Digest {
    /// Names the protection space, and who knows the users.
    pub fn new(realm: impl Into<String>, directory: impl IntoDigestDirectory) -> Self {
        Self {
            realm: realm.into(),
            directory: Box::new(directory),
            algorithms: vec![Algorithm::Sha256],
            md5: Vec::new(),
            qops: vec![Qop::Auth],
            userhash: UserHash::No,
            domain: Vec::new(),
            opaque: None,
            key: None,
            lifetime: LIFETIME,
            once: false,
            store: None,
            clock: Arc::new(SystemClock),
        }
    }

    /// The algorithms to offer. Default: [`Algorithm::Sha256`] alone. Challenges stand in order of
    /// strength, whatever the order here is.
    pub fn algorithms(mut self, algorithms: impl IntoIterator<Item = Algorithm>) -> Self {
        self.algorithms = algorithms.into_iter().collect();
        self
    }

    /// Offers MD5 as well, for clients that know nothing else (wget, and curl as some systems build
    /// it).
    ///
    /// # Security
    ///
    /// Who records one exchange tries out passwords against it, with MD5 some ten times as fast as
    /// with SHA-256; and a client that could do better can be talked down to it
    /// ([RFC 7616 §5.8](https://www.rfc-editor.org/rfc/rfc7616#section-5.8)).
    pub fn danger_md5(mut self) -> Self {
        self.md5.push(Algorithm::Md5);
        self
    }

    /// Offers MD5-sess as well. [`danger_md5`](Self::danger_md5) says what that means.
    pub fn danger_md5_sess(mut self) -> Self {
        self.md5.push(Algorithm::Md5Sess);
        self
    }

    /// Offers `qop="auth, auth-int"`: the client may protect the content too. The layer must be
    /// built with [`build_buffering`](crate::authenticate::Builder::build_buffering).
    pub fn auth_int(mut self) -> Self {
        self.qops = vec![Qop::Auth, Qop::AuthInt];
        self
    }

    /// Offers `qop="auth-int"` alone. Few clients know it.
    pub fn auth_int_only(mut self) -> Self {
        self.qops = vec![Qop::AuthInt];
        self
    }

    /// Offers `userhash`: the client may send a hash of the name instead of the name
    /// ([RFC 7616 §3.4.4](https://www.rfc-editor.org/rfc/rfc7616#section-3.4.4)). The directory
    /// must find users by it.
    /// [Limits on attempts](crate::attempts) take a name and its hashes for accounts of their own.
    pub fn userhash(mut self) -> Self {
        self.userhash = UserHash::Offered;
        self
    }

    /// As [`userhash`](Self::userhash), and refuses names that are sent as they are. Few clients
    /// know it.
    pub fn require_userhash(mut self) -> Self {
        self.userhash = UserHash::Required;
        self
    }

    /// The URIs of the protection space: paths, or absolute URIs. Default: none are named, which
    /// means the whole origin; but Java's `HttpURLConnection` uses a nonce again only where one is
    /// named, so `["/"]` saves it every second request. Not
    /// sent by a proxy, where it means nothing.
    pub fn domain(mut self, uris: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.domain = uris.into_iter().map(Into::into).collect();
        self
    }

    /// What clients must send back unchanged. Default: nothing; nonces do without.
    pub fn opaque(mut self, opaque: impl Into<String>) -> Self {
        self.opaque = Some(opaque.into());
        self
    }

    /// The key under which nonces are made, at least 32 bytes. Give all replicas the same, and a
    /// shared [`store`](Self::store). Default: a random one, so that clients get one `stale=true`
    /// after a restart, and ask again by themselves.
    pub fn key(mut self, key: impl Into<Secret>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// How long a nonce is good. Default: 5 min; between 1 s and 24 h.
    pub fn nonce_lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetime = lifetime;
        self
    }

    /// Makes each nonce good for one request; the answer brings the next in `nextnonce`. Clients
    /// that send several requests at once, or don't heed `nextnonce`, pay with a second round trip.
    pub fn one_time_nonces(mut self) -> Self {
        self.once = true;
        self
    }

    /// Remembers which uses of nonces were seen. Default: [`MemoryNonces`] for a million.
    pub fn store(mut self, store: impl NonceStore) -> Self {
        self.store = Some(Arc::new(store));
        self
    }

    /// Tells the time. Default: the system's clock.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    fn all_algorithms(&self) -> Result<Vec<Algorithm>, ConfigError> {
        if self.algorithms.iter().any(|one| matches!(one, Algorithm::Md5 | Algorithm::Md5Sess)) {
            return Err(ConfigError::new(
                "Digest: MD5 is weak, and is offered only where you say so: call `danger_md5` or \
                 `danger_md5_sess` instead of naming it among the algorithms",
            ));
        }
        let mut all: Vec<Algorithm> = self.algorithms.iter().chain(&self.md5).copied().collect();
        all.sort_unstable();
        // RFC 7616 §3.7: each challenge must use another algorithm.
        if let Some((twice, _)) = all.iter().zip(all.iter().skip(1)).find(|(a, b)| a == b) {
            return Err(ConfigError::new(format!(
                "Digest: {} is offered twice: name it once",
                twice.name()
            )));
        }
        if all.is_empty() {
            return Err(ConfigError::new(
                "Digest: no algorithm is offered, so nobody could ever log in: leave the default, \
                 or name some",
            ));
        }
        Ok(all)
    }

    fn usable_key(&self) -> Result<Secret, ConfigError> {
        match &self.key {
            Some(key) if key.expose().len() < SHORTEST_KEY => Err(ConfigError::new(
                "Digest: the key is shorter than 32 bytes, so nonces could be forged: take 32 \
                 random ones",
            )),
            Some(key) => Ok(key.clone()),
            None => {
                let mut random_key = [0; SHORTEST_KEY];
                random(&mut random_key)?;
                Ok(Secret::from(&random_key[..]))
            }
        }
    }
}

impl IntoScheme for Digest {
    fn into_scheme(self) -> Result<Arc<dyn Scheme>, ConfigError> {
        let realm =
            Realm::new(&self.realm).map_err(|why| ConfigError::new(format!("Digest: {why}")))?;
        if !(SHORTEST_LIFE..=LONGEST_LIFE).contains(&self.lifetime) {
            return Err(ConfigError::new("Digest: nonces must live between 1 s and 24 h"));
        }
        let (algorithms, key) = (self.all_algorithms()?, self.usable_key()?);
        let offered = Offered {
            realm: &realm,
            qops: &self.qops,
            userhash: self.userhash != UserHash::No,
            domain: &self.domain,
            opaque: self.opaque.as_deref(),
        };
        let offers = algorithms.iter().map(|algorithm| Offer::new(*algorithm, &offered));
        let offers = offers.collect::<Result<_, _>>()?;
        let nonces = Nonces::new(&key, realm.as_str(), self.lifetime)?;
        let directory = self.directory.into_directory(&realm, &algorithms)?;
        let clock = self.clock;
        let is_new_key = self.key.is_none();
        let store = self.store.unwrap_or_else(|| {
            let clock = Arc::clone(&clock);
            let store = MemoryNonces::new(NONCES).clock(move || clock.now());
            Arc::new(if is_new_key { store.for_a_new_key() } else { store })
        });
        let rules = Rules {
            realm: realm.as_str().into(),
            qops: self.qops,
            userhash: self.userhash,
            opaque: self.opaque,
            once: self.once,
        };
        Ok(Arc::new(DigestScheme::new(rules, offers, nonces, directory, store, clock)))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Digest").field("realm", &self.realm).finish_non_exhaustive()
    }
}

const LIFETIME: Duration = Duration::from_secs(5 * 60);
const SHORTEST_LIFE: Duration = Duration::from_secs(1);
const LONGEST_LIFE: Duration = Duration::from_secs(24 * 60 * 60);
const SHORTEST_KEY: usize = 32;
/// Nonces in use at once, some 80 MB if they ever are.
const NONCES: usize = 1_000_000;
