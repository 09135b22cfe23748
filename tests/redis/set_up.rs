//! What is wrong is said while building, and without secrets.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use tower_auth::store::{RedisStores, SessionStore as _, Use};

use super::server::Server;
use super::support::{HOUR, MINUTE, answer, fail, note, revoke, session, succeed, use_nonce};

#[test]
fn a_wrong_address_is_a_sentence_without_the_password() {
    let like = "the address of Redis is not like `redis://[user[:password]@]host[:port][/number]`";
    for url in [
        "",
        "localhost",
        "http://:hunter2@host",
        "redis://:hunter2@host:port",
        "redis:///",
        "redis://:hunter2@host/db",
        "unix:///run/redis.sock",
        "redis://:hunter2@0.0.0.0",
    ] {
        assert_eq!(RedisStores::connect(url).unwrap_err().to_string(), like, "{url}");
    }
}

#[test]
fn wrong_settings_are_refused() {
    let at = || RedisStores::at("redis://localhost");
    for prefix in ["", "a b", "{a}", "ä"] {
        assert_eq!(
            at().prefix(prefix).connect().unwrap_err().to_string(),
            "the prefix of keys in Redis is visible ASCII without braces, at least one character"
        );
    }
    for zero in [at().answer_within(Duration::ZERO), at().connect_within(Duration::ZERO)] {
        assert_eq!(
            zero.connect().unwrap_err().to_string(),
            "Redis needs some time to answer: a time-out is zero"
        );
    }
    assert_eq!(
        RedisStores::cluster([]).connect().unwrap_err().to_string(),
        "a Redis cluster needs the address of at least one node"
    );
}

#[tokio::test]
async fn nothing_shows_the_password() {
    let Some(server) = Server::start(&["--requirepass", "correct"]) else { return };
    let url = |password| format!("redis://:{password}@127.0.0.1:{}", server.port);
    for (wrong, why) in [
        (url("hunter2"), "Redis does not take our user name and password"),
        (server.url(), "Redis does not take our user name and password"),
        ("redis://:hunter2@127.0.0.1:1".to_owned(), "Redis can't be reached: connection refused"),
    ] {
        let stores = RedisStores::connect(&wrong).unwrap();
        assert_eq!(note(&stores, "a").await.unwrap_err().detail(), why);
        assert!(!format!("{stores:?} {:?}", RedisStores::at(&wrong)).contains("hunter2"));
    }
    let right = RedisStores::connect(&url("correct")).unwrap();
    right.danger_nothing_was_lost().await.unwrap();
}

/// A password that is wrong for a while does not keep the service out for ever.
#[tokio::test]
async fn a_password_that_is_set_right_is_enough() {
    let Some(server) = Server::start(&["--requirepass", "correct"]) else { return };
    let url = format!("redis://:new@127.0.0.1:{}", server.port);
    let stores = RedisStores::connect(&url).unwrap();
    stores.danger_nothing_was_lost().await.unwrap_err();
    server.cli(&["-a", "correct", "CONFIG", "SET", "requirepass", "new"]);
    super::support::within_a_second(|| stores.danger_nothing_was_lost()).await;
}

/// With another policy than its default, a full Redis forgets what was used and revoked.
#[tokio::test]
async fn a_redis_that_forgets_in_time_is_not_used() {
    let Some(server) = Server::start(&["--maxmemory", "100mb"]) else { return };
    server.stores().await;
    server.cli(&["CONFIG", "SET", "maxmemory-policy", "volatile-lru"]);
    let stores = RedisStores::connect(&server.url()).unwrap();
    let why = stores.danger_nothing_was_lost().await.unwrap_err();
    assert_eq!(
        why.detail(),
        "Redis forgets what must be remembered when it is full: set `maxmemory-policy noeviction`"
    );
    let evicting = RedisStores::at(&server.url()).danger_evicting().connect().unwrap();
    note(&evicting, "a").await.unwrap();
    server.cli(&["CONFIG", "SET", "maxmemory-policy", "noeviction"]);
    super::support::within_a_second(|| note(&stores, "b")).await;
}

/// Scripts that Redis forgot are told again.
#[tokio::test]
async fn scripts_are_told_again() {
    let Some(server) = Server::start(&[]) else { return };
    let stores = server.stores().await;
    for n in 0..3 {
        assert_eq!(note(&stores, &n.to_string()).await.unwrap(), Use::New);
        server.cli(&["SCRIPT", "FLUSH"]);
    }
}

/// What Redis holds, it forgets by itself; only its marks and nothing else stay.
#[tokio::test]
async fn all_keys_expire_but_the_marks() {
    let Some(server) = Server::start(&[]) else { return };
    let stores = server.stores_under("shop").await;
    let sessions = stores.sessions();
    let (old, record) = session("alice");
    answer(sessions.insert(&old, &record, usize::MAX)).await.unwrap();
    let (new, _) = session("alice");
    answer(sessions.renew(&old, &new, &record)).await.unwrap();
    answer(sessions.touch(&new, record.active_at + MINUTE)).await.unwrap();
    revoke(&stores.revocations(HOUR), "t").await.unwrap();
    note(&stores, "a").await.unwrap();
    use_nonce(&stores, 1, 1, SystemTime::now()).await.unwrap();
    for name in ["alice", "bob"] {
        succeed(&stores, name).await.unwrap();
        fail(&stores, name).await.unwrap();
    }
    let keys = server.cli(&["KEYS", "*"]);
    let mut kinds = BTreeMap::new();
    for key in keys.lines() {
        let kind = key.strip_prefix("shop:").unwrap().split(':').next().unwrap();
        let ttl: i64 = server.cli(&["PTTL", key]).parse().unwrap();
        let longest = match kind {
            "s" if server.cli(&["GETRANGE", key, "0", "0"]) == "R" => 60_000,
            "a" if server.cli(&["GET", key]).ends_with("86400000") => 86_400_000,
            "a" | "s" | "u" => 3_600_000,
            "v" => 3_900_000,
            "o" => 30_001,
            "n" => 60_001,
            "since" => -1,
            other => panic!("`{other}` is not in the table"),
        };
        assert!(ttl <= longest && ttl > longest - 10_000, "{key}: {ttl}");
        *kinds.entry(kind).or_insert(0) += 1;
    }
    let want = [("a", 7), ("n", 1), ("o", 1), ("s", 2), ("since", 17), ("u", 1), ("v", 1)];
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), want);
}

/// The index of a subject does not grow with the sessions that it had.
#[tokio::test]
async fn an_index_does_not_grow_with_its_age() {
    let Some(server) = Server::start(&[]) else { return };
    let sessions = server.stores().await.sessions();
    for _ in 0..300 {
        let (key, mut record) = session("robot");
        record.idle_for = Duration::from_millis(1);
        answer(sessions.insert(&key, &record, usize::MAX)).await.unwrap();
    }
    let index = server.cli(&["KEYS", "tower-auth:u:*"]);
    let held: usize = server.cli(&["ZCARD", &index]).parse().unwrap();
    assert!(held < 100, "{held}");
}
