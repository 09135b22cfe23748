//! A table of Digest users in memory.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use super::algorithm::{Algorithm, Hash};
use super::directory::{
    DigestDirectory, DigestEntry, DigestName, DigestQuery, Ha1, IntoDigestDirectory,
};
use crate::error::ConfigError;
use crate::eventual::Eventual;
use crate::header::Realm;
use crate::identity::Principal;
use crate::rejection::Unavailable;
use crate::scheme::text::{check_name, empty_password, has_control, nfc};
use crate::secret::Secret;

/// A table of users. Once the layer is built it holds [`Ha1`]s and no password.
///
/// ```
/// use tower_auth::Principal;
/// use tower_auth::scheme::digest::{Algorithm, DigestUsers};
///
/// let users = DigestUsers::new()
///     .user("alice", "wonderland")
///     .user(Principal::new("bob").role("admin"), "builder")
///     .ha1("carol", Algorithm::Sha256, "7987c64c30e25f1b74be53f966b49b90f2808aa92faf9a00262392d7b4794232");
/// # let _ = users;
/// ```
#[derive(Clone, Default)]
pub struct DigestUsers {
    users: Vec<(Principal, Vec<Proof>)>,
    /// Where each name stands among them.
    places: HashMap<String, usize>,
    error: Option<ConfigError>,
}

/// What the table is told of a user.
#[derive(Clone)]
enum Proof {
    Password(Secret),
    Ha1(Algorithm, String),
}

impl DigestUsers {
    /// An empty table. A layer refuses to build with one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a user: a name, or a [`Principal`] with roles and scopes, whose subject is the name.
    ///
    /// A name that can't be sent (with a colon or a control character), or that is there already,
    /// or an empty password, makes the layer refuse to build.
    #[must_use]
    pub fn user(mut self, user: impl Into<Principal>, password: impl Into<Secret>) -> Self {
        let (principal, password) = (user.into(), password.into());
        if password.expose().is_empty() {
            self.error.get_or_insert(empty_password(&principal));
            return self;
        }
        self.add(principal, Proof::Password(password))
    }

    /// Adds a user whose password is empty.
    ///
    /// # Security
    ///
    /// Whoever knows or guesses the name is let in.
    #[must_use]
    pub fn danger_user_with_empty_password(self, user: impl Into<Principal>) -> Self {
        self.add(user.into(), Proof::Password(Secret::from("")))
    }

    /// Adds a user of whom only the [`Ha1`] is known, in hexadecimal digits; call it again for
    /// every algorithm that is offered.
    #[must_use]
    pub fn ha1(
        self,
        user: impl Into<Principal>,
        algorithm: Algorithm,
        digits: impl Into<String>,
    ) -> Self {
        self.add(user.into(), Proof::Ha1(algorithm, digits.into()))
    }

    fn add(mut self, principal: Principal, proof: Proof) -> Self {
        let name = nfc(principal.subject()).into_owned();
        match self.places.get(&name).and_then(|at| self.users.get_mut(*at)) {
            Some((_, proofs)) => proofs.push(proof),
            None => {
                self.places.insert(name, self.users.len());
                self.users.push((principal, vec![proof]));
            }
        }
        self
    }
}

impl IntoDigestDirectory for DigestUsers {
    fn into_directory(
        self: Box<Self>,
        realm: &Realm,
        algorithms: &[Algorithm],
    ) -> Result<Arc<dyn DigestDirectory>, ConfigError> {
        if let Some(error) = self.error {
            return Err(error);
        }
        if self.users.is_empty() {
            return Err(ConfigError::new(
                "the table of users is empty, so nobody could ever log in: add one with \
                 `DigestUsers::user`",
            ));
        }
        let mut table = Table::default();
        for (principal, proofs) in self.users {
            let name = nfc(principal.subject()).into_owned();
            check_name(&name, "Digest", "RFC 7616 §4")?;
            for algorithm in algorithms {
                let ha1 = ha1(&name, realm.as_str(), *algorithm, &proofs)?;
                table.add(&name, realm.as_str(), *algorithm, &principal, ha1);
            }
        }
        Ok(Arc::new(table))
    }
}

fn ha1(
    name: &str,
    realm: &str,
    algorithm: Algorithm,
    proofs: &[Proof],
) -> Result<Ha1, ConfigError> {
    match proofs {
        [Proof::Password(password)] => {
            let text = std::str::from_utf8(password.expose()).ok();
            let text = text.filter(|text| !has_control(text)).ok_or_else(|| {
                ConfigError::new(format!(
                    "the password of `{name}` is no UTF-8 or has a control character, which Digest \
                     can't work with: was a line break read along with it?"
                ))
            })?;
            Ok(Ha1::new(algorithm, name, realm, &nfc(text)))
        }
        proofs => {
            let mut found = proofs.iter().filter_map(|proof| match proof {
                Proof::Ha1(of, digits) => (of.hash() == algorithm.hash()).then_some(digits),
                Proof::Password(_) => None,
            });
            let has_password = proofs.iter().any(|proof| matches!(proof, Proof::Password(_)));
            match (found.next(), found.next(), has_password) {
                (Some(digits), None, false) => Ha1::from_hex(algorithm, digits).ok_or_else(|| {
                    ConfigError::new(format!(
                        "what is given as H(A1) of `{name}` for {} is not {} lower-case \
                             hexadecimal digits",
                        algorithm.name(),
                        algorithm.hash().digits()
                    ))
                }),
                (None, _, false) => Err(ConfigError::new(format!(
                    "nothing is known of `{name}` for {}: add it with `DigestUsers::ha1`, give the \
                     password, or don't offer that algorithm",
                    algorithm.name()
                ))),
                _ => Err(ConfigError::new(format!(
                    "the user `{name}` is in the table twice: remove one"
                ))),
            }
        }
    }
}

/// Users by what a request can name them by, for each hash.
#[derive(Default)]
struct Table {
    sha512_256: Names,
    sha256: Names,
    md5: Names,
}

#[derive(Default)]
struct Names {
    plain: HashMap<Box<str>, DigestEntry>,
    hashed: HashMap<Box<str>, DigestEntry>,
}

impl Table {
    const fn of(&self, hash: Hash) -> &Names {
        match hash {
            Hash::Sha512_256 => &self.sha512_256,
            Hash::Sha256 => &self.sha256,
            Hash::Md5 => &self.md5,
        }
    }

    const fn of_mut(&mut self, hash: Hash) -> &mut Names {
        match hash {
            Hash::Sha512_256 => &mut self.sha512_256,
            Hash::Sha256 => &mut self.sha256,
            Hash::Md5 => &mut self.md5,
        }
    }

    fn add(&mut self, name: &str, realm: &str, of: Algorithm, principal: &Principal, ha1: Ha1) {
        let entry = DigestEntry::new(principal.clone(), ha1);
        let names = self.of_mut(of.hash());
        names.hashed.insert(Ha1::name_hash(of, name, realm).into(), entry.clone());
        names.plain.insert(name.into(), entry);
    }
}

impl DigestDirectory for Table {
    fn find(&self, query: &DigestQuery<'_>) -> Eventual<Result<Option<DigestEntry>, Unavailable>> {
        let names = self.of(query.algorithm().hash());
        let found = match query.name() {
            DigestName::Plain(name) => names.plain.get(name),
            DigestName::Hashed(hash) => names.hashed.get(hash),
        };
        Eventual::Ready(Ok(found.cloned()))
    }
}

impl fmt::Debug for DigestUsers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DigestUsers").field("count", &self.users.len()).finish_non_exhaustive()
    }
}
