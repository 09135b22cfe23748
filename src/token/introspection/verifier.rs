//! Asking, and remembering what was said.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use form_urlencoded::Serializer;
use http::HeaderValue;
use http::header::ACCEPT;

use super::ClientAuth;
use super::answer::{Finding, Reader};
use super::flights::Flights;
use crate::clock::Clock;
use crate::error::ConfigError;
use crate::eventual::{BoxFuture, Eventual};
use crate::fetch::{Address, Door};
use crate::rejection::Verdict;
use crate::secret::{Secret, SecretDigest};
use crate::slots::{Entry, Slots};
use crate::token::VerifyToken;

/// How much is remembered and done at a time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) active: Duration,
    pub(super) inactive: Duration,
    pub(super) entries: usize,
    pub(super) calls: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            active: Duration::from_secs(60),
            inactive: Duration::from_secs(5),
            entries: 10_000,
            calls: 256,
        }
    }
}

impl Limits {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        if self.active > MAX_ACTIVE || self.inactive > MAX_INACTIVE {
            return Err(ConfigError::new(
                "answers of the introspection endpoint are remembered for too long: at most 10 \
                 minutes where the token is active, and 60 seconds where it is not",
            ));
        }
        if self.entries == 0 || self.calls == 0 {
            return Err(ConfigError::new(
                "introspection needs room for at least one answer and one call; to remember \
                 nothing, say `remember_active(Duration::ZERO)`",
            ));
        }
        Ok(())
    }
}

/// Asks the server.
pub(super) struct Asker {
    pub(super) address: Address,
    pub(super) door: Door,
    pub(super) credentials: ClientAuth,
    pub(super) reader: Reader,
    pub(super) clock: Arc<dyn Clock>,
}

impl Asker {
    async fn ask(&self, token: &Secret) -> Finding {
        let Some((form, mut headers)) = self.form(token).zip(self.credentials.headers()) else {
            return Finding::down("this service's own credentials can't be sent");
        };
        headers.insert(ACCEPT, HeaderValue::from_static(self.reader.accept()));
        match self.door.post(&self.address, headers, form).await {
            Ok(response) => self.reader.read(&response, self.clock.now()),
            Err(error) => Finding::down(error),
        }
    }

    fn form(&self, token: &Secret) -> Option<String> {
        let mut form = Serializer::new(String::new());
        form.append_pair("token", str::from_utf8(token.expose()).ok()?);
        form.append_pair("token_type_hint", "access_token");
        self.credentials.extend(&mut form, self.clock.now())?;
        Some(form.finish())
    }
}

pub(super) struct IntrospectionVerifier {
    asker: Arc<Asker>,
    memory: Arc<Memory>,
    flights: Flights,
}

impl IntrospectionVerifier {
    pub(super) fn new(asker: Asker, limits: Limits) -> Self {
        let memory = Memory {
            active: Slots::new(limits.entries),
            inactive: Slots::new(limits.entries),
            hasher: RandomState::new(),
            limits,
        };
        Self {
            asker: Arc::new(asker),
            memory: Arc::new(memory),
            flights: Flights::new(limits.calls),
        }
    }

    fn call(&self, token: &str, digest: SecretDigest, now: SystemTime) -> BoxFuture<Finding> {
        let (asker, memory) = (Arc::clone(&self.asker), Arc::clone(&self.memory));
        let token = Secret::from(token);
        Box::pin(async move {
            let finding = asker.ask(&token).await;
            memory.keep(digest, &finding, now);
            finding
        })
    }
}

impl VerifyToken for IntrospectionVerifier {
    fn verify(&self, token: &str) -> Eventual<Verdict> {
        let now = self.asker.clock.now();
        let digest = SecretDigest::of(token.as_bytes());
        let known = || self.memory.find(digest, now);
        if let Some(finding) = known() {
            return Eventual::Ready(finding.into());
        }
        self.flights.join(digest, known, || self.call(token, digest, now)).map(Verdict::from)
    }
}

/// What was said of tokens, by their digests. Bad answers have a place of their own, so that a
/// flood of invented tokens does not drive out the good ones.
struct Memory {
    active: Slots<Answer>,
    inactive: Slots<Answer>,
    hasher: RandomState,
    limits: Limits,
}

impl Memory {
    fn find(&self, digest: SecretDigest, now: SystemTime) -> Option<Finding> {
        let hash = self.hash(digest);
        let take = |answer: &Answer| (answer.digest == digest).then(|| answer.finding.clone());
        // The later word counts, and a token seldom comes back to life.
        self.inactive.find(hash, now, take).or_else(|| self.active.find(hash, now, take))
    }

    /// `now` is when the server was asked: what it says may have changed since it said it.
    fn keep(&self, digest: SecretDigest, finding: &Finding, now: SystemTime) {
        let (slots, time, end) = match finding {
            Finding::Valid(principal) => (&self.active, self.limits.active, principal.expiry()),
            Finding::Rejected(_) => (&self.inactive, self.limits.inactive, None),
            Finding::Unavailable(_) => return,
        };
        let hash = self.hash(digest);
        // What was said before is out of date, whether or not what is said now is remembered.
        self.active.forget(hash, |answer| answer.digest == digest);
        self.inactive.forget(hash, |answer| answer.digest == digest);
        let Some(limit) = now.checked_add(time) else { return };
        let until = end.map_or(limit, |end| end.min(limit));
        if until > now {
            let answer = Answer { digest, finding: finding.clone(), since: now, until };
            slots.put(hash, now, answer);
        }
    }

    fn hash(&self, digest: SecretDigest) -> u64 {
        self.hasher.hash_one(digest)
    }
}

struct Answer {
    digest: SecretDigest,
    finding: Finding,
    since: SystemTime,
    until: SystemTime,
}

impl Entry for Answer {
    fn since(&self) -> SystemTime {
        self.since
    }

    fn until(&self) -> SystemTime {
        self.until
    }

    fn is_same(&self, other: &Self) -> bool {
        self.digest == other.digest
    }
}

const MAX_ACTIVE: Duration = Duration::from_secs(10 * 60);
const MAX_INACTIVE: Duration = Duration::from_secs(60);
