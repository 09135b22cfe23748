//! What a look-up in a long list of revocations costs, in time and memory.
//!
//! `cargo bench --bench revocation` fills it with ten million entries first.

#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "a benchmark may panic, and reports")]

use std::hint::black_box;
use std::time::{Duration, SystemTime};

use criterion::{Criterion, criterion_group, criterion_main};
use tower_auth::store::{MemoryRevocations, Revocation, RevocationQuery, Standing};

const ISSUER: &str = "https://idp.example";

fn id(number: u64) -> String {
    // Looks like a UUID, as most `jti` do, and is spread like one.
    let mixed = u128::from(number).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
    format!("{mixed:032x}")
}

fn filled(entries: u64) -> MemoryRevocations {
    let store = MemoryRevocations::new(usize::try_from(entries).unwrap());
    let until = SystemTime::UNIX_EPOCH + Duration::from_secs(4_000_000_000);
    for number in 0..entries {
        store.insert(&Revocation::token(&id(number), until).issuer(ISSUER)).unwrap();
    }
    store
}

fn look_up(c: &mut Criterion) {
    for entries in [10_000, 10_000_000] {
        let store = filled(entries);
        let bytes = store.allocated() as f64 / entries as f64;
        eprintln!("{entries} entries take {} bytes: {bytes:.1} each", store.allocated());
        let ids: Vec<String> = (0..1 << 16).map(|n| id(n * entries / (1 << 15))).collect();
        let mut group = c.benchmark_group(format!("{entries} revocations"));
        for (name, half, want) in
            [("good token", 1, Standing::Good), ("revoked token", 0, Standing::Revoked)]
        {
            let half = &ids[half << 15..(half + 1) << 15];
            let mut next = half.iter().cycle();
            group.bench_function(name, |b| {
                b.iter(|| {
                    let id = next.next().unwrap();
                    let query = RevocationQuery::new("alice").issuer(ISSUER).token_id(id);
                    assert_eq!(store.standing(black_box(&query)), want);
                });
            });
        }
        group.finish();
    }
}

criterion_group!(benches, look_up);
criterion_main!(benches);
