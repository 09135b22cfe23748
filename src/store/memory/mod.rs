//! Revocations in this process's memory.

mod table;
#[cfg(test)]
mod tests;

use std::fmt;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;

use self::table::{Mark, Put, Table, Tag};
use super::revocation::{
    Revocation, RevocationQuery, RevocationStore, Standing, Target, second_from,
};
use crate::clock::{Clock, SystemClock, seconds};
use crate::eventual::Eventual;
use crate::rejection::Unavailable;

/// A list of revocations in memory: of this process only, and gone when it ends.
///
/// - Read without a lock, in some tens of nanoseconds.
/// - At most 34 bytes an entry and 23 at its fullest, names included: ten million take 340 MB at
///   most.
/// - An entry leaves five minutes after its token has expired, which is how long the most generous
///   verifier still takes it.
/// - Bounded: beyond `max_entries` it refuses to remember more, and says so. It never forgets a
///   revocation to make room for another.
///
/// Names are kept as 64 bits of a hash whose key nobody knows. By collision, one name in 10^12 that
/// was never revoked is taken for a revoked one; a revoked one is never missed.
///
/// Share it by `Arc`: one end with the front door, one where your service revokes.
///
/// ```
/// use std::sync::Arc;
/// use std::time::{Duration, SystemTime};
/// use tower_auth::store::{MemoryRevocations, Revocation};
/// use tower_auth::token::{OpaqueTokens, Revocable};
///
/// let revoked = Arc::new(MemoryRevocations::new(1_000_000));
/// let verifier = Revocable::new(OpaqueTokens::new(), Arc::clone(&revoked));
/// // Later, when somebody signs out:
/// let until = SystemTime::now() + Duration::from_secs(3600);
/// revoked.insert(&Revocation::session("08a5019c", until))?;
/// # let _ = verifier;
/// # Ok::<(), tower_auth::rejection::Unavailable>(())
/// ```
pub struct MemoryRevocations {
    shards: Box<[Shard]>,
    hasher: RandomState,
    seed: u64,
    max_entries: usize,
    /// Slots that are taken, by entries that hold and by expired ones.
    taken: AtomicUsize,
    kinds: Kinds,
    swept_at: AtomicU32,
    clock: Arc<dyn Clock>,
}

/// Which kinds of name were ever revoked: the others need no look-up.
#[derive(Default)]
struct Kinds {
    token: AtomicBool,
    session: AtomicBool,
    subject: AtomicBool,
}

struct Shard {
    table: ArcSwap<Table>,
    /// Held by whoever writes.
    writer: Mutex<Writer>,
}

struct Writer {
    taken: usize,
    swept_at: u32,
}

impl MemoryRevocations {
    /// An empty list for at most `max_entries` revocations, in steps of 16. It takes memory as it
    /// fills.
    #[must_use]
    pub fn new(max_entries: usize) -> Self {
        let shard = || Shard {
            table: ArcSwap::from_pointee(Table::with_slots(0)),
            writer: Mutex::new(Writer { taken: 0, swept_at: 0 }),
        };
        let hasher = RandomState::new();
        Self {
            shards: (0..SHARDS).map(|_| shard()).collect(),
            seed: hasher.hash_one("issuer"),
            hasher,
            max_entries,
            taken: AtomicUsize::new(0),
            kinds: Kinds::default(),
            swept_at: AtomicU32::new(0),
            clock: Arc::new(SystemClock),
        }
    }

    /// Tells the time. Default: the system's clock.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Remembers `revocation`. Every [`standing`](Self::standing) asked for later heeds it.
    ///
    /// # Errors
    ///
    /// The list is full: the revocation does not hold.
    pub fn insert(&self, revocation: &Revocation<'_>) -> Result<(), Unavailable> {
        let now = self.now();
        let until = clamp(second_from(revocation.until()).saturating_add(LONGEST_LEEWAY));
        if until <= now {
            return Ok(());
        }
        let mark = Mark { until, issued_up_to: revocation.issued_up_to().map_or(u32::MAX, clamp) };
        let tag = self.tag(revocation.get_issuer(), revocation.target());
        // Before the entry: who finds no flag must not miss an entry that is there.
        self.kinds.of(revocation.target()).store(true, Ordering::Release);
        // What is remembered already holds, however full the list is.
        if self.find_tag(tag).is_some_and(|held| held.covers(mark)) {
            return Ok(());
        }
        self.make_room(now)?;
        if let Some(shard) = self.shards.get(tag.shard(self.shards.len())) {
            let mut writer = shard.lock();
            let before = writer.taken;
            shard.put(&mut writer, tag, mark, now);
            self.count(before, writer.taken);
        }
        Ok(())
    }

    /// Whether a token is revoked. Takes no lock.
    #[must_use]
    pub fn standing(&self, token: &RevocationQuery<'_>) -> Standing {
        let revoked = token.targets().any(|target| {
            self.kinds.of(target).load(Ordering::Acquire)
                && self
                    .find(token.get_issuer(), target)
                    .is_some_and(|mark| self.hits(mark, token.issued_second()))
        });
        if revoked { Standing::Revoked } else { Standing::Good }
    }

    /// How many revocations hold. Looks at each of them.
    #[must_use]
    pub fn len(&self) -> usize {
        let now = self.now();
        self.shards.iter().map(|shard| shard.table.load().live(now).count()).sum()
    }

    /// Whether no revocation holds.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many bytes the entries take, with the free places between them.
    #[must_use]
    pub fn allocated(&self) -> usize {
        self.shards.iter().map(|shard| shard.table.load().bytes()).sum()
    }

    /// Gives back the memory of expired revocations. Happens by itself as others are added.
    pub fn purge(&self) {
        let now = self.now();
        for shard in &self.shards {
            let mut writer = shard.lock();
            let before = writer.taken;
            shard.rebuild(&mut writer, now);
            self.count(before, writer.taken);
        }
    }

    fn make_room(&self, now: u32) -> Result<(), Unavailable> {
        let is_full = || self.taken.load(Ordering::Relaxed) >= self.max_entries;
        // A full list looks for expired entries once in a second, not for each that it refuses.
        if is_full() && self.swept_at.swap(now, Ordering::Relaxed) != now {
            self.purge();
        }
        if is_full() {
            return Err(Unavailable::new("the list of revocations is full: allow more entries"));
        }
        Ok(())
    }

    fn count(&self, before: usize, after: usize) {
        // Wraps like the difference does, so the sum is right.
        self.taken.fetch_add(after.wrapping_sub(before), Ordering::Relaxed);
    }

    fn find(&self, issuer: Option<&str>, target: Target<'_>) -> Option<Mark> {
        self.find_tag(self.tag(issuer, target))
    }

    fn find_tag(&self, tag: Tag) -> Option<Mark> {
        self.shards.get(tag.shard(self.shards.len()))?.table.load().find(tag)
    }

    fn hits(&self, mark: Mark, issued: u64) -> bool {
        issued <= u64::from(mark.issued_up_to) && mark.until > self.now()
    }

    fn tag(&self, issuer: Option<&str>, target: Target<'_>) -> Tag {
        let (kind, name) = match target {
            Target::Token(name) => (1, name),
            Target::Session(name) => (2, name),
            Target::Subject(name) => (3, name),
        };
        let mut hasher = self.hasher.build_hasher();
        // Kind and issuer have a fixed length, so no two targets are the same bytes.
        hasher.write_u64(self.issuer(issuer) ^ kind);
        hasher.write(name.as_bytes());
        Tag::new(hasher.finish())
    }

    /// Tells issuers apart. They are configured, so nobody looks for two that collide, and a few
    /// multiplications do.
    fn issuer(&self, issuer: Option<&str>) -> u64 {
        let Some(issuer) = issuer else { return 0 };
        let (words, rest) = issuer.as_bytes().as_chunks::<8>();
        let mut last = [0; 8];
        for (to, from) in last.iter_mut().zip(rest) {
            *to = *from;
        }
        let start = self.seed ^ issuer.len() as u64;
        let mixed = words.iter().chain([&last]).fold(start, |sum, word| {
            let product = u128::from(sum ^ u64::from_le_bytes(*word)).wrapping_mul(MIX);
            (product ^ (product >> 64)) as u64
        });
        // The lowest bits are those of the kind.
        mixed << 2
    }

    fn now(&self) -> u32 {
        clamp(seconds(self.clock.now()))
    }
}

impl Shard {
    fn lock(&self) -> MutexGuard<'_, Writer> {
        // INVARIANT: a table is whole after each store, so a writer that panicked left it usable.
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, writer: &mut Writer, tag: Tag, mark: Mark, now: u32) {
        let slots = self.table.load().slots();
        let is_crowded = writer.taken.saturating_mul(4) >= slots.saturating_mul(3);
        let is_due = now.saturating_sub(writer.swept_at) >= SWEEP_EVERY;
        if is_crowded || (is_due && slots > SMALL) {
            self.rebuild(writer, now);
        }
        // After a rebuild at least half of the slots are free, so this is never `Full`.
        if self.table.load().put(tag, mark, now) == Put::Added {
            writer.taken = writer.taken.saturating_add(1);
        }
    }

    /// Copies what still holds to a table of twice its size. Readers use the old one meanwhile.
    fn rebuild(&self, writer: &mut Writer, now: u32) {
        writer.swept_at = now;
        let old = self.table.load();
        let live = old.live(now).count();
        let is_crowded = live.saturating_mul(4) >= old.slots().saturating_mul(3);
        if live == writer.taken && !is_crowded {
            return;
        }
        let table = Table::with_slots(live.saturating_mul(2).saturating_add(2));
        for (tag, mark) in old.live(now) {
            table.put(tag, mark, now);
        }
        writer.taken = live;
        self.table.store(Arc::new(table));
    }
}

impl Kinds {
    const fn of(&self, target: Target<'_>) -> &AtomicBool {
        match target {
            Target::Token(_) => &self.token,
            Target::Session(_) => &self.session,
            Target::Subject(_) => &self.subject,
        }
    }
}

impl RevocationStore for MemoryRevocations {
    fn check(&self, token: &RevocationQuery<'_>) -> Eventual<Result<Standing, Unavailable>> {
        Eventual::Ready(Ok(self.standing(token)))
    }

    fn revoke(&self, revocation: &Revocation<'_>) -> Eventual<Result<(), Unavailable>> {
        Eventual::Ready(self.insert(revocation))
    }
}

impl fmt::Debug for MemoryRevocations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryRevocations")
            .field("max_entries", &self.max_entries)
            .field("taken", &self.taken)
            .finish_non_exhaustive()
    }
}

/// Seconds since 1970, at most those of 2106.
fn clamp(seconds: u64) -> u32 {
    u32::try_from(seconds).unwrap_or(u32::MAX)
}

/// One writer at work holds up a sixty-fourth of the others, and copies a sixty-fourth of the list.
const SHARDS: usize = 64;
/// The longest leeway that a verifier may have, in seconds.
const LONGEST_LEEWAY: u64 = 5 * 60;
/// How often a shard looks for expired entries while others are added, in seconds.
const SWEEP_EVERY: u32 = 60;
/// The golden ratio, as Fibonacci hashing takes it.
const MIX: u128 = 0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835;
/// Not worth sweeping before it is crowded.
const SMALL: usize = 64;
