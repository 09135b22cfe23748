//! What a look-up in a long list of revocations costs, in time and memory.
//!
//! `cargo bench --bench revocation` fills it with ten million entries first. It prints the best of
//! many short rounds, so that what else the machine does is left out.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a benchmark may panic, takes the time, and reports"
)]

use std::hint::black_box;
use std::time::{Duration, Instant, SystemTime};

use tower_auth::store::{MemoryRevocations, Revocation, RevocationQuery, Standing};

const ISSUER: &str = "https://idp.example";
const ROUNDS: usize = 400;
const ROUND: usize = 500;

fn main() {
    for entries in [10_000, 10_000_000] {
        let store = filled(entries);
        let bytes = store.allocated() as f64 / entries as f64;
        println!("{entries} revocations take {} bytes, {bytes:.1} each", store.allocated());
        // Ten thousand callers who come again and again, and names that are met once.
        for (names, met) in [(10_000, "again and again"), (entries, "once")] {
            look_up(&format!("good tokens, met {met}"), &store, names, entries, Standing::Good);
            look_up(&format!("revoked tokens, met {met}"), &store, names, 0, Standing::Revoked);
        }
    }
}

fn look_up(name: &str, store: &MemoryRevocations, names: u64, first: u64, want: Standing) {
    let mut times: Vec<f64> = (0..ROUNDS as u64)
        .map(|round| {
            let ids: Vec<_> = (0..ROUND as u64)
                .map(|n| id(first + (round * ROUND as u64 + n) * 16_411 % names))
                .collect();
            let began = Instant::now();
            for id in &ids {
                let query = RevocationQuery::new("alice").issuer(ISSUER).token_id(id);
                assert_eq!(store.standing(black_box(&query)), want);
            }
            began.elapsed().as_nanos() as f64 / ROUND as f64
        })
        .collect();
    times.sort_by(f64::total_cmp);
    println!("  {name}: {:.0} ns at best, {:.0} ns in the middle", times[0], times[ROUNDS / 2]);
}

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
