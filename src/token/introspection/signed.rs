//! Signed answers, [RFC 9701](https://www.rfc-editor.org/rfc/rfc9701).

use std::borrow::Cow;

use crate::error::ConfigError;
use crate::jose::{
    Algorithm, Algorithms, Json, Keys, Unchecked, Workspace, is_media_type, members, verify_compact,
};
use crate::token::jwt::claims::audience;

/// Asks for signed answers and takes no others, so that what the server said can be held against
/// it: [RFC 9701](https://www.rfc-editor.org/rfc/rfc9701).
///
/// The answer's type, issuer and audience are checked (§5). Encrypted answers are refused.
#[derive(Clone, Debug)]
pub struct SignedAnswers {
    issuer: Box<str>,
    audience: [Box<str>; 1],
    keys: Keys,
    allowed: Algorithms,
}

/// The members of `token_introspection`.
pub(super) type Members<'a> = Vec<(Cow<'a, str>, Json<'a>)>;

impl SignedAnswers {
    /// Takes answers of the authorization server `issuer`, made for this service by the name that
    /// it has there, its `audience`; signed by one of these keys.
    pub fn new(issuer: impl Into<Box<str>>, audience: impl Into<Box<str>>, keys: Keys) -> Self {
        let allowed = keys.algorithms();
        Self { issuer: issuer.into(), audience: [audience.into()], keys, allowed }
    }

    /// Takes only these algorithms. Default: whatever the keys can do.
    #[must_use]
    pub fn algorithms(mut self, allowed: impl AsRef<[Algorithm]>) -> Self {
        self.allowed = Algorithms::of(allowed.as_ref()).both(self.keys.algorithms());
        self
    }

    pub(super) fn check(&self) -> Result<(), ConfigError> {
        if self.issuer.is_empty() || self.audience.iter().any(|name| name.is_empty()) {
            return Err(ConfigError::new(
                "signed answers need the server's issuer identifier and the name that this \
                 service has there",
            ));
        }
        if self.allowed.is_empty() {
            return Err(ConfigError::new(
                "none of the algorithms allowed for signed answers can be done by the keys given",
            ));
        }
        Ok(())
    }

    /// Hands what the server says of the token to `read`, with the bytes that it stands in.
    pub(super) fn open<R>(
        &self,
        answer: &[u8],
        read: impl FnOnce(&[u8], Members<'_>) -> R,
    ) -> Result<R, &'static str> {
        let answer = str::from_utf8(answer).map_err(|_| "it is no JWT")?.trim_ascii();
        let mut work = Workspace::new();
        let jws = Unchecked::split(answer)
            .and_then(|answer| verify_compact(answer, &self.keys, self.allowed, &mut work))
            .map_err(|_| "it is no JWT that these keys have signed")?;
        // RFC 9701 §5: so that no other token of this server passes for an answer.
        if !jws.typ.is_some_and(|typ| is_media_type(&typ, "token-introspection+jwt")) {
            return Err("its `typ` is not `token-introspection+jwt`");
        }
        const NAMES: [&str; 4] = ["iss", "aud", "iat", "token_introspection"];
        let [iss, aud, iat, said] =
            members(jws.payload, &NAMES).map_err(|_| "its claims are not a strict JSON object")?;
        if iss.as_ref().and_then(Json::as_text) != Some(&*self.issuer) {
            return Err("its `iss` is not the configured server");
        }
        if !audience(aud.as_ref(), &self.audience).0 {
            return Err("its `aud` does not name this service");
        }
        if !matches!(iat, Some(Json::Number(_))) {
            return Err("its `iat` is missing or no date");
        }
        match said {
            Some(Json::Object(said)) => Ok(read(jws.payload, said)),
            _ => Err("it has no object `token_introspection`"),
        }
    }
}
