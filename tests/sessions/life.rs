//! How a session begins, goes on and runs out.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use http::Request;
use tower_auth::scheme::session::{Login, SessionCookie, Sessions};
use tower_auth::store::MemorySessions;
use tower_auth::testing::FixedClock;

use crate::site::{MINUTE, Site, head, holding, own_post, with_cookie};
use crate::slow_store::Slow;
use crate::support::{Inner, Stack, door};

/// RFC 6265bis §8.4, session fixation: an id that was there before a login is worth nothing after
/// it, whoever planted it.
#[tokio::test]
async fn a_login_changes_the_id_and_the_old_one_is_dead() {
    let site = Site::new();
    let before = site.login("mallory").await.pair().to_owned();
    let after = site.sessions.login(&head(own_post(&before)), "alice").await.unwrap();
    assert_ne!(before, after.pair());
    site.refuses(&before).await;
    site.admits(after.pair()).await;
    assert_eq!(site.store.len(), 1);
}

/// An id that this service has never given out does not become one by logging in with it.
#[tokio::test]
async fn a_planted_id_is_not_taken_over() {
    let site = Site::new();
    let planted = format!("__Host-session={}", "A".repeat(46));
    let after = site.sessions.login(&holding(&planted), "alice").await.unwrap();
    assert_ne!(planted, after.pair());
    site.refuses(&planted).await;
}

/// RFC 6265bis §8.4, change of privilege. The old id is refused at once; its refusal does not take
/// back the new cookie, which may be on its way.
#[tokio::test]
async fn renewing_changes_the_id_and_the_refusal_of_the_old_one_spares_the_new() {
    let site = Site::new();
    let old = site.login("alice").await.pair().to_owned();
    let new = site.sessions.renew(&holding(&old)).await.unwrap().unwrap();
    assert_ne!(old, new.pair());
    for _ in 0..3 {
        let refused = site.stack.refuses(with_cookie(&old), 401).await;
        assert_eq!(refused.reason(), Some("session_renewed"));
        assert_eq!(refused.lines("set-cookie"), [""; 0]);
        site.admits(new.pair()).await;
    }
    assert!(site.sessions.renew(&holding(&old)).await.unwrap().is_none());
    // Later the old id is as unknown as any.
    site.clock.advance(2 * MINUTE);
    site.refuses(&old).await;
    site.admits(new.pair()).await;
}

/// An ended session is taken back, one that never was also.
#[tokio::test]
async fn a_stale_cookie_is_cleared_in_the_refusal() {
    let site = Site::new();
    let pair = site.login("alice").await.pair().to_owned();
    let _ = site.sessions.logout(&holding(&pair)).await.unwrap();
    assert_eq!(site.refuses(&pair).await.reason(), Some("session_ended"));
}

#[tokio::test]
async fn a_renewal_keeps_the_session_but_not_its_user_in_mind() {
    let site = Site::new();
    let login = Login::new("alice").source("192.0.2.1").data(&"cart:7").unwrap();
    let old = site.sessions.login(&head(Request::post("/")), login).await.unwrap();
    let started = site.clock_now();
    site.clock.advance(10 * MINUTE);
    let new = site.sessions.renew(&holding(old.pair())).await.unwrap().unwrap();
    let session = site.sessions.current(&holding(new.pair())).await.unwrap().unwrap();
    assert_eq!(session.started_at(), started, "no session is made longer by renewing it");
    assert_eq!(session.active_at(), site.clock_now());
    assert_eq!(session.source(), Some("192.0.2.1"));
    assert_eq!(session.data::<String>(), "cart:7");
    site.clock.advance(Duration::from_secs(12 * 60 * 60) - 10 * MINUTE);
    site.refuses(new.pair()).await;
}

/// RFC 6265bis §4.1.2.2: a cookie that is still sent does not make its session any younger.
#[tokio::test]
async fn a_session_ends_when_it_was_not_used() {
    let site = Site::new();
    let pair = site.login("alice").await.pair().to_owned();
    for _ in 0..10 {
        site.clock.advance(29 * MINUTE);
        site.admits(&pair).await;
    }
    site.clock.advance(30 * MINUTE);
    site.refuses(&pair).await;
    assert!(site.sessions.current(&holding(&pair)).await.unwrap().is_none());
    assert!(site.sessions.list(&holding(&pair), "alice").await.unwrap().is_empty());
    assert!(site.sessions.renew(&holding(&pair)).await.unwrap().is_none());
}

#[tokio::test]
async fn a_session_ends_in_any_case() {
    let site = Site::with(|it| it.idle(10 * MINUTE).absolute(60 * MINUTE));
    let pair = site.login("alice").await.pair().to_owned();
    for _ in 0..11 {
        site.clock.advance(5 * MINUTE);
        site.admits(&pair).await;
    }
    let (seen, _) = site.stack.admits(with_cookie(&pair)).await;
    let identity = seen.extensions.get::<tower_auth::Identity>().unwrap();
    assert_eq!(identity.expires_at(), Some(site.clock_now() + 5 * MINUTE));
    site.clock.advance(5 * MINUTE);
    site.refuses(&pair).await;
}

/// A clock that goes back ends nothing and panics nowhere.
#[tokio::test]
async fn a_clock_that_is_set_back_ends_no_session() {
    let time = Arc::new(Mutex::new(SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000)));
    let clock = {
        let time = Arc::clone(&time);
        move || *time.lock().unwrap()
    };
    let store = MemorySessions::new(10).clock(clock.clone());
    let sessions = Sessions::builder(store).clock(clock).build().unwrap();
    let stack = Stack::new(door(SessionCookie::new(&sessions)).build().unwrap());
    let cookie = sessions.login(&head(Request::post("/")), "alice").await.unwrap();
    for moment in [SystemTime::UNIX_EPOCH, SystemTime::UNIX_EPOCH + Duration::from_secs(1)] {
        *time.lock().unwrap() = moment;
        stack.admits(with_cookie(cookie.pair())).await;
    }
}

/// Use is written down at most once a minute, and only once the request is answered; also by a
/// store that is waited for, and when many requests come at once.
#[tokio::test]
async fn use_is_noted_once_a_minute_and_after_the_answer() {
    let mut slow = None;
    let site = Site::on(|store| slow.insert(Slow::new(store)).clone(), |it| it);
    let slow = slow.unwrap();
    let touches = || slow.touches.load(Ordering::SeqCst);
    let pair = site.login("alice").await.pair().to_owned();
    for _ in 0..5 {
        site.admits(&pair).await;
        site.clock.advance(Duration::from_secs(11));
    }
    assert_eq!(touches(), 0, "less than a minute after the login");

    site.clock.advance(Duration::from_secs(10));
    let during = Arc::new(Mutex::new(None));
    let inner = {
        let (during, touches) = (Arc::clone(&during), Arc::clone(&slow.touches));
        Inner::new(move |_| {
            during.lock().unwrap().get_or_insert_with(|| touches.load(Ordering::SeqCst));
            http::Response::default()
        })
    };
    let stack = Stack::over(inner, door(SessionCookie::new(&site.sessions)).build().unwrap());
    let requests = (0..50).map(|_| stack.admits_quietly(with_cookie(&pair)));
    futures_join(requests).await;
    assert_eq!(*during.lock().unwrap(), Some(0), "not while the request is answered");
    settle().await;
    assert_eq!(touches(), 1);

    let current = site.sessions.current(&holding(&pair)).await.unwrap().unwrap();
    assert_eq!(current.active_at(), site.clock_now());
    site.admits(&pair).await;
    site.clock.advance(MINUTE);
    site.admits(&pair).await;
    settle().await;
    assert_eq!(touches(), 2);
}

/// What was not written down because the store was down is tried again with the next use.
#[tokio::test]
async fn use_that_could_not_be_noted_is_noted_later() {
    let mut slow = None;
    let site = Site::on(|store| slow.insert(Slow::new(store)).clone(), |it| it);
    let slow = slow.unwrap();
    let pair = site.login("alice").await.pair().to_owned();
    site.clock.advance(2 * MINUTE);
    site.admits(&pair).await;
    slow.switch_off(true);
    settle().await;
    slow.switch_off(false);
    site.clock.advance(2 * MINUTE);
    site.admits(&pair).await;
    settle().await;
    let current = site.sessions.current(&holding(&pair)).await.unwrap().unwrap();
    assert_eq!(current.active_at(), site.clock_now());
}

/// A request that is not let through is no use of the session.
#[tokio::test]
async fn a_refused_request_does_not_keep_a_session_alive() {
    let site = Site::new();
    let pair = site.login("alice").await.pair().to_owned();
    for _ in 0..2 {
        site.clock.advance(14 * MINUTE);
        let foreign = own_post(&pair).header("sec-fetch-site", "cross-site");
        let _ = site.stack.send(foreign.body(crate::support::Payload::Explosive).unwrap()).await;
    }
    site.clock.advance(2 * MINUTE);
    site.refuses(&pair).await;
}

impl Site {
    fn clock_now(&self) -> SystemTime {
        use tower_auth::clock::Clock as _;
        FixedClock::now(&self.clock)
    }
}

/// Lets what was spawned come to its end.
async fn settle() {
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
}

async fn futures_join<F: Future>(futures: impl IntoIterator<Item = F>) {
    let mut waiting: Vec<_> = futures.into_iter().map(Box::pin).collect();
    std::future::poll_fn(|cx| {
        waiting.retain_mut(|future| future.as_mut().poll(cx).is_pending());
        if waiting.is_empty() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
}

impl Stack {
    /// The request is answered with 200.
    async fn admits_quietly(&self, request: http::request::Builder) {
        let request = request.body(crate::support::Payload::Explosive).unwrap();
        assert_eq!(self.send(request).await.status(), 200);
    }
}
