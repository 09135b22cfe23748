//! Nothing is accepted twice, however it comes,
//! [RFC 7616 §3.4](https://www.rfc-editor.org/rfc/rfc7616#section-3.4) and
//! [§5.5](https://www.rfc-editor.org/rfc/rfc7616#section-5.5).

use std::sync::Arc;

use tower_auth::rejection::Unavailable;
use tower_auth::scheme::digest::{Algorithm, Digest};
use tower_auth::scheme::digest::{DigestDirectory, DigestEntry, DigestName, DigestQuery, Ha1};
use tower_auth::store::{MemoryNonces, NonceStore, NonceUse, Use};
use tower_auth::{Eventual, Principal};

use crate::client::Login;
use crate::support::{Payload, REALM, SHA, Stack, digest, door, later, request, stack};

/// A store and a directory that have to be waited for.
pub(crate) struct Slow<T>(pub(crate) Arc<T>);

impl NonceStore for Slow<MemoryNonces> {
    fn note(&self, used: &NonceUse<'_>) -> Eventual<Result<Use, Unavailable>> {
        let Eventual::Ready(noted) = self.0.note(used) else { panic!("memory is there at once") };
        later(noted)
    }

    fn first_cnonce(&self, nonce: u128) -> Eventual<Result<Option<Box<[u8]>>, Unavailable>> {
        let Eventual::Ready(held) = self.0.first_cnonce(nonce) else { panic!("likewise") };
        later(held)
    }
}

/// Knows Mufasa, and takes its time.
pub(crate) struct SlowUsers;

impl DigestDirectory for SlowUsers {
    fn find(&self, query: &DigestQuery<'_>) -> Eventual<Result<Option<DigestEntry>, Unavailable>> {
        let (name, algorithm) = (query.name(), query.algorithm());
        let hash = Ha1::name_hash(algorithm, "Mufasa", query.realm());
        let is_mufasa = name == DigestName::Plain("Mufasa") || name == DigestName::Hashed(&hash);
        let ha1 = Ha1::new(algorithm, "Mufasa", query.realm(), "Circle of Life");
        later(Ok(is_mufasa.then(|| DigestEntry::new(Principal::new("Mufasa"), ha1))))
    }
}

/// How many of 100 requests with the same credentials are let through, sent at once from as many
/// tasks to these stacks in turn.
async fn let_in(stacks: &[Stack], login: &Login) -> usize {
    let before: usize = stacks.iter().map(Stack::calls).sum();
    let tasks = (0..100).map(|number| {
        let stack = stacks[number % stacks.len()].clone();
        let request = request(login, &login.header()).body(Payload::Explosive).unwrap();
        tokio::spawn(async move { stack.send(request).await.status().as_u16() })
    });
    for task in tasks.collect::<Vec<_>>() {
        assert!([200, 401].contains(&task.await.unwrap()));
    }
    stacks.iter().map(Stack::calls).sum::<usize>() - before
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_a_hundred_at_once_one_is_accepted() {
    let stack = stack(digest());
    for _ in 0..10 {
        let login = stack.login(SHA).await;
        for nc in ["00000001", "00000007", "00000002", "000003ff"] {
            let login = Login { nc: nc.into(), ..login.clone() };
            assert_eq!(let_in(std::slice::from_ref(&stack), &login).await, 1, "{nc}");
        }
    }
}

/// A layer and its clones are one: axum makes a service of each for every route.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_a_hundred_at_once_to_two_clones_of_a_layer_one_is_accepted() {
    let layer = door(digest()).build().unwrap();
    let stacks = [Stack::new(layer.clone()), Stack::new(layer)];
    for _ in 0..10 {
        let login = stacks[0].login(SHA).await;
        assert_eq!(let_in(&stacks, &login).await, 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_a_hundred_at_once_one_is_accepted_where_users_and_uses_are_elsewhere() {
    let uses = || Slow(Arc::new(MemoryNonces::new(1000)));
    for digest in [
        digest().store(uses()),
        Digest::new(REALM, SlowUsers),
        Digest::new(REALM, SlowUsers).store(uses()),
        Digest::new(REALM, SlowUsers).store(uses()).one_time_nonces(),
    ] {
        let stack = stack(digest);
        for _ in 0..10 {
            let login = stack.login(SHA).await;
            assert_eq!(let_in(std::slice::from_ref(&stack), &login).await, 1);
        }
    }
}

/// Sessions look for their first `cnonce`, too.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_a_hundred_at_once_one_is_accepted_of_a_session() {
    let digest = Digest::new(REALM, SlowUsers).algorithms([Algorithm::Sha256Sess]);
    let stack = stack(digest.store(Slow(Arc::new(MemoryNonces::new(1000)))));
    for _ in 0..10 {
        let login = stack.login("SHA-256-sess").await;
        assert_eq!(let_in(std::slice::from_ref(&stack), &login).await, 1);
        let first_cnonce = Some(login.cnonce.clone());
        let later = Login { first_cnonce, cnonce: "other".into(), nc: "00000002".into(), ..login };
        assert_eq!(let_in(std::slice::from_ref(&stack), &later).await, 1);
    }
}

/// Two layers that share key and store are one, as replicas are.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_a_hundred_at_once_to_two_replicas_one_is_accepted() {
    let uses = Arc::new(MemoryNonces::new(1000));
    let replica = || stack(digest().key(crate::support::KEY).store(Slow(Arc::clone(&uses))));
    let replicas = [replica(), replica()];
    for _ in 0..10 {
        let login = replicas[0].login(SHA).await;
        assert_eq!(let_in(&replicas, &login).await, 1);
    }
}

/// What was seen once is refused whatever is changed around it.
#[tokio::test]
async fn a_use_is_a_use_whatever_else_is_in_it() {
    let stack = stack(digest());
    let login = Login { nc: "0000000a".into(), ..stack.login(SHA).await };
    stack.lets_in(&login).await;
    for again in [
        login.clone(),
        Login { nc: "0000000A".into(), ..login.clone() },
        Login { cnonce: "another".into(), ..login.clone() },
        Login { uri: "/other".into(), ..login.clone() },
        Login { method: "DELETE".into(), ..login.clone() },
        Login { username: "Scar".into(), password: "Be prepared".into(), ..login.clone() },
    ] {
        stack.turns_away(&again, "nonce_reused").await;
    }
    // Who recorded it can't count on.
    let forged = login.header().replace("nc=0000000a", "nc=0000000b");
    stack.turns_away_as(&login, &forged, "wrong_password").await;
    stack.lets_in(&Login { nc: "0000000b".into(), ..login }).await;
}
