//! Failed attempts in this process's memory.

use std::fmt;
use std::hash::{BuildHasher as _, Hash, Hasher as _, RandomState};
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use super::{AttemptKeys, AttemptRecords, AttemptStore, Failures, Target};
use crate::clock::millis;
use crate::error::ConfigError;
use crate::eventual::Eventual;
use crate::rejection::Unavailable;

/// Failed attempts in memory: of this process only, and gone when it ends.
///
/// - It takes its memory when it is made, 96 bytes for each of `max_entries`, and never more.
/// - Pairs, accounts, sources and successes have a table each, so many of one kind push out none
///   of another.
/// - A row is forgotten when its time is over. Where eight rows share a place that is full, the
///   one with the fewest failures gives way, and of these the oldest: names that somebody invents,
///   with one failure each, push out no record that matters.
/// - Neither names nor addresses are kept, only 64 bits of a hash whose key nobody knows.
///
/// ```
/// use tower_auth::attempts::{AttemptLimits, Source};
/// use tower_auth::store::MemoryAttempts;
///
/// let limits = AttemptLimits::new(MemoryAttempts::new(100_000), Source::connection());
/// # let _ = limits;
/// ```
pub struct MemoryAttempts {
    pairs: Table,
    known: Table,
    accounts: Table,
    sources: Table,
    hasher: RandomState,
    max_entries: usize,
}

impl MemoryAttempts {
    /// Room for `max_entries` of each kind, rounded up to fill its tables.
    #[must_use]
    pub fn new(max_entries: usize) -> Self {
        let table = || Table::new(max_entries);
        let [pairs, known, accounts, sources] = [table(), table(), table(), table()];
        let hasher = RandomState::new();
        Self { pairs, known, accounts, sources, hasher, max_entries }
    }

    /// How much memory the tables take.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let tables = [&self.pairs, &self.known, &self.accounts, &self.sources];
        tables.iter().fold(0, |sum, table| sum.saturating_add(table.bytes()))
    }

    fn pair(&self, of: &AttemptKeys<'_>) -> u64 {
        let source = match of.source {
            IpAddr::V4(v4) => v4.to_ipv6_mapped(),
            IpAddr::V6(v6) => v6,
        };
        let (kind, target): (u8, &[u8]) = match of.target {
            Target::Nothing => (0, &[]),
            Target::Account(name) => (1, name.as_bytes()),
            Target::Secret(secret) => (2, secret),
        };
        // What comes before the target has one length, so no two pairs are the same bytes.
        let mut hasher = self.hasher.build_hasher();
        hasher.write_u8(kind);
        hasher.write_u128(source.to_bits());
        hasher.write(target);
        hasher.finish().max(1)
    }

    fn tag(&self, of: impl Hash) -> u64 {
        self.hasher.hash_one(of).max(1)
    }
}

impl AttemptStore for MemoryAttempts {
    fn standing(
        &self,
        of: &AttemptKeys<'_>,
        at: SystemTime,
    ) -> Eventual<Result<AttemptRecords, Unavailable>> {
        let (mut records, now) = (AttemptRecords::default(), millis(at));
        if of.target != Target::Nothing {
            let pair = self.pair(of);
            records.pair = self.pairs.find(pair, now);
            let known = self.known.find(pair, now);
            if known.count() > 0 {
                records.known_since = Some(known.last());
                return Eventual::Ready(Ok(records));
            }
        }
        if let Target::Account(name) = of.target {
            records.account = self.accounts.find(self.tag(name), now);
        }
        records.source = self.sources.find(self.tag(of.source), now);
        Eventual::Ready(Ok(records))
    }

    fn failed(
        &self,
        of: &AttemptKeys<'_>,
        at: SystemTime,
        keep: Duration,
    ) -> Eventual<Result<AttemptRecords, Unavailable>> {
        let mut records = AttemptRecords::default();
        if let Target::Account(name) = of.target {
            records.pair = self.pairs.count(self.pair(of), at, keep);
            records.account = self.accounts.count(self.tag(name), at, keep);
        }
        records.source = self.sources.count(self.tag(of.source), at, keep);
        Eventual::Ready(Ok(records))
    }

    fn succeeded(
        &self,
        of: &AttemptKeys<'_>,
        at: SystemTime,
        keep: Duration,
    ) -> Eventual<Result<(), Unavailable>> {
        if of.target != Target::Nothing {
            let pair = self.pair(of);
            self.pairs.forget(pair);
            // Whatever stood there, one success counts as one.
            self.known.forget(pair);
            self.known.count(pair, at, keep);
        }
        Eventual::Ready(Ok(()))
    }

    fn is_shared(&self) -> bool {
        false
    }

    fn validate(&self) -> Result<(), ConfigError> {
        if self.max_entries == 0 {
            return Err(ConfigError::new(
                "MemoryAttempts has room for 0 entries, so no attempt would ever count: give it \
                 room for as many accounts and sources as may be wrong within an hour, such as \
                 100 000",
            ));
        }
        Ok(())
    }
}

impl fmt::Debug for MemoryAttempts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryAttempts")
            .field("max_entries", &self.max_entries)
            .finish_non_exhaustive()
    }
}

/// Rows in groups of eight; a row may stand in any place of the one group that its tag names.
struct Table {
    shards: Box<[Mutex<Box<[Row]>>]>,
}

#[derive(Clone, Copy, Default)]
struct Row {
    /// 0: empty.
    tag: u64,
    /// Milliseconds since 1970.
    at: u64,
    /// Seconds.
    keep: u32,
    count: u32,
}

impl Table {
    fn new(max_entries: usize) -> Self {
        let groups = max_entries.div_ceil(GROUP);
        let shards = groups.clamp(1, SHARDS);
        let rows = groups.div_ceil(shards).saturating_mul(GROUP);
        let shard = || Mutex::new(vec![Row::default(); rows].into_boxed_slice());
        Self { shards: (0..shards).map(|_| shard()).collect() }
    }

    fn bytes(&self) -> usize {
        let rows = self.shards.iter().map(|shard| size_of_val(&**lock(shard)));
        rows.fold(size_of_val(&*self.shards), usize::saturating_add)
    }

    fn find(&self, tag: u64, now: u64) -> Failures {
        self.group(tag, |group| {
            let row = group.iter().find(|row| row.tag == tag && row.is_current(now));
            row.map_or_else(Failures::default, |row| row.failures())
        })
    }

    fn count(&self, tag: u64, at: SystemTime, keep: Duration) -> Failures {
        let now = millis(at);
        self.group(tag, |group| {
            let worth = |row: &&mut Row| (row.is_current(now), row.count, row.at);
            let same = group.iter().position(|row| row.tag == tag);
            let row = match same {
                Some(place) => group.get_mut(place),
                None => group.iter_mut().min_by_key(worth),
            };
            let Some(row) = row else { return Failures::default() };
            if row.tag != tag || !row.is_current(now) {
                *row = Row { tag, ..Row::default() };
            }
            row.at = row.at.max(now);
            row.keep = u32::try_from(keep.as_secs()).unwrap_or(u32::MAX);
            row.count = row.count.saturating_add(1);
            row.failures()
        })
    }

    fn forget(&self, tag: u64) {
        self.group(tag, |group| {
            for row in group.iter_mut().filter(|row| row.tag == tag) {
                *row = Row::default();
            }
        });
    }

    fn group<R>(&self, tag: u64, then: impl FnOnce(&mut [Row]) -> R) -> R {
        let shard = self.shards.get(scaled(tag >> 32, self.shards.len()));
        let Some(shard) = shard else { return then(&mut []) };
        let mut rows = lock(shard);
        let groups = rows.len().checked_div(GROUP).unwrap_or(0);
        let start = scaled(tag & u64::from(u32::MAX), groups).saturating_mul(GROUP);
        then(rows.get_mut(start..start.saturating_add(GROUP)).unwrap_or_default())
    }
}

impl Row {
    fn is_current(&self, now: u64) -> bool {
        let keep = u64::from(self.keep).saturating_mul(1000);
        self.tag != 0 && now < self.at.saturating_add(keep)
    }

    fn failures(&self) -> Failures {
        let last = SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(self.at));
        Failures::new(self.count, last.unwrap_or(SystemTime::UNIX_EPOCH))
    }
}

fn lock<T>(shard: &Mutex<T>) -> MutexGuard<'_, T> {
    // INVARIANT: nothing is done while a lock is held that could panic, and a row is whole after
    // each change.
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Maps 32 bits evenly to `0..count`.
#[expect(clippy::arithmetic_side_effects, reason = "32 bits times less than 2^32")]
const fn scaled(bits: u64, count: usize) -> usize {
    ((bits * (count as u64)) >> 32) as usize
}

const GROUP: usize = 8;
const SHARDS: usize = 64;
