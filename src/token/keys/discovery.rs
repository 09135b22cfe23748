//! From an issuer to its keys: RFC 8414 metadata and OpenID Connect Discovery.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::document::{get_keys, is_json, utf8};
use super::live::{Load, Loaded};
use super::pace::Moment;
use crate::clock::Clock;
use crate::error::ConfigError;
use crate::eventual::BoxFuture;
use crate::fetch::{Address, Door, FetchErrorKind};
use crate::jose::{Json, members};

/// How much of an issuer that is another one is shown to operators.
const SHOWN: usize = 200;

/// An issuer, and where its metadata may be.
#[derive(Clone)]
pub(super) struct Discovery(Arc<Inner>);

struct Inner {
    door: Door,
    issuer: Box<str>,
    issuer_is_local: bool,
    candidates: Vec<Address>,
    clock: Arc<dyn Clock>,
    /// Where the keys were found, and when. Held for an assignment, never while anything is asked.
    found: Mutex<Option<(Address, Moment)>>,
}

impl Discovery {
    pub(super) fn new(
        issuer: &str,
        door: Door,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, ConfigError> {
        let wrong = |why: &str| {
            ConfigError::new(format!(
                "the issuer `{}` can't be asked: {why}",
                issuer.escape_debug()
            ))
        };
        let address = Address::parse(issuer).map_err(wrong)?;
        // RFC 8414 §2: no query and no fragment; the latter is checked above.
        if issuer.contains('?') {
            return Err(wrong("it has a query"));
        }
        let candidates = candidates(issuer)
            .iter()
            .map(|url| Address::parse(url))
            .collect::<Result<_, _>>()
            .map_err(wrong)?;
        Ok(Self(Arc::new(Inner {
            door,
            issuer: issuer.into(),
            issuer_is_local: address.is_loopback(),
            candidates,
            clock,
            found: Mutex::new(None),
        })))
    }
}

impl Load for Discovery {
    fn load(&self) -> BoxFuture<Result<Loaded, String>> {
        let inner = Arc::clone(&self.0);
        Box::pin(async move {
            let address = match inner.found() {
                Some(address) => address,
                None => inner.discover().await?,
            };
            let loaded = get_keys(&inner.door, &address).await;
            // Keys that are no longer where they were: the next attempt looks for them anew.
            inner.set_found(loaded.as_ref().ok().map(|_| address));
            loaded
        })
    }
}

impl Inner {
    fn found(&self) -> Option<Address> {
        let found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        let (address, since) = found.as_ref()?;
        let now = Moment::of(self.clock.now());
        (now < since.after(METADATA_LIFE) && *since <= now).then(|| address.clone())
    }

    fn set_found(&self, address: Option<Address>) {
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        *found = match (address, found.take()) {
            (Some(address), Some((known, since))) if address == known => Some((known, since)),
            (address, _) => address.map(|address| (address, Moment::of(self.clock.now()))),
        };
    }

    /// Asks each place in turn. The next one is asked only where one *answers* and the answer is
    /// of no use: a server that can't be reached is not there under another path either.
    async fn discover(&self) -> Result<Address, String> {
        let mut complaints = Vec::new();
        for candidate in &self.candidates {
            let response = match self.door.get(candidate, "application/json").await {
                Ok(response) => response,
                Err(error) if error.kind() == FetchErrorKind::Answer => {
                    complaints.push(error.to_string());
                    continue;
                }
                Err(error) => return Err(error.to_string()),
            };
            // RFC 8414 §3.2: `application/json`.
            let address = match utf8(&response) {
                Some(text) if is_json(response.headers()) => self.jwks_uri(text),
                _ => Err("it is not JSON".to_owned()),
            };
            match address {
                Ok(address) => return Ok(address),
                Err(why) => complaints.push(format!("{candidate}: {why}")),
            }
        }
        Err(complaints.join("; "))
    }

    /// Reads metadata, and believes them only about the issuer that was asked.
    fn jwks_uri(&self, text: &str) -> Result<Address, String> {
        let [issuer, jwks_uri] = members(text.as_bytes(), &["issuer", "jwks_uri"])
            .map_err(|_| "it is no strict JSON object".to_owned())?;
        // RFC 8414 §3.3: identical, or it is of no use. OpenID Connect Discovery §4.3 says the same.
        if issuer.as_ref().and_then(Json::as_text) != Some(&*self.issuer) {
            let other = issuer.as_ref().and_then(Json::as_text).unwrap_or_default();
            let shown: String = other.chars().take(SHOWN).flat_map(char::escape_debug).collect();
            return Err(format!("its `issuer` is `{shown}`, which is another one"));
        }
        let Some(Json::Text(jwks_uri)) = jwks_uri else {
            return Err("it has no `jwks_uri`".to_owned());
        };
        let address =
            Address::parse(&jwks_uri).map_err(|_| "its `jwks_uri` may not be asked".to_owned())?;
        // An issuer on the network can't send us to what listens on this machine only.
        if address.is_loopback() && !self.issuer_is_local {
            return Err("its `jwks_uri` is on this machine".to_owned());
        }
        Ok(address)
    }
}

/// Where the metadata of an issuer may be, in the order in which they are asked:
/// [RFC 8414 §3.1](https://www.rfc-editor.org/rfc/rfc8414#section-3.1) puts the well-known part
/// between host and path, for its own suffix and, by §5, for OpenID's, too; OpenID Connect Discovery
/// §4.1 appends it to the path.
fn candidates(issuer: &str) -> Vec<String> {
    const OAUTH: &str = "/.well-known/oauth-authorization-server";
    const OPENID: &str = "/.well-known/openid-configuration";
    // The scheme and `//`; what is no URL has been refused before.
    let authority = issuer.find("://").map_or(0, |at| at.saturating_add(3));
    let rest = issuer.get(authority..).unwrap_or_default();
    let path = rest.find('/').map_or(issuer.len(), |at| authority.saturating_add(at));
    let (origin, path) = issuer.split_at_checked(path).unwrap_or((issuer, ""));
    // §3.1: "any terminating `/` MUST be removed".
    let path = path.strip_suffix('/').unwrap_or(path);
    let mut urls = vec![format!("{origin}{OAUTH}{path}"), format!("{origin}{OPENID}{path}")];
    if !path.is_empty() {
        urls.push(format!("{origin}{path}{OPENID}"));
    }
    urls
}

/// How long an issuer is believed to keep its keys where they were found.
const METADATA_LIFE: Duration = Duration::from_secs(24 * 60 * 60);

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8414 §3.1 and §5, OpenID Connect Discovery 1.0 §4.1.
    #[test]
    fn metadata_are_looked_for_in_this_order() {
        for issuer in ["https://idp.example", "https://idp.example/"] {
            assert_eq!(
                candidates(issuer),
                [
                    "https://idp.example/.well-known/oauth-authorization-server",
                    "https://idp.example/.well-known/openid-configuration",
                ]
            );
        }
        for issuer in ["https://example.com:8443/issuer1", "https://example.com:8443/issuer1/"] {
            assert_eq!(
                candidates(issuer),
                [
                    "https://example.com:8443/.well-known/oauth-authorization-server/issuer1",
                    "https://example.com:8443/.well-known/openid-configuration/issuer1",
                    "https://example.com:8443/issuer1/.well-known/openid-configuration",
                ]
            );
        }
    }
}
