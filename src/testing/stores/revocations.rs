//! Revocations.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::{TASKS, answer, at_once, now};
use crate::store::{Revocation, RevocationQuery, RevocationStore, Standing};

/// What every [`RevocationStore`] does. The tokens live for an hour, and some were issued ten
/// minutes ago.
///
/// # Panics
///
/// When the store does something else: this is a test.
pub async fn check_revocations<S: RevocationStore>(store: S) {
    let store = Arc::new(store);
    by_each_name(&*store).await;
    a_subject_by_time(&*store).await;
    a_weaker_one_takes_nothing_back(&*store).await;
    races(&store).await;
}

async fn by_each_name(store: &impl RevocationStore) {
    let until = ahead(3600);
    let rows = [
        ("another id", Revocation::token("t2", until), Standing::Good),
        ("an id like its session", Revocation::token("s1", until), Standing::Good),
        ("an id like its subject", Revocation::token("alice", until), Standing::Good),
        ("a session like its id", Revocation::session("t1", until), Standing::Good),
        ("another subject", Revocation::subject("alic", now(), until), Standing::Good),
        ("its id", Revocation::token("t1", until), Standing::Revoked),
        ("its session", Revocation::session("s1", until), Standing::Revoked),
        ("its subject", Revocation::subject("alice", now(), until), Standing::Revoked),
    ];
    for (number, (name, revocation, want)) in rows.into_iter().enumerate() {
        let issuer = format!("https://{number}.example");
        let before = answer(store.check(&token(&issuer))).await;
        assert_eq!(before, Standing::Good, "nothing of this issuer was revoked yet");
        answer(store.revoke(&revocation.issuer("https://other.example"))).await;
        let other = answer(store.check(&token(&issuer))).await;
        assert_eq!(other, Standing::Good, "{name} was revoked, of another issuer");
        answer(store.revoke(&revocation.issuer(&issuer))).await;
        assert_eq!(answer(store.check(&token(&issuer))).await, want, "{name} was revoked");
    }
    let bare = RevocationQuery::new("alice").token_id("t1").issued_at(ago(60));
    let without = answer(store.check(&bare)).await;
    assert_eq!(without, Standing::Good, "a token without an issuer is none of these");
}

fn token(issuer: &str) -> RevocationQuery<'_> {
    let query = RevocationQuery::new("alice").token_id("t1").session_id("s1");
    query.issuer(issuer).issued_at(ago(60))
}

async fn a_subject_by_time(store: &impl RevocationStore) {
    let revoked_at = ago(300);
    let revocation = Revocation::subject("bob", revoked_at, ahead(3600));
    answer(store.revoke(&revocation)).await;
    let query = RevocationQuery::new("bob");
    let rows = [
        ("issued before", query.issued_at(ago(600)), Standing::Revoked),
        ("issued in that very second", query.issued_at(revoked_at), Standing::Revoked),
        ("issued after", query.issued_at(ago(298)), Standing::Good),
        ("that does not say when it was issued", query, Standing::Revoked),
    ];
    for (name, query, want) in rows {
        assert_eq!(answer(store.check(&query)).await, want, "a token {name}");
    }
}

async fn a_weaker_one_takes_nothing_back(store: &impl RevocationStore) {
    answer(store.revoke(&Revocation::subject("carol", ago(60), ahead(3600)))).await;
    answer(store.revoke(&Revocation::subject("carol", ago(600), ahead(1)))).await;
    let query = RevocationQuery::new("carol").issued_at(ago(120));
    let got = answer(store.check(&query)).await;
    assert_eq!(got, Standing::Revoked, "a later revocation does not weaken an earlier one");
}

async fn races<S: RevocationStore>(store: &Arc<S>) {
    at_once(store, TASKS, |store, number| async move {
        let id = format!("race {number}");
        let query = RevocationQuery::new("dora").token_id(&id).issued_at(ago(60));
        assert_eq!(answer(store.check(&query)).await, Standing::Good, "not revoked yet");
        answer(store.revoke(&Revocation::token(&id, ahead(3600)))).await;
        let got = answer(store.check(&query)).await;
        assert_eq!(got, Standing::Revoked, "a check that begins after the revocation heeds it");
    })
    .await;
    at_once(store, TASKS, |store, number| async move {
        let before = ago(u64::from(number).saturating_add(100));
        answer(store.revoke(&Revocation::subject("emma", before, ahead(3600)))).await;
    })
    .await;
    let query = RevocationQuery::new("emma").issued_at(ago(101));
    let got = answer(store.check(&query)).await;
    assert_eq!(got, Standing::Revoked, "of revocations at once, the strongest holds");
}

fn ago(seconds: u64) -> SystemTime {
    now().checked_sub(Duration::from_secs(seconds)).unwrap_or(SystemTime::UNIX_EPOCH)
}

fn ahead(seconds: u64) -> SystemTime {
    now().checked_add(Duration::from_secs(seconds)).unwrap_or_else(now)
}
