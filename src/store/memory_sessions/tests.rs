#![expect(clippy::arithmetic_side_effects, reason = "a test may panic")]

use std::sync::atomic::AtomicU64;

use super::*;

fn key(n: u64) -> SecretDigest {
    SecretDigest::of(&n.to_be_bytes())
}

fn record(store: &MemorySessions) -> SessionRecord {
    let now = store.clock.now();
    SessionRecord::new("alice", now, now + Duration::from_secs(86_400), Duration::from_secs(3600))
}

fn entries(store: &MemorySessions) -> usize {
    store.shards.iter().map(|shard| shard.sessions.len() + shard.renewed.len()).sum()
}

/// Renewing takes no login, so nobody would sweep.
#[test]
fn old_keys_are_swept_out_by_renewals_alone() {
    let second = Arc::new(AtomicU64::new(1_700_000_000));
    let shown = Arc::clone(&second);
    let store = MemorySessions::new(10)
        .clock(move || SystemTime::UNIX_EPOCH + Duration::from_secs(shown.load(Ordering::SeqCst)));
    let _ = store.insert(&key(0), &record(&store), usize::MAX);
    for n in 0..20_000 {
        second.fetch_add(1, Ordering::SeqCst);
        let renewed = store.renew(&key(n), &key(n + 1), &record(&store));
        assert!(matches!(renewed, Eventual::Ready(Ok(true))));
    }
    assert_eq!(store.len(), 1);
    // Those of the last minutes, and not of the last hours.
    assert!(entries(&store) < 500, "{}", entries(&store));
}

/// One user with very many sessions ends them in one go, not in their number squared.
#[test]
fn very_many_sessions_of_one_user_end_quickly() {
    let store = MemorySessions::new(300_000);
    let record = record(&store);
    for n in 0..300_000 {
        let _ = store.insert(&key(n), &record, usize::MAX);
    }
    let ended = store.remove_subject("alice", Some(&key(7)));
    assert!(matches!(ended, Eventual::Ready(Ok(299_999))));
    assert_eq!((store.len(), entries(&store)), (1, 1));
}
