//! Memory and Redis hold to the same promises.

use std::sync::Arc;
use std::time::Duration;

use tower_auth::store::{
    MemoryAttempts, MemoryNonces, MemoryReplays, MemoryRevocations, MemorySessions,
    NearRevocations, NearSessions,
};
use tower_auth::testing::stores;

use super::server::Server;
use super::support::{HOUR, MINUTE};

#[tokio::test(flavor = "multi_thread")]
async fn stores_in_memory() {
    stores::check_attempts(MemoryAttempts::new(10_000)).await;
    stores::check_nonces(MemoryNonces::new(10_000)).await;
    stores::check_replays(MemoryReplays::new(10_000)).await;
    stores::check_revocations(MemoryRevocations::new(10_000)).await;
    stores::check_sessions(MemorySessions::new(10_000)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stores_in_redis() {
    let Some(server) = Server::start(&[]) else { return };
    let redis = server.patient_stores("tower-auth").await;
    stores::check_attempts(redis.attempts()).await;
    stores::check_nonces(redis.nonces()).await;
    stores::check_replays(redis.replays(MINUTE)).await;
    stores::check_sessions(redis.sessions()).await;
    stores::check_revocations(redis.revocations(HOUR)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn near_caches_in_front_of_memory_and_of_redis() {
    stores::check_sessions(NearSessions::new(MemorySessions::new(10_000), 1000)).await;
    stores::check_revocations(NearRevocations::new(MemoryRevocations::new(10_000), 1000)).await;
    let Some(server) = Server::start(&[]) else { return };
    let redis = server.patient_stores("tower-auth").await;
    stores::check_sessions(NearSessions::new(redis.sessions(), 1000)).await;
    stores::check_revocations(NearRevocations::new(redis.revocations(HOUR), 1000)).await;
    // Beyond its bound a near cache only remembers less.
    let redis = server.patient_stores("tiny").await;
    let tiny = NearSessions::new(Arc::new(redis.sessions()), 0).stale_for(Duration::from_millis(1));
    stores::check_sessions(tiny).await;
}
