//! When an identity ends while a stream goes on.

use std::time::Duration;

use super::Auth;
use crate::clock::{Clock, SystemClock};

impl Auth {
    /// Resolves when the identity stops being valid: the first of them, if there are several. Never,
    /// if none does or nobody was identified.
    ///
    /// For a handler that goes on after it has answered: a WebSocket, a stream of events. It runs on
    /// tokio's timer, and looks at the clock at least once a minute, for clocks are set and machines
    /// sleep.
    ///
    /// ```no_run
    /// # use tower_auth::Auth;
    /// # async fn next_message() -> Option<String> { None }
    /// async fn chat(auth: Auth) {
    ///     let mut expired = std::pin::pin!(auth.expired());
    ///     loop {
    ///         tokio::select! {
    ///             () = &mut expired => break, // close it: the client comes back with a new token
    ///             message = next_message() => { /* … */ }
    ///         }
    ///     }
    /// }
    /// ```
    ///
    /// The moment is the one that the identity names, without the leeway for clocks with which a
    /// token is let in: so a token in its last seconds opens a stream that ends at once.
    ///
    /// A session is known to last until it would end without being used again; requests that come
    /// meanwhile may have made it longer, and a log-out ends it before. Who needs to know asks
    /// `Sessions::current` from time to time.
    pub fn expired(&self) -> impl Future<Output = ()> + Send + 'static {
        self.expired_by(SystemClock)
    }

    /// The same by another clock.
    pub fn expired_by(&self, clock: impl Clock) -> impl Future<Output = ()> + Send + 'static {
        let ends = self.identities().filter_map(crate::identity::Identity::expires_at).min();
        async move {
            let Some(ends) = ends else { return std::future::pending().await };
            while let Ok(left) = ends.duration_since(clock.now())
                && left > Duration::ZERO
            {
                tokio::time::sleep(left.min(LOOK_EVERY)).await;
            }
        }
    }
}

const LOOK_EVERY: Duration = Duration::from_secs(60);
