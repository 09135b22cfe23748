//! The claims that are looked at, and their JSON types.

use std::borrow::Cow;
use std::time::{Duration, SystemTime};

use super::claim_path::ClaimPath;
use crate::identity::{Binding, Principal, Scopes};
use crate::jose::{Json, members};
use crate::rejection::reason;

/// A claim that is missing or not what it must be: the reason, and what to tell operators.
#[derive(Debug)]
pub(in crate::token) struct BadClaim(
    pub(in crate::token) &'static str,
    pub(in crate::token) &'static str,
);

pub(super) const NOT_STRICT: BadClaim =
    BadClaim(reason::MALFORMED_TOKEN, "the claims are not a strict JSON object");

/// The claims as they stand in the token, none of them judged.
pub(in crate::token) struct Claims<'a> {
    pub(in crate::token) iss: Option<Json<'a>>,
    pub(in crate::token) aud: Option<Json<'a>>,
    pub(super) sub: Option<Json<'a>>,
    pub(super) exp: Option<Json<'a>>,
    pub(super) nbf: Option<Json<'a>>,
    pub(super) iat: Option<Json<'a>>,
    pub(super) cnf: Option<Json<'a>>,
    pub(super) scope: Option<Json<'a>>,
    pub(super) scp: Option<Json<'a>>,
    pub(super) roles: Option<Json<'a>>,
    pub(super) acr: Option<Json<'a>>,
    pub(super) amr: Option<Json<'a>>,
    pub(super) auth_time: Option<Json<'a>>,
    pub(super) jti: Option<Json<'a>>,
    pub(super) sid: Option<Json<'a>>,
    pub(super) client_id: Option<Json<'a>>,
}

impl<'a> Claims<'a> {
    pub(in crate::token) fn read(payload: &'a [u8]) -> Result<Self, BadClaim> {
        // Each name once: a list of names beside one of fields could be in another order.
        macro_rules! read {
            ($($name:ident)*) => {{
                let [$($name),*] =
                    members(payload, &[$(stringify!($name)),*]).map_err(|_| NOT_STRICT)?;
                Ok(Self { $($name),* })
            }};
        }
        read!(iss aud sub exp nbf iat cnf scope scp roles acr amr auth_time jti sid client_id)
    }

    pub(super) fn times(&self) -> Result<Times, BadClaim> {
        let exp = date(self.exp.as_ref(), "`exp` is not a date")?
            .ok_or(BadClaim(reason::BAD_CLAIM, "`exp` is missing"))?;
        let nbf = date(self.nbf.as_ref(), "`nbf` is not a date")?;
        let iat = date(self.iat.as_ref(), "`iat` is not a date")?;
        Ok(Times { exp, nbf, iat })
    }

    /// Takes scopes and roles from where the settings say.
    pub(super) fn look_elsewhere(
        &mut self,
        payload: &'a [u8],
        scopes: Option<&ClaimPath>,
        roles: Option<&ClaimPath>,
    ) -> Result<(), BadClaim> {
        if let Some(path) = scopes {
            (self.scope, self.scp) = (path.read(payload)?, None);
        }
        if let Some(path) = roles {
            self.roles = match path.read(payload)? {
                // Some issuers write a list of one as the one.
                Some(Json::Text(role)) => Some(Json::List(vec![Json::Text(role)])),
                roles => roles,
            };
        }
        Ok(())
    }

    /// [RFC 9068 §2.2](https://www.rfc-editor.org/rfc/rfc9068#section-2.2): what an access token
    /// has besides what every token has here.
    pub(super) fn check_access_token(&self) -> Result<(), BadClaim> {
        let is_text = |claim: &Option<Json<'_>>| {
            claim.as_ref().and_then(Json::as_text).is_some_and(|text| !text.is_empty())
        };
        if !is_text(&self.client_id) {
            return Err(BadClaim(reason::BAD_CLAIM, "`client_id` is missing or not a string"));
        }
        if !is_text(&self.jti) {
            return Err(BadClaim(reason::BAD_CLAIM, "`jti` is missing or not a string"));
        }
        if self.iat.is_none() {
            return Err(BadClaim(reason::BAD_CLAIM, "`iat` is missing"));
        }
        Ok(())
    }

    /// Puts together who the token is about.
    pub(in crate::token) fn into_principal(self) -> Result<Principal, BadClaim> {
        let Some(Json::Text(subject)) = self.sub else {
            return Err(BadClaim(reason::BAD_CLAIM, "`sub` is missing or not a string"));
        };
        if subject.is_empty() {
            return Err(BadClaim(reason::BAD_CLAIM, "`sub` is empty"));
        }
        let mut principal = Principal::new(subject);
        if let Some(scopes) = scopes(present(self.scope).or(self.scp))? {
            principal = principal.scopes(scopes);
        }
        for role in names(self.roles, "`roles` is not a list")? {
            principal = principal.role(role);
        }
        if let Some(acr) = text(self.acr, "`acr` is not a string")? {
            principal = principal.acr(acr);
        }
        // By these a token is revoked: one that can't be read must not be one that can't be found.
        if let Some(id) = text(self.jti, "`jti` is not a string")? {
            principal = principal.token_id(id);
        }
        if let Some(id) = text(self.sid, "`sid` is not a string")? {
            principal = principal.session_id(id);
        }
        if let Some(id) = text(self.client_id, "`client_id` is not a string")? {
            principal = principal.client_id(id);
        }
        for method in names(self.amr, "`amr` is not a list")? {
            principal = principal.amr(method);
        }
        let auth_time = present(self.auth_time);
        if let Some(at) = date(auth_time.as_ref(), "`auth_time` is not a date")? {
            principal = principal.authenticated_at(moment(at));
        }
        Ok(match self.cnf {
            None => principal,
            Some(cnf) => principal.binding(binding(&cnf)),
        })
    }
}

/// Whether `aud` names one of `ours`, and the first name in it.
/// [RFC 7519 §4.1.3](https://www.rfc-editor.org/rfc/rfc7519#section-4.1.3): one string, or an array
/// of strings and nothing else.
pub(in crate::token) fn audience<'a>(
    aud: Option<&'a Json<'_>>,
    ours: &[Box<str>],
) -> (bool, Option<&'a str>) {
    let is_ours = |name: &str| ours.iter().any(|ours| **ours == *name);
    match aud {
        Some(Json::Text(name)) => (is_ours(name), Some(&**name)),
        Some(Json::List(names)) => {
            let all_text = names.iter().all(|name| name.as_text().is_some());
            let named = names.iter().filter_map(Json::as_text).any(is_ours);
            (all_text && named, names.first().and_then(Json::as_text))
        }
        _ => (false, None),
    }
}

/// `exp`, `nbf` and `iat` in seconds since 1970.
#[derive(Clone, Copy)]
pub(in crate::token) struct Times {
    pub(in crate::token) exp: f64,
    pub(in crate::token) nbf: Option<f64>,
    pub(in crate::token) iat: Option<f64>,
}

/// A `NumericDate`, [RFC 7519 §2](https://www.rfc-editor.org/rfc/rfc7519#section-2): seconds since
/// 1970, with a fraction if need be, up to the year 9999.
pub(super) fn date(
    claim: Option<&Json<'_>>,
    otherwise: &'static str,
) -> Result<Option<f64>, BadClaim> {
    match claim {
        None => Ok(None),
        Some(Json::Number(seconds)) if (0.0..=YEAR_9999).contains(seconds) => Ok(Some(*seconds)),
        Some(_) => Err(BadClaim(reason::BAD_CLAIM, otherwise)),
    }
}

/// The moment of a date that is within range.
pub(in crate::token) fn moment(seconds: f64) -> SystemTime {
    Duration::try_from_secs_f64(seconds)
        .ok()
        .and_then(|since| SystemTime::UNIX_EPOCH.checked_add(since))
        .unwrap_or(SystemTime::UNIX_EPOCH)
}

fn text<'a>(
    claim: Option<Json<'a>>,
    otherwise: &'static str,
) -> Result<Option<Cow<'a, str>>, BadClaim> {
    match present(claim) {
        None => Ok(None),
        Some(Json::Text(text)) => Ok(Some(text)),
        Some(_) => Err(BadClaim(reason::BAD_CLAIM, otherwise)),
    }
}

/// Some issuers write `null` for what they have not got.
fn present(claim: Option<Json<'_>>) -> Option<Json<'_>> {
    claim.filter(|claim| *claim != Json::Null)
}

/// `scope` is a list parted by spaces, [RFC 8693 §4.2](https://www.rfc-editor.org/rfc/rfc8693#section-4.2);
/// some issuers write an array, and some of them under the name `scp`.
fn scopes(claim: Option<Json<'_>>) -> Result<Option<Scopes>, BadClaim> {
    let wrong = BadClaim(reason::BAD_CLAIM, "`scope` is neither a string nor a list of strings");
    match present(claim) {
        None => Ok(None),
        Some(Json::Text(list)) => Ok(Some(Scopes::parse(&list))),
        Some(Json::List(list)) if list.iter().all(|name| matches!(name, Json::Text(_))) => {
            Ok(Some(list.iter().filter_map(Json::as_text).collect()))
        }
        Some(_) => Err(wrong),
    }
}

/// The strings of a list. What is not a string names nothing: SCIM writes roles as objects too.
fn names<'a>(
    claim: Option<Json<'a>>,
    otherwise: &'static str,
) -> Result<impl Iterator<Item = Cow<'a, str>>, BadClaim> {
    let list = match present(claim) {
        None => Vec::new(),
        Some(Json::List(list)) => list,
        Some(_) => return Err(BadClaim(reason::BAD_CLAIM, otherwise)),
    };
    Ok(list.into_iter().filter_map(Json::into_text))
}

/// `cnf`, [RFC 7800 §3.1](https://www.rfc-editor.org/rfc/rfc7800#section-3.1). Whatever it holds,
/// the token is bound: more than one method, or one that can't be read, is
/// [`Binding::Other`], which nobody can satisfy by accident.
fn binding(cnf: &Json<'_>) -> Binding {
    let Json::Object(methods) = cnf else {
        return Binding::Other;
    };
    let [(method, Json::Text(value))] = methods.as_slice() else {
        return Binding::Other;
    };
    if !is_thumbprint(value) {
        return Binding::Other;
    }
    match &**method {
        "jkt" => Binding::KeyThumbprint(value.as_ref().into()),
        "x5t#S256" => Binding::CertificateThumbprint(value.as_ref().into()),
        _ => Binding::Other,
    }
}

/// 32 bytes in base64url.
fn is_thumbprint(value: &str) -> bool {
    value.len() == 43
        && value.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

/// 9999-12-31T23:59:59Z
const YEAR_9999: f64 = 253_402_300_799.0;

#[cfg(test)]
mod tests {
    use super::*;

    fn bound_to(cnf: &str) -> Binding {
        let [cnf] = members(cnf.as_bytes(), &["cnf"]).unwrap();
        binding(&cnf.unwrap())
    }

    /// RFC 9449 §6.1, RFC 8705 §3.1, RFC 7800 §3.1.
    #[test]
    fn whatever_stands_in_cnf_binds_the_token() {
        let print = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";
        assert_eq!(
            bound_to(&format!(r#"{{"cnf":{{"jkt":"{print}"}}}}"#)),
            Binding::KeyThumbprint(print.into())
        );
        assert_eq!(
            bound_to(&format!(r#"{{"cnf":{{"x5t#S256":"{print}"}}}}"#)),
            Binding::CertificateThumbprint(print.into())
        );
        for cnf in [
            r#"{"cnf":{}}"#,
            r#"{"cnf":null}"#,
            r#"{"cnf":"jkt"}"#,
            r#"{"cnf":[]}"#,
            r#"{"cnf":{"jkt":5}}"#,
            r#"{"cnf":{"jkt":""}}"#,
            r#"{"cnf":{"kid":"1"}}"#,
            r#"{"cnf":{"jwk":{"kty":"EC"}}}"#,
            &format!(r#"{{"cnf":{{"jkt":"{print}","x5t#S256":"{print}"}}}}"#),
            &format!(r#"{{"cnf":{{"JKT":"{print}"}}}}"#),
        ] {
            assert_eq!(bound_to(cnf), Binding::Other, "{cnf}");
        }
    }

    /// RFC 7519 §2: a date is a number.
    #[test]
    fn dates_are_numbers_within_range() {
        for (exp, want) in [
            ("0", Some(0.0)),
            ("1.5", Some(1.5)),
            ("1e9", Some(1e9)),
            ("253402300799", Some(YEAR_9999)),
            ("253402300800", None),
            ("-1", None),
            ("1e300", None),
            ("9223372036854775807", None),
            ("18446744073709551616", None),
            (r#""1700000000""#, None),
            ("null", None),
            ("[1]", None),
            ("true", None),
        ] {
            let json = format!(r#"{{"exp":{exp}}}"#);
            let times = Claims::read(json.as_bytes()).unwrap().times();
            assert_eq!(times.ok().map(|times| times.exp), want, "{exp}");
        }
    }
}
