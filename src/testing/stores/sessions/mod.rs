//! Sessions.

#![expect(clippy::cognitive_complexity, reason = "assertions, one after the other")]

mod data;
mod few;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::{ROUNDS, TASKS, answer, at_once, now, random};
use crate::secret::SecretDigest;
use crate::store::{Lookup, SessionRecord, SessionStore};

/// What every [`SessionStore`] does. Of one that [can't list](SessionStore::can_list), what it does
/// without a list.
///
/// # Panics
///
/// When the store does something else: this is a test.
pub async fn check_sessions<S: SessionStore>(store: S) {
    let store = Arc::new(store);
    what_is_inserted_is_found(&*store).await;
    use_is_noted(&*store).await;
    sessions_end_by_themselves(&*store).await;
    a_session_is_renewed_once(&*store).await;
    what_is_removed_stays_away(&*store).await;
    renewals_at_once(&store).await;
    use_against_removal(&store).await;
    data::check(&store).await;
    if store.can_list() {
        a_subject_has_its_sessions(&*store).await;
        renewal_against_the_end_of_all(&store).await;
        few::check(&store).await;
    }
}

async fn what_is_inserted_is_found(store: &impl SessionStore) {
    let mut session = record("ünïcode {subject}:", 3600);
    session.source = Some("192.0.2.7".into());
    session.stamp = Some(Box::new(random()));
    session.data = Box::from(*b"\0\xff data");
    let key = key_of(&session);
    assert!(is_absent(store, &key).await, "a key that was never used has no session");
    answer(store.insert(&key, &session, ANY)).await;
    let found = found(store, &key).await;
    assert_eq!(found.as_deref(), Some(&session), "a session is found as it was stored");
    assert_eq!(found.and_then(|found| found.agent.clone()), None, "no agent was given");
    assert!(is_absent(store, &key_of(&session)).await, "another key has no session");
}

async fn use_is_noted(store: &impl SessionStore) {
    let session = record("touched", 3600);
    let key = key_of(&session);
    let (later, earlier) = (after(session.active_at, 60_000), session.active_at);
    answer(store.touch(&key, later)).await;
    assert!(is_absent(store, &key).await, "a use makes no session");
    answer(store.insert(&key, &session, ANY)).await;
    for at in [later, earlier] {
        answer(store.touch(&key, at)).await;
        let active_at = found(store, &key).await.map(|session| session.active_at);
        assert_eq!(active_at, Some(later), "the latest use is remembered");
    }
}

async fn sessions_end_by_themselves(store: &impl SessionStore) {
    let idle = SessionRecord { idle_for: Duration::from_millis(1500), ..record("idle", 3600) };
    let ends = SessionRecord { ends_at: after(now(), 2200), ..record("ends", 3600) };
    let keys = [key_of(&idle), key_of(&idle), key_of(&ends)];
    for (key, session) in keys.iter().zip([&idle, &idle, &ends]) {
        answer(store.insert(key, session, ANY)).await;
        assert!(found(store, key).await.is_some(), "a session that has just begun is there");
    }
    let [unused, used, ends] = &keys;
    sleep(1000).await;
    answer(store.touch(used, whole(now()))).await;
    answer(store.touch(ends, whole(now()))).await;
    sleep(700).await;
    assert!(is_absent(store, unused).await, "a session ends when it is not used");
    assert!(found(store, used).await.is_some(), "a session goes on while it is used");
    sleep(1000).await;
    assert!(is_absent(store, ends).await, "a session ends in time, however much it is used");
    answer(store.touch(unused, whole(now()))).await;
    assert!(is_absent(store, unused).await, "a session that has ended is not used again");
    let list = listed(store, "idle").await;
    assert!(list.is_empty(), "sessions that have ended are not listed: {list:?}");
}

async fn a_session_is_renewed_once(store: &impl SessionStore) {
    let mut session = record("renewed", 3600);
    let [old, new, third] = [(); 3].map(|()| key_of(&session));
    let renewed = answer(store.renew(&old, &new, &session)).await;
    assert!(!renewed, "what is not there is not renewed");
    answer(store.insert(&old, &session, ANY)).await;
    session.active_at = after(session.active_at, 1000);
    assert!(answer(store.renew(&old, &new, &session)).await, "a session is renewed");
    let held = found(store, &new).await;
    assert_eq!(held.as_deref(), Some(&session), "it goes on under its new key, as it was given");
    let lookup = answer(store.find(&old)).await;
    assert!(matches!(lookup, Lookup::Renewed), "the old key is known as such: {lookup:?}");
    let again = answer(store.renew(&old, &third, &session)).await;
    assert!(!again, "a session is not renewed twice from one key");
    assert!(is_absent(store, &third).await, "and nothing is under the third key");
    answer(store.touch(&old, after(session.active_at, 1000))).await;
    let lookup = answer(store.find(&old)).await;
    assert!(!matches!(lookup, Lookup::Found(_)), "the old key lets nobody in: {lookup:?}");
    if store.can_list() {
        let keys = listed(store, "renewed").await;
        assert_eq!(keys, [new], "the subject has the renewed session and no other");
    }
}

async fn what_is_removed_stays_away(store: &impl SessionStore) {
    let session = record("removed", 3600);
    let (key, new) = (key_of(&session), key_of(&session));
    answer(store.insert(&key, &session, ANY)).await;
    assert!(found(store, &key).await.is_some(), "a session is there before it is removed");
    for _ in 0..2 {
        answer(store.remove(&key)).await;
        assert!(is_absent(store, &key).await, "a removed session is gone");
    }
    answer(store.touch(&key, after(session.active_at, 1000))).await;
    let renewed = answer(store.renew(&key, &new, &session)).await;
    assert!(!renewed, "a removed session is not renewed");
    for key in [&key, &new] {
        assert!(is_absent(store, key).await, "a removed session does not come back");
    }
    let list = listed(store, "removed").await;
    assert!(list.is_empty(), "a removed session is not listed: {list:?}");
}

async fn a_subject_has_its_sessions(store: &impl SessionStore) {
    let (mine, other) = (record("many", 3600), record("other", 3600));
    let mut keys: Vec<_> = (0..5).map(|_| key_of(&mine)).collect();
    for key in &keys {
        answer(store.insert(key, &mine, ANY)).await;
    }
    let theirs = key_of(&other);
    answer(store.insert(&theirs, &other, ANY)).await;
    let list = answer(store.of_subject("many")).await;
    assert!(list.iter().all(|(_, session)| **session == mine), "only theirs are listed: {list:?}");
    let mut listed: Vec<_> = list.into_iter().map(|(key, _)| key).collect();
    keys.sort_by_key(|key| *key.as_bytes());
    listed.sort_by_key(|key| *key.as_bytes());
    assert_eq!(listed, keys, "all sessions of a subject are listed");
    let [kept, ended @ ..] = keys.as_slice() else { return };
    let count = answer(store.remove_subject("many", Some(kept))).await;
    assert_eq!(count, ended.len(), "all but one are ended");
    for key in ended {
        assert!(is_absent(store, key).await, "what was ended with the others is gone");
    }
    for key in [kept, &theirs] {
        assert!(found(store, key).await.is_some(), "what was not to be ended goes on");
    }
    assert_eq!(answer(store.remove_subject("many", None)).await, 1, "the last one is ended");
    assert!(is_absent(store, kept).await, "the last one is gone");
}

async fn renewals_at_once<S: SessionStore>(store: &Arc<S>) {
    for round in 0..ROUNDS {
        let session = record(&format!("race {round}"), 3600);
        let old = key_of(&session);
        answer(store.insert(&old, &session, ANY)).await;
        let renewals = at_once(store, TASKS, |store, _| {
            let session = session.clone();
            async move { answer(store.renew(&old, &key_of(&session), &session)).await }
        });
        let renewed = renewals.await.into_iter().filter(|renewed| *renewed).count();
        assert_eq!(renewed, 1, "of {TASKS} renewals at once, exactly one is done");
        if store.can_list() {
            let list = listed(&**store, &session.subject).await;
            assert_eq!(list.len(), 1, "renewals at once leave one session: {list:?}");
        }
    }
}

async fn renewal_against_the_end_of_all<S: SessionStore>(store: &Arc<S>) {
    for round in 0..ROUNDS {
        let session = record(&format!("end {round}"), 3600);
        let first = key_of(&session);
        answer(store.insert(&first, &session, ANY)).await;
        // One goes on renewing the session while another ends all that the subject has.
        let keys = at_once(store, 2, |store, number| {
            let session = session.clone();
            async move {
                let mut keys = vec![first];
                if number == 1 {
                    answer(store.remove_subject(&session.subject, None)).await;
                    return keys;
                }
                for _ in 0..TASKS {
                    let (old, new) = (keys.last().copied().unwrap_or(first), key_of(&session));
                    keys.push(new);
                    if !answer(store.renew(&old, &new, &session)).await {
                        break;
                    }
                }
                keys
            }
        });
        let keys = keys.await.concat();
        for key in keys {
            let lookup = answer(store.find(&key)).await;
            let is_in = matches!(lookup, Lookup::Found(_));
            assert!(!is_in, "a session is renewed while all are ended, and none is left");
        }
    }
}

async fn use_against_removal<S: SessionStore>(store: &Arc<S>) {
    for _ in 0..ROUNDS {
        let session = record("use against removal", 3600);
        let key = key_of(&session);
        answer(store.insert(&key, &session, ANY)).await;
        let start = session.active_at;
        at_once(store, TASKS, |store, number| async move {
            if number == TASKS / 2 {
                answer(store.remove(&key)).await;
                assert!(is_absent(&*store, &key).await, "a removed session is gone at once");
            } else {
                answer(store.touch(&key, after(start, u64::from(number)))).await;
            }
        })
        .await;
        assert!(is_absent(&**store, &key).await, "no use brings a removed session back");
    }
}

fn record(subject: &str, lives: u64) -> SessionRecord {
    let begins = whole(now());
    let ends = after(begins, lives.saturating_mul(1000));
    SessionRecord::new(subject, begins, ends, Duration::from_secs(lives))
}

/// A key that was never used.
fn key_of(session: &SessionRecord) -> SecretDigest {
    let group = SessionRecord::group(&session.subject);
    SessionRecord::key(group, &[&group[..], random().as_bytes()].concat())
}

/// Whole milliseconds: a store may keep no more.
fn whole(at: SystemTime) -> SystemTime {
    let since = at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let millis = u64::try_from(since.as_millis()).unwrap_or_default();
    after(SystemTime::UNIX_EPOCH, millis)
}

fn after(at: SystemTime, millis: u64) -> SystemTime {
    at.checked_add(Duration::from_millis(millis)).unwrap_or(at)
}

async fn found(store: &impl SessionStore, key: &SecretDigest) -> Option<Arc<SessionRecord>> {
    match answer(store.find(key)).await {
        Lookup::Found(session) => Some(session),
        Lookup::Renewed | Lookup::Absent => None,
    }
}

/// The keys of a subject's sessions; none where the store can't tell.
async fn listed(store: &impl SessionStore, subject: &str) -> Vec<SecretDigest> {
    if !store.can_list() {
        return Vec::new();
    }
    answer(store.of_subject(subject)).await.into_iter().map(|(key, _)| key).collect()
}

async fn is_absent(store: &impl SessionStore, key: &SecretDigest) -> bool {
    matches!(answer(store.find(key)).await, Lookup::Absent)
}

async fn sleep(millis: u64) {
    tokio::time::sleep(Duration::from_millis(millis)).await;
}

/// Any number of sessions.
const ANY: usize = usize::MAX;
