//! What lasts in a file, when the process that wrote it is gone.

use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use std::{env, fs, process};

use http::request::Parts;
use http::{Request, Response};
use tower::{ServiceBuilder, ServiceExt as _, service_fn};
use tower_auth::scheme::session::{SessionCookie, Sessions};
use tower_auth::store::{Lookup, SessionRecord, SessionStore as _, TowerSessions};
use tower_auth::testing::FixedClock;
use tower_auth::{AuthenticateLayer, SecretDigest};
use tower_sessions_core::ExpiredDeletion as _;
use tower_sessions_rusqlite_store::RusqliteStore;
use tower_sessions_rusqlite_store::tokio_rusqlite::Connection;

/// A database in a folder that goes away with the test.
struct Database(PathBuf);

impl Database {
    fn new(name: &str) -> Self {
        let folder = env::temp_dir().join(format!("tower-auth-sqlite-{}-{name}", process::id()));
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn file(&self) -> PathBuf {
        self.0.join("sessions.db")
    }

    async fn open(&self) -> RusqliteStore {
        open(&self.file()).await
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

async fn open(file: &Path) -> RusqliteStore {
    let store = RusqliteStore::new(Connection::open(file).await.unwrap());
    store.migrate().await.unwrap();
    store
}

fn sessions(store: RusqliteStore) -> Sessions {
    Sessions::builder(TowerSessions::new(store)).build().unwrap()
}

fn holding(pair: &str) -> Parts {
    Request::get("/").header("cookie", pair).body(()).unwrap().into_parts().0
}

async fn status(sessions: &Sessions, pair: &str) -> u16 {
    let door = AuthenticateLayer::builder().scheme(SessionCookie::new(sessions)).build().unwrap();
    let hello = service_fn(async |_: Request<String>| {
        Ok::<_, Infallible>(Response::new(String::from("hello")))
    });
    let request = Request::get("/").header("cookie", pair).body(String::new()).unwrap();
    let service = ServiceBuilder::new().layer(door).service(hello);
    service.oneshot(request).await.unwrap().status().as_u16()
}

/// Log in, be known, go on under another id, and log out, each in a process of its own as far as
/// the file can tell.
#[tokio::test]
async fn a_session_outlives_the_process_that_began_it() {
    let database = Database::new("restart");
    let old = {
        let sessions = sessions(database.open().await);
        let cookie = sessions.login(&holding("a=b"), "alice").await.unwrap();
        assert_eq!(status(&sessions, cookie.pair()).await, 200);
        cookie.pair().to_owned()
    };
    let new = {
        let sessions = sessions(database.open().await);
        assert_eq!(status(&sessions, &old).await, 200);
        let cookie = sessions.renew(&holding(&old)).await.unwrap().unwrap();
        cookie.pair().to_owned()
    };
    {
        let sessions = sessions(database.open().await);
        assert_eq!(status(&sessions, &old).await, 401);
        assert_eq!(status(&sessions, &new).await, 200);
        let _ = sessions.logout(&holding(&new)).await.unwrap();
    }
    let sessions = sessions(database.open().await);
    for ended in [&old, &new] {
        assert_eq!(status(&sessions, ended).await, 401);
    }
}

/// Who reads the file can log in with nothing of it.
#[tokio::test]
async fn the_file_has_no_id() {
    let database = Database::new("ids");
    let sessions = sessions(database.open().await);
    let cookie = sessions.login(&holding("a=b"), "alice").await.unwrap();
    let file = fs::read(database.file()).unwrap();
    let has = |text: &str| file.windows(text.len()).any(|part| part == text.as_bytes());
    let (_, id) = cookie.pair().split_once('=').unwrap();
    assert!(has("alice") && !has(id));
}

/// By our clock, and by that of the store, which then sweeps it out.
#[tokio::test]
async fn a_session_ends_by_itself_and_its_row_is_swept_out() {
    let database = Database::new("expiry");
    let store = database.open().await;
    let now = SystemTime::now();
    let clock = FixedClock::at(now);
    let ours = TowerSessions::new(store.clone()).clock(clock.clone());
    let sessions = Sessions::builder(ours).clock(clock.clone()).build().unwrap();
    let cookie = sessions.login(&holding("a=b"), "alice").await.unwrap();
    clock.advance(Duration::from_secs(29 * 60));
    assert_eq!(status(&sessions, cookie.pair()).await, 200);
    clock.advance(Duration::from_secs(2 * 60 * 60));
    assert_eq!(status(&sessions, cookie.pair()).await, 401);

    // By ours it lasts. A clock that stands still leaves the end to the store.
    let now = SystemTime::now();
    let (soon, day) = (now + Duration::from_secs(1), Duration::from_secs(24 * 60 * 60));
    let (key, brief) = (SecretDigest::of(b"key"), TowerSessions::new(store.clone()));
    let brief = brief.clock(FixedClock::at(now));
    brief.insert(&key, &SessionRecord::new("bob", now - day, soon, day), usize::MAX).await.unwrap();
    let before = rows(&database).await;
    tokio::time::sleep(Duration::from_secs(4)).await;
    assert!(matches!(brief.find(&key).await.unwrap(), Lookup::Absent));
    store.delete_expired().await.unwrap();
    assert_eq!(rows(&database).await, before - 1);
}

async fn rows(database: &Database) -> u32 {
    let connection = Connection::open(database.file()).await.unwrap();
    let count = connection
        .call(|it| it.query_row("select count(*) from tower_sessions", [], |row| row.get(0)));
    count.await.unwrap()
}

/// SQLite answers "busy" to some of those who write at once, which is an outage of theirs; what is
/// left is one session, that of the winner or the one that there was.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_renewals_in_two_processes_at_most_one_wins() {
    let database = Database::new("races");
    let processes = [sessions(database.open().await), sessions(database.open().await)];
    for _ in 0..10 {
        let old = processes[0].login(&holding("a=b"), "alice").await.unwrap().pair().to_owned();
        let renewals: Vec<_> = (0..20)
            .map(|n| {
                let (sessions, head) = (processes[n % 2].clone(), holding(&old));
                tokio::spawn(async move { sessions.renew(&head).await })
            })
            .collect();
        let mut won = Vec::new();
        for renewal in renewals {
            won.extend(renewal.await.unwrap().ok().flatten());
        }
        assert!(won.len() <= 1, "{} won", won.len());
        let alive = won.first().map_or(&*old, |cookie| cookie.pair());
        for sessions in &processes {
            assert_eq!(status(sessions, alive).await, 200);
            assert!(won.is_empty() || status(sessions, &old).await == 401);
        }
    }
}

/// A file that can't be read is an outage, and no reason to log anybody out.
#[tokio::test]
async fn a_table_that_is_gone_is_an_outage() {
    let database = Database::new("gone");
    let sessions = sessions(database.open().await);
    let cookie = sessions.login(&holding("a=b"), "alice").await.unwrap();
    let other = Connection::open(database.file()).await.unwrap();
    other.call(|it| it.execute("alter table tower_sessions rename to away", [])).await.unwrap();
    assert_eq!(status(&sessions, cookie.pair()).await, 503);
    assert!(sessions.login(&holding("a=b"), "bob").await.is_err());
    other.call(|it| it.execute("alter table away rename to tower_sessions", [])).await.unwrap();
    assert_eq!(status(&sessions, cookie.pair()).await, 200);
}
