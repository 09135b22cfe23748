//! Failed attempts in Redis.

use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::runtime::Handle;

use super::link::Link;
use super::news::{LONGEST, millis};
use super::script::{ATTEMPT_FAILED, ATTEMPT_SUCCEEDED, Call, Script};
use super::{RedisStores, failure};
use crate::eventual::Eventual;
use crate::rejection::Unavailable;
use crate::secret::SecretDigest;
use crate::store::attempts::{AttemptKeys, AttemptRecords, AttemptStore, Failures};

impl RedisStores {
    /// Failed attempts.
    #[must_use]
    pub fn attempts(&self) -> RedisAttempts {
        RedisAttempts { link: Arc::clone(&self.link) }
    }
}

/// Failed attempts in Redis: [`RedisStores::attempts`].
///
/// ```no_run
/// use tower_auth::attempts::{AttemptLimits, Source};
/// use tower_auth::store::RedisStores;
///
/// # fn secret_of_all_servers() -> String { String::new() }
/// let redis = RedisStores::connect("redis://redis.internal")?;
/// let limits = AttemptLimits::new(redis.attempts(), Source::connection())
///     .secret(secret_of_all_servers());
/// # let _ = limits;
/// # Ok::<(), tower_auth::ConfigError>(())
/// ```
///
/// - What fails on one machine counts on all, once it is counted. Guesses that are under way at the
///   same moment know nothing of each other on different machines: each lets as many run at once as
///   would be free.
/// - Of names and addresses it holds keyed digests, made with the secret of the limits. Machines
///   with different secrets share nothing.
/// - In a cluster all of it is on one node, because a failure counts for an account, for a source
///   and for both together, in one step. So one node answers all guesses: a core of it reads for
///   some 200 000 a second, and counts some 35 000 failures. While it is away, each guess is a 503.
/// - A cluster's connection that lost an answer tells again, so a failure can count as two.
/// - An invented name takes some 500 bytes until its failure is forgotten, an hour as a rule. One
///   source has about 160 in that time, so 100 000 sources can fill 8 GB, where `MemoryAttempts`
///   keeps to its bound. Give Redis a `maxmemory`, and attempts a Redis of their own where that
///   matters: when it is full, who is right and known goes on, and all others get a 503.
/// - Machines should agree on the time to the second: a delay is as much longer or shorter as their
///   clocks differ.
///
/// # When Redis loses its data
///
/// Nobody is refused and nobody is locked out: that there was no failure can't be told from one that
/// is forgotten. All who guess have their free guesses again, and the delay that they were waiting
/// for is over. No source is known any more, so owners of accounts under attack are strangers until
/// they have logged in once.
#[derive(Clone)]
pub struct RedisAttempts {
    link: Arc<Link>,
}

impl AttemptStore for RedisAttempts {
    fn standing(
        &self,
        of: &AttemptKeys<'_>,
        at: SystemTime,
    ) -> Eventual<Result<AttemptRecords, Unavailable>> {
        let (link, now) = (Arc::clone(&self.link), millis(at));
        let (source, known) = (of.source_digest(), of.known_digest());
        let digests = [Some(source), known, of.pair_digest(), of.account_digest()];
        let names = self.names(digests);
        Eventual::pending(async move {
            let mut get = redis::cmd("MGET");
            get.arg(&names);
            let held: Vec<Option<String>> = link.ask(&get).await?;
            let mut held = held.into_iter().map(|held| read(held.as_deref(), now));
            let mut next = || held.next().unwrap_or_else(|| Ok(Failures::default()));
            let (source, known, pair, account) = (next()?, next()?, next()?, next()?);
            let known_since = (known.count() > 0).then(|| known.last());
            Ok(AttemptRecords { pair, account, source, known_since })
        })
    }

    fn failed(
        &self,
        of: &AttemptKeys<'_>,
        at: SystemTime,
        keep: Duration,
    ) -> Eventual<Result<AttemptRecords, Unavailable>> {
        let digests = [Some(of.source_digest()), of.pair_digest(), of.account_digest()];
        let told = Told { names: self.names(digests), at: millis(at), keep: keep_for(keep) };
        let link = Arc::clone(&self.link);
        sent(async move {
            let counted: Vec<String> = told.tell(&link, &ATTEMPT_FAILED).await?;
            let mut counted = counted.iter().map(|held| read(Some(held), told.at));
            let mut next = || counted.next().unwrap_or_else(|| Ok(Failures::default()));
            let (source, pair, account) = (next()?, next()?, next()?);
            Ok(AttemptRecords { pair, account, source, known_since: None })
        })
    }

    fn succeeded(
        &self,
        of: &AttemptKeys<'_>,
        at: SystemTime,
        keep: Duration,
    ) -> Eventual<Result<(), Unavailable>> {
        let names = self.names([of.known_digest(), of.pair_digest()]);
        if names.is_empty() {
            return Eventual::Ready(Ok(()));
        }
        let told = Told { names, at: millis(at), keep: keep_for(keep) };
        let link = Arc::clone(&self.link);
        sent(async move { told.tell(&link, &ATTEMPT_SUCCEEDED).await })
    }
}

impl RedisAttempts {
    /// The names of those that there are. Who has no account has no pair, and who has no pair may
    /// have a success, so the first ones are there.
    fn names<const N: usize>(&self, digests: [Option<SecretDigest>; N]) -> Vec<String> {
        let keys = &self.link.news.keys;
        digests.iter().flatten().map(|digest| keys.attempt(digest)).collect()
    }
}

/// What Redis is told.
struct Told {
    names: Vec<String>,
    at: u64,
    keep: u64,
}

impl Told {
    async fn tell<T: redis::FromRedisValue>(
        &self,
        link: &Arc<Link>,
        script: &Script,
    ) -> Result<T, Unavailable> {
        let names: Vec<&str> = self.names.iter().map(|name| &**name).collect();
        let (at, keep) = (self.at.to_string(), self.keep.to_string());
        let args = [at.as_bytes(), keep.as_bytes()];
        link.run(script, Call { keys: &names, args: &args }).await
    }
}

/// Sends off what holds even if nobody waits for the answer.
fn sent<T: Send + 'static>(
    telling: impl Future<Output = Result<T, Unavailable>> + Send + 'static,
) -> Eventual<Result<T, Unavailable>> {
    let Ok(runtime) = Handle::try_current() else {
        let why = "Redis needs a tokio runtime, and a failed attempt was told outside of one";
        return Eventual::Ready(Err(Unavailable::new(why)));
    };
    let mut telling = Box::pin(telling);
    // Where there is a connection, and Redis knows the script, it is on its way after this: before
    // the question of whoever is next.
    let first = telling.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    if let Poll::Ready(answer) = first {
        return Eventual::Ready(answer);
    }
    let task = runtime.spawn(telling);
    Eventual::pending(async move {
        let ended = |_| Err(Unavailable::new("the service ends, so Redis is told nothing more"));
        task.await.unwrap_or_else(ended)
    })
}

/// What the scripts have written, unless it is forgotten.
fn read(held: Option<&str>, now: u64) -> Result<Failures, Unavailable> {
    let Some(held) = held else { return Ok(Failures::default()) };
    let numbers: Option<Vec<u64>> = held.split(' ').map(|number| number.parse().ok()).collect();
    let Some(&[count, last, keep]) = numbers.as_deref() else { return Err(failure::unexpected()) };
    if now >= last.saturating_add(keep) {
        return Ok(Failures::default());
    }
    let last = UNIX_EPOCH.checked_add(Duration::from_millis(last)).unwrap_or(UNIX_EPOCH);
    Ok(Failures::new(u32::try_from(count).unwrap_or(u32::MAX), last))
}

/// As Redis takes it: milliseconds, at least one.
fn keep_for(keep: Duration) -> u64 {
    u64::try_from(keep.as_millis()).unwrap_or(LONGEST).clamp(1, LONGEST)
}

impl fmt::Debug for RedisAttempts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisAttempts").finish_non_exhaustive()
    }
}
