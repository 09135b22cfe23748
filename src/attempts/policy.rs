//! How long who has to wait: pure functions of what is known and of the time.

use std::time::{Duration, SystemTime};

use super::Delays;
use crate::store::{AttemptRecords, Failures};

/// The figures.
#[derive(Clone, Copy, Debug)]
pub(super) struct Policy {
    pub(super) pair: Delays,
    pub(super) source: Delays,
    pub(super) attacked_after: u32,
}

/// How many attempts may be under way at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Room {
    /// At this account from this source.
    pub(super) pair: u32,
    /// From this source at all, if that matters.
    pub(super) source: Option<u32>,
}

impl Policy {
    /// Whether an attempt may be made at `now`; if not, how long it has to wait.
    pub(super) fn judge(&self, known: &AttemptRecords, now: SystemTime) -> Result<Room, Duration> {
        // Whoever has proved to be the owner, from here, is held up by their own failures only.
        let is_known = known.known_since.is_some();
        let pair = if !is_known && known.account.count() >= self.attacked_after {
            Delays { free: 1, ..self.pair }
        } else {
            self.pair
        };
        let by_pair = pair.left(known.pair, now);
        let by_source = if is_known { None } else { self.source.left(known.source, now) };
        if let Some(wait) = by_pair.max(by_source) {
            return Err(wait);
        }
        // Many requests at once that are all right, as a client sends whose password is right.
        let is_trusted = is_known && known.pair.count() == 0;
        Ok(Room {
            pair: if is_trusted { KNOWN_AT_ONCE } else { pair.room(known.pair) },
            source: (!is_known).then(|| self.source.room(known.source)),
        })
    }
}

impl Delays {
    /// The delay after so many failures.
    fn after_failures(&self, count: u32) -> Duration {
        let Some(doublings) = count.checked_sub(self.free) else { return Duration::ZERO };
        let factor = 1_u32.checked_shl(doublings).unwrap_or(u32::MAX);
        self.first.checked_mul(factor).unwrap_or(self.longest).min(self.longest)
    }

    /// What of the delay is left. A clock that was set back makes no delay longer than it was.
    fn left(&self, failures: Failures, now: SystemTime) -> Option<Duration> {
        let delay = self.after_failures(failures.count());
        if delay.is_zero() {
            return None;
        }
        let passed = now.duration_since(failures.last()).unwrap_or_default();
        delay.checked_sub(passed).filter(|left| !left.is_zero())
    }

    /// As many as would be free if all failed, at least one.
    fn room(&self, failures: Failures) -> u32 {
        self.free.saturating_sub(failures.count()).max(1)
    }
}

/// So many guesses at once cost whoever makes them the longest delay, and no client sends more.
const KNOWN_AT_ONCE: u32 = 64;

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: Policy =
        Policy { pair: Delays::PAIR, source: Delays::SOURCE, attacked_after: 50 };

    fn at(seconds: u64) -> SystemTime {
        let since = Duration::from_secs(1_700_000_000).saturating_add(Duration::from_secs(seconds));
        SystemTime::UNIX_EPOCH.checked_add(since).unwrap()
    }

    fn failed(count: u32) -> Failures {
        Failures::new(count, at(0))
    }

    fn records(pair: u32, account: u32, source: u32) -> AttemptRecords {
        AttemptRecords {
            pair: failed(pair),
            account: failed(account),
            source: failed(source),
            known_since: None,
        }
    }

    fn wait(records: AttemptRecords) -> Option<u64> {
        POLICY.judge(&records, at(0)).err().map(|wait| wait.as_secs())
    }

    #[test]
    fn delays_double_up_to_a_ceiling() {
        for (pair, want) in [
            (0, None),
            (4, None),
            (5, Some(1)),
            (6, Some(2)),
            (7, Some(4)),
            (14, Some(512)),
            (15, Some(900)),
            (16, Some(900)),
            (37, Some(900)),
            (u32::MAX, Some(900)),
        ] {
            assert_eq!(wait(records(pair, pair, pair.min(99))), want, "{pair}");
        }
        for (source, want) in [(99, None), (100, Some(1)), (105, Some(32)), (106, Some(60))] {
            assert_eq!(wait(records(1, 1, source)), want, "{source}");
        }
    }

    #[test]
    fn an_account_under_attack_leaves_strangers_one_free_failure_and_never_none() {
        for (pair, account, want) in [
            (0, 49, None),
            (4, 49, None),
            (0, 50, None),
            (0, u32::MAX, None),
            (1, 50, Some(1)),
            (2, 50, Some(2)),
            (5, 50, Some(16)),
        ] {
            assert_eq!(wait(records(pair, account, 0)), want, "{pair} {account}");
        }
    }

    #[test]
    fn a_source_where_the_account_is_known_is_held_up_by_its_own_failures_only() {
        for (pair, want) in [(0, None), (4, None), (5, Some(1))] {
            let known_since = Some(at(0));
            let records = AttemptRecords { known_since, ..records(pair, 1000, 1000) };
            assert_eq!(wait(records), want, "{pair}");
        }
    }

    #[test]
    fn a_delay_ends_to_the_millisecond_and_no_clock_makes_it_longer() {
        let five = records(5, 5, 5);
        let ms = Duration::from_millis(1);
        let left = |now| POLICY.judge(&five, now).err();
        assert_eq!(left(at(1) - ms), Some(ms));
        assert_eq!(left(at(1)), None);
        assert_eq!(left(at(0) - Duration::from_secs(3600)), Some(Duration::from_secs(1)));
    }

    #[test]
    fn no_more_run_at_once_than_would_be_free_if_all_failed() {
        let room = |records| POLICY.judge(&records, at(10_000)).unwrap();
        for (pair, account, source, want) in [
            (0, 0, 0, (5, Some(100))),
            (3, 3, 40, (2, Some(60))),
            (5, 5, 100, (1, Some(1))),
            (0, 50, 0, (1, Some(100))),
            (9, 50, 200, (1, Some(1))),
        ] {
            let room = room(records(pair, account, source));
            assert_eq!((room.pair, room.source), want);
        }
        let known_since = Some(at(0));
        let known = |pair| AttemptRecords { known_since, ..records(pair, 1000, 1000) };
        assert_eq!(room(known(0)), Room { pair: KNOWN_AT_ONCE, source: None });
        assert_eq!(room(known(2)), Room { pair: 3, source: None });
    }
}
