//! What the tests ask stores.

use std::time::{Duration, Instant, SystemTime};

use tower_auth::rejection::Unavailable;
use tower_auth::store::{
    AttemptKeys, AttemptRecords, AttemptStore as _, Lookup, NonceStore, NonceUse, RedisStores,
    ReplayStore, Revocation, RevocationQuery, RevocationStore, SessionRecord, SessionStore,
    Standing, Use,
};
use tower_auth::{Eventual, Secret, SecretDigest};

pub(crate) const GOOD: Standing = Standing::Good;
pub(crate) const REVOKED: Standing = Standing::Revoked;
/// Of all servers.
pub(crate) const SECRET: &str = "random bytes of all servers";
pub(crate) const HOUR: Duration = Duration::from_secs(3600);
pub(crate) const MINUTE: Duration = Duration::from_secs(60);

pub(crate) async fn answer<T>(answer: Eventual<T>) -> T {
    match answer {
        Eventual::Ready(answer) => answer,
        Eventual::Pending(answer) => answer.await,
    }
}

pub(crate) fn session(subject: &str) -> (SecretDigest, SessionRecord) {
    let now = SystemTime::now();
    let group = SessionRecord::group(subject);
    let id = format!("{subject} {now:?} {:?}", Instant::now());
    (SessionRecord::key(group, id.as_bytes()), SessionRecord::new(subject, now, now + HOUR, HOUR))
}

pub(crate) fn value(name: &str) -> SecretDigest {
    SecretDigest::of(name.as_bytes())
}

pub(crate) async fn note(stores: &RedisStores, name: &str) -> Result<Use, Unavailable> {
    let until = SystemTime::now() + Duration::from_secs(30);
    answer(stores.replays(MINUTE / 2).note(&value(name), until)).await
}

/// A use of a nonce that was made at this time.
pub(crate) async fn use_nonce(
    stores: &RedisStores,
    nonce: u128,
    count: u32,
    issued: SystemTime,
) -> Result<Use, Unavailable> {
    answer(stores.nonces().note(&NonceUse::new(nonce, count, issued, issued + MINUTE))).await
}

/// A failed attempt at the account of this name from one source.
pub(crate) async fn fail(stores: &RedisStores, name: &str) -> Result<AttemptRecords, Unavailable> {
    let (secret, now) = (Secret::from(SECRET), SystemTime::now());
    let of = AttemptKeys::from_source([192, 0, 2, 1].into(), &secret).on_account(name);
    answer(stores.attempts().failed(&of, now, HOUR)).await
}

/// What is known of it.
pub(crate) async fn standing(
    stores: &RedisStores,
    name: &str,
) -> Result<AttemptRecords, Unavailable> {
    let (secret, now) = (Secret::from(SECRET), SystemTime::now());
    let of = AttemptKeys::from_source([192, 0, 2, 1].into(), &secret).on_account(name);
    answer(stores.attempts().standing(&of, now)).await
}

/// The account of this name logs in from there.
pub(crate) async fn succeed(stores: &RedisStores, name: &str) -> Result<(), Unavailable> {
    let (secret, now) = (Secret::from(SECRET), SystemTime::now());
    let of = AttemptKeys::from_source([192, 0, 2, 1].into(), &secret).on_account(name);
    answer(stores.attempts().succeeded(&of, now, 24 * HOUR)).await
}

pub(crate) fn token(id: &str) -> RevocationQuery<'_> {
    RevocationQuery::new("alice").token_id(id).issued_at(SystemTime::now() - MINUTE)
}

pub(crate) async fn check(
    store: &impl RevocationStore,
    token: RevocationQuery<'_>,
) -> Result<Standing, Unavailable> {
    answer(store.check(&token)).await
}

pub(crate) async fn revoke(store: &impl RevocationStore, id: &str) -> Result<(), Unavailable> {
    answer(store.revoke(&Revocation::token(id, SystemTime::now() + HOUR))).await
}

pub(crate) async fn is_in(store: &impl SessionStore, key: &SecretDigest) -> bool {
    matches!(answer(store.find(key)).await.unwrap(), Lookup::Found(_))
}

/// Asks until it is answered, which must not take longer than a second.
pub(crate) async fn within_a_second<T, F>(mut ask: impl FnMut() -> F) -> T
where
    F: Future<Output = Result<T, Unavailable>>,
{
    let start = Instant::now();
    loop {
        match ask().await {
            Ok(answer) => {
                assert!(start.elapsed() < Duration::from_millis(1500), "{:?}", start.elapsed());
                return answer;
            }
            Err(why) => assert!(start.elapsed() < Duration::from_secs(10), "{}", why.detail()),
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
