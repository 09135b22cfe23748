//! The settings, and the document made of them.

use std::sync::Arc;
use std::time::Duration;

use super::json::Object;
use super::url::{check, well_known};
use super::{BearerMethod, Facts, ResourceMetadata};
use crate::error::ConfigError;
use crate::policy;

/// The settings of a [`ResourceMetadata`]. Members that are not set, or empty, are left out of the
/// document ([RFC 9728 §3.2](https://www.rfc-editor.org/rfc/rfc9728#section-3.2)).
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `build`"]
pub struct ResourceMetadataBuilder {
    resource: Box<str>,
    authorization_servers: Vec<String>,
    scopes: Vec<String>,
    methods: Vec<BearerMethod>,
    requires_dpop: bool,
    max_age: Duration,
    members: Vec<(String, MemberValue)>,
}

/// The value of a member of the document.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MemberValue {
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(i64),
    /// A string.
    Text(String),
    /// An array of strings.
    List(Vec<String>),
}

impl ResourceMetadataBuilder {
    pub(super) fn new(resource: Box<str>) -> Self {
        Self {
            resource,
            authorization_servers: Vec::new(),
            scopes: Vec::new(),
            methods: vec![BearerMethod::Header],
            requires_dpop: false,
            max_age: DEFAULT_MAX_AGE,
            members: Vec::new(),
        }
    }

    /// Adds an authorization server that issues tokens for this resource, by its issuer identifier
    /// (`authorization_servers`).
    pub fn authorization_server(mut self, issuer: impl Into<String>) -> Self {
        self.authorization_servers.push(issuer.into());
        self
    }

    /// Adds scopes that clients may ask for, parted by spaces (`scopes_supported`).
    pub fn scopes_supported(mut self, scopes: &str) -> Self {
        self.scopes.extend(scopes.split(' ').map(str::to_owned));
        self
    }

    /// How tokens may be presented (`bearer_methods_supported`). Default: in the header. An empty
    /// list says that bearer tokens are not taken; it is the one that is written though empty,
    /// since RFC 9728 §2 gives it a meaning of its own.
    pub fn bearer_methods(mut self, methods: impl AsRef<[BearerMethod]>) -> Self {
        self.methods = methods.as_ref().to_vec();
        self
    }

    /// The name of the resource, for people (`resource_name`).
    pub fn name(self, name: impl Into<String>) -> Self {
        self.member("resource_name", name.into())
    }

    /// The name of the resource in a language (BCP 47): `resource_name#it`
    /// ([RFC 9728 §2.1](https://www.rfc-editor.org/rfc/rfc9728#section-2.1)). Needs a
    /// [`name`](Self::name) beside it.
    pub fn name_in(self, language: &str, name: impl Into<String>) -> Self {
        self.member(format!("resource_name#{language}"), name.into())
    }

    /// A page for developers (`resource_documentation`).
    pub fn documentation(self, url: impl Into<String>) -> Self {
        self.member("resource_documentation", url.into())
    }

    /// A page about how data may be used (`resource_policy_uri`).
    pub fn policy(self, url: impl Into<String>) -> Self {
        self.member("resource_policy_uri", url.into())
    }

    /// The terms of service (`resource_tos_uri`).
    pub fn terms_of_service(self, url: impl Into<String>) -> Self {
        self.member("resource_tos_uri", url.into())
    }

    /// Says that all tokens must be bound by DPoP (`dpop_bound_access_tokens_required`).
    pub fn dpop_required(mut self) -> Self {
        self.requires_dpop = true;
        self
    }

    /// The JWS algorithms that DPoP proofs may have (`dpop_signing_alg_values_supported`).
    pub fn dpop_algorithms<A: Into<String>>(self, names: impl IntoIterator<Item = A>) -> Self {
        self.member(DPOP_ALGORITHMS, names.into_iter().map(Into::into).collect::<Vec<_>>())
    }

    /// Says that tokens bound to a client certificate are taken
    /// (`tls_client_certificate_bound_access_tokens`).
    pub fn certificate_bound_tokens(self) -> Self {
        self.member("tls_client_certificate_bound_access_tokens", true)
    }

    /// Adds any other member, such as `jwks_uri` or one of your own. Names in a language are
    /// `NAME#LANGUAGE`.
    pub fn member(mut self, name: impl Into<String>, value: impl Into<MemberValue>) -> Self {
        self.members.push((name.into(), value.into()));
        self
    }

    /// For how long clients and caches may keep the document, in whole seconds. Default: 1 h.
    pub fn max_age(mut self, max_age: Duration) -> Self {
        self.max_age = max_age;
        self
    }

    /// The metadata.
    ///
    /// # Errors
    ///
    /// When a URL is not HTTPS (loopback excepted) or has a fragment, an issuer has a query, a
    /// scope or a language tag has characters that it can't have, a member is given twice, a name
    /// stands in some languages only, or `none` is an algorithm.
    pub fn build(self) -> Result<ResourceMetadata, ConfigError> {
        let uri = check("the resource", &self.resource)?;
        for issuer in &self.authorization_servers {
            let issuer_uri = check("the authorization server", issuer)?;
            if issuer_uri.query().is_some() {
                return Err(ConfigError::new(format!(
                    "the authorization server `{issuer}` has a query, which no issuer has \
                     (RFC 8414 §2): give its `issuer`"
                )));
            }
        }
        for scope in &self.scopes {
            policy::scope(scope)?;
        }
        for (position, (name, value)) in self.members.iter().enumerate() {
            check_member(name, value)?;
            let earlier = self.members.iter().take(position);
            if OWN_MEMBERS.contains(&name.as_str())
                || earlier.clone().any(|(other, _)| other == name)
            {
                return Err(ConfigError::new(format!(
                    "the member `{}` is given twice, or has a setter of its own: give it once",
                    name.escape_debug()
                )));
            }
            self.check_language(name)?;
        }
        let (url, path) = well_known(&uri);
        Ok(ResourceMetadata(Arc::new(Facts {
            document: self.document().into(),
            resource: self.resource,
            url: url.into(),
            path: path.into(),
            methods: self.methods.into(),
            requires_dpop: self.requires_dpop,
            max_age: self.max_age,
        })))
    }

    /// RFC 9728 §2.1: names in languages stand beside one without.
    fn check_language(&self, name: &str) -> Result<(), ConfigError> {
        let Some((untagged, language)) = name.split_once('#') else { return Ok(()) };
        let is_tag = language.split('-').all(|part| {
            (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
        });
        if !is_tag {
            return Err(ConfigError::new(format!(
                "`{}` is no language tag: write one such as `it` or `pt-BR`",
                language.escape_debug()
            )));
        }
        if self.members.iter().any(|(other, _)| other == untagged) {
            return Ok(());
        }
        Err(ConfigError::new(format!(
            "`{name}` stands without `{untagged}`, which clients of other languages read: add it"
        )))
    }

    fn document(&self) -> String {
        let mut object = Object::new();
        object.member("resource", &MemberValue::from(&*self.resource));
        for (name, list) in [
            ("authorization_servers", &self.authorization_servers),
            ("scopes_supported", &self.scopes),
        ] {
            if !list.is_empty() {
                object.member(name, &MemberValue::List(list.clone()));
            }
        }
        let methods = self.methods.iter().map(|method| method.as_str().to_owned()).collect();
        object.member("bearer_methods_supported", &MemberValue::List(methods));
        if self.requires_dpop {
            object.member("dpop_bound_access_tokens_required", &MemberValue::Bool(true));
        }
        for (name, value) in self.members.iter().filter(|(_, value)| !value.is_empty()) {
            object.member(name, value);
        }
        object.finish()
    }
}

impl MemberValue {
    fn is_empty(&self) -> bool {
        match self {
            Self::Bool(_) | Self::Number(_) => false,
            Self::Text(text) => text.is_empty(),
            Self::List(items) => items.is_empty(),
        }
    }
}

/// The rules of RFC 9728 §2 on single members.
fn check_member(name: &str, value: &MemberValue) -> Result<(), ConfigError> {
    let base = name.split('#').next().unwrap_or_default();
    if base.is_empty() {
        return Err(ConfigError::new("a member of the metadata has no name: give it one"));
    }
    match value {
        MemberValue::Text(url) if URL_MEMBERS.contains(&base) && !url.is_empty() => {
            check(&format!("`{name}`"), url)?;
        }
        MemberValue::List(names) if ALGORITHM_MEMBERS.contains(&base) => {
            if names.iter().any(|name| name == "none") {
                return Err(ConfigError::new(format!(
                    "`{name}` has `none`, which is no signature: leave it out"
                )));
            }
        }
        MemberValue::Text(_)
        | MemberValue::List(_)
        | MemberValue::Bool(_)
        | MemberValue::Number(_) => {}
    }
    Ok(())
}

impl From<bool> for MemberValue {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for MemberValue {
    fn from(value: i64) -> Self {
        Self::Number(value)
    }
}

impl From<&str> for MemberValue {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for MemberValue {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Vec<String>> for MemberValue {
    fn from(items: Vec<String>) -> Self {
        Self::List(items)
    }
}

impl<const N: usize> From<[&str; N]> for MemberValue {
    fn from(items: [&str; N]) -> Self {
        Self::List(items.map(str::to_owned).to_vec())
    }
}

/// How long the document may be kept, RFC 9728 §7.10.
const DEFAULT_MAX_AGE: Duration = Duration::from_secs(3600);

const DPOP_ALGORITHMS: &str = "dpop_signing_alg_values_supported";
const ALGORITHM_MEMBERS: [&str; 2] = ["resource_signing_alg_values_supported", DPOP_ALGORITHMS];
const OWN_MEMBERS: [&str; 5] = [
    "resource",
    "authorization_servers",
    "scopes_supported",
    "bearer_methods_supported",
    "dpop_bound_access_tokens_required",
];
const URL_MEMBERS: [&str; 4] =
    ["jwks_uri", "resource_documentation", "resource_policy_uri", "resource_tos_uri"];
