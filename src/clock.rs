//! Time is a setting: whatever needs the time asks a [`Clock`].

use std::time::{Duration, SystemTime};

/// Tells the time. Closures are clocks: `|| my_time()`.
///
/// Tests use `testing::FixedClock`; everything else uses [`SystemClock`], the default.
pub trait Clock: Send + Sync + 'static {
    /// The present moment.
    fn now(&self) -> SystemTime;
}

/// The operating system's clock.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "a name for a behaviour, without settings")]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the system")]
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }
}

impl<F> Clock for F
where
    F: Fn() -> SystemTime + Send + Sync + 'static,
{
    fn now(&self) -> SystemTime {
        self()
    }
}

/// Whole seconds since 1970, rounded down; 0 for what lies before.
pub(crate) fn seconds(at: SystemTime) -> u64 {
    since_1970(at).as_secs()
}

/// Whole milliseconds since 1970, rounded down; 0 for what lies before.
pub(crate) fn millis(at: SystemTime) -> u64 {
    u64::try_from(since_1970(at).as_millis()).unwrap_or(u64::MAX)
}

/// The time since 1970; none for what lies before.
pub(crate) fn since_1970(at: SystemTime) -> Duration {
    at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
}
