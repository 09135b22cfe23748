//! What a client computes.

use std::fmt;

use super::Algorithm;
use super::algorithm::Proof;

/// All that a client's `response` is computed from,
/// [RFC 7616 §3.4.1](https://www.rfc-editor.org/rfc/rfc7616#section-3.4.1).
///
/// ```
/// use tower_auth::scheme::digest::{Algorithm, Exchange};
///
/// // RFC 7616 §3.9.1
/// let exchange = Exchange {
///     algorithm: Algorithm::Sha256,
///     username: "Mufasa",
///     realm: "http-auth@example.org",
///     password: "Circle of Life",
///     nonce: "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
///     nc: "00000001",
///     cnonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
///     qop: Some("auth"),
///     method: "GET",
///     uri: "/dir/index.html",
///     content: b"",
/// };
/// let response = exchange.response();
/// assert_eq!(response, "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1");
/// ```
#[derive(Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "the formula of the RFC has these and no others")]
pub struct Exchange<'a> {
    /// The algorithm of the challenge.
    pub algorithm: Algorithm,
    /// The name, also where `userhash` sends its hash.
    pub username: &'a str,
    /// The realm of the challenge.
    pub realm: &'a str,
    /// The password.
    pub password: &'a str,
    /// The nonce of the challenge.
    pub nonce: &'a str,
    /// Eight hexadecimal digits: how often the nonce was used, this time included.
    pub nc: &'a str,
    /// The client's own nonce.
    pub cnonce: &'a str,
    /// `auth` or `auth-int`; `None` for the form of RFC 2069.
    pub qop: Option<&'a str>,
    /// The method.
    pub method: &'a str,
    /// The request target.
    pub uri: &'a str,
    /// The content, which `auth-int` covers.
    pub content: &'a [u8],
}

impl Exchange<'_> {
    /// The `response`, in lower-case hexadecimal digits.
    #[must_use]
    pub fn response(&self) -> String {
        let hash = self.algorithm.hash();
        let text = str::as_bytes;
        let (nonce, nc, cnonce) = (text(self.nonce), text(self.nc), text(self.cnonce));
        let ha1 = hash.of(&[self.username, self.realm, self.password].map(text));
        let secret = self.algorithm.secret(&ha1, nonce, cnonce);
        let (method, uri) = (text(self.method), text(self.uri));
        let ha2 = match self.qop {
            Some("auth-int") => hash.of(&[method, uri, hash.of(&[self.content]).as_bytes()]),
            _ => hash.of(&[method, uri]),
        };
        let response = match self.qop {
            Some(qop) => {
                hash.proof(&secret, &Proof { nonce, nc, cnonce, qop: text(qop), ha2: &ha2 })
            }
            None => hash.of(&[secret.as_bytes(), nonce, ha2.as_bytes()]),
        };
        response.as_str().to_owned()
    }
}

impl fmt::Debug for Exchange<'_> {
    /// Leaves out the password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange")
            .field("algorithm", &self.algorithm)
            .field("method", &self.method)
            .field("uri", &self.uri)
            .finish_non_exhaustive()
    }
}
