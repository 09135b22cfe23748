//! A service with sessions, and people who use it.

use std::sync::Arc;
use std::time::Duration;

use http::request::{Builder, Parts};
use http::{Method, Request};
use tower_auth::scheme::session::{SessionCookie, Sessions, SessionsBuilder, SetCookie};
use tower_auth::store::{MemorySessions, SessionStore};
use tower_auth::testing::FixedClock;

use crate::support::{Refused, Stack, door};

pub(crate) const MINUTE: Duration = Duration::from_secs(60);

/// Sessions on a clock that stands still, and a service that wants one.
pub(crate) struct Site {
    pub(crate) clock: FixedClock,
    pub(crate) store: Arc<MemorySessions>,
    pub(crate) sessions: Sessions,
    pub(crate) stack: Stack,
}

impl Site {
    pub(crate) fn new() -> Self {
        Self::with(|builder| builder)
    }

    pub(crate) fn with(change: impl FnOnce(SessionsBuilder) -> SessionsBuilder) -> Self {
        Self::on(|store| store, change)
    }

    /// A site whose store is `wrapped`.
    pub(crate) fn on<S: SessionStore>(
        wrapped: impl FnOnce(Arc<MemorySessions>) -> S,
        change: impl FnOnce(SessionsBuilder) -> SessionsBuilder,
    ) -> Self {
        let clock = FixedClock::at_unix(1_700_000_000);
        let store = Arc::new(MemorySessions::new(1000).clock(clock.clone()));
        let builder = Sessions::builder(wrapped(Arc::clone(&store))).clock(clock.clone());
        let sessions = change(builder).build().unwrap();
        let stack = Stack::new(door(SessionCookie::new(&sessions)).build().unwrap());
        Self { clock, store, sessions, stack }
    }

    /// Somebody logs in, with no session before.
    pub(crate) async fn login(&self, subject: &str) -> SetCookie {
        self.sessions.login(&head(Request::post("/login")), subject).await.unwrap()
    }

    pub(crate) async fn admits(&self, cookie: &str) {
        self.stack.admits(with_cookie(cookie)).await;
    }

    /// The request is refused and the cookie taken back.
    pub(crate) async fn refuses(&self, cookie: &str) -> Refused {
        let refused = self.stack.refuses(with_cookie(cookie), 401).await;
        assert_eq!(refused.lines("set-cookie"), [CLEARED]);
        refused
    }
}

/// A request of a browser that has this cookie.
pub(crate) fn with_cookie(pair: &str) -> Builder {
    Request::get("/account").header("cookie", pair)
}

/// The head of a request that has this cookie.
pub(crate) fn holding(pair: &str) -> Parts {
    head(with_cookie(pair))
}

pub(crate) fn head(request: Builder) -> Parts {
    request.body(()).unwrap().into_parts().0
}

/// What a page of the service itself sends.
pub(crate) fn own_post(pair: &str) -> Builder {
    with_cookie(pair).method(Method::POST).header("sec-fetch-site", "same-origin")
}

/// The line of `Set-Cookie`, as it is sent.
pub(crate) fn line(cookie: SetCookie) -> String {
    let mut headers = http::HeaderMap::new();
    cookie.add_to(&mut headers);
    headers["set-cookie"].to_str().unwrap().to_owned()
}

/// The cookie taken back.
pub(crate) const CLEARED: &str =
    "__Host-session=; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=0";
