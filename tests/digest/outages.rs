//! Where it can't be known whether credentials are good, that is no fault of theirs: 503, without a
//! challenge.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tower_auth::Eventual;
use tower_auth::rejection::Unavailable;
use tower_auth::scheme::digest::{Algorithm, Digest, DigestDirectory, DigestEntry, DigestQuery};
use tower_auth::store::{MemoryNonces, NonceStore, NonceUse, Use};

use crate::client::Login;
use crate::replays::{Slow, SlowUsers};
use crate::support::{
    LIFETIME, REALM, SHA, Stack, clock, digest, door, get, later, request, stack,
};

/// An outage, at once or later.
fn down<T: Send + 'static>(at_once: bool) -> Eventual<Result<T, Unavailable>> {
    let outage = Err(Unavailable::new("db-1 is down").retry_after(Duration::from_secs(7)));
    if at_once { Eventual::Ready(outage) } else { later(outage) }
}

struct NoUsers(bool);

impl DigestDirectory for NoUsers {
    fn find(&self, _: &DigestQuery<'_>) -> Eventual<Result<Option<DigestEntry>, Unavailable>> {
        down(self.0)
    }
}

/// A store that can note nothing, or that does not know how sessions began.
struct NoUses(bool, bool);

impl NonceStore for NoUses {
    fn note(&self, _: &NonceUse<'_>) -> Eventual<Result<Use, Unavailable>> {
        if self.1 { Eventual::Ready(Ok(Use::New)) } else { down(self.0) }
    }

    fn first_cnonce(&self, _: u128) -> Eventual<Result<Option<Box<[u8]>>, Unavailable>> {
        down(self.0)
    }
}

async fn is_down(stack: &Stack, login: &Login) {
    let refused = stack.refuses(request(login, &login.header()), 503).await;
    assert_eq!(refused.reason(), Some("unavailable"));
    assert_eq!(refused.read.retry_after, Some(7));
    assert!(!format!("{:?}", refused.response.body()).contains("db-1"));
}

#[tokio::test]
async fn without_the_directory_nobody_is_judged() {
    for at_once in [true, false] {
        let stack = stack(Digest::new(REALM, NoUsers(at_once)));
        let login = stack.login(SHA).await;
        is_down(&stack, &login).await;
        is_down(&stack, &Login { password: "wrong".into(), ..login.clone() }).await;
        // What needs no directory is decided all the same.
        stack.turns_away(&Login { realm: "other".into(), ..login }, "not_offered").await;
    }
}

#[tokio::test]
async fn without_the_store_nobody_is_let_in() {
    for at_once in [true, false] {
        for digest in [digest(), Digest::new(REALM, SlowUsers)] {
            let stack = stack(digest.store(NoUses(at_once, false)));
            let login = stack.login(SHA).await;
            is_down(&stack, &login).await;
            stack.turns_away(&Login { nonce: "x".into(), ..login.clone() }, "stale_nonce").await;
            stack.turns_away(&Login { password: "wrong".into(), ..login }, "wrong_password").await;
        }
    }
}

/// Who sends the session's first `cnonce` can't be told from a wrong password then.
#[tokio::test]
async fn without_the_store_no_session_goes_on() {
    for at_once in [true, false] {
        let digest = digest().algorithms([Algorithm::Sha256Sess]);
        let stack = stack(digest.store(NoUses(at_once, true)));
        let login = stack.login("SHA-256-sess").await;
        stack.lets_in(&login).await;
        let first_cnonce = Some(login.cnonce.clone());
        is_down(&stack, &Login { first_cnonce, cnonce: "second".into(), ..login }).await;
    }
}

/// In optional mode, too, an outage is not anonymous.
#[tokio::test]
async fn an_outage_makes_nobody_anonymous() {
    let scheme = Digest::new(REALM, NoUsers(true));
    let stack = Stack::new(door(scheme).optional().build().unwrap());
    stack.admits(get("/rock")).await;
    is_down(&stack, &Login::new(SHA, "x")).await;
}

/// A store with room for so many nonces in each of its 64 parts, and who uses it.
fn small(per_part: usize) -> (Arc<MemoryNonces>, tower_auth::testing::FixedClock, Stack) {
    let time = clock();
    let uses = Arc::new(MemoryNonces::new(64 * per_part).clock(time.clone()));
    let digest = digest().clock(time.clone()).store(Slow(Arc::clone(&uses)));
    (uses, time, stack(digest))
}

/// Fills the store: how many logins found room.
async fn fill(stack: &Stack) -> Vec<Login> {
    let mut kept = Vec::new();
    for _ in 0..2000 {
        let login = stack.login(SHA).await;
        let request = request(&login, &login.header());
        let response = stack.send(request.body(crate::support::Payload::Explosive).unwrap()).await;
        match response.status().as_u16() {
            200 => kept.push(login),
            503 => assert_eq!(response.headers()["retry-after"], "30"),
            other => panic!("{other}"),
        }
    }
    kept
}

/// Nonces in use are never forgotten to make room; the oldest lose nothing to the newest.
#[tokio::test]
async fn a_full_store_takes_nobody_more_and_forgets_nothing() {
    let (uses, time, stack) = small(2);
    let kept = fill(&stack).await;
    assert_eq!(kept.len(), 128);
    assert_eq!(uses.len(), 128);
    for login in &kept {
        stack.turns_away(login, "nonce_reused").await;
        stack.lets_in(&Login { nc: "00000002".into(), ..login.clone() }).await;
    }
    // The password is judged as ever.
    let wrong = Login { password: "wrong".into(), ..stack.login(SHA).await };
    stack.turns_away(&wrong, "wrong_password").await;

    // What has expired makes room.
    time.advance(LIFETIME + Duration::from_secs(1));
    assert_eq!(fill(&stack).await.len(), 128);
    assert_eq!(uses.len(), 128);
    stack.turns_away(&kept[0], "stale_nonce").await;
}

/// What has expired leaves while others come.
#[tokio::test]
async fn memory_is_given_back_when_nonces_expire() {
    let (uses, time, stack) = small(10_000);
    for _ in 0..2000 {
        stack.lets_in(&stack.login(SHA).await).await;
    }
    assert_eq!(uses.len(), 2000);
    time.advance(LIFETIME + Duration::from_secs(1));
    for _ in 0..2000 {
        stack.lets_in(&stack.login(SHA).await).await;
    }
    // Each of the 64 parts was asked some 30 times, and looked through once.
    assert_eq!(uses.len(), 2000);
}

/// The directory is asked once for each request, and only for those that could be right.
#[tokio::test]
async fn the_directory_is_asked_once() {
    struct Counted(Arc<AtomicUsize>);
    impl DigestDirectory for Counted {
        fn find(
            &self,
            query: &DigestQuery<'_>,
        ) -> Eventual<Result<Option<DigestEntry>, Unavailable>> {
            self.0.fetch_add(1, Ordering::SeqCst);
            SlowUsers.find(query)
        }
    }
    let asked = Arc::new(AtomicUsize::new(0));
    let stack = stack(Digest::new(REALM, Counted(Arc::clone(&asked))));
    let login = stack.login(SHA).await;
    stack.turns_away(&Login { realm: "other".into(), ..login.clone() }, "not_offered").await;
    stack.finds_malformed(&login, &login.header_with("nc", "1")).await;
    assert_eq!(asked.load(Ordering::SeqCst), 0);
    stack.lets_in(&login).await;
    stack.turns_away(&login, "nonce_reused").await;
    assert_eq!(asked.load(Ordering::SeqCst), 2);
}
