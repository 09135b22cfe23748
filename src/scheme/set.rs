//! The schemes of one front door, and how they share a request.

use std::sync::Arc;

use http::header::{COOKIE, SEC_WEBSOCKET_PROTOCOL};
use http::request::Parts;
use http::{HeaderMap, HeaderName};

use super::combine::{Admission, Combine, join};
use super::place::is_form;
use super::{Attempt, Outcome, Place, Presented, Scheme, limited};
use crate::attempts::Limiter;
use crate::error::ConfigError;
use crate::eventual::Eventual;
use crate::header::{
    AuthorizationError, Challenge, Credentials, SchemeName, SentCookie, authorization,
};
use crate::rejection::{Rejection, RejectionKind, reason};
use crate::respond::{ChallengeList, Challenges, Target};

/// The schemes of one front door.
pub(crate) struct SchemeSet {
    schemes: Box<[Arc<dyn Scheme>]>,
    target: Target,
    combine: Combine,
    max_credentials: usize,
    uses_authorization: bool,
}

/// A scheme whose place a request fills.
#[derive(Clone, Copy)]
pub(super) struct Claim<'a> {
    pub(super) scheme: &'a Arc<dyn Scheme>,
    pub(super) presented: Presented<'a>,
}

impl SchemeSet {
    pub(crate) fn new(
        schemes: Vec<Arc<dyn Scheme>>,
        target: Target,
        combine: Combine,
        max_credentials: usize,
    ) -> Result<Self, ConfigError> {
        check_places(&schemes, combine)?;
        let uses_authorization =
            schemes.iter().any(|scheme| scheme.places().contains(&Place::Authorization));
        let schemes = schemes.into_boxed_slice();
        Ok(Self { schemes, target, combine, max_credentials, uses_authorization })
    }

    /// The set of a single scheme, which can clash with nothing.
    #[cfg(feature = "testing")]
    pub(crate) fn of_one(scheme: Arc<dyn Scheme>) -> Self {
        Self {
            schemes: Box::new([scheme]),
            target: Target::Origin,
            combine: Combine::Any,
            max_credentials: 0,
            uses_authorization: true,
        }
    }

    /// Marks the fields that hold credentials as sensitive, so that nothing that prints the request
    /// shows them.
    pub(crate) fn mark_sensitive(&self, headers: &mut HeaderMap) {
        if self.uses_authorization {
            mark_sensitive(headers, &self.target.credentials_field());
        }
        for place in self.places() {
            match place {
                Place::Header(name) => mark_sensitive(headers, name),
                Place::Cookie(_) => mark_sensitive(headers, &COOKIE),
                Place::WebSocketProtocol(_) => mark_sensitive(headers, &SEC_WEBSOCKET_PROTOCOL),
                Place::Authorization | Place::Query(_) | Place::Form(_) => {}
            }
        }
    }

    /// The places that this set reads, with repetitions.
    pub(crate) fn places(&self) -> impl Iterator<Item = &Place> {
        self.schemes.iter().flat_map(|scheme| scheme.places())
    }

    /// The places by which a scheme of this name has identified the caller.
    pub(crate) fn places_of(
        &self,
        name: &SchemeName,
        head: &Parts,
    ) -> impl Iterator<Item = &Place> {
        let schemes = self.schemes.iter().filter(move |scheme| scheme.name() == name);
        schemes.flat_map(move |scheme| {
            let places = scheme.places();
            // Where it has one place, it was there.
            places.iter().filter(move |place| places.len() == 1 || place.is_filled(head))
        })
    }

    /// Whether any scheme looks at the content of some requests.
    pub(crate) fn reads_content(&self) -> bool {
        self.reads_forms() || self.schemes.iter().any(|scheme| scheme.reads_content())
    }

    /// Whether the content of this request must be in memory before it can be judged.
    pub(crate) fn needs_content(&self, head: &Parts) -> bool {
        if self.reads_forms() && is_form(head) {
            return true;
        }
        let Ok(Some(credentials)) = self.credentials(head) else { return false };
        self.named(&credentials).is_some_and(|scheme| {
            let place = &Place::Authorization;
            scheme.reads_content() && {
                let credentials = Some(credentials);
                let cookie = SentCookie::Absent;
                scheme.needs_content(&Presented { head, place, credentials, cookie })
            }
        })
    }

    /// Whether one of the schemes has this name.
    #[cfg(all(feature = "axum", feature = "sessions"))]
    pub(crate) fn any_named(&self, name: &SchemeName) -> bool {
        self.schemes.iter().any(|scheme| scheme.name() == name)
    }

    /// Whether somebody can guess at what one of the schemes takes.
    pub(crate) fn can_be_guessed(&self) -> bool {
        self.schemes.iter().any(|scheme| scheme.can_be_guessed())
    }

    /// The login page that a person who is refused is sent to, and where it was set.
    pub(crate) fn login_page(&self) -> Option<(&str, &SchemeName)> {
        self.schemes.iter().find_map(|scheme| Some((scheme.login_page()?, scheme.name())))
    }

    fn reads_forms(&self) -> bool {
        self.places().any(|place| matches!(place, Place::Form(_)))
    }

    /// The scheme that the credentials name.
    fn named(&self, credentials: &Credentials<'_>) -> Option<&Arc<dyn Scheme>> {
        self.schemes.iter().find(|scheme| {
            credentials.is(scheme.name()) && scheme.places().contains(&Place::Authorization)
        })
    }

    /// Identifies the caller, within the limits on attempts.
    pub(crate) fn authenticate(
        &self,
        head: &Parts,
        limiter: Option<&Arc<Limiter>>,
    ) -> Eventual<Admission> {
        match self.combine {
            Combine::Any => self.authenticate_any(head, limiter),
            Combine::All => self.authenticate_all(head, limiter),
        }
    }

    fn authenticate_any(
        &self,
        head: &Parts,
        limiter: Option<&Arc<Limiter>>,
    ) -> Eventual<Admission> {
        let mut claimed = None;
        let found = self.claims(head, |claim| claimed.replace(claim).map_or(Ok(()), ambiguous));
        match (found, claimed) {
            (Err(rejection), _) => Admission::Rejected(rejection).into(),
            (Ok(()), None) => Admission::Absent.into(),
            (Ok(()), Some(claim)) => self.attempt(claim, limiter).map(Admission::from),
        }
    }

    fn authenticate_all(
        &self,
        head: &Parts,
        limiter: Option<&Arc<Limiter>>,
    ) -> Eventual<Admission> {
        let mut claims: Vec<Claim<'_>> = Vec::with_capacity(self.schemes.len());
        let found = self.claims(head, |claim| {
            let again = claims.iter().any(|other| Arc::ptr_eq(other.scheme, claim.scheme));
            claims.push(claim);
            if again { ambiguous(claim) } else { Ok(()) }
        });
        if let Err(rejection) = found {
            return Admission::Rejected(rejection).into();
        }
        if claims.is_empty() {
            return Admission::Absent.into();
        }
        let complete = claims.len() == self.schemes.len();
        // The first identity is the first configured scheme's, wherever its place is.
        claims.sort_by_key(|claim| {
            self.schemes.iter().position(|scheme| Arc::ptr_eq(scheme, claim.scheme))
        });
        let attempts = claims.into_iter().map(|claim| self.attempt(claim, limiter)).collect();
        join(attempts, complete, self.login_page().map(|(_, name)| name.clone()))
    }

    /// Asks the scheme, and notes in a rejection who was asked.
    fn attempt(&self, claim: Claim<'_>, limiter: Option<&Arc<Limiter>>) -> Attempt {
        match limited::ask(&claim, self.target, limiter) {
            Eventual::Ready(outcome) => noted(outcome, claim.scheme.name()).into(),
            Eventual::Pending(outcome) => {
                let name = claim.scheme.name().clone();
                Eventual::pending(async move { noted(outcome.await, &name) })
            }
        }
    }

    /// Hands every scheme whose place is filled to `claim`, `Authorization` first.
    fn claims<'a>(
        &'a self,
        head: &'a Parts,
        mut claim: impl FnMut(Claim<'a>) -> Result<(), Rejection>,
    ) -> Result<(), Rejection> {
        if let Some(credentials) = self.credentials(head)? {
            let Some(scheme) = self.named(&credentials) else {
                return Err(self.foreign(head));
            };
            let place = &Place::Authorization;
            let cookie = SentCookie::Absent;
            let presented = Presented { head, place, credentials: Some(credentials), cookie };
            claim(Claim { scheme, presented })?;
        }
        for scheme in &self.schemes {
            for place in scheme.places() {
                // Looked for once, here: most requests of browsers have long lines of cookies.
                let cookie = place.cookie(head);
                if matches!(cookie, SentCookie::Absent) && !place.is_filled(head) {
                    continue;
                }
                if place.parameters(head).any(|value| value.len() > self.max_credentials) {
                    return Err(too_large(place).attempted(scheme.name().clone()));
                }
                let presented = Presented { head, place, credentials: None, cookie };
                claim(Claim { scheme, presented })?;
            }
        }
        Ok(())
    }

    /// The one strict reading of `Authorization`, for all schemes.
    fn credentials<'a>(&self, head: &'a Parts) -> Result<Option<Credentials<'a>>, Rejection> {
        // A field that no scheme here reads makes no claim to this service.
        if !self.uses_authorization {
            return Ok(None);
        }
        let field = self.target.credentials_field();
        // RFC 9110 §5.3: two lines of a field that is no list are the sender's error; the first
        // must not silently win.
        authorization(&head.headers, &field, self.max_credentials).map_err(|error| match error {
            AuthorizationError::SeveralLines => {
                Rejection::invalid_request(reason::SEVERAL_CREDENTIALS)
            }
            AuthorizationError::TooLarge { scheme } => {
                let rejection = too_large(&Place::Authorization);
                // Only a name that is configured may be repeated: what stands first in the field
                // can be a secret that was sent without a scheme.
                let ours = self.schemes.iter().map(|ours| ours.name());
                match ours.into_iter().find(|ours| scheme.as_ref() == Some(*ours)) {
                    Some(name) => rejection.attempted(name.clone()),
                    None => rejection,
                }
            }
            AuthorizationError::Malformed(error) => {
                Rejection::invalid_request(reason::MALFORMED_CREDENTIALS)
                    .with_detail(error.to_string())
            }
        })
    }

    /// `Authorization` names a scheme that isn't ours. With other credentials beside it the
    /// request is ambiguous.
    fn foreign(&self, head: &Parts) -> Rejection {
        if self.places().any(|place| place.is_filled(head)) {
            Rejection::invalid_request(reason::SEVERAL_CREDENTIALS)
        } else {
            Rejection::of(RejectionKind::UnsupportedScheme, reason::UNSUPPORTED_SCHEME)
        }
    }

    /// Puts the challenges for `why` into `list`.
    pub(crate) fn challenges(
        &self,
        why: &Rejection,
        whose: Challenges,
        list: &mut ChallengeList<'_>,
    ) {
        for scheme in &self.schemes {
            let attempted = why.scheme() == Some(scheme.name());
            match (whose, why.challenge()) {
                (Challenges::None, _) => {}
                (Challenges::Attempted, _) if !attempted => {}
                (Challenges::Attempted, _) => {
                    if let Some(challenge) = scheme.forbidden_challenge(why) {
                        list.push(&challenge);
                    }
                }
                (Challenges::All, Some(own)) if attempted => list.push(own),
                (Challenges::All, _) => {
                    let whole_request =
                        why.scheme().is_none() && why.kind() == RejectionKind::InvalidRequest;
                    scheme.challenges((attempted || whole_request).then_some(why), list);
                }
            }
        }
        // RFC 9110 §15.5.2: a 401 has a challenge, even where a scheme of the user's own forgets it.
        if whose == Challenges::All && list.is_empty() {
            for scheme in &self.schemes {
                list.push(&Challenge::new(scheme.name().clone()));
            }
        }
    }
}

fn mark_sensitive(headers: &mut HeaderMap, name: &HeaderName) {
    // Not by `entry`, which makes room for a field that may come: it allocates, and panics where a
    // peer has sent as many fields as the map can hold. And not by a look whether it is there:
    // going over the fields takes no longer.
    let lines = headers.iter_mut().filter(|(field, _)| *field == name);
    lines.for_each(|(_, line)| line.set_sensitive(true));
}

/// RFC 9110 §5.4: what is larger than the server reads gets a 4xx, and is never ignored.
fn too_large(place: &Place) -> Rejection {
    Rejection::invalid_request(reason::CREDENTIALS_TOO_LARGE)
        .describe("The credentials are larger than this service reads")
        .with_detail(place.to_string())
}

/// RFC 6750 §3.1: more than one method of presenting a credential is `invalid_request`.
fn ambiguous(_: Claim<'_>) -> Result<(), Rejection> {
    Err(Rejection::invalid_request(reason::SEVERAL_CREDENTIALS)
        .describe("Credentials were presented in more than one place"))
}

fn noted(outcome: Outcome, scheme: &SchemeName) -> Outcome {
    match outcome {
        Outcome::Rejected(rejection) => Outcome::Rejected(rejection.attempted(scheme.clone())),
        other @ (Outcome::Absent | Outcome::Authenticated(_) | Outcome::Unavailable(_)) => other,
    }
}

fn check_places(schemes: &[Arc<dyn Scheme>], combine: Combine) -> Result<(), ConfigError> {
    let mut taken: Vec<(&Place, &SchemeName)> = Vec::new();
    for scheme in schemes {
        let name = scheme.name();
        if scheme.places().is_empty() {
            return Err(ConfigError::new(format!(
                "the scheme `{name}` names no place for its credentials: return at least one from \
                 `Scheme::places`"
            )));
        }
        for place in scheme.places() {
            let clash = taken.iter().find(|(other, owner)| {
                *other == place
                    && (*place != Place::Authorization || *owner == name || combine == Combine::All)
            });
            if let Some((_, owner)) = clash {
                let who = if *owner == name {
                    format!("two schemes `{name}`")
                } else {
                    format!("the schemes `{owner}` and `{name}`")
                };
                return Err(ConfigError::new(format!(
                    "{who} claim the same place ({place}): a request could not say which of them \
                     it means; configure one of them, give them different places, or let one \
                     directory or verifier know the credentials of both"
                )));
            }
            taken.push((place, name));
        }
    }
    Ok(())
}
