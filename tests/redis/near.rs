//! What a request costs, and how soon a change arrives elsewhere.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use tower_auth::Eventual;
use tower_auth::store::{
    NearRevocations, NearSessions, RedisStores, Revocation, RevocationStore as _, SessionStore as _,
};

use super::server::Server;
use super::support::{
    GOOD, HOUR, MINUTE, REVOKED, answer, check, fail, is_in, note, revoke, session, standing,
    succeed, token, use_nonce,
};

#[tokio::test]
async fn a_request_is_one_command() {
    let Some(server) = Server::start(&[]) else { return };
    let stores = server.stores().await;
    let (sessions, revocations) = (stores.sessions(), stores.revocations(HOUR));
    let (key, record) = session("alice");
    answer(sessions.insert(&key, &record, usize::MAX)).await.unwrap();
    let rest = async |n: u32| {
        note(&stores, &format!("value {n}")).await.unwrap();
        use_nonce(&stores, 1, n, SystemTime::now()).await.unwrap();
        answer(sessions.touch(&key, record.active_at + MINUTE * n)).await.unwrap();
        fail(&stores, "alice").await.unwrap();
        succeed(&stores, "alice").await.unwrap();
    };
    rest(1).await;
    server.forget_calls();
    for n in 2..12 {
        assert!(is_in(&sessions, &key).await);
        assert_eq!(check(&revocations, token("t")).await.unwrap(), GOOD);
        assert_eq!(standing(&stores, "alice").await.unwrap().source.count(), n - 1);
        rest(n).await;
    }
    let calls = |name: &str| {
        server.calls().into_iter().find(|(held, _)| held == name).map_or(0, |(_, calls)| calls)
    };
    // Ten of each: five scripts, two `MGET`, and the `GET` that `find` is. A script's own commands
    // are counted by Redis as well: one `GET` for the value and one for its marker, and three for
    // the pair, the account and the source of a failure.
    assert_eq!(calls("evalsha"), 50);
    assert_eq!(calls("mget"), 20);
    assert_eq!(calls("get"), 10 + 20 + 30);
    for none in ["eval", "script|load", "exists"] {
        assert_eq!(calls(none), 0, "{none}");
    }
}

#[tokio::test]
async fn a_hit_makes_no_round_trip() {
    let Some(server) = Server::start(&[]) else { return };
    let stores = server.stores().await;
    let sessions = NearSessions::new(stores.sessions(), 1000).stale_for(MINUTE);
    let revocations = NearRevocations::new(stores.revocations(HOUR), 1000).stale_for(MINUTE);
    let (key, record) = session("alice");
    answer(sessions.insert(&key, &record, usize::MAX)).await.unwrap();
    let token = token("t");
    assert!(is_in(&sessions, &key).await);
    assert_eq!(check(&revocations, token).await.unwrap(), GOOD);
    // The first use of each may have renewed the connection, to hear news on it.
    assert!(is_in(&sessions, &key).await);
    assert_eq!(check(&revocations, token).await.unwrap(), GOOD);
    server.forget_calls();
    for _ in 0..1000 {
        assert!(matches!(sessions.find(&key), Eventual::Ready(Ok(_))));
        assert!(matches!(revocations.check(&token), Eventual::Ready(Ok(_))));
    }
    assert_eq!(server.calls(), []);
    // What was noted here is seen here, so that it is not noted again for each request.
    let later = record.active_at + MINUTE;
    answer(sessions.touch(&key, later)).await.unwrap();
    let Eventual::Ready(Ok(tower_auth::store::Lookup::Found(held))) = sessions.find(&key) else {
        panic!("it was forgotten")
    };
    assert_eq!(held.active_at, later);
}

/// Two machines: what one changes is known to the other long before it would be too old.
#[tokio::test]
async fn changes_arrive_elsewhere() {
    let Some(server) = Server::start(&[]) else { return };
    let (here, there) = (server.stores().await, server.stores().await);
    let near = NearSessions::new(here.sessions(), 1000).stale_for(HOUR);
    let far = there.sessions();
    for how in ["remove", "renew", "remove_subject"] {
        let ((key, record), (new, _)) = (session(how), session(how));
        answer(far.insert(&key, &record, usize::MAX)).await.unwrap();
        assert!(is_in(&near, &key).await && is_in(&near, &key).await);
        match how {
            "remove" => answer(far.remove(&key)).await.unwrap(),
            "renew" => assert!(answer(far.renew(&key, &new, &record)).await.unwrap()),
            _ => assert_eq!(answer(far.remove_subject(how, None)).await.unwrap(), 1),
        }
        soon(async || !is_in(&near, &key).await, how).await;
    }
    let near = NearRevocations::new(here.revocations(HOUR), 1000).stale_for(HOUR);
    let far = there.revocations(HOUR);
    for (id, revocation) in [
        ("t", Revocation::token("t", SystemTime::now() + HOUR)),
        ("u", Revocation::subject("alice", SystemTime::now(), SystemTime::now() + HOUR)),
    ] {
        let token = token(id);
        assert_eq!(check(&near, token).await.unwrap(), GOOD);
        assert_eq!(check(&near, token).await.unwrap(), GOOD);
        answer(far.revoke(&revocation)).await.unwrap();
        soon(async || check(&near, token).await.unwrap() == REVOKED, id).await;
    }
}

/// A session that is looked up while it ends elsewhere: the answer that was on its way is not
/// remembered.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_on_its_way_is_not_remembered_beyond_a_change() {
    let Some(server) = Server::start(&[]) else { return };
    let (here, there) = (server.stores().await, server.stores().await);
    let near = Arc::new(NearSessions::new(here.sessions(), 1000).stale_for(HOUR));
    let far = there.sessions();
    for round in 0..200 {
        let (key, record) = session(&format!("round {round}"));
        answer(far.insert(&key, &record, usize::MAX)).await.unwrap();
        let looking = Arc::clone(&near);
        let look = tokio::spawn(async move {
            for _ in 0..5 {
                let _ = is_in(&*looking, &key).await;
            }
        });
        answer(far.remove(&key)).await.unwrap();
        look.await.unwrap();
        soon(async || !is_in(&*near, &key).await, "the end").await;
    }
}

pub(crate) async fn soon(is_so: impl AsyncFn() -> bool, what: &str) {
    let start = Instant::now();
    while !is_so().await {
        assert!(start.elapsed() < Duration::from_secs(1), "{what} did not arrive");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// Who is not told of changes takes what is at most so old.
#[tokio::test]
async fn without_news_the_bound_holds() {
    let Some(server) = Server::start(&[]) else { return };
    let there = server.stores().await;
    server.cli(&["ACL", "SETUSER", "deaf", "on", ">secret", "~*", "+@all", "resetchannels"]);
    let url = format!("redis://deaf:secret@127.0.0.1:{}", server.port);
    let here = RedisStores::connect(&url).unwrap();
    let bound = Duration::from_millis(700);
    let near = NearSessions::new(here.sessions(), 1000).stale_for(bound);
    let (key, record) = session("alice");
    answer(there.sessions().insert(&key, &record, usize::MAX)).await.unwrap();
    assert!(is_in(&near, &key).await);
    let start = Instant::now();
    assert!(is_in(&near, &key).await);
    answer(there.sessions().remove(&key)).await.unwrap();
    let mut was_in = is_in(&near, &key).await;
    assert!(was_in || start.elapsed() >= bound, "it is deaf");
    while was_in {
        assert!(start.elapsed() < bound + Duration::from_millis(100), "too old");
        tokio::time::sleep(Duration::from_millis(10)).await;
        was_in = is_in(&near, &key).await;
    }
    // What is ended here needs no news.
    let (key, record) = session("bob");
    answer(there.sessions().insert(&key, &record, usize::MAX)).await.unwrap();
    assert!(is_in(&near, &key).await);
    answer(near.remove(&key)).await.unwrap();
    assert!(!is_in(&near, &key).await);
    revoke(&there.revocations(HOUR), "t").await.unwrap();
}

#[tokio::test]
async fn while_redis_is_away_only_what_is_fresh_passes() {
    let Some(mut server) = Server::start(&["--appendonly", "yes", "--appendfsync", "always"])
    else {
        return;
    };
    let stores = server.stores().await;
    let bound = Duration::from_millis(1500);
    let near = NearRevocations::new(stores.revocations(HOUR), 1000).stale_for(bound);
    let token = token("t");
    check(&near, token).await.unwrap();
    check(&near, token).await.unwrap();
    server.pause();
    assert_eq!(check(&near, token).await.unwrap(), GOOD, "a fresh answer");
    tokio::time::sleep(bound).await;
    check(&near, token).await.unwrap_err();
    server.resume();
    super::support::within_a_second(|| check(&near, token)).await;
    // A connection that breaks may have missed news: nothing that was remembered holds.
    server.kill();
    tokio::time::sleep(Duration::from_millis(200)).await;
    check(&near, token).await.unwrap_err();
    server.start_again();
    super::support::within_a_second(|| check(&near, token)).await;
}
