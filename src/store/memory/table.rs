//! A hash table that is read without a lock while one writer changes it.
//!
//! Open addressing over pairs of atomics. A tag never moves within a table, and a new table is
//! complete before it replaces the old one, so a reader finds everything that was there when it
//! began.
//!
//! In front of a long table, most of whose memory is in no cache, stands a Bloom filter of a byte a
//! slot. Hardly any good token gets past it.

use std::sync::atomic::{AtomicU64, Ordering};

/// 64 bits of a keyed hash: what an entry is found by.
///
/// With ten million entries, a name that is not in the table is taken for one that is once in
/// 10^12 names. That costs one honest caller a new token. The other way round it can't err: two
/// names with one tag share an entry, and both are revoked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Tag(u64);

impl Tag {
    pub(super) const fn new(hash: u64) -> Self {
        Self(if hash < 2 { hash | 2 } else { hash })
    }

    /// Which of `count` shards.
    pub(super) const fn shard(self, count: usize) -> usize {
        scaled(self.0 >> 32, count)
    }

    /// Where among `count` to begin looking.
    const fn start(self, count: usize) -> usize {
        scaled(self.0 & u32::MAX as u64, count)
    }

    /// Four bits of a word of the filter, by four times six bits of the hash that choose neither
    /// the shard nor the word.
    const fn pattern(self) -> u64 {
        (1 << ((self.0 >> 32) & 63))
            | (1 << ((self.0 >> 38) & 63))
            | (1 << ((self.0 >> 44) & 63))
            | (1 << ((self.0 >> 50) & 63))
    }
}

/// Maps 32 bits evenly to `0..count`.
#[expect(clippy::arithmetic_side_effects, reason = "32 bits times less than 2^32")]
const fn scaled(bits: u64, count: usize) -> usize {
    ((bits * (count as u64)) >> 32) as usize
}

/// Until when an entry holds, and up to which `iat`: seconds since 1970, which fit until 2106.
#[derive(Clone, Copy)]
pub(super) struct Mark {
    pub(super) until: u32,
    pub(super) issued_up_to: u32,
}

impl Mark {
    const fn pack(self) -> u64 {
        ((self.until as u64) << 32) | self.issued_up_to as u64
    }

    const fn unpack(bits: u64) -> Self {
        Self { until: (bits >> 32) as u32, issued_up_to: bits as u32 }
    }

    /// Whether whatever `other` revokes is revoked.
    pub(super) const fn covers(self, other: Self) -> bool {
        self.until >= other.until && self.issued_up_to >= other.issued_up_to
    }

    /// Both: the later end, and the later `iat`.
    fn either(self, other: Self) -> Self {
        Self {
            until: self.until.max(other.until),
            issued_up_to: self.issued_up_to.max(other.issued_up_to),
        }
    }
}

#[derive(Default)]
struct Slot {
    tag: AtomicU64,
    mark: AtomicU64,
}

pub(super) struct Table {
    filter: Box<[AtomicU64]>,
    slots: Box<[Slot]>,
}

/// What became of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Put {
    /// It has a slot that was free.
    Added,
    /// It has the slot of the same name, or of one that had expired.
    Replaced,
    /// Every slot is taken.
    Full,
}

impl Table {
    pub(super) fn with_slots(count: usize) -> Self {
        let count = count.max(MIN_SLOTS);
        Self {
            filter: (0..count.div_ceil(size_of::<u64>())).map(|_| AtomicU64::new(0)).collect(),
            slots: (0..count).map(|_| Slot::default()).collect(),
        }
    }

    pub(super) fn slots(&self) -> usize {
        self.slots.len()
    }

    pub(super) fn bytes(&self) -> usize {
        size_of_val(&*self.slots).saturating_add(size_of_val(&*self.filter))
    }

    pub(super) fn find(&self, tag: Tag) -> Option<Mark> {
        let pattern = tag.pattern();
        if self.filter_word(tag)?.load(Ordering::Acquire) & pattern != pattern {
            return None;
        }
        for slot in self.probe(tag) {
            match slot.tag.load(Ordering::Acquire) {
                EMPTY => return None,
                found if found == tag.0 => {
                    let mark = slot.mark.load(Ordering::Acquire);
                    // INVARIANT: a slot that passes to another name is closed before its mark
                    // changes, so an unchanged tag says that the mark was this name's.
                    if slot.tag.load(Ordering::Relaxed) == tag.0 {
                        return Some(Mark::unpack(mark));
                    }
                }
                _ => {}
            }
        }
        None
    }

    /// Adds or prolongs an entry. For one writer at a time.
    pub(super) fn put(&self, tag: Tag, mark: Mark, now: u32) -> Put {
        if let Some(word) = self.filter_word(tag) {
            word.fetch_or(tag.pattern(), Ordering::AcqRel);
        }
        let mut expired = None;
        for slot in self.probe(tag) {
            let found = slot.tag.load(Ordering::Relaxed);
            if found == tag.0 {
                let old = Mark::unpack(slot.mark.load(Ordering::Relaxed));
                // What has expired has no say: its `iat` would outlive it.
                let mark = if old.until <= now { mark } else { old.either(mark) };
                slot.mark.store(mark.pack(), Ordering::Release);
                return Put::Replaced;
            }
            if found == EMPTY {
                expired.unwrap_or(slot).take(tag, mark);
                return if expired.is_some() { Put::Replaced } else { Put::Added };
            }
            if expired.is_none() && slot.until() <= now {
                expired = Some(slot);
            }
        }
        match expired {
            Some(slot) => {
                slot.take(tag, mark);
                Put::Replaced
            }
            None => Put::Full,
        }
    }

    /// The entries that still hold.
    pub(super) fn live(&self, now: u32) -> impl Iterator<Item = (Tag, Mark)> {
        self.slots.iter().filter_map(move |slot| {
            let tag = slot.tag.load(Ordering::Acquire);
            let mark = Mark::unpack(slot.mark.load(Ordering::Acquire));
            (tag > CLOSED && mark.until > now).then_some((Tag(tag), mark))
        })
    }

    fn filter_word(&self, tag: Tag) -> Option<&AtomicU64> {
        self.filter.get(tag.start(self.filter.len()))
    }

    /// The slots in the order in which a name is looked for, each once.
    fn probe(&self, tag: Tag) -> impl Iterator<Item = &Slot> {
        let (before, after) =
            self.slots.split_at_checked(tag.start(self.slots.len())).unwrap_or((&[], &self.slots));
        after.iter().chain(before)
    }
}

impl Slot {
    fn take(&self, tag: Tag, mark: Mark) {
        self.tag.store(CLOSED, Ordering::Relaxed);
        self.mark.store(mark.pack(), Ordering::Release);
        self.tag.store(tag.0, Ordering::Release);
    }

    fn until(&self) -> u32 {
        Mark::unpack(self.mark.load(Ordering::Relaxed)).until
    }
}

const EMPTY: u64 = 0;
/// Passing from one name to another.
const CLOSED: u64 = 1;
const MIN_SLOTS: usize = 8;
