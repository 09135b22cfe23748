//! What was asked of the proxy, by what the proxy says of it. Each says it in its own way, and which
//! one asks is a setting: a guess would let a client choose.

use http::request::Parts;
use http::{HeaderName, Method};
use serde::Deserialize;

/// The proxies that can ask.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Proxy {
    Caddy,
    Envoy,
    Nginx,
    Traefik,
}

/// The request that the client made of the proxy.
#[derive(Debug)]
pub(crate) struct Original {
    pub(crate) method: Method,
    /// As the client sent it, byte for byte: Digest signs it.
    pub(crate) target: String,
}

/// Why there is none.
#[derive(Debug)]
pub(crate) enum Unread {
    /// No proxy asks at this path.
    NotFound,
    /// The proxy isn't set up as this program is told. Nothing that the client does would help.
    Proxy(String),
    /// The client sent something that can't be judged.
    Client(&'static str),
}

/// Where the proxies ask: exactly there, but Envoy, which appends the path of the request.
const ASK: &str = "/auth";

impl Proxy {
    pub(crate) fn original(self, asked: &Parts) -> Result<Original, Unread> {
        let (method, target) = match self {
            Self::Nginx => ("x-original-method", "x-original-uri"),
            Self::Caddy | Self::Traefik => ("x-forwarded-method", "x-forwarded-uri"),
            Self::Envoy => return envoy(asked),
        };
        if asked.uri.path() != ASK {
            return Err(Unread::NotFound);
        }
        let method = only(asked, method)?;
        let method = Method::from_bytes(method.as_bytes());
        let method = method.map_err(|_| Unread::Client("the method is none"))?;
        Ok(Original { method, target: only(asked, target)?.to_owned() })
    }

    /// Whether several challenges must share a line. nginx before 1.23 passes on only one line of
    /// `WWW-Authenticate`, and its variables hold only one; a list in one line says the same
    /// ([RFC 9110 §11.6.1](https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1)).
    pub(crate) fn passes_one_line(self) -> bool {
        self == Self::Nginx
    }
}

/// Envoy asks with the method and the path of the request, behind `path_prefix`.
fn envoy(asked: &Parts) -> Result<Original, Unread> {
    let target = asked.uri.path_and_query().map_or("", |target| target.as_str());
    let target = target.strip_prefix(ASK).filter(|target| target.starts_with('/'));
    let target = target.ok_or(Unread::NotFound)?.to_owned();
    Ok(Original { method: asked.method.clone(), target })
}

/// The value of a field that the proxy sets, exactly once. Twice means that it adds its own to what
/// came from the client.
pub(crate) fn only<'a>(asked: &'a Parts, name: &'static str) -> Result<&'a str, Unread> {
    let name = HeaderName::from_static(name);
    let mut lines = asked.headers.get_all(&name).iter();
    match (lines.next(), lines.next()) {
        (Some(value), None) => value
            .to_str()
            .map_err(|_| Unread::Client("the target has characters that must be percent-encoded")),
        (None, _) => Err(Unread::Proxy(format!(
            "the proxy sends no `{name}`: is `proxy` in the settings the one that asks, and is it \
             set up as the README says?"
        ))),
        (Some(_), Some(_)) => Err(Unread::Proxy(format!(
            "`{name}` comes twice: the proxy must set it, and not add its own to the client's"
        ))),
    }
}
