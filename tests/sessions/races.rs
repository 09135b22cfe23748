//! What many do at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tower_auth::store::{Lookup, MemorySessions, SessionRecord, SessionStore};
use tower_auth::{Eventual, SecretDigest};

use crate::site::{Site, head, holding, own_post};
use crate::slow_store::Slow;

/// Of renewals of one id exactly one wins: two winners would be two sessions of one login, none
/// would log somebody out.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_fifty_renewals_at_once_exactly_one_wins() {
    for slow in [false, true] {
        let site = if slow { Site::on(Slow::new, |it| it) } else { Site::new() };
        for _ in 0..20 {
            let old = site.login("alice").await.pair().to_owned();
            let renewals: Vec<_> = (0..50)
                .map(|_| {
                    let (sessions, head) = (site.sessions.clone(), holding(&old));
                    tokio::spawn(async move { sessions.renew(&head).await.unwrap() })
                })
                .collect();
            let mut won = Vec::new();
            for renewal in renewals {
                won.extend(renewal.await.unwrap());
            }
            assert_eq!(won.len(), 1);
            site.admits(won[0].pair()).await;
            assert_eq!(site.sessions.logout_everywhere("alice").await.unwrap(), 1);
            site.refuses(won[0].pair()).await;
        }
    }
}

/// Requests with the old id while it is renewed are let through before, and get a 401 after; none
/// gets a 401 that takes the new cookie back.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn requests_during_a_renewal_neither_lose_nor_revive_the_session() {
    let site = Arc::new(Site::on(Slow::new, |it| it));
    for _ in 0..50 {
        let old = site.login("alice").await.pair().to_owned();
        let requests: Vec<_> = (0..8)
            .map(|_| {
                let (site, old) = (Arc::clone(&site), old.clone());
                tokio::spawn(async move {
                    let request = crate::site::with_cookie(&old);
                    let request = request.body(crate::support::Payload::Explosive).unwrap();
                    site.stack.send(request).await
                })
            })
            .collect();
        let new = site.sessions.renew(&holding(&old)).await.unwrap().unwrap();
        for request in requests {
            let response = request.await.unwrap();
            assert!([200, 401].contains(&response.status().as_u16()), "{response:?}");
            assert!(!response.headers().contains_key("set-cookie"), "{response:?}");
        }
        site.admits(new.pair()).await;
        site.stack.refuses(crate::site::with_cookie(&old), 401).await;
    }
}

/// Two logins from one browser at once leave it logged in with the one whose answer came last, and
/// no other id of that browser becomes anybody's.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_logins_at_once_from_one_browser_both_work() {
    let site = Site::on(Slow::new, |it| it);
    let before = site.login("alice").await.pair().to_owned();
    let [one, other] = [head(own_post(&before)), head(own_post(&before))];
    let (first, second) =
        tokio::join!(site.sessions.login(&one, "alice"), site.sessions.login(&other, "alice"));
    site.admits(first.unwrap().pair()).await;
    site.admits(second.unwrap().pair()).await;
    site.refuses(&before).await;
}

/// Ending all sessions of a user against renewals, uses and the cache of users: none is alive
/// afterwards, through many rounds and on several threads.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn ending_everything_wins_against_renewals_and_uses() {
    for round in 0..200 {
        let site =
            Arc::new(if round % 2 == 0 { Site::new() } else { Site::on(Slow::new, |it| it) });
        let mut tasks = Vec::new();
        for _ in 0..8 {
            let pair = site.login("alice").await.pair().to_owned();
            site.clock.advance(std::time::Duration::from_secs(61));
            tasks.push(tokio::spawn(renew_and_use(Arc::clone(&site), pair)));
        }
        tokio::task::yield_now().await;
        site.sessions.logout_everywhere("alice").await.unwrap();
        let mut pairs = Vec::new();
        for task in tasks {
            pairs.extend(task.await.unwrap());
        }
        for pair in pairs {
            site.stack.refuses(crate::site::with_cookie(&pair), 401).await;
        }
        assert!(site.store.is_empty(), "round {round}: {:?}", site.store);
    }
}

/// Every id that the session has had.
async fn renew_and_use(site: Arc<Site>, mut pair: String) -> Vec<String> {
    let mut pairs = vec![pair.clone()];
    for _ in 0..6 {
        let request = crate::site::with_cookie(&pair);
        let request = request.body(crate::support::Payload::Explosive).unwrap();
        let _ = site.stack.send(request).await;
        match site.sessions.renew(&holding(&pair)).await.unwrap() {
            Some(new) => pair = new.pair().to_owned(),
            None => break,
        }
        pairs.push(pair.clone());
    }
    pairs
}

/// The store by itself: `remove_subject` against `renew` and `touch`, without a pause.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_store_never_brings_a_session_back() {
    let now = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(4_000_000_000);
    let day = std::time::Duration::from_secs(24 * 60 * 60);
    for round in 0_u64..300 {
        let store = Arc::new(MemorySessions::new(1000).clock(move || now));
        let record = SessionRecord::new("alice", now, now + day, day);
        let (over, begun) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let mut tasks = Vec::new();
        for task in 0_u64..4 {
            let (store, record) = (Arc::clone(&store), record.clone());
            let (over, begun) = (Arc::clone(&over), Arc::clone(&begun));
            tasks.push(tokio::task::spawn_blocking(move || {
                let key = |n: u64| SecretDigest::of(format!("{round} {task} {n}").as_bytes());
                assert!(matches!(
                    store.insert(&key(0), &record, usize::MAX),
                    Eventual::Ready(Ok(()))
                ));
                begun.fetch_add(1, Ordering::SeqCst);
                for n in 0.. {
                    let _ = store.touch(&key(n), now + day / 2);
                    let is_over = over.load(Ordering::SeqCst);
                    let renewed = store.renew(&key(n), &key(n + 1), &record);
                    let Eventual::Ready(Ok(renewed)) = renewed else { panic!("{renewed:?}") };
                    if !renewed {
                        let _ = store.touch(&key(n), now + day / 2);
                        return (0..=n + 1).map(key).collect::<Vec<_>>();
                    }
                    assert!(!is_over, "a session outlived the end of all");
                }
                Vec::new()
            }));
        }
        while begun.load(Ordering::SeqCst) < 4 {
            std::thread::yield_now();
        }
        let _ = store.remove_subject("alice", None);
        over.store(true, Ordering::SeqCst);
        for task in tasks {
            for key in task.await.unwrap() {
                let found = store.find(&key);
                let is_gone =
                    matches!(found, Eventual::Ready(Ok(Lookup::Absent | Lookup::Renewed)));
                assert!(is_gone, "{found:?}");
            }
        }
        assert!(store.is_empty());
    }
}

/// [RFC 9110 §3.3](https://www.rfc-editor.org/rfc/rfc9110#section-3.3): nothing is remembered of a
/// connection.
#[tokio::test]
async fn two_users_over_one_service_stay_two() {
    let site = Site::new();
    let [alice, bob] = [site.login("alice").await, site.login("bob").await];
    for _ in 0..10 {
        for (cookie, name) in [(&alice, "alice"), (&bob, "bob")] {
            let (seen, _) = site.stack.admits(crate::site::with_cookie(cookie.pair())).await;
            assert_eq!(seen.extensions.get::<tower_auth::Identity>().unwrap().subject(), name);
        }
        site.stack.refuses(http::Request::get("/account"), 401).await;
    }
}
