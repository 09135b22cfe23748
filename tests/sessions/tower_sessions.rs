//! Sessions in a store of tower-sessions: its own one in memory, and what holds of ours.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use http::Request;
use tower_auth::SecretDigest;
use tower_auth::scheme::session::{Login, SessionCookie, Sessions};
use tower_auth::store::{Lookup, SessionRecord, SessionStore as _, TowerSessions};
use tower_auth::testing::stores::check_sessions;
use tower_sessions_core::SessionStore;
use tower_sessions_core::session::{Id, Record};
use tower_sessions_core::session_store::{Error, Result};
use tower_sessions_memory_store::MemoryStore;

use crate::site::{CLEARED, head, holding, with_cookie};
use crate::support::{Stack, door};

/// Their store, slower, and down when it is told so.
#[derive(Clone, Debug, Default)]
struct Theirs {
    store: MemoryStore,
    down: Arc<AtomicBool>,
}

impl Theirs {
    async fn turn(&self) -> Result<()> {
        tokio::task::yield_now().await;
        match self.down.load(Ordering::SeqCst) {
            true => Err(Error::Backend("no connection".into())),
            false => Ok(()),
        }
    }
}

#[async_trait::async_trait]
impl SessionStore for Theirs {
    async fn create(&self, record: &mut Record) -> Result<()> {
        self.turn().await?;
        self.store.create(record).await
    }

    async fn save(&self, record: &Record) -> Result<()> {
        self.turn().await?;
        self.store.save(record).await
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        self.turn().await?;
        self.store.load(id).await
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        self.turn().await?;
        self.store.delete(id).await
    }
}

fn sessions(theirs: &Theirs) -> (Sessions, Stack) {
    let sessions = Sessions::builder(TowerSessions::new(theirs.clone())).build().unwrap();
    let stack = Stack::new(door(SessionCookie::new(&sessions)).build().unwrap());
    (sessions, stack)
}

#[tokio::test]
async fn sessions_begin_go_on_under_another_id_and_end() {
    let (sessions, stack) = sessions(&Theirs::default());
    let login = Login::new("ünïcode {alice}").source("192.0.2.1").data(&"in it").unwrap();
    let browser = Request::post("/").header("user-agent", "Phone/1.0");
    let cookie = sessions.login(&head(browser), login).await.unwrap();
    stack.admits(with_cookie(cookie.pair())).await;
    let current = sessions.current(&holding(cookie.pair())).await.unwrap().unwrap();
    assert_eq!(current.subject(), "ünïcode {alice}");
    assert_eq!((current.source(), current.agent()), (Some("192.0.2.1"), Some("Phone/1.0")));
    assert_eq!(current.data::<String>(), "in it");

    let change = |data: &mut String| data.push_str(" and more");
    sessions.update(&holding(cookie.pair()), change).await.unwrap().unwrap();

    let renewed = sessions.renew(&holding(cookie.pair())).await.unwrap().unwrap();
    let refused = stack.refuses(with_cookie(cookie.pair()), 401).await;
    assert_eq!(refused.reason(), Some("session_renewed"));
    assert_eq!(refused.lines("set-cookie"), [""; 0]);
    stack.admits(with_cookie(renewed.pair())).await;
    let going_on = sessions.current(&holding(renewed.pair())).await.unwrap().unwrap();
    assert_eq!(going_on.data::<String>(), "in it and more");

    let _ = sessions.logout(&holding(renewed.pair())).await.unwrap();
    let refused = stack.refuses(with_cookie(renewed.pair()), 401).await;
    assert_eq!(refused.lines("set-cookie"), [CLEARED]);
    assert!(sessions.renew(&holding(renewed.pair())).await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn it_holds_to_what_stores_without_a_list_promise() {
    check_sessions(TowerSessions::new(MemoryStore::default())).await;
}

/// Nobody could keep them few.
#[test]
fn a_user_can_have_any_number_of_sessions_and_a_limit_refuses_to_build() {
    let store = || TowerSessions::new(MemoryStore::default());
    let said = Sessions::builder(store()).max_per_subject(5).build().unwrap_err().to_string();
    assert!(said.contains("leave out `max_per_subject`"), "{said}");
    Sessions::builder(store()).max_per_subject(usize::MAX).build().unwrap();
}

#[tokio::test]
async fn one_session_can_be_ended_by_its_handle() {
    let (sessions, stack) = sessions(&Theirs::default());
    let cookie = sessions.login(&head(Request::post("/")), "alice").await.unwrap();
    let handle = sessions.current(&holding(cookie.pair())).await.unwrap().unwrap().handle();
    assert!(!sessions.end("mallory", &handle).await.unwrap());
    assert!(sessions.end("alice", &handle).await.unwrap());
    stack.refuses(with_cookie(cookie.pair()), 401).await;
}

#[tokio::test]
async fn what_needs_a_list_of_sessions_says_that_there_is_none() {
    let (sessions, stack) = sessions(&Theirs::default());
    let cookie = sessions.login(&head(Request::post("/")), "alice").await.unwrap();
    let mine = holding(cookie.pair());
    let sentence = "a store of tower-sessions finds sessions by their id only, and can neither \
                    list nor end those of one user: use MemorySessions or RedisStores for that";
    assert_eq!(sessions.list(&mine, "alice").await.unwrap_err().detail(), sentence);
    assert_eq!(sessions.logout_everywhere("alice").await.unwrap_err().detail(), sentence);
    assert_eq!(sessions.logout_elsewhere(&mine, "alice").await.unwrap_err().detail(), sentence);
    stack.admits(with_cookie(cookie.pair())).await;
}

#[tokio::test]
async fn an_outage_is_an_outage() {
    let theirs = Theirs::default();
    let (sessions, stack) = sessions(&theirs);
    let cookie = sessions.login(&head(Request::post("/")), "alice").await.unwrap();
    let mine = holding(cookie.pair());
    theirs.down.store(true, Ordering::SeqCst);
    stack.refuses(with_cookie(cookie.pair()), 503).await;
    assert!(sessions.login(&mine, "alice").await.is_err());
    let why = sessions.renew(&mine).await.unwrap_err();
    assert_eq!(why.detail(), "the store of tower-sessions: no connection");
    assert!(sessions.logout(&mine).await.is_err());
    theirs.down.store(false, Ordering::SeqCst);
    stack.admits(with_cookie(cookie.pair())).await;
    assert!(sessions.renew(&mine).await.unwrap().is_some());
}

/// Where `create` takes an id in one step, as their store in memory does.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_fifty_renewals_at_once_exactly_one_wins() {
    let (sessions, stack) = sessions(&Theirs::default());
    for _ in 0..20 {
        let old = sessions.login(&head(Request::post("/")), "alice").await.unwrap();
        let renewals: Vec<_> = (0..50)
            .map(|_| {
                let (sessions, head) = (sessions.clone(), holding(old.pair()));
                tokio::spawn(async move { sessions.renew(&head).await.unwrap() })
            })
            .collect();
        let mut won = Vec::new();
        for renewal in renewals {
            won.extend(renewal.await.unwrap());
        }
        assert_eq!(won.len(), 1);
        stack.admits(with_cookie(won[0].pair())).await;
        stack.refuses(with_cookie(old.pair()), 401).await;
    }
}

/// Whatever is noted late brings nothing back.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_session_that_was_removed_does_not_come_back_by_being_used() {
    let store = Arc::new(TowerSessions::new(Theirs::default()));
    let day = Duration::from_secs(24 * 60 * 60);
    let now = tower_auth::clock::Clock::now(&tower_auth::clock::SystemClock);
    for round in 0..100_u32 {
        let key = SecretDigest::of(&round.to_be_bytes());
        let record = SessionRecord::new("alice", now, now + day, day);
        store.insert(&key, &record, usize::MAX).await.unwrap();
        let uses: Vec<_> = (1..20)
            .map(|n| {
                let store = Arc::clone(&store);
                let at = now + Duration::from_secs(n);
                tokio::spawn(async move { store.touch(&key, at).await.unwrap() })
            })
            .collect();
        store.remove(&key).await.unwrap();
        for used in uses {
            used.await.unwrap();
        }
        assert!(matches!(store.find(&key).await.unwrap(), Lookup::Absent));
    }
}

#[tokio::test]
async fn use_is_noted_and_sessions_end_by_themselves() {
    let start = SystemTime::UNIX_EPOCH + Duration::from_secs(4_000_000_000);
    let clock = tower_auth::testing::FixedClock::at(start);
    let store = TowerSessions::new(MemoryStore::default()).clock(clock.clone());
    let (hour, key) = (Duration::from_secs(3600), SecretDigest::of(b"key"));
    let record = SessionRecord::new("alice", start, start + 3 * hour, hour);
    store.insert(&key, &record, usize::MAX).await.unwrap();
    for at in [start + hour / 2, start] {
        store.touch(&key, at).await.unwrap();
        let Lookup::Found(found) = store.find(&key).await.unwrap() else { panic!("gone") };
        assert_eq!(found.active_at, start + hour / 2, "the latest is remembered");
    }
    clock.advance(hour + hour / 4);
    assert!(matches!(store.find(&key).await.unwrap(), Lookup::Found(_)));
    clock.advance(hour / 4);
    assert!(matches!(store.find(&key).await.unwrap(), Lookup::Absent));
    store.touch(&key, start + 2 * hour).await.unwrap();
    assert!(matches!(store.find(&key).await.unwrap(), Lookup::Absent));
}
