//! What is offered: one challenge for each algorithm.

use super::Algorithm;
use super::credentials::Qop;
use super::directory::Ha1;
use super::nonce::random;
use crate::error::ConfigError;
use crate::header::{Challenge, Realm, SchemeName};
use crate::respond::Target;

/// What all challenges of a scheme have in common.
pub(super) struct Offered<'a> {
    pub(super) realm: &'a Realm,
    pub(super) qops: &'a [Qop],
    pub(super) userhash: bool,
    pub(super) domain: &'a [String],
    pub(super) opaque: Option<&'a str>,
}

/// An algorithm that is offered.
pub(super) struct Offer {
    pub(super) algorithm: Algorithm,
    /// What an unknown user is checked against: a secret that nobody has.
    pub(super) nobody: Ha1,
    origin: Challenge,
    /// RFC 7616 §3.3: `domain` means nothing in `Proxy-Authenticate`.
    proxy: Challenge,
}

impl Offer {
    pub(super) fn new(algorithm: Algorithm, offered: &Offered<'_>) -> Result<Self, ConfigError> {
        let mut secret = [0; 32];
        random(&mut secret)?;
        let mut domain = String::new();
        for uri in offered.domain {
            check_uri(uri)?;
            if !domain.is_empty() {
                domain.push(' ');
            }
            domain.push_str(uri);
        }
        let domain = (!domain.is_empty()).then_some(domain);
        Ok(Self {
            algorithm,
            nobody: Ha1(algorithm.hash().of(&[&secret])),
            origin: challenge(algorithm, offered, domain.as_deref())?,
            proxy: challenge(algorithm, offered, None)?,
        })
    }

    /// The challenge with a nonce of its own.
    pub(super) fn challenge(&self, target: Target, nonce: &str, stale: bool) -> Challenge {
        let fixed = match target {
            Target::Origin => &self.origin,
            Target::Proxy => &self.proxy,
        };
        let more = [("nonce", nonce), ("stale", "true")];
        let more = if stale { &more[..] } else { &more[..1] };
        // INVARIANT: both can be written, so the challenge is never sent without them.
        fixed.with_params(more).unwrap_or_else(|_| fixed.clone())
    }
}

fn challenge(
    algorithm: Algorithm,
    offered: &Offered<'_>,
    domain: Option<&str>,
) -> Result<Challenge, ConfigError> {
    let qops: Vec<&str> = offered.qops.iter().map(|qop| qop.name()).collect();
    let mut challenge = Challenge::builder(SchemeName::DIGEST).realm(offered.realm);
    if let Some(domain) = domain {
        challenge = challenge.param("domain", domain);
    }
    challenge = challenge
        .param("qop", &qops.join(", "))
        .param("algorithm", algorithm.name())
        .param("charset", "UTF-8");
    if offered.userhash {
        challenge = challenge.param("userhash", "true");
    }
    if let Some(opaque) = offered.opaque {
        challenge = challenge.param("opaque", opaque);
    }
    challenge.build().map_err(|why| ConfigError::new(format!("Digest: {why}")))
}

/// A path, or an absolute URI: what does not contain a space and is not relative to a page.
fn check_uri(uri: &str) -> Result<(), ConfigError> {
    let parsed: Result<http::Uri, _> = uri.parse();
    match parsed {
        Ok(parsed) if parsed.scheme().is_some() || uri.starts_with('/') => Ok(()),
        _ => Err(ConfigError::new(format!(
            "Digest: `{}` can't stand in `domain`: give a path that begins with `/`, or an \
             absolute URI",
            uri.escape_debug()
        ))),
    }
}
