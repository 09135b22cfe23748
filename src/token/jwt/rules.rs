//! What a token must be, once the settings are known to be sound.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::claim_path::ClaimPath;
use super::claims::{BadClaim, Claims, Times, audience, moment};
use crate::clock::Clock;
use crate::eventual::Eventual;
use crate::identity::{Principal, Verified};
use crate::jose::{
    Algorithms, Json, Jws, JwsError, Keys, Unchecked, Workspace, is_media_type, verify_compact,
};
use crate::rejection::{Rejection, Verdict, reason};
use crate::token::VerifyToken;

/// Adds the user's own claims to the principal, or finds that they are not there.
pub(super) type Attach = Arc<dyn Fn(&[u8], Principal) -> Option<Principal> + Send + Sync>;

/// Everything but the keys.
pub(crate) struct Rules {
    pub(super) issuer: Arc<str>,
    pub(super) audiences: Box<[Box<str>]>,
    pub(super) allowed: Algorithms,
    pub(super) leeway: Duration,
    pub(super) required_type: Option<Box<str>>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) attach: Option<Attach>,
    /// The profile of RFC 9068.
    pub(super) access_token: bool,
    pub(super) scopes_from: Option<ClaimPath>,
    pub(super) roles_from: Option<ClaimPath>,
}

impl Rules {
    /// Judges a token by these keys.
    pub(crate) fn judge(&self, token: &Unchecked<'_>, keys: &Keys) -> Judged {
        let mut work = Workspace::new();
        // Nothing is said of the claims before the signature was good: a forged token is never
        // called "expired".
        let jws = match verify_compact(*token, keys, self.allowed, &mut work) {
            Ok(jws) => jws,
            Err(error @ (JwsError::NoKey | JwsError::Signature { named: false })) => {
                return Judged::UnknownKey(bad_jws(error));
            }
            Err(error) => return Judged::Final(bad_jws(error).into()),
        };
        Judged::Final(match self.check(&jws) {
            Ok(principal) => Verdict::Valid(Verified::assertion(principal)),
            Err(rejection) => Verdict::Rejected(rejection),
        })
    }

    fn check(&self, jws: &Jws<'_>) -> Result<Principal, Rejection> {
        self.check_type(jws.typ.as_deref())?;
        let mut claims = Claims::read(jws.payload).map_err(bad_claim)?;
        self.check_issuer(claims.iss.as_ref())?;
        self.check_audience(claims.aud.as_ref())?;
        let times = claims.times().map_err(bad_claim)?;
        self.check_times(times)?;
        if self.access_token {
            claims.check_access_token().map_err(bad_claim)?;
        }
        claims
            .look_elsewhere(jws.payload, self.scopes_from.as_ref(), self.roles_from.as_ref())
            .map_err(bad_claim)?;
        let mut principal = claims
            .into_principal()
            .map_err(bad_claim)?
            .issuer(Arc::clone(&self.issuer))
            .expires_at(moment(times.exp));
        if let Some(iat) = times.iat {
            principal = principal.issued_at(moment(iat));
        }
        match &self.attach {
            None => Ok(principal),
            Some(attach) => attach(jws.payload, principal).ok_or_else(|| {
                invalid(reason::BAD_CLAIM).with_detail("the claims are not what the service reads")
            }),
        }
    }

    /// [RFC 8725 §3.11](https://www.rfc-editor.org/rfc/rfc8725#section-3.11): other kinds of token
    /// carry a `typ` of their own.
    fn check_type(&self, typ: Option<&str>) -> Result<(), Rejection> {
        let fits = match (&self.required_type, typ) {
            (Some(required), typ) => typ.is_some_and(|typ| is_media_type(typ, required)),
            (None, None) => true,
            (None, Some(typ)) => is_media_type(typ, "JWT") || is_media_type(typ, "at+jwt"),
        };
        if fits {
            return Ok(());
        }
        Err(invalid(reason::WRONG_TYPE).with_detail(match &self.required_type {
            Some(required) => format!("`typ` is not `{required}`"),
            None => "`typ` is neither `JWT` nor `at+jwt`".to_owned(),
        }))
    }

    /// [RFC 7519 §4.1.1](https://www.rfc-editor.org/rfc/rfc7519#section-4.1.1): one string, equal to
    /// the last character.
    fn check_issuer(&self, iss: Option<&Json<'_>>) -> Result<(), Rejection> {
        let iss = iss.and_then(Json::as_text);
        if iss == Some(&*self.issuer) {
            return Ok(());
        }
        Err(invalid(reason::WRONG_ISSUER).with_detail(format!(
            "issuer {} is not `{}`",
            Shown(iss),
            self.issuer
        )))
    }

    fn check_audience(&self, aud: Option<&Json<'_>>) -> Result<(), Rejection> {
        let (fits, first) = audience(aud, &self.audiences);
        if fits {
            return Ok(());
        }
        let own = self.audiences.first().map_or("", |own| own);
        let detail = format!("audience {} does not name this service, `{own}`", Shown(first));
        Err(invalid(reason::WRONG_AUDIENCE).with_detail(detail))
    }

    /// [RFC 7519 §4.1.4](https://www.rfc-editor.org/rfc/rfc7519#section-4.1.4) and §4.1.5: before
    /// `exp`, and not before `nbf`; each by the leeway and not a moment more.
    fn check_times(&self, times: Times) -> Result<(), Rejection> {
        let now = seconds(self.clock.now());
        let leeway = self.leeway.as_secs_f64();
        if now >= times.exp + leeway {
            return Err(Rejection::invalid_credentials(reason::TOKEN_EXPIRED)
                .describe("The access token expired"));
        }
        let starts = times.nbf.unwrap_or(0.0).max(times.iat.unwrap_or(0.0));
        if now + leeway < starts {
            return Err(invalid(reason::TOKEN_NOT_YET_VALID));
        }
        Ok(())
    }
}

/// Judges tokens of one issuer, which somebody may have taken apart to see whose they are.
pub(crate) trait VerifyJwt: VerifyToken {
    /// Judges the token as [`VerifyToken::verify`] would.
    fn verify_unchecked(&self, token: &Unchecked<'_>) -> Eventual<Verdict>;
}

/// What [`VerifyToken::verify`] is for a [`VerifyJwt`].
pub(crate) fn verify_text(verifier: &impl VerifyJwt, token: &str) -> Eventual<Verdict> {
    match Unchecked::split(token) {
        Ok(token) => verifier.verify_unchecked(&token),
        Err(error) => Verdict::from(unreadable(error)).into(),
    }
}

/// What a set of keys says of a token.
pub(crate) enum Judged {
    /// Another set of keys would say the same.
    Final(Verdict),
    /// Refused for want of its key, which a newer set may have.
    UnknownKey(Rejection),
}

impl Judged {
    fn by_fixed_keys(self) -> Verdict {
        match self {
            Self::Final(verdict) => verdict,
            Self::UnknownKey(rejection) => rejection.into(),
        }
    }
}

fn seconds(at: SystemTime) -> f64 {
    match at.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(since) => since.as_secs_f64(),
        Err(before) => -before.duration().as_secs_f64(),
    }
}

fn invalid(reason: &'static str) -> Rejection {
    Rejection::invalid_credentials(reason).describe("The access token is invalid")
}

fn bad_claim(BadClaim(reason, detail): BadClaim) -> Rejection {
    invalid(reason).with_detail(detail)
}

/// A token that is refused before anyone's settings are asked.
pub(crate) fn unreadable(error: JwsError) -> Rejection {
    bad_jws(error)
}

/// A token of an issuer that nobody here trusts.
pub(super) fn unlisted() -> Rejection {
    invalid(reason::WRONG_ISSUER).with_detail("the issuer is missing, or none that is trusted")
}

fn bad_jws(error: JwsError) -> Rejection {
    match error {
        JwsError::Malformed(detail) => invalid(reason::MALFORMED_TOKEN).with_detail(detail),
        JwsError::Extension(detail) => invalid(reason::CRITICAL_EXTENSION).with_detail(detail),
        JwsError::Algorithm => invalid(reason::ALGORITHM_NOT_ALLOWED),
        JwsError::NoKey => invalid(reason::NO_MATCHING_KEY),
        JwsError::Signature { .. } => invalid(reason::BAD_SIGNATURE),
    }
}

/// A claim's value for a log line: only where it is short and plain.
struct Shown<'a>(Option<&'a str>);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const PLAIN: usize = 200;
        match self.0 {
            Some(value)
                if value.len() <= PLAIN
                    && value.bytes().all(|b| matches!(b, b' '..=b'~') && b != b'`') =>
            {
                write!(f, "`{value}`")
            }
            Some(_) => f.write_str("(not shown)"),
            None => f.write_str("(missing, or not a string)"),
        }
    }
}

/// Checks tokens with keys that are at hand.
pub(super) struct JwtVerifier {
    pub(super) rules: Rules,
    pub(super) keys: Keys,
}

impl VerifyToken for JwtVerifier {
    fn verify(&self, token: &str) -> Eventual<Verdict> {
        verify_text(self, token)
    }
}

impl VerifyJwt for JwtVerifier {
    fn verify_unchecked(&self, token: &Unchecked<'_>) -> Eventual<Verdict> {
        Eventual::Ready(self.rules.judge(token, &self.keys).by_fixed_keys())
    }
}
