//! Who the subject of a session is, and what changes of them.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use tower_auth::rejection::Unavailable;
use tower_auth::scheme::session::SessionUsers;
use tower_auth::{Eventual, Identity, Principal};

use crate::site::{MINUTE, Site, holding, with_cookie};

/// A table of users and their roles that can be changed, and asked slowly.
#[derive(Clone, Default)]
struct People {
    roles: Arc<Mutex<HashMap<String, &'static str>>>,
    asked: Arc<AtomicUsize>,
    down: Arc<AtomicBool>,
}

impl People {
    fn set(&self, name: &str, role: &'static str) {
        self.roles.lock().unwrap().insert(name.into(), role);
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

impl SessionUsers for People {
    fn load(&self, subject: &str) -> Eventual<Result<Option<Principal>, Unavailable>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let (people, subject) = (self.clone(), subject.to_owned());
        Eventual::pending(async move {
            if people.down.load(Ordering::SeqCst) {
                return Err(Unavailable::new("the directory is down"));
            }
            let found = people.roles.lock().unwrap().get(&subject).copied();
            // The answer is made; it takes a while to arrive.
            tokio::task::yield_now().await;
            Ok(found.map(|role| Principal::new(subject).role(role)))
        })
    }
}

async fn site() -> (Site, People, String) {
    let people = People::default();
    people.set("alice", "clerk");
    let site = Site::with(|it| it.users(people.clone()));
    let pair = site.login("alice").await.pair().to_owned();
    (site, people, pair)
}

async fn roles(site: &Site, pair: &str) -> Vec<String> {
    let (seen, _) = site.stack.admits(with_cookie(pair)).await;
    let identity = seen.extensions.get::<Identity>().unwrap();
    identity.roles().map(str::to_owned).collect()
}

#[tokio::test]
async fn the_directory_is_asked_once_a_minute_for_each_session() {
    let (site, people, pair) = site().await;
    for _ in 0..5 {
        assert_eq!(roles(&site, &pair).await, ["clerk"]);
    }
    assert_eq!(people.asked(), 1);
    let second = site.login("alice").await.pair().to_owned();
    assert_eq!(roles(&site, &second).await, ["clerk"]);
    assert_eq!(people.asked(), 2);
    site.clock.advance(MINUTE);
    roles(&site, &pair).await;
    assert_eq!(people.asked(), 3);
}

/// Short idle times are written down more often; the directory is still not asked more.
#[tokio::test]
async fn use_that_is_noted_more_often_does_not_ask_the_directory_more() {
    let people = People::default();
    people.set("alice", "clerk");
    let site = Site::with(|it| it.users(people.clone()).idle(MINUTE));
    let pair = site.login("alice").await.pair().to_owned();
    for _ in 0..7 {
        let (seen, _) = site.stack.admits(with_cookie(&pair)).await;
        let identity = seen.extensions.get::<Identity>().unwrap();
        let now = tower_auth::clock::Clock::now(&site.clock);
        let left = identity.expires_at().unwrap().duration_since(now).unwrap();
        assert!(left > MINUTE / 2, "the expiry goes with the use: {left:?}");
        site.clock.advance(MINUTE / 4);
    }
    assert_eq!(people.asked(), 2, "in 90 s");
}

/// A role that was taken away is gone within a minute, and at once where that is asked.
#[tokio::test]
async fn a_changed_role_holds_within_a_minute_or_at_once() {
    let (site, people, pair) = site().await;
    assert_eq!(roles(&site, &pair).await, ["clerk"]);
    people.set("alice", "nobody");
    assert_eq!(roles(&site, &pair).await, ["clerk"], "for a minute");
    site.clock.advance(MINUTE);
    assert_eq!(roles(&site, &pair).await, ["nobody"]);

    people.set("alice", "admin");
    site.sessions.forget_user("bob");
    assert_eq!(roles(&site, &pair).await, ["nobody"]);
    site.sessions.forget_user("alice");
    assert_eq!(roles(&site, &pair).await, ["admin"]);

    people.set("alice", "clerk");
    let renewed = site.sessions.renew(&holding(&pair)).await.unwrap().unwrap();
    assert_eq!(roles(&site, renewed.pair()).await, ["clerk"], "a renewal asks anew");
}

/// What was being read of a user while they changed is not remembered.
#[tokio::test]
async fn a_user_who_changes_while_being_loaded_is_loaded_again() {
    let (site, people, pair) = site().await;
    let stack = site.stack.clone();
    site.sessions.forget_user("alice");
    let before = people.asked();
    let request = with_cookie(&pair).body(crate::support::Payload::Explosive).unwrap();
    let under_way = tokio::spawn(async move { stack.send(request).await });
    while people.asked() == before {
        tokio::task::yield_now().await;
    }
    people.set("alice", "nobody");
    site.sessions.forget_user("alice");
    under_way.await.unwrap();
    assert_eq!(roles(&site, &pair).await, ["nobody"]);
}

#[tokio::test]
async fn sessions_of_a_user_who_is_gone_are_refused() {
    let (site, people, pair) = site().await;
    roles(&site, &pair).await;
    people.roles.lock().unwrap().clear();
    site.sessions.forget_user("alice");
    assert_eq!(site.refuses(&pair).await.reason(), Some("unknown_user"));
}

/// To the second, though the directory was asked less than a minute ago.
#[tokio::test]
async fn a_session_ends_when_its_user_expires() {
    let end = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_090);
    let site =
        Site::with(|it| it.users(move |name: &str| Some(Principal::new(name).expires_at(end))));
    let pair = site.login("guest").await.pair().to_owned();
    for seconds in [61, 28] {
        site.clock.advance(Duration::from_secs(seconds));
        site.admits(&pair).await;
    }
    site.clock.advance(Duration::from_secs(1));
    assert!(site.sessions.current(&holding(&pair)).await.unwrap().is_none());
    assert_eq!(site.refuses(&pair).await.reason(), Some("unknown_user"));
    let again = site.login("guest").await;
    assert_eq!(site.refuses(again.pair()).await.reason(), Some("unknown_user"));
}

/// A stream that asks whether its session goes on hears what the front door would say.
#[tokio::test]
async fn there_is_no_current_session_of_a_user_who_is_gone() {
    let (site, people, pair) = site().await;
    let current = async || site.sessions.current(&holding(&pair)).await;
    assert!(current().await.unwrap().is_some());
    assert_eq!(people.asked(), 1, "at the login");
    people.roles.lock().unwrap().clear();
    site.clock.advance(MINUTE);
    assert!(current().await.unwrap().is_none());
    people.down.store(true, Ordering::SeqCst);
    assert!(current().await.is_err());
}

#[tokio::test]
async fn while_the_directory_is_down_requests_get_503() {
    let (site, people, pair) = site().await;
    people.down.store(true, Ordering::SeqCst);
    let login = site.sessions.login(&holding("nothing=1"), "alice").await;
    assert!(login.is_err(), "a login asks it, too");
    site.admits(&pair).await;
    site.sessions.forget_user("alice");
    let refused = site.stack.refuses(with_cookie(&pair), 503).await;
    assert_eq!(refused.lines("set-cookie"), [""; 0]);
    people.down.store(false, Ordering::SeqCst);
    assert_eq!(roles(&site, &pair).await, ["clerk"]);
    // Who is remembered is not asked for.
    people.down.store(true, Ordering::SeqCst);
    site.admits(&pair).await;
    site.clock.advance(MINUTE);
    site.stack.refuses(with_cookie(&pair), 503).await;
}

#[tokio::test]
async fn an_identity_knows_when_they_logged_in_and_when_it_ends() {
    let (site, _, pair) = site().await;
    let start = tower_auth::clock::Clock::now(&site.clock);
    site.clock.advance(5 * MINUTE);
    let (seen, _) = site.stack.admits(with_cookie(&pair)).await;
    let identity = seen.extensions.get::<Identity>().unwrap();
    assert_eq!(identity.authenticated_at(), Some(start));
    assert_eq!(identity.expires_at(), Some(start + 30 * MINUTE));
}
