//! Who knows what a Digest password hashes to.

use std::fmt;
use std::sync::Arc;

use super::algorithm::{Algorithm, Hex};
use crate::error::ConfigError;
use crate::eventual::Eventual;
use crate::header::Realm;
use crate::identity::Principal;
use crate::rejection::Unavailable;

/// Knows users and what their passwords hash to: [`DigestUsers`](super::DigestUsers), or a database
/// that keeps [`Ha1`] for each algorithm.
///
/// ```
/// use tower_auth::rejection::Unavailable;
/// use tower_auth::scheme::digest::{DigestDirectory, DigestEntry, DigestName, DigestQuery, Ha1};
/// use tower_auth::{Eventual, Principal};
///
/// # struct Row { ha1: String }
/// # async fn row_of(_: &str, _: &str) -> Result<Option<Row>, std::io::Error> { Ok(None) }
/// struct Database;
///
/// impl DigestDirectory for Database {
///     fn find(
///         &self,
///         query: &DigestQuery<'_>,
///     ) -> Eventual<Result<Option<DigestEntry>, Unavailable>> {
///         let DigestName::Plain(name) = query.name() else { return Eventual::Ready(Ok(None)) };
///         let (name, algorithm) = (name.to_owned(), query.algorithm());
///         Eventual::pending(async move {
///             let row = row_of(&name, algorithm.name()).await;
///             let row = row.map_err(|_| Unavailable::new("user database"))?;
///             // What is stored and unreadable lets nobody in.
///             Ok(row.and_then(|row| {
///                 let ha1 = Ha1::from_hex(algorithm, &row.ha1)?;
///                 Some(DigestEntry::new(Principal::new(name), ha1))
///             }))
///         })
///     }
/// }
/// ```
///
/// An unknown name is `None`; it is then checked against a secret that nobody has.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no directory of Digest users",
    note = "use `digest::DigestUsers`, or implement `digest::DigestDirectory`"
)]
pub trait DigestDirectory: Send + Sync + 'static {
    /// The user whom the query names.
    fn find(&self, query: &DigestQuery<'_>) -> Eventual<Result<Option<DigestEntry>, Unavailable>>;
}

/// A [`DigestDirectory`], or what one is made of once realm and algorithms are known.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no directory of Digest users",
    note = "use `digest::DigestUsers`, or implement `digest::DigestDirectory`; a hash that is made for Basic can't serve Digest"
)]
pub trait IntoDigestDirectory: Send + 'static {
    /// Makes it.
    ///
    /// # Errors
    ///
    /// When it could not work as set up; the sentence says what to do.
    fn into_directory(
        self: Box<Self>,
        realm: &Realm,
        algorithms: &[Algorithm],
    ) -> Result<Arc<dyn DigestDirectory>, ConfigError>;
}

impl<D: DigestDirectory> IntoDigestDirectory for D {
    fn into_directory(
        self: Box<Self>,
        _: &Realm,
        _: &[Algorithm],
    ) -> Result<Arc<dyn DigestDirectory>, ConfigError> {
        Ok(Arc::from(self as Box<dyn DigestDirectory>))
    }
}

/// Whom a request claims to be from, and what has to be known of them.
#[derive(Clone, Copy, Debug)]
pub struct DigestQuery<'a> {
    pub(super) name: DigestName<'a>,
    pub(super) realm: &'a str,
    pub(super) algorithm: Algorithm,
}

/// How a request names its user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "RFC 7616 has these two")]
pub enum DigestName<'a> {
    /// By name, in normalization form C.
    Plain(&'a str),
    /// By [`Ha1::name_hash`], where the challenge offers `userhash`.
    Hashed(&'a str),
}

impl<'a> DigestQuery<'a> {
    /// The name.
    #[must_use]
    pub fn name(&self) -> DigestName<'a> {
        self.name
    }

    /// The realm.
    #[must_use]
    pub fn realm(&self) -> &'a str {
        self.realm
    }

    /// The algorithm.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}

/// A user whom a directory knows.
#[derive(Clone, Debug)]
pub struct DigestEntry {
    pub(super) principal: Principal,
    pub(super) ha1: Ha1,
}

impl DigestEntry {
    /// Who it is, and what proves it.
    #[must_use]
    pub fn new(principal: Principal, ha1: Ha1) -> Self {
        Self { principal, ha1 }
    }
}

/// `H(username ":" realm ":" password)`,
/// [RFC 7616 §3.4.2](https://www.rfc-editor.org/rfc/rfc7616#section-3.4.2): all that a server needs
/// to keep of a password, one for each hash and realm.
///
/// # Security
///
/// Whoever has it can log in within its realm without the password. Keep it as you keep passwords.
#[derive(Clone)]
pub struct Ha1(pub(super) Hex);

impl Ha1 {
    /// Computes it. Name and password in normalization form C.
    #[must_use]
    pub fn new(algorithm: Algorithm, name: &str, realm: &str, password: &str) -> Self {
        Self(algorithm.hash().of(&[name.as_bytes(), realm.as_bytes(), password.as_bytes()]))
    }

    /// What was stored: lower-case hexadecimal digits, 64 or for MD5 32. `None` for anything else.
    #[must_use]
    pub fn from_hex(algorithm: Algorithm, digits: &str) -> Option<Self> {
        Hex::read(digits.as_bytes(), algorithm.hash().digits()).map(Self)
    }

    /// The digits, to store them. Every call is a place to review.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.as_str()
    }

    /// `H(username ":" realm)`, by which a request with `userhash=true` names its user
    /// ([RFC 7616 §3.4.4](https://www.rfc-editor.org/rfc/rfc7616#section-3.4.4)), in digits: what a
    /// directory that offers it has an index of.
    #[must_use]
    pub fn name_hash(algorithm: Algorithm, name: &str, realm: &str) -> String {
        algorithm.hash().of(&[name.as_bytes(), realm.as_bytes()]).as_str().to_owned()
    }
}

impl Drop for Ha1 {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Ha1 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ha1(***)")
    }
}
