//! The file of settings. What is wrong in it is told with the number of the line.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

use http::Method;
use serde::Deserialize;
use toml::Spanned;
use tower_auth::policy::{ScopePolicy, scope};
use tower_auth::{Principal, SecretDigest};

use crate::identity_headers::{FieldName, Names};
use crate::original::Proxy;
use crate::rules::Pattern;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    pub(crate) proxy: Proxy,
    #[serde(default = "loopback")]
    pub(crate) address: IpAddr,
    pub(crate) realm: String,
    #[serde(default)]
    pub(crate) identity_headers: Names,
    pub(crate) basic: Option<BasicSettings>,
    pub(crate) digest: Option<DigestSettings>,
    pub(crate) api_key: Option<ApiKeySettings>,
    #[serde(default)]
    pub(crate) issuers: Vec<IssuerSettings>,
    #[serde(default)]
    pub(crate) callers: HashMap<String, CallerSettings>,
    pub(crate) limits: Option<LimitsSettings>,
    #[serde(rename = "rules")]
    rules_in_file: Vec<Spanned<RuleInFile>>,
    #[serde(skip)]
    pub(crate) rules: Vec<RuleSettings>,
}

/// People with a password, in a file as `htpasswd -B` makes it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BasicSettings {
    pub(crate) htpasswd: PathBuf,
}

/// People with a password that does not travel: names, and SHA-256 of `name:realm:password`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DigestSettings {
    pub(crate) users: BTreeMap<String, String>,
}

/// Programs with a key: names, and SHA-256 of the key.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApiKeySettings {
    pub(crate) header: FieldName,
    pub(crate) keys: BTreeMap<String, KeyDigest>,
}

#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct KeyDigest(pub(crate) SecretDigest);

/// An OpenID provider or OAuth server whose tokens are taken.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct IssuerSettings {
    pub(crate) issuer: String,
    pub(crate) audience: String,
    /// Where the keys are, if not where the issuer's metadata say.
    pub(crate) jwks_url: Option<String>,
    pub(crate) jwks_file: Option<PathBuf>,
    #[serde(default)]
    pub(crate) rfc9068: bool,
    pub(crate) scopes_from: Option<String>,
    pub(crate) roles_from: Option<String>,
    pub(crate) prefix: Option<Prefix>,
}

/// What makes the subjects of an issuer names that nobody else has.
#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Prefix(pub(crate) String);

/// What is known of a caller of the files above. Tokens say it themselves.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct CallerSettings {
    pub(crate) roles: Vec<String>,
    pub(crate) scopes: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LimitsSettings {
    pub(crate) proxies: Vec<String>,
}

#[derive(Clone, Debug)]
pub(crate) struct RuleSettings {
    pub(crate) path: Pattern,
    pub(crate) methods: Vec<Method>,
    pub(crate) who: Who,
}

#[derive(Clone, Debug)]
pub(crate) enum Who {
    Everyone,
    Authenticated,
    Nobody,
    With { roles: Vec<String>, scopes: Option<ScopePolicy> },
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleInFile {
    path: Pattern,
    methods: Option<Vec<String>>,
    allow: Option<Allow>,
    #[serde(default)]
    roles: Vec<String>,
    #[serde(default)]
    scopes: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Allow {
    Authenticated,
    Everyone,
    Nobody,
}

impl Settings {
    pub(crate) fn read(file: &str) -> Result<Self, String> {
        let text = fs::read_to_string(file).map_err(|why| {
            format!("{file} can't be read: {why}\ngive the path of a file with settings, in TOML")
        })?;
        // Without what stands in the line: a key may be where its digest belongs.
        let told = |at: usize, why: &str| {
            let before = text.get(..at).unwrap_or_default();
            format!("{file}: line {}: {why}", before.matches('\n').count().saturating_add(1))
        };
        let mut settings: Self = toml::from_str(&text)
            .map_err(|why| told(why.span().unwrap_or_default().start, why.message()))?;
        for rule in std::mem::take(&mut settings.rules_in_file) {
            let at = rule.span().start;
            settings
                .rules
                .push(rule.into_inner().try_into().map_err(|why: String| told(at, &why))?);
        }
        settings.check().map_err(|why| format!("{file}: {why}"))?;
        Ok(settings)
    }

    /// What no single value shows.
    fn check(&self) -> Result<(), String> {
        let local = self.basic.is_some() || self.digest.is_some() || self.api_key.is_some();
        let sources = self.issuers.len().saturating_add(usize::from(local));
        for (at, issuer) in self.issuers.iter().enumerate() {
            let name = &issuer.issuer;
            if issuer.jwks_url.is_some() && issuer.jwks_file.is_some() {
                return Err(format!("the issuer `{name}` has two places for its keys: keep one"));
            }
            let prefix = issuer.prefix.as_ref().map(|prefix| &prefix.0);
            if sources > 1 && prefix.is_none() {
                return Err(format!(
                    "a subject of the issuer `{name}` could have the name of somebody else: give \
                     the issuer a `prefix`, such as `staff:`"
                ));
            }
            let earlier = self.issuers.iter().take(at).filter_map(|other| other.prefix.as_ref());
            if earlier.map(|other| &other.0).any(|other| Some(other) == prefix) {
                return Err(format!("the prefix of `{name}` is another issuer's: choose one"));
            }
        }
        if self.limits.is_some() && !local && !self.issuers.is_empty() {
            return Err(
                "`[limits]` slows down who guesses, and tokens can't be guessed: take it out"
                    .to_owned(),
            );
        }
        let keys = self.api_key.iter().flat_map(|api_key| api_key.keys.keys());
        match keys.chain(self.callers.keys()).find(|name| name.is_empty() || name.contains(':')) {
            Some(name) => Err(format!("`{name}` is no name of a caller: one has no `:` in it")),
            None => Ok(()),
        }
    }

    /// Who has this name in one of the files.
    pub(crate) fn principal(callers: &HashMap<String, CallerSettings>, name: &str) -> Principal {
        let known = callers.get(name).cloned().unwrap_or_default();
        let principal = Principal::new(name).scopes(known.scopes.join(" "));
        known.roles.into_iter().fold(principal, Principal::role)
    }
}

impl TryFrom<RuleInFile> for RuleSettings {
    type Error = String;

    fn try_from(rule: RuleInFile) -> Result<Self, String> {
        let RuleInFile { path, methods, allow, roles, scopes } = rule;
        let wrong = |why: &str| Err(format!("the rule for `{path}` {why}"));
        let who = match allow {
            Some(_) if !roles.is_empty() || !scopes.is_empty() => {
                return wrong("has `allow` beside `roles` or `scopes`, which say it: leave it out");
            }
            Some(Allow::Authenticated) => Who::Authenticated,
            Some(Allow::Everyone) => Who::Everyone,
            Some(Allow::Nobody) => Who::Nobody,
            None if roles.is_empty() && scopes.is_empty() => {
                return wrong(
                    "doesn't say whom it lets through: add `allow = \"everyone\"`, \
                     `\"authenticated\"` or `\"nobody\"`, or `roles`, or `scopes`",
                );
            }
            None => {
                let needed = (!scopes.is_empty()).then(|| scope(scopes.join(" ")));
                let scopes = needed.transpose().map_err(|why| why.to_string())?;
                Who::With { roles, scopes }
            }
        };
        if methods.as_ref().is_some_and(Vec::is_empty) {
            return wrong("has no method in `methods`: name some, or leave it out for all");
        }
        let methods = methods.unwrap_or_default();
        let methods = methods.iter().map(|name| method(name)).collect::<Result<_, _>>()?;
        Ok(Self { path, methods, who })
    }
}

/// RFC 9110 §9.1: "The method token is case-sensitive", and all that are registered are upper case.
fn method(name: &str) -> Result<Method, String> {
    let is_usual = !name.is_empty() && name.bytes().all(|b| b.is_ascii_uppercase() || b == b'-');
    let method = Method::from_bytes(name.as_bytes()).ok().filter(|_| is_usual);
    method.ok_or_else(|| format!("`{name}` is no method: write one such as `GET`"))
}

impl TryFrom<String> for KeyDigest {
    type Error = &'static str;

    /// Does not say what stands there: it may be the key itself.
    fn try_from(digits: String) -> Result<Self, &'static str> {
        let mut digest = [0; 32];
        let (pairs, rest) = digits.as_bytes().as_chunks::<2>();
        let is_whole = pairs.len() == digest.len() && rest.is_empty();
        for (byte, pair) in digest.iter_mut().zip(pairs) {
            let pair = str::from_utf8(pair).ok().filter(|_| is_whole).unwrap_or_default();
            let digits = pair.bytes().all(|b| b.is_ascii_hexdigit()).then_some(pair);
            *byte = digits.and_then(|pair| u8::from_str_radix(pair, 16).ok()).ok_or(NO_DIGEST)?;
        }
        if is_whole { Ok(Self(digest.into())) } else { Err(NO_DIGEST) }
    }
}

const NO_DIGEST: &str =
    "a key is given by the 64 hexadecimal digits that `printf %s KEY | sha256sum` prints";

impl TryFrom<String> for Prefix {
    type Error = String;

    fn try_from(prefix: String) -> Result<Self, String> {
        // Names in the files have no colon, so no prefix can make one of them of another name.
        let name = prefix.strip_suffix(':').filter(|name| !name.is_empty() && !name.contains(':'));
        match name {
            Some(_) => Ok(Self(prefix)),
            None => Err(format!(
                "the prefix `{prefix}` doesn't part names: end it with its only `:`, as in `staff:`"
            )),
        }
    }
}

fn loopback() -> IpAddr {
    Ipv4Addr::LOCALHOST.into()
}
