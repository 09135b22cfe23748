//! The scheme that knows sessions again.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use http::header::SET_COOKIE;

use super::cookie::InCookie;
use super::evidence::Evidence;
use super::sessions::{Sessions, Shared};
use crate::error::ConfigError;
use crate::eventual::Eventual;
use crate::header::{Challenge, Realm, SchemeName};
use crate::identity::{Principal, Verified};
use crate::rejection::{Rejection, RejectionKind, Unavailable, reason};
use crate::respond::ChallengeList;
use crate::scheme::{Answered, Attempt, Finish, IntoScheme, Outcome, Place, Presented, Scheme};
use crate::secret::SecretDigest;
use crate::store::{Lookup, SessionRecord};

/// The settings of the `Cookie` scheme. See the [module](super).
#[derive(Clone, Debug)]
pub struct SessionCookie {
    sessions: Sessions,
    realm: Option<String>,
    login_page: Option<String>,
}

impl SessionCookie {
    /// Knows these sessions.
    #[must_use]
    pub fn new(sessions: &Sessions) -> Self {
        Self { sessions: sessions.clone(), realm: None, login_page: None }
    }

    /// Names the protection space. Default: none.
    #[must_use]
    pub fn realm(mut self, realm: impl Into<String>) -> Self {
        self.realm = Some(realm.into());
        self
    }

    /// Where people log in: a path of this service, outside of the front door. Page navigations
    /// that would get a 401 are sent there (303), with the page that was asked for in the query
    /// parameter `next`; read it with [`local_target`](super::local_target). Default: everybody
    /// gets a 401.
    #[must_use]
    pub fn login_page(mut self, path: impl Into<String>) -> Self {
        self.login_page = Some(path.into());
        self
    }
}

impl IntoScheme for SessionCookie {
    fn into_scheme(self) -> Result<Arc<dyn Scheme>, ConfigError> {
        let shared = self.sessions.0;
        let error = |why: &dyn fmt::Display| ConfigError::new(format!("SessionCookie: {why}"));
        let mut challenge = Challenge::builder(SchemeName::COOKIE);
        if let Some(realm) = &self.realm {
            challenge = challenge.realm(&Realm::new(realm).map_err(|why| error(&why))?);
        }
        if let Some(page) = &self.login_page {
            if super::local_target(page).is_none() {
                return Err(ConfigError::new(format!(
                    "the login page `{}` is no path of this service: write one such as `/login`",
                    page.escape_debug()
                )));
            }
            challenge = challenge.param("form-action", page);
        }
        let challenge = challenge
            .param("cookie-name", &shared.cookie.name)
            .build()
            .map_err(|why| error(&why))?;
        let places = [Place::Cookie(shared.cookie.name.clone())];
        Ok(Arc::new(CookieScheme { challenge, places, shared, login_page: self.login_page }))
    }
}

struct CookieScheme {
    challenge: Challenge,
    places: [Place; 1],
    shared: Arc<Shared>,
    login_page: Option<String>,
}

impl Scheme for CookieScheme {
    fn name(&self) -> &SchemeName {
        &SchemeName::COOKIE
    }

    fn places(&self) -> &[Place] {
        &self.places
    }

    fn authenticate(&self, presented: &Presented<'_>) -> Attempt {
        let head = presented.head();
        let key = match InCookie::of(presented.cookie) {
            InCookie::Id(key) => key,
            InCookie::Nothing => return Outcome::Absent.into(),
            InCookie::Malformed => {
                return self.shared.refused(reason::MALFORMED_CREDENTIALS).into();
            }
        };
        let foreign = self
            .shared
            .evidence
            .as_ref()
            .is_some_and(|evidence| Evidence::is_needed(head) && !evidence.is_given(head));
        match self.shared.store.find(&key) {
            Eventual::Ready(found) => identify(&self.shared, found, key, foreign),
            Eventual::Pending(found) => {
                let shared = Arc::clone(&self.shared);
                Eventual::Pending(found)
                    .and_then(move |found| identify(&shared, found, key, foreign))
            }
        }
    }

    fn challenges(&self, _: Option<&Rejection>, list: &mut ChallengeList<'_>) {
        list.push(&self.challenge);
    }

    fn login_page(&self) -> Option<&str> {
        self.login_page.as_deref()
    }
}

/// Turns what the store has into the caller.
fn identify(
    shared: &Arc<Shared>,
    found: Result<Lookup, Unavailable>,
    key: SecretDigest,
    foreign: bool,
) -> Attempt {
    let record = match found {
        Ok(Lookup::Found(record)) => record,
        Ok(Lookup::Absent) => return shared.refused(reason::SESSION_ENDED).into(),
        // The answer that brings the new cookie may be under way: nothing is taken back.
        Ok(Lookup::Renewed) => {
            return Outcome::Rejected(Rejection::invalid_credentials(reason::SESSION_RENEWED))
                .into();
        }
        Err(outage) => return Outcome::Unavailable(outage).into(),
    };
    let now = shared.clock.now();
    // Whatever a store says, a session does not outlive itself.
    if record.until() <= now {
        return shared.refused(reason::SESSION_ENDED).into();
    }
    // Only now: who has no session is not known, and gets a 401 whoever sent the request.
    if foreign {
        return Outcome::Rejected(
            Rejection::of(RejectionKind::NotPermitted, reason::FOREIGN_ORIGIN)
                .describe("The request is not known to come from a page of this service"),
        )
        .into();
    }
    if let Some(principal) = shared.known.get(&key, &record, now) {
        return accepted(shared, principal, key, record, now).into();
    }
    let (epoch, shared) = (shared.known.epoch(), Arc::clone(shared));
    let user = shared.users.load(&record.subject);
    user.and_then(move |user| {
        let whose = user.map(|user| shared.whose(&key, &record, user, (epoch, now)));
        match whose {
            Ok(Ok(principal)) => accepted(&shared, principal, key, record, now),
            Ok(Err(reason)) => shared.refused(reason),
            Err(outage) => Outcome::Unavailable(outage),
        }
        .into()
    })
}

/// Whether this user is known by something else than they were at the login. A directory that does
/// not say by what has no say in it.
fn has_changed(user: &Principal, record: &SessionRecord) -> bool {
    user.stamp().is_some_and(|stamp| record.stamp.as_deref() != Some(&stamp))
}

fn accepted(
    shared: &Arc<Shared>,
    principal: Principal,
    key: SecretDigest,
    record: Arc<SessionRecord>,
    now: SystemTime,
) -> Outcome {
    let quiet_for = now.duration_since(record.active_at).unwrap_or_default();
    let principal = Verified::assertion(principal);
    let outcome = Outcome::in_session(principal, &SchemeName::COOKIE, record);
    if quiet_for < shared.touch_every() {
        return outcome;
    }
    outcome.finish(Touch { shared: Arc::clone(shared), key, now })
}

impl Shared {
    /// Whom a session identifies, by this user of the directory; or why it is over.
    pub(super) fn whose(
        &self,
        key: &SecretDigest,
        record: &SessionRecord,
        user: Option<Principal>,
        (epoch, now): (u64, SystemTime),
    ) -> Result<Principal, &'static str> {
        match user {
            Some(user) if has_changed(&user, record) => Err(reason::CREDENTIALS_CHANGED),
            Some(user) if !user.is_over_at(now) => {
                Ok(self.known.put(key, record, user, (epoch, now)))
            }
            Some(_) | None => Err(reason::UNKNOWN_USER),
        }
    }

    /// The session is over: the cookie is taken back, so that the browser stops sending it.
    fn refused(&self, reason: &'static str) -> Outcome {
        let rejection = Rejection::invalid_credentials(reason);
        Outcome::Rejected(match self.cookie.clear().header_value() {
            Some(line) => rejection.with_field(SET_COOKIE, line),
            None => rejection,
        })
    }

    /// How often it is written down that a session is in use.
    fn touch_every(&self) -> Duration {
        self.idle.checked_div(4).unwrap_or(self.idle).min(Duration::from_secs(60))
    }
}

/// Notes that the session was used, once the request is answered.
struct Touch {
    shared: Arc<Shared>,
    key: SecretDigest,
    now: SystemTime,
}

impl Finish for Touch {
    fn finish(self: Box<Self>, _: &mut Answered<'_>) {
        let Self { shared, key, now } = *self;
        if !shared.known.is_to_note(&key, now, shared.touch_every()) {
            return;
        }
        if let Eventual::Pending(noted) = shared.store.touch(&key, now)
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            // The answer does not wait for it. If it fails, the session ends a minute early.
            runtime.spawn(async move {
                let _ = noted.await;
            });
        }
    }
}
