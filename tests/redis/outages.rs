//! A Redis that can't be used: nothing passes, and it is in use again at once.

use std::time::{Duration, Instant, SystemTime};

use tower_auth::rejection::Unavailable;
use tower_auth::store::{NonceStore as _, RedisStores, SessionStore as _, Use};

use super::server::{Server, free_port};
use super::support::{
    HOUR, answer, check, fail, is_in, note, revoke, session, standing, succeed, token, use_nonce,
    within_a_second,
};

/// What each operation says while Redis can't be used.
async fn all(stores: &RedisStores) -> Vec<(&'static str, Result<(), Unavailable>)> {
    let (sessions, revocations) = (stores.sessions(), stores.revocations(HOUR));
    let ((key, record), now) = (session("alice"), SystemTime::now());
    let mut all = vec![
        ("note", note(stores, "down").await.map(drop)),
        ("nonce", use_nonce(stores, 77, 1, now).await.map(drop)),
        ("first cnonce", answer(stores.nonces().first_cnonce(77)).await.map(drop)),
        ("check", check(&revocations, token("t")).await.map(drop)),
        ("revoke", revoke(&revocations, "t").await),
        ("insert", answer(sessions.insert(&key, &record, usize::MAX)).await),
        ("find", answer(sessions.find(&key)).await.map(drop)),
        ("touch", answer(sessions.touch(&key, now + HOUR)).await),
        ("renew", answer(sessions.renew(&key, &key, &record)).await.map(drop)),
        ("remove", answer(sessions.remove(&key)).await),
        ("of subject", answer(sessions.of_subject("alice")).await.map(drop)),
        ("remove subject", answer(sessions.remove_subject("alice", None)).await.map(drop)),
    ];
    all.extend(all_of_attempts(stores).await);
    all
}

async fn all_of_attempts(stores: &RedisStores) -> [(&'static str, Result<(), Unavailable>); 3] {
    [
        ("standing", standing(stores, "alice").await.map(drop)),
        ("failed", fail(stores, "alice").await.map(drop)),
        ("succeeded", succeed(stores, "alice").await),
    ]
}

async fn all_fail(stores: &RedisStores, whys: &[&str]) {
    for (name, result) in all(stores).await {
        let Err(why) = result else { panic!("{name} was done") };
        assert!(whys.contains(&why.detail()), "{name}: {}", why.detail());
    }
}

#[tokio::test]
async fn a_server_that_is_down_from_the_start_is_used_when_it_is_up() {
    let stores = RedisStores::connect(&format!("redis://127.0.0.1:{}", free_port())).unwrap();
    let start = Instant::now();
    all_fail(&stores, &["Redis can't be reached: connection refused"]).await;
    assert!(start.elapsed() < Duration::from_secs(2), "a refusal is told at once");
}

#[tokio::test]
async fn a_server_that_is_killed_and_comes_back_with_its_data() {
    let args = ["--appendonly", "yes", "--appendfsync", "always"];
    let Some(mut server) = Server::start(&args) else { return };
    let stores = server.stores().await;
    let (key, record) = session("alice");
    answer(stores.sessions().insert(&key, &record, usize::MAX)).await.unwrap();
    revoke(&stores.revocations(HOUR), "t").await.unwrap();
    assert_eq!(note(&stores, "once").await.unwrap(), Use::New);
    fail(&stores, "alice").await.unwrap();
    let issued = SystemTime::now();
    assert_eq!(use_nonce(&stores, 5, 1, issued).await.unwrap(), Use::New);
    server.kill();
    all_fail(
        &stores,
        &[
            "Redis can't be reached: connection refused",
            "Redis can't be reached: the connection broke",
        ],
    )
    .await;
    server.start_again();
    assert_eq!(within_a_second(|| note(&stores, "once")).await, Use::Seen);
    assert_eq!(standing(&stores, "alice").await.unwrap().pair.count(), 1);
    assert_eq!(use_nonce(&stores, 5, 1, issued).await.unwrap(), Use::Seen);
    assert_eq!(use_nonce(&stores, 5, 2, issued).await.unwrap(), Use::New);
    assert!(is_in(&stores.sessions(), &key).await, "no session is lost that Redis kept");
    let standing = check(&stores.revocations(HOUR), token("t")).await.unwrap();
    assert_eq!(standing, tower_auth::store::Standing::Revoked);
    assert_eq!(check(&stores.revocations(HOUR), token("u")).await.unwrap(), super::support::GOOD);
}

/// While nobody asks, a restart goes unnoticed: the first who asks is answered.
#[tokio::test]
async fn a_restart_between_two_requests_costs_none() {
    let Some(mut server) = Server::start(&["--appendonly", "yes"]) else { return };
    let stores = server.stores().await;
    note(&stores, "a").await.unwrap();
    server.kill();
    server.start_again();
    // The runtime sees that the connection is gone.
    tokio::time::sleep(Duration::from_millis(20)).await;
    note(&stores, "b").await.unwrap();
}

#[tokio::test]
async fn a_server_that_is_paused() {
    let Some(server) = Server::start(&[]) else { return };
    server.stores().await;
    let stores = RedisStores::at(&server.url())
        .answer_within(Duration::from_millis(200))
        .connect_within(Duration::from_millis(300))
        .connect()
        .unwrap();
    assert_eq!(note(&stores, "before").await.unwrap(), Use::New);
    server.pause();
    let start = Instant::now();
    let why = note(&stores, "during").await.unwrap_err();
    assert_eq!(why.detail(), "Redis did not answer within 200 ms");
    assert!(start.elapsed() < Duration::from_millis(450), "{:?}", start.elapsed());
    all_fail(
        &stores,
        &["Redis did not answer within 200 ms", "Redis can't be reached within 300 ms"],
    )
    .await;
    server.resume();
    assert_eq!(within_a_second(|| note(&stores, "before")).await, Use::Seen);
    // Redis may have done what it was asked before it was paused. Not new, then, but not lost.
    let late = note(&stores, "during").await.unwrap();
    assert!(matches!(late, Use::New | Use::Seen));
    assert_eq!(note(&stores, "during").await.unwrap(), Use::Seen);
}

#[tokio::test]
async fn a_server_that_is_full() {
    let Some(server) = Server::start(&[]) else { return };
    let stores = server.stores().await;
    let ((key, record), (stays, other)) = (session("alice"), session("bob"));
    answer(stores.sessions().insert(&key, &record, usize::MAX)).await.unwrap();
    answer(stores.sessions().insert(&stays, &other, usize::MAX)).await.unwrap();
    assert_eq!(note(&stores, "before").await.unwrap(), Use::New);
    server.cli(&["CONFIG", "SET", "maxmemory", "1"]);
    let oom = "Redis is full (`OOM`): allow it more memory";
    for (name, result) in all(&stores).await {
        match result {
            Ok(()) => assert!(
                [
                    "standing",
                    "check",
                    "find",
                    "first cnonce",
                    "touch",
                    "renew",
                    "remove",
                    "of subject",
                    "remove subject"
                ]
                .contains(&name),
                "{name} stores something"
            ),
            Err(why) => assert_eq!(why.detail(), oom, "{name}"),
        }
    }
    assert_eq!(note(&stores, "before").await.unwrap(), Use::Seen);
    assert_eq!(note(&stores, "another").await.unwrap_err().detail(), oom);
    // Who was logged in goes on, and can log out.
    assert!(is_in(&stores.sessions(), &stays).await);
    let renewed = answer(stores.sessions().renew(&stays, &key, &other)).await;
    assert_eq!(renewed.unwrap_err().detail(), oom);
    assert!(is_in(&stores.sessions(), &stays).await, "a renewal is done or not");
    answer(stores.sessions().remove(&stays)).await.unwrap();
    assert!(!is_in(&stores.sessions(), &stays).await);
    server.cli(&["CONFIG", "SET", "maxmemory", "0"]);
    within_a_second(|| note(&stores, "another")).await;
}

#[tokio::test]
async fn a_replica_that_is_read_only() {
    let Some(master) = Server::start(&[]) else { return };
    let Some(server) = Server::start(&[]) else { return };
    let stores = server.stores().await;
    let (key, record) = session("alice");
    answer(stores.sessions().insert(&key, &record, usize::MAX)).await.unwrap();
    assert_eq!(note(&stores, "before").await.unwrap(), Use::New);
    server.cli(&["REPLICAOF", "127.0.0.1", &master.port.to_string()]);
    let why = "Redis is a read-only replica (`READONLY`)";
    let mut failed = 0;
    for (name, result) in all(&stores).await {
        if let Err(told) = result {
            assert!(
                [why, "Redis is still loading its data (`LOADING`)"].contains(&told.detail()),
                "{name}"
            );
            failed += 1;
        }
    }
    assert!(failed >= 4, "whatever is to be stored is refused");
    note(&stores, "another").await.unwrap_err();
    answer(stores.sessions().insert(&key, &record, usize::MAX)).await.unwrap_err();
    server.cli(&["REPLICAOF", "NO", "ONE"]);
    // It has the master's data now, which is none: what was made before can't be known.
    within_a_second(|| async { answer(stores.sessions().insert(&key, &record, usize::MAX)).await })
        .await;
}
