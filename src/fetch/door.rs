//! What holds for every request, whichever client sends it.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::uri::Scheme;
use http::{Request, Response, Uri};

use super::{Fetch, FetchError, FetchErrorKind, MAX_BODY};

/// An address that may be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address(pub(super) Uri);

impl Address {
    /// `https` to anywhere or `http` to this machine, and nothing in it that is not sent.
    pub(crate) fn parse(text: &str) -> Result<Self, &'static str> {
        // `Uri` drops the fragment without a word.
        if text.contains('#') {
            return Err("it has a fragment");
        }
        let uri: Uri = text.parse().map_err(|_| "it is no absolute URL")?;
        let (Some(scheme), Some(authority)) = (uri.scheme(), uri.authority()) else {
            return Err("it is no absolute URL");
        };
        if authority.as_str().contains('@') {
            return Err("it has a user in it");
        }
        let address = Self(uri.clone());
        if *scheme == Scheme::HTTPS || (*scheme == Scheme::HTTP && address.is_loopback()) {
            return Ok(address);
        }
        Err("it is not `https`, and plain `http` is for this machine only")
    }

    /// Whether the server is this machine: what is said to it passes no network.
    pub(crate) fn is_loopback(&self) -> bool {
        let host = self.0.host().unwrap_or_default();
        let v6 = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        let ip = match v6 {
            Some(v6) => v6.parse().map(IpAddr::V6),
            None => host.parse().map(IpAddr::V4),
        };
        match ip {
            // An IPv4 address in the clothes of IPv6 goes where that goes.
            Ok(ip) => ip.to_canonical().is_loopback(),
            // RFC 6761 §6.3. With a dot it is the same name, written out in full.
            Err(_) => host.strip_suffix('.').unwrap_or(host).eq_ignore_ascii_case("localhost"),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A client and what it may do.
#[derive(Clone)]
pub(crate) struct Door {
    client: Arc<dyn Fetch>,
    limit: Duration,
}

impl Door {
    pub(crate) fn new(client: impl Fetch) -> Self {
        Self { client: Arc::new(client), limit: TIME_LIMIT }
    }

    /// How long one request may take.
    pub(crate) fn time_limit(self, limit: Duration) -> Self {
        Self { limit, ..self }
    }

    pub(super) async fn send(
        &self,
        request: Request<Bytes>,
    ) -> Result<Response<Bytes>, FetchError> {
        let host = request.uri().host().unwrap_or_default().to_owned();
        let response = match tokio::time::timeout(self.limit, self.client.fetch(request)).await {
            Ok(answer) => answer?,
            Err(_) => {
                return Err(FetchError::of(
                    FetchErrorKind::TimedOut,
                    format!("{host} did not answer within {:?}", self.limit),
                ));
            }
        };
        if response.body().len() > MAX_BODY {
            return Err(too_large());
        }
        Ok(response)
    }
}

impl fmt::Debug for Door {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Door").field("limit", &self.limit).finish_non_exhaustive()
    }
}

pub(super) fn too_large() -> FetchError {
    FetchError::of(FetchErrorKind::TooLarge, "the answer is longer than 256 KiB")
}

/// How long one request may take, connecting included.
pub(crate) const TIME_LIMIT: Duration = Duration::from_secs(5);
pub(super) const AGENT: &str = concat!("tower-auth/", env!("CARGO_PKG_VERSION"));

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8414 §2 and §6.1: TLS, but for this machine.
    #[test]
    fn only_https_and_this_machine_are_asked() {
        for (url, allowed) in [
            ("https://idp.example/jwks", true),
            ("https://idp.example:8443/jwks?v=1", true),
            ("http://127.0.0.1:9000/jwks", true),
            ("http://127.8.9.10/jwks", true),
            ("http://[::1]:9000/jwks", true),
            ("http://localhost:9000/jwks", true),
            ("http://LOCALHOST/", true),
            ("http://localhost.:9000/", true),
            ("http://127.255.255.255/", true),
            ("http://[0:0:0:0:0:0:0:1]/", true),
            ("http://[::ffff:127.0.0.1]:9000/", true),
            ("http://[::ffff:7f00:1]/", true),
            ("http://0.0.0.0/", false),
            ("http://[::]/", false),
            ("http://[::ffff:0.0.0.0]/", false),
            // Deprecated, and routed by nobody knows whom.
            ("http://[::127.0.0.1]/", false),
            ("http://128.0.0.1/", false),
            // Resolvers do not agree on what these are.
            ("http://127.1/", false),
            ("http://0x7f.0.0.1/", false),
            ("http://2130706433/", false),
            ("http://127.0.0.1./", false),
            ("http://::1/", false),
            ("http://localhost../", false),
            ("http://./", false),
            ("http://a.localhost/", false),
            ("http://idp.example/jwks", false),
            ("http://localhost.evil.example/", false),
            ("http://127.0.0.1.evil.example/", false),
            ("http://10.0.0.1/", false),
            ("http://169.254.169.254/latest", false),
            ("http://[::2]/", false),
            ("http://[::ffff:10.0.0.1]/", false),
            ("https://user@idp.example/", false),
            ("https://user:secret@idp.example/", false),
            ("http://localhost@evil.example/", false),
            ("https://idp.example/jwks#x", false),
            ("https://idp.example#x", false),
            ("ftp://localhost/", false),
            ("file:///etc/passwd", false),
            ("/jwks", false),
            ("idp.example", false),
            ("https://", false),
            ("", false),
        ] {
            assert_eq!(Address::parse(url).is_ok(), allowed, "{url}");
        }
    }
}
