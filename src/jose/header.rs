//! What a JOSE header may say, [RFC 7515 §4](https://www.rfc-editor.org/rfc/rfc7515#section-4).

use std::borrow::Cow;

use super::algorithm::Algorithm;
use super::json::{Json, members};
use super::jws::JwsError;

/// The members that are heeded. `jwk`, `jku`, `x5u` and `x5c` are not among them: a token does not
/// bring its own key, and no address in a token is ever fetched.
#[derive(Debug)]
pub(super) struct Header<'a> {
    pub(super) algorithm: Algorithm,
    pub(super) kid: Option<Cow<'a, str>>,
    pub(super) typ: Option<Cow<'a, str>>,
}

impl<'a> Header<'a> {
    pub(super) fn read(json: &'a [u8]) -> Result<Self, JwsError> {
        const NAMES: [&str; 8] = ["alg", "kid", "typ", "cty", "crit", "b64", "zip", "enc"];
        let [alg, kid, typ, cty, crit, b64, zip, enc] = members(json, &NAMES)
            .map_err(|_| JwsError::Malformed("the header is not a strict JSON object"))?;

        // RFC 7515 §4.1.11: an empty or misspelt `crit` is refused like one with unknown names,
        // and there are no names that we know.
        if crit.is_some() {
            return Err(JwsError::Extension("the header has `crit`"));
        }
        // Each of these changes what the payload means, `crit` or not (RFC 7797, RFC 7516).
        if b64.is_some() || zip.is_some() || enc.is_some() {
            return Err(JwsError::Extension("the header has `b64`, `zip` or `enc`"));
        }
        // RFC 7519 §5.2: the payload is itself a token, and its claims are not in it.
        if text(cty, "`cty` is not a string")?.is_some_and(|cty| is_media_type(&cty, "JWT")) {
            return Err(JwsError::Malformed("the token is nested"));
        }
        let Some(Json::Text(alg)) = alg else {
            return Err(JwsError::Malformed("`alg` is missing or not a string"));
        };
        let kid = text(kid, "`kid` is not a string")?;
        if kid.as_ref().is_some_and(|kid| kid.len() > MAX_KID) {
            return Err(JwsError::Malformed("`kid` is too long"));
        }
        let typ = text(typ, "`typ` is not a string")?;
        let algorithm = Algorithm::from_name(&alg).ok_or(JwsError::Algorithm)?;
        Ok(Self { algorithm, kid, typ })
    }
}

fn text<'a>(
    member: Option<Json<'a>>,
    otherwise: &'static str,
) -> Result<Option<Cow<'a, str>>, JwsError> {
    match member {
        None => Ok(None),
        Some(Json::Text(text)) => Ok(Some(text)),
        Some(_) => Err(JwsError::Malformed(otherwise)),
    }
}

/// Whether `value` is the media type `wanted`, whose `application/` may be left out on either
/// side, [RFC 7515 §4.1.9](https://www.rfc-editor.org/rfc/rfc7515#section-4.1.9).
pub(crate) fn is_media_type(value: &str, wanted: &str) -> bool {
    without_application(value).eq_ignore_ascii_case(without_application(wanted))
}

fn without_application(media_type: &str) -> &str {
    const PREFIX: &str = "application/";
    match media_type.split_at_checked(PREFIX.len()) {
        Some((prefix, rest)) if prefix.eq_ignore_ascii_case(PREFIX) && !rest.contains('/') => rest,
        _ => media_type,
    }
}

/// Bytes of a `kid`: it is compared and never interpreted, so it needs no more than a name does.
const MAX_KID: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_read_or_refused_whole() {
        let long = format!(r#"{{"alg":"ES256","kid":"{}"}}"#, "k".repeat(257));
        for (json, fits) in [
            (r#"{"alg":"ES256"}"#, true),
            (r#"{"alg":"ES256","kid":"../../dev/null","typ":"JWT","cty":"json"}"#, true),
            (r#"{"alg":"ES256","jwk":{},"jku":"https://evil.example","x5c":[]}"#, true),
            (r#"{"alg":"ES256","kid":1}"#, false),
            (r#"{"alg":"ES256","kid":null}"#, false),
            (r#"{"alg":"ES256","typ":["JWT"]}"#, false),
            (r#"{"alg":"ES256","cty":"JWT"}"#, false),
            (r#"{"alg":"ES256","cty":"application/jwt"}"#, false),
            (r#"{"alg":"ES256","crit":[]}"#, false),
            (r#"{"alg":"ES256","crit":["exp"],"exp":1}"#, false),
            (r#"{"alg":"ES256","crit":"b64"}"#, false),
            (r#"{"alg":"ES256","crit":null}"#, false),
            (r#"{"alg":"ES256","b64":false}"#, false),
            (r#"{"alg":"ES256","b64":true}"#, false),
            (r#"{"alg":"ES256","zip":"DEF"}"#, false),
            (r#"{"alg":"ES256","enc":"A128GCM"}"#, false),
            (r#"{"alg":"ES256","alg":"none"}"#, false),
            (r#"{"alg":"ES256","al\u0067":"none"}"#, false),
            (r#"{"alg":"none"}"#, false),
            (r#"{"alg":"es256"}"#, false),
            (r#"{"alg":null}"#, false),
            (r#"{"alg":1}"#, false),
            (r#"{}"#, false),
            (r#"["ES256"]"#, false),
            (&long, false),
        ] {
            assert_eq!(Header::read(json.as_bytes()).is_ok(), fits, "{json}");
        }
    }

    /// RFC 7515 §4.1.9: media types compare without case, and `application/` may be left out.
    #[test]
    fn types_compare_as_media_types() {
        for (value, same) in [
            ("at+jwt", true),
            ("AT+JWT", true),
            ("application/at+jwt", true),
            ("Application/at+jwt", true),
            ("JWT", false),
            ("at+jwtx", false),
            ("application/at+jwt/x", false),
            ("text/at+jwt", false),
            ("application/", false),
            ("", false),
        ] {
            assert_eq!(is_media_type(value, "at+jwt"), same, "{value}");
            assert_eq!(is_media_type(value, "application/at+jwt"), same, "{value}");
        }
    }
}
