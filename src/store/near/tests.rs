#![expect(clippy::arithmetic_side_effects, reason = "small numbers of a test")]

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use super::*;
use crate::secret::SecretDigest;

const BOUND: Duration = Duration::from_secs(5);

/// A table whose clock is moved by hand, in milliseconds.
fn table(max_entries: usize) -> (Table<u32, &'static str>, Arc<AtomicU64>) {
    let time = Arc::new(AtomicU64::new(1_000_000));
    let clock = Arc::clone(&time);
    let clock = move || at(clock.load(Ordering::SeqCst));
    (Table::new(max_entries, BOUND, Arc::new(clock)), time)
}

fn at(millis: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(millis)
}

fn name(of: u32) -> SecretDigest {
    SecretDigest::of(&of.to_be_bytes())
}

fn get(table: &Table<u32, &'static str>, key: u32, time: &AtomicU64) -> Option<&'static str> {
    table.get(&key, at(time.load(Ordering::SeqCst)), |_| [name(key), name(key + 1000)])
}

#[test]
fn an_answer_holds_until_it_is_too_old() {
    let (table, time) = table(100);
    table.put(table.ticket(), 1, "a");
    assert_eq!(get(&table, 1, &time), Some("a"));
    assert_eq!(get(&table, 2, &time), None);
    time.fetch_add(4999, Ordering::SeqCst);
    assert_eq!(get(&table, 1, &time), Some("a"));
    time.fetch_add(1, Ordering::SeqCst);
    assert_eq!(get(&table, 1, &time), None);
    time.store(999_999, Ordering::SeqCst);
    assert_eq!(get(&table, 1, &time), None, "the clock was set back");
}

/// The age counts from the question: the answer may have been long on its way.
#[test]
fn an_answer_that_came_late_is_old() {
    let (table, time) = table(100);
    let asked = table.ticket();
    time.fetch_add(4000, Ordering::SeqCst);
    table.put(asked, 1, "a");
    assert_eq!(get(&table, 1, &time), Some("a"));
    time.fetch_add(1000, Ordering::SeqCst);
    assert_eq!(get(&table, 1, &time), None);
}

#[test]
fn a_change_ends_what_depends_on_it_and_nothing_else() {
    for changed in [1, 1001] {
        let (table, time) = table(100);
        table.put(table.ticket(), 1, "a");
        table.put(table.ticket(), 2, "b");
        table.changed(&name(changed));
        assert_eq!(get(&table, 1, &time), None);
        assert_eq!(get(&table, 2, &time), Some("b"));
        table.put(table.ticket(), 1, "new");
        assert_eq!(get(&table, 1, &time), Some("new"));
    }
}

#[test]
fn a_change_that_overtakes_an_answer_is_not_missed() {
    let (table, time) = table(100);
    let asked = table.ticket();
    table.changed(&name(1));
    table.put(asked, 1, "from before");
    assert_eq!(get(&table, 1, &time), None);
    // However many others there are, and as long as the answer could hold.
    let asked = table.ticket();
    table.changed(&name(1));
    for other in 0..5 {
        time.fetch_add(999, Ordering::SeqCst);
        table.changed(&name(other + 500));
        table.put(asked, 1, "from before");
        assert_eq!(get(&table, 1, &time), None);
    }
}

#[test]
fn when_news_may_have_been_missed_all_is_forgotten() {
    let (table, time) = table(100);
    let asked = table.ticket();
    table.put(table.ticket(), 1, "a");
    table.missed();
    table.put(asked, 2, "b");
    assert_eq!([1, 2].map(|key| get(&table, key, &time)), [None, None]);
}

#[test]
fn answers_and_changes_are_bounded() {
    let (table, time) = table(160);
    for key in 0..10_000 {
        table.put(table.ticket(), key, "a");
    }
    assert!(table.len() <= 176, "{}", table.len());
    table.put(table.ticket(), 1, "a");
    for change in 0..20_010 {
        table.changed(&name(change + 20_000));
    }
    assert_eq!(get(&table, 1, &time), None, "more changes than are remembered");
    table.put(table.ticket(), 1, "a");
    assert_eq!(get(&table, 1, &time), Some("a"));
}
