//! What the tests ask stores.

use std::time::{Duration, Instant, SystemTime};

use tower_auth::rejection::Unavailable;
use tower_auth::store::{
    Lookup, NonceStore, NonceUse, RedisStores, ReplayStore, Revocation, RevocationQuery,
    RevocationStore, SessionRecord, SessionStore, Standing, Use,
};
use tower_auth::{Eventual, SecretDigest};

pub(crate) const GOOD: Standing = Standing::Good;
pub(crate) const REVOKED: Standing = Standing::Revoked;
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
