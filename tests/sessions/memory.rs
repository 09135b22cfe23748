//! What a session takes in memory.

use std::time::{Duration, SystemTime};

use allocation_counter::measure;
use tower_auth::store::{MemorySessions, SessionRecord, SessionStore};
use tower_auth::{Eventual, SecretDigest};

/// Bytes asked of the allocator for each of so many sessions, beside the texts.
fn each(sessions: u64) -> i64 {
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(4_000_000_000);
    let day = Duration::from_secs(24 * 60 * 60);
    let keys: Vec<_> = (0..sessions).map(|n| SecretDigest::of(&n.to_be_bytes())).collect();
    let mut store = None;
    let counted = measure(|| {
        let filled = MemorySessions::new(usize::try_from(sessions).unwrap()).clock(move || now);
        for (number, key) in keys.iter().enumerate() {
            let record = SessionRecord::new(number.to_string(), now, now + day, day);
            let stored = filled.insert(key, &record, usize::MAX);
            assert!(matches!(stored, Eventual::Ready(Ok(()))));
        }
        store = Some(filled);
    });
    let texts: usize = (0..keys.len()).map(|number| 2 * number.to_string().len()).sum();
    let beside = counted.bytes_current - i64::try_from(texts).unwrap();
    beside / i64::try_from(sessions).unwrap()
}

/// Tables grow by doubling, so the number of sessions matters: these are just before and just after
/// it. A million are measured by `benches/sessions.rs`.
#[test]
fn a_session_takes_less_than_400_bytes_beside_its_texts() {
    for sessions in [50_000, 56_000, 60_000, 100_000, 110_000] {
        let bytes = each(sessions);
        assert!(bytes <= 400, "{sessions} sessions: {bytes} bytes each");
    }
}
