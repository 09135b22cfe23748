//! What every store of a kind does, as tests that any implementation runs.
//!
//! Each function is a test: give it an empty store, inside a tokio runtime, at best one of several
//! threads. It panics with a sentence that says what is wrong. A store that notices that it lost its
//! data must know that it did not: `RedisStores::danger_nothing_was_lost` first.
//!
//! ```
//! # #[cfg(feature = "sessions")]
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! use tower_auth::store::MemorySessions;
//! use tower_auth::testing::stores;
//!
//! stores::check_sessions(MemorySessions::new(1000)).await;
//! # }
//! # #[cfg(not(feature = "sessions"))]
//! # fn main() {}
//! ```

mod attempts;
#[cfg(feature = "digest")]
mod nonces;
mod replays;
#[cfg(feature = "revocation")]
mod revocations;
#[cfg(feature = "sessions")]
mod sessions;

use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;
use std::time::SystemTime;

use tokio::task::JoinSet;

pub use self::attempts::check_attempts;
#[cfg(feature = "digest")]
pub use self::nonces::check_nonces;
pub use self::replays::check_replays;
#[cfg(feature = "revocation")]
pub use self::revocations::check_revocations;
#[cfg(feature = "sessions")]
pub use self::sessions::check_sessions;
use crate::clock::{Clock as _, SystemClock};
use crate::eventual::Eventual;
use crate::rejection::Unavailable;
use crate::secret::SecretDigest;

/// The answer, which must be one.
async fn answer<T>(answer: Eventual<Result<T, Unavailable>>) -> T {
    let answer = match answer {
        Eventual::Ready(answer) => answer,
        Eventual::Pending(answer) => answer.await,
    };
    #[expect(clippy::panic, reason = "an assertion")]
    answer.unwrap_or_else(|why| panic!("the store is not available: {}", why.detail()))
}

/// The answers of `count` tasks that run against each other.
async fn at_once<S, T, F>(store: &Arc<S>, count: u32, task: impl Fn(Arc<S>, u32) -> F) -> Vec<T>
where
    F: Future<Output = T> + Send + 'static,
    T: Send + 'static,
{
    let mut tasks = JoinSet::new();
    for number in 0..count {
        tasks.spawn(task(Arc::clone(store), number));
    }
    tasks.join_all().await
}

fn now() -> SystemTime {
    SystemClock.now()
}

/// Never the same twice.
fn random() -> SecretDigest {
    let halves = [0_u8, 1].map(|half| RandomState::new().hash_one(half).to_be_bytes());
    SecretDigest::of(&halves.concat())
}

/// How many tasks run against each other.
const TASKS: u32 = 100;
/// How often a race is run.
const ROUNDS: u32 = 20;
