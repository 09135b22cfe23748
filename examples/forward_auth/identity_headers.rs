//! What the service behind the proxy is told of the caller, and who may not say so.

use std::collections::HashMap;

use http::{HeaderMap, HeaderName, HeaderValue};
use serde::Deserialize;
use tower_auth::Identity;

/// The names of the fields, `[identity_headers]` in the file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Names {
    subject: FieldName,
    scheme: FieldName,
    issuer: FieldName,
    scopes: FieldName,
    roles: FieldName,
}

impl Default for Names {
    fn default() -> Self {
        let name = |name| FieldName(HeaderName::from_static(name));
        Self {
            subject: name("remote-user"),
            scheme: name("remote-scheme"),
            issuer: name("remote-issuer"),
            scopes: name("remote-scopes"),
            roles: name("remote-roles"),
        }
    }
}

/// The name of a field that may be ours alone.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct FieldName(pub(crate) HeaderName);

impl TryFrom<String> for FieldName {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        let parsed = name.parse::<HeaderName>().map_err(|_| {
            format!("`{name}` can't be the name of a header field: use letters, digits and `-`")
        })?;
        let spelled = spelling(&parsed);
        let is_taken =
            |name: &&str| spelled == **name || (name.ends_with('_') && spelled.starts_with(name));
        if TAKEN.iter().any(is_taken) {
            return Err(format!("`{name}` means something else: use a name such as `Remote-User`"));
        }
        Ok(Self(parsed))
    }
}

/// Fields of HTTP and of proxies; with `_` at the end all that begin so.
const TAKEN: [&str; 17] = [
    "accept_",
    "authorization",
    "cache_control",
    "connection",
    "content_",
    "cookie",
    "date",
    "forwarded",
    "host",
    "proxy_",
    "te",
    "transfer_",
    "upgrade",
    "vary",
    "www_",
    "x_forwarded_",
    "x_original_",
];

pub(crate) struct IdentityHeaders {
    names: Names,
    spellings: Vec<String>,
    /// What stands before the subjects of an issuer.
    prefixes: HashMap<String, String>,
}

impl IdentityHeaders {
    pub(crate) fn new(names: Names, prefixes: HashMap<String, String>) -> Result<Self, String> {
        let all = [&names.subject, &names.scheme, &names.issuer, &names.scopes, &names.roles];
        let mut spellings: Vec<String> = all.iter().map(|name| spelling(&name.0)).collect();
        spellings.sort_unstable();
        if let Some((twice, _)) =
            spellings.iter().zip(spellings.iter().skip(1)).find(|(a, b)| a == b)
        {
            return Err(format!(
                "two identity headers are the same to many programs, `{twice}`: give each a name \
                 of its own"
            ));
        }
        Ok(Self { names, spellings, prefixes })
    }

    /// A field by which a client says who it is, under any spelling that some program behind the proxy
    /// takes for one of ours.
    pub(crate) fn forged<'a>(&self, headers: &'a HeaderMap) -> Option<&'a HeaderName> {
        headers.keys().find(|name| self.is_ours(name))
    }

    pub(crate) fn is_ours(&self, name: &HeaderName) -> bool {
        self.spellings.contains(&spelling(name))
    }

    /// All of them, always: a proxy that copies a field overwrites what came from the client, and
    /// one that is missing would leave it there. Absent is empty.
    pub(crate) fn write(&self, who: Option<&Identity>, headers: &mut HeaderMap) {
        let roles = who.map(|who| who.roles().map(encoded).collect::<Vec<_>>().join(","));
        let scopes = who.map(|who| who.scopes().iter().map(encoded).collect::<Vec<_>>().join(" "));
        for (name, value) in [
            (&self.names.subject, who.map(|who| self.subject(who))),
            (&self.names.scheme, who.map(|who| encoded(who.scheme().as_str()))),
            (&self.names.issuer, who.and_then(|who| who.issuer()).map(encoded)),
            (&self.names.scopes, scopes),
            (&self.names.roles, roles),
        ] {
            // INVARIANT: what is encoded is visible ASCII; and if it weren't, nobody is named.
            let value = HeaderValue::try_from(value.unwrap_or_default());
            headers.insert(name.0.clone(), value.unwrap_or(HeaderValue::from_static("")));
        }
    }

    /// The name of the caller: unique, whichever issuer or file knows it.
    fn subject(&self, who: &Identity) -> String {
        let prefix = who.issuer().and_then(|issuer| self.prefixes.get(issuer));
        encoded(&format!("{}{}", prefix.map_or("", String::as_str), who.subject()))
    }
}

/// A name as CGI, WSGI, PHP and others hand it to programs: `Remote-User`, `remote_user` and
/// `Remote.User` are one variable there.
pub(crate) fn spelling(name: &HeaderName) -> String {
    let same = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    name.as_str().chars().map(same).collect()
}

/// Percent-encodes whatever can't stand in a field, or would end an item of a list: all but visible
/// ASCII, `%` and `,`.
fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_graphic() && byte != b'%' && byte != b',' {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}
