//! The challenges of the `Bearer` scheme,
//! [RFC 6750 §3](https://www.rfc-editor.org/rfc/rfc6750#section-3).

use std::borrow::Cow;

use http::Uri;

use crate::error::ConfigError;
use crate::header::{Challenge, Realm, SchemeName};
use crate::metadata::ResourceMetadata;
use crate::policy;
use crate::rejection::{Rejection, RejectionKind, StepUp};

/// What a Bearer challenge can say. The usual ones are written once, when the layer is built.
pub(super) struct BearerChallenges {
    /// Without `scope`, to which `insufficient_scope` adds its own.
    realm: Challenge,
    bare: Challenge,
    invalid_token: Challenge,
    invalid_request: Challenge,
    malformed_token: Challenge,
    error_uri: Option<Box<str>>,
}

impl BearerChallenges {
    pub(super) fn new(
        realm: &str,
        scope: Option<&str>,
        error_uri: Option<&str>,
        metadata: Option<&ResourceMetadata>,
    ) -> Result<Self, ConfigError> {
        let said = |why: &dyn std::fmt::Display| ConfigError::new(format!("Bearer: {why}"));
        let realm = Realm::new(realm).map_err(|why| said(&why))?;
        if let Some(uri) = error_uri {
            check_error_uri(uri)?;
        }
        let mut realm = Challenge::builder(SchemeName::BEARER).realm(&realm);
        if let Some(metadata) = metadata {
            realm = realm.param("resource_metadata", metadata.metadata_url());
        }
        let realm = realm.build().map_err(|why| said(&why))?;
        let bare = match scope {
            Some(scopes) => {
                policy::scope(scopes)?;
                realm.with_params(&[("scope", scopes)]).map_err(|why| said(&why))?
            }
            None => realm.clone(),
        };
        let error = |code, description| {
            with_error(&bare, &[("error", code), ("error_description", description)], error_uri)
        };
        Ok(Self {
            invalid_token: error("invalid_token", INVALID_TOKEN),
            invalid_request: error("invalid_request", INVALID_REQUEST),
            malformed_token: error("invalid_request", MALFORMED_TOKEN),
            error_uri: error_uri.map(Into::into),
            realm,
            bare,
        })
    }

    /// The challenge for a refusal, or the bare one where no token was presented.
    pub(super) fn for_refusal(&self, why: Option<&Rejection>) -> Cow<'_, Challenge> {
        let Some(why) = why else { return Cow::Borrowed(&self.bare) };
        match (why.kind(), why.description()) {
            (RejectionKind::InvalidCredentials, None | Some(INVALID_TOKEN)) => {
                Cow::Borrowed(&self.invalid_token)
            }
            (RejectionKind::InvalidCredentials, Some(description)) => {
                self.error("invalid_token", description)
            }
            (RejectionKind::InvalidRequest, None) => Cow::Borrowed(&self.invalid_request),
            (RejectionKind::InvalidRequest, Some(MALFORMED_TOKEN)) => {
                Cow::Borrowed(&self.malformed_token)
            }
            (RejectionKind::InvalidRequest, Some(description)) => {
                self.error("invalid_request", description)
            }
            (RejectionKind::InsufficientScope, _) => self.insufficient_scope(why),
            (RejectionKind::InsufficientAuthentication, _) => match why.step_up() {
                Some(step_up) => self.step_up(step_up, why.description()),
                None => Cow::Borrowed(&self.bare),
            },
            _ => Cow::Borrowed(&self.bare),
        }
    }

    fn error(&self, code: &str, description: &str) -> Cow<'_, Challenge> {
        let description = plain(description);
        let params = [("error", code), ("error_description", description.as_ref())];
        Cow::Owned(with_error(&self.bare, &params, self.error_uri.as_deref()))
    }

    /// RFC 6750 §3.1: the scopes are those of this request, in the place of the general hint, since
    /// a parameter may stand only once.
    fn insufficient_scope(&self, why: &Rejection) -> Cow<'_, Challenge> {
        let mut params = vec![("error", "insufficient_scope")];
        // What a policy of the user's own made up may be no list of scopes (RFC 6749 §3.3).
        let scopes = why.required_scopes().filter(|scopes| policy::scope(scopes).is_ok());
        params.extend(scopes.map(|scopes| ("scope", scopes)));
        Cow::Owned(with_error(&self.realm, &params, self.error_uri.as_deref()))
    }

    /// [RFC 9470 §3](https://www.rfc-editor.org/rfc/rfc9470#section-3)
    fn step_up(&self, step_up: &StepUp, description: Option<&str>) -> Cow<'_, Challenge> {
        let max_age = step_up.max_age.map(|age| age.as_secs().to_string());
        let description = description.map(plain);
        let mut params = vec![("error", "insufficient_user_authentication")];
        params.extend(description.as_deref().map(|text| ("error_description", text)));
        params.extend(step_up.acr_values.as_deref().map(|values| ("acr_values", values)));
        params.extend(max_age.as_deref().map(|seconds| ("max_age", seconds)));
        Cow::Owned(with_error(&self.bare, &params, self.error_uri.as_deref()))
    }
}

/// `challenge` with error parameters. Should one of them be unwritable, it alone is left out: without
/// `error`, a client would come back with the same token.
fn with_error(challenge: &Challenge, params: &[(&str, &str)], uri: Option<&str>) -> Challenge {
    let mut params = params.to_vec();
    params.extend(uri.map(|uri| ("error_uri", uri)));
    challenge.with_params(&params).unwrap_or_else(|_| {
        params.iter().fold(challenge.clone(), |written, &param| {
            written.with_params(&[param]).unwrap_or(written)
        })
    })
}

/// RFC 6750 §3: `error_description` holds `%x20-21 / %x23-5B / %x5D-7E`. Quotes become
/// apostrophes, all else a question mark.
fn plain(description: &str) -> Cow<'_, str> {
    let allowed = |c: char| matches!(c, '\x20'..='\x21' | '\x23'..='\x5B' | '\x5D'..='\x7E');
    if description.chars().all(allowed) {
        return Cow::Borrowed(description);
    }
    let replace = |c: char| match c {
        '"' => '\'',
        c if allowed(c) => c,
        _ => '?',
    };
    Cow::Owned(description.chars().map(replace).collect())
}

/// RFC 6750 §3: an absolute URI that names a page, of `%x21 / %x23-5B / %x5D-7E`.
fn check_error_uri(uri: &str) -> Result<(), ConfigError> {
    let allowed = uri.bytes().all(|b| matches!(b, 0x21 | 0x23..=0x5B | 0x5D..=0x7E));
    let absolute = uri.parse::<Uri>().is_ok_and(|uri| uri.scheme().is_some());
    if allowed && absolute {
        return Ok(());
    }
    Err(ConfigError::new(format!(
        "Bearer: `error_uri` `{}` is no absolute URI of visible US-ASCII characters: name a page \
         such as `https://developer.example/errors`",
        uri.escape_debug()
    )))
}

/// What a JWT verifier says too.
const INVALID_TOKEN: &str = "The access token is invalid";
/// What the scheme itself says of a token that is none.
pub(super) const MALFORMED_TOKEN: &str = "The access token is malformed";
const INVALID_REQUEST: &str = "The request presents its access token in a malformed way";
