//! A Redis that comes back without its data: what it can't know does not pass.

use std::time::{Duration, SystemTime};

use tower_auth::store::{RedisStores, SessionStore as _, Use};

use super::server::Server;
use super::support::{
    HOUR, MINUTE, answer, check, fail, is_in, revoke, session, standing, succeed, token, use_nonce,
    within_a_second,
};

#[tokio::test]
async fn one_time_values_from_before_are_refused_while_they_live() {
    let Some(mut server) = Server::start(&[]) else { return };
    let stores = server.stores().await;
    let replays = stores.replays(Duration::from_millis(1500));
    let note = |name: &str, until| {
        let answer =
            tower_auth::store::ReplayStore::note(&replays, &super::support::value(name), until);
        super::support::answer(answer)
    };
    let until = SystemTime::now() + Duration::from_millis(1400);
    assert_eq!(note("once", until).await.unwrap(), Use::New);
    server.restart_empty();
    let why = within_answer(|| note("once", until)).await;
    assert_eq!(
        why,
        "Redis does not remember for long enough to tell whether a one-time value was used"
    );
    // What is made from now on is not older than the memory.
    tokio::time::sleep(Duration::from_millis(200)).await;
    let until = SystemTime::now() + Duration::from_millis(1500);
    assert_eq!(note("later", until).await.unwrap(), Use::New);
    assert_eq!(note("later", until).await.unwrap(), Use::Seen);
    let too_long = SystemTime::now() + Duration::from_secs(5);
    assert_eq!(
        note("long", too_long).await.unwrap_err().detail(),
        "a one-time value lives longer than the store in Redis was told: raise `longest`"
    );
}

/// The first refusal that is not about the connection.
async fn within_answer<T, F>(ask: impl Fn() -> F) -> String
where
    F: Future<Output = Result<T, tower_auth::rejection::Unavailable>>,
{
    for _ in 0..100 {
        match ask().await {
            Err(why) if why.detail().starts_with("Redis can't be reached") => {}
            Err(why) => return why.detail().to_owned(),
            Ok(_) => panic!("it passed"),
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("Redis is not reached")
}

/// Whether Redis was restarted or emptied by a command makes no difference.
#[tokio::test]
async fn nonces_from_before_count_as_used() {
    let Some(mut server) = Server::start(&[]) else { return };
    let stores = server.stores().await;
    for how in ["restart", "FLUSHALL"] {
        let issued = SystemTime::now();
        let nonces: Vec<u128> = (1..=16).map(|n: u128| n << 120).collect();
        for nonce in &nonces {
            assert_eq!(use_nonce(&stores, *nonce, 1, issued).await.unwrap(), Use::New, "{how}");
        }
        match how {
            "restart" => server.restart_empty(),
            command => drop(server.cli(&[command])),
        }
        let (first, rest) = nonces.split_first().unwrap();
        let again = within_a_second(|| use_nonce(&stores, *first, 1, issued)).await;
        assert_eq!(again, Use::Seen, "{how}");
        // The client asks again at once, with a nonce that lies elsewhere.
        tokio::time::sleep(Duration::from_millis(5)).await;
        let issued_now = SystemTime::now();
        for nonce in rest {
            assert_eq!(use_nonce(&stores, *nonce, 2, issued).await.unwrap(), Use::Seen, "{how}");
            let fresh = use_nonce(&stores, nonce + 1, 1, issued_now).await.unwrap();
            assert_eq!(fresh, Use::New, "{how}");
        }
    }
}

#[tokio::test]
async fn tokens_from_before_are_not_known_to_be_good() {
    let Some(mut server) = Server::start(&[]) else { return };
    let stores = server.stores().await;
    let revoked = stores.revocations(HOUR);
    revoke(&revoked, "t").await.unwrap();
    assert_eq!(check(&revoked, token("u")).await.unwrap(), super::support::GOOD);
    server.restart_empty();
    let lost = "Redis does not remember for long enough to tell whether a token was revoked";
    for id in ["t", "u"] {
        assert_eq!(within_answer(|| check(&revoked, token(id))).await, lost);
        server.cli(&["FLUSHALL"]);
    }
    let new = token("v").issued_at(SystemTime::now() + Duration::from_secs(1));
    assert_eq!(
        check(&revoked, new).await.unwrap(),
        super::support::GOOD,
        "a token issued since is known"
    );
    let unknown = tower_auth::store::RevocationQuery::new("alice").token_id("t");
    assert_eq!(check(&revoked, unknown).await.unwrap_err().detail(), lost);
    revoke(&revoked, "w").await.unwrap();
    assert_eq!(check(&revoked, token("w")).await.unwrap(), super::support::REVOKED);
    // When all that was lost has expired, nothing is missing.
    let clock = || SystemTime::now() + 2 * HOUR;
    let later = RedisStores::at(&server.url()).clock(clock).connect().unwrap();
    assert_eq!(check(&later.revocations(HOUR), token("u")).await.unwrap(), super::support::GOOD);
    // Or somebody says that nothing was there.
    stores.danger_nothing_was_lost().await.unwrap();
    assert_eq!(check(&revoked, token("u")).await.unwrap(), super::support::GOOD);
}

#[tokio::test]
async fn sessions_have_ended() {
    let Some(mut server) = Server::start(&[]) else { return };
    let stores = server.stores().await;
    let ((key, record), (new, _)) = (session("alice"), session("alice"));
    let sessions = stores.sessions();
    answer(sessions.insert(&key, &record, usize::MAX)).await.unwrap();
    server.restart_empty();
    let found = within_a_second(|| answer(sessions.find(&key))).await;
    assert!(matches!(found, tower_auth::store::Lookup::Absent));
    answer(sessions.touch(&key, SystemTime::now() + MINUTE)).await.unwrap();
    assert!(!answer(sessions.renew(&key, &new, &record)).await.unwrap());
    for key in [&key, &new] {
        assert!(!is_in(&sessions, key).await, "nothing brings it back");
    }
}

/// That there was no failure can't be told from one that is forgotten: nobody is refused.
#[tokio::test]
async fn whoever_guesses_begins_anew() {
    let Some(mut server) = Server::start(&[]) else { return };
    let stores = server.stores().await;
    succeed(&stores, "alice").await.unwrap();
    for count in 1..10 {
        assert_eq!(fail(&stores, "alice").await.unwrap().pair.count(), count);
    }
    server.restart_empty();
    let known = within_a_second(|| standing(&stores, "alice")).await;
    assert_eq!(known, tower_auth::store::AttemptRecords::default());
    assert_eq!(fail(&stores, "alice").await.unwrap().pair.count(), 1);
}
