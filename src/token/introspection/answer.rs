//! What an answer says of a token.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, Response, StatusCode};

use super::signed::SignedAnswers;
use crate::identity::{Principal, Verified};
use crate::jose::{Json, members};
use crate::rejection::{Rejection, Unavailable, Verdict, reason};
use crate::token::jwt::claims::{BadClaim, Claims, audience, moment};

/// Adds the user's own type to the principal, or finds that it is not there. The flag says that
/// the bytes are those of a signed answer.
pub(super) type Attach = Arc<dyn Fn(&[u8], bool, Principal) -> Option<Principal> + Send + Sync>;

/// What an answer must be.
pub(super) struct Reader {
    pub(super) issuer: Option<Arc<str>>,
    pub(super) audiences: Box<[Box<str>]>,
    /// Whether `iss` and `aud` have to be there.
    pub(super) named: bool,
    pub(super) leeway: Duration,
    pub(super) signed: Option<SignedAnswers>,
    pub(super) attach: Option<Attach>,
}

/// What came of asking. Unlike a [`Verdict`] it can be shared.
#[derive(Clone)]
pub(super) enum Finding {
    Valid(Principal),
    Rejected(Rejection),
    Unavailable(Unavailable),
}

impl Finding {
    pub(super) fn down(detail: impl fmt::Display) -> Self {
        Self::Unavailable(Unavailable::new(format!("introspection: {detail}")))
    }
}

impl From<Finding> for Verdict {
    fn from(finding: Finding) -> Self {
        match finding {
            Finding::Valid(principal) => Verified::assertion(principal).into(),
            Finding::Rejected(rejection) => rejection.into(),
            Finding::Unavailable(outage) => outage.into(),
        }
    }
}

/// Why an answer makes nobody's token good.
enum No {
    /// The token is bad.
    Token(Rejection),
    /// The answer can't be used.
    Answer(&'static str),
}

impl From<BadClaim> for No {
    /// The server is wrong here, not the caller: their token may be perfectly good.
    fn from(BadClaim(_, detail): BadClaim) -> Self {
        Self::Answer(detail)
    }
}

impl Reader {
    pub(super) const fn accept(&self) -> &'static str {
        if self.signed.is_some() { SIGNED } else { PLAIN }
    }

    pub(super) fn read(&self, response: &Response<Bytes>, now: SystemTime) -> Finding {
        match response.status() {
            StatusCode::OK => {}
            // RFC 7662 §2.3: it is this service that is not let in, not the token.
            status @ (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => {
                return Finding::down(format_args!(
                    "the endpoint refused this service's own credentials ({})",
                    status.as_u16()
                ));
            }
            status => {
                return Finding::down(format_args!("the endpoint answered {}", status.as_u16()));
            }
        }
        if !is_content(response.headers(), self.accept()) {
            return Finding::down(format_args!("the answer is not `{}`", self.accept()));
        }
        let body = response.body();
        let read = match &self.signed {
            None => self.plain(body, now),
            Some(signed) => signed
                .open(body, |bytes, said| {
                    let find = |name| said.iter().find(|(known, _)| known == name);
                    let [active, username] = ["active", "username"]
                        .map(|name| find(name).map(|(_, value)| value.clone()));
                    let claims = Claims::of_object(said);
                    self.judge(active.as_ref(), username, claims, now)
                        .and_then(|principal| self.attach(bytes, true, principal))
                })
                .unwrap_or_else(|why| Err(No::Answer(why))),
        };
        match read {
            Ok(principal) => Finding::Valid(principal),
            Err(No::Token(rejection)) => Finding::Rejected(rejection),
            Err(No::Answer(why)) => Finding::down(format_args!("the answer can't be used: {why}")),
        }
    }

    fn plain(&self, body: &[u8], now: SystemTime) -> Result<Principal, No> {
        let [active, username] = members(body, &["active", "username"])
            .map_err(|_| No::Answer("it is not a strict JSON object"))?;
        let principal = self.judge(active.as_ref(), username, Claims::read(body)?, now)?;
        self.attach(body, false, principal)
    }

    fn judge(
        &self,
        active: Option<&Json<'_>>,
        username: Option<Json<'_>>,
        mut claims: Claims<'_>,
        now: SystemTime,
    ) -> Result<Principal, No> {
        match active {
            // RFC 7662 §2.2: of a token that is not active nothing else is said, or heeded.
            Some(Json::Bool(false)) => return Err(no(reason::TOKEN_INACTIVE, String::new())),
            Some(Json::Bool(true)) => {}
            _ => return Err(No::Answer("`active` is neither `true` nor `false`")),
        }
        self.check_names(&claims)?;
        let [exp, nbf, iat] = claims.some_times()?;
        self.check_times(exp, nbf.into_iter().chain(iat), now)?;
        let issuer = claims.iss.as_ref().and_then(Json::as_text).map(Arc::from);
        claims.default_subject_to_client();
        let mut principal = claims.into_principal()?;
        if let Some(issuer) = issuer.or_else(|| self.issuer.clone()) {
            principal = principal.issuer(issuer);
        }
        if let Some(exp) = exp {
            principal = principal.expires_at(moment(exp));
        }
        if let Some(iat) = iat {
            principal = principal.issued_at(moment(iat));
        }
        if let Some(Json::Text(name)) = username {
            principal = principal.username(name);
        }
        Ok(principal)
    }

    /// RFC 7662 §4: a token is good only where it is meant to be used.
    fn check_names(&self, claims: &Claims<'_>) -> Result<(), No> {
        let must_be_right = |claim: &Option<Json<'_>>| self.named || claim.is_some();
        if let Some(ours) = &self.issuer
            && must_be_right(&claims.iss)
            && claims.iss.as_ref().and_then(Json::as_text) != Some(&**ours)
        {
            return Err(no(
                reason::WRONG_ISSUER,
                "the token's issuer is missing or another".into(),
            ));
        }
        if !self.audiences.is_empty()
            && must_be_right(&claims.aud)
            && !audience(claims.aud.as_ref(), &self.audiences).0
        {
            let detail = "the token's audience is missing or does not name this service";
            return Err(no(reason::WRONG_AUDIENCE, detail.into()));
        }
        Ok(())
    }

    fn check_times(
        &self,
        exp: Option<f64>,
        starts: impl Iterator<Item = f64>,
        now: SystemTime,
    ) -> Result<(), No> {
        let ends = exp.map(moment).and_then(|exp| exp.checked_add(self.leeway));
        if ends.is_some_and(|ends| now >= ends) {
            return Err(No::Token(
                Rejection::invalid_credentials(reason::TOKEN_EXPIRED)
                    .describe("The access token expired"),
            ));
        }
        let latest = now.checked_add(self.leeway);
        if starts.map(moment).any(|start| latest.is_some_and(|latest| latest < start)) {
            return Err(no(reason::TOKEN_NOT_YET_VALID, String::new()));
        }
        Ok(())
    }

    fn attach(&self, bytes: &[u8], signed: bool, principal: Principal) -> Result<Principal, No> {
        match &self.attach {
            None => Ok(principal),
            Some(attach) => attach(bytes, signed, principal).ok_or_else(|| {
                let detail = "the members are not what the service reads";
                no(reason::BAD_CLAIM, detail.into())
            }),
        }
    }
}

fn no(reason: &'static str, detail: String) -> No {
    let rejection = Rejection::invalid_credentials(reason).describe("The access token is invalid");
    No::Token(if detail.is_empty() { rejection } else { rejection.with_detail(detail) })
}

/// Whether the answer is of this media type, whatever its parameters.
fn is_content(headers: &HeaderMap, wanted: &str) -> bool {
    let essence = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next());
    essence.is_some_and(|essence| essence.trim().eq_ignore_ascii_case(wanted))
}

const PLAIN: &str = "application/json";
const SIGNED: &str = "application/token-introspection+jwt";
