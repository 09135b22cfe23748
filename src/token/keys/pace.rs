//! When to ask, and how long to believe the answer.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::time::{Duration, SystemTime};

/// Milliseconds since 1970, so that a moment fits into an atomic.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Moment(pub(super) u64);

impl Moment {
    pub(super) const FOREVER: Self = Self(u64::MAX);

    pub(super) fn of(time: SystemTime) -> Self {
        let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Self(millis(since))
    }

    pub(super) fn after(self, wait: Duration) -> Self {
        Self(self.0.saturating_add(millis(wait)))
    }

    /// How long until `later`; nothing if that has passed.
    pub(super) const fn until(self, later: Self) -> Duration {
        Duration::from_millis(later.0.saturating_sub(self.0))
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// The settings of one source.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    /// How long keys are fresh where the answer does not say.
    pub(super) time_to_live: Duration,
    /// How long keys are used after that while no new ones can be had.
    pub(super) stale: Duration,
    /// How long after a fetch for an unknown `kid` the next one may be.
    pub(super) cooldown: Duration,
    /// How long one fetch may take.
    pub(super) time_limit: Duration,
}

impl Pace {
    pub(super) const REMOTE: Self = Self {
        time_to_live: Duration::from_secs(10 * 60),
        stale: Duration::from_secs(60 * 60),
        cooldown: Duration::from_secs(30),
        time_limit: Duration::from_secs(5),
    };

    /// How long keys are fresh: what the answer says, within bounds, or the setting.
    pub(super) fn fresh_for(&self, max_age: Option<Duration>) -> Duration {
        max_age.map_or(self.time_to_live, |age| age.clamp(SHORTEST, LONGEST))
    }
}

/// When keys that are fresh for this long are asked for again: at 80 % of it, ±10 %, so that a
/// hundred instances do not ask at once.
pub(super) fn refresh_after(fresh_for: Duration) -> Duration {
    fresh_for.mul_f64(0.8 * (0.9 + 0.2 * random()))
}

/// How long to wait after the `failures`th failure in a row: 1 s, doubled each time up to 60 s, and
/// of that between three quarters and all.
pub(super) fn back_off(failures: u32) -> Duration {
    let doubled = 1_u64.checked_shl(failures.saturating_sub(1).min(6)).unwrap_or(64).min(60);
    Duration::from_secs(doubled).mul_f64(0.75 + 0.25 * random())
}

/// Between 0 and 1. Spreads load and protects nothing, so the standard library's keys of hash
/// tables are random enough.
fn random() -> f64 {
    let bits = RandomState::new().build_hasher().finish() >> 32;
    bits as f64 / f64::from(u32::MAX)
}

/// The bounds for what an issuer says of its keys with `Cache-Control`.
const SHORTEST: Duration = Duration::from_secs(60);
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_issuer_says_is_heeded_within_bounds() {
        let secs = Duration::from_secs;
        for (max_age, want) in [
            (None, 600),
            (Some(0), 60),
            (Some(59), 60),
            (Some(300), 300),
            (Some(86_400), 86_400),
            (Some(u64::MAX), 86_400),
        ] {
            assert_eq!(Pace::REMOTE.fresh_for(max_age.map(secs)), secs(want), "{max_age:?}");
        }
    }

    #[test]
    fn failures_double_the_wait_up_to_a_minute() {
        for (failures, longest) in
            [(1, 1), (2, 2), (3, 4), (4, 8), (5, 16), (6, 32), (7, 60), (8, 60), (u32::MAX, 60)]
        {
            let longest = Duration::from_secs(longest);
            for _ in 0..100 {
                let wait = back_off(failures);
                assert!(wait <= longest && wait >= longest.mul_f64(0.75), "{failures}: {wait:?}");
            }
        }
    }

    /// A hundred instances that start together ask again over a tenth of their time to live.
    #[test]
    fn instances_spread_over_the_jitter_window() {
        let waits: Vec<u64> =
            (0..100).map(|_| refresh_after(Duration::from_secs(600)).as_secs()).collect();
        assert!(waits.iter().all(|wait| (432..=528).contains(wait)), "{waits:?}");
        let (first, last) = (waits.iter().min().unwrap(), waits.iter().max().unwrap());
        assert!(last - first > 60, "{waits:?}");
    }
}
