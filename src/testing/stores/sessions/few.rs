//! Sessions of a subject who can have a few.

use std::sync::Arc;
use std::time::Duration;

use super::{ANY, ROUNDS, after, answer, at_once, found, is_absent, key_of, listed, now, record};
use crate::store::{SessionRecord, SessionStore};

pub(super) async fn check<S: SessionStore>(store: &Arc<S>) {
    the_one_used_the_longest_ago_makes_room(&**store).await;
    what_has_ended_takes_no_room(&**store).await;
    logins_at_once(store).await;
}

async fn the_one_used_the_longest_ago_makes_room(store: &impl SessionStore) {
    let session = record("few", 3600);
    let (first, second, third, fourth) =
        (key_of(&session), key_of(&session), key_of(&session), key_of(&session));
    let other = record("few others", 3600);
    let theirs = key_of(&other);
    answer(store.insert(&theirs, &other, 1)).await;
    for (key, began) in [(&first, 0), (&second, 1000), (&third, 2000)] {
        let session =
            SessionRecord { active_at: after(session.active_at, began), ..session.clone() };
        answer(store.insert(key, &session, 3)).await;
    }
    assert_eq!(listed(store, "few").await.len(), 3, "as many as there may be stay");
    answer(store.touch(&first, after(session.active_at, 3000))).await;
    // The new one stays, however old it says that it is.
    answer(store.insert(&fourth, &session, 3)).await;
    assert!(is_absent(store, &second).await, "the one that was used the longest ago has ended");
    for key in [&first, &third, &fourth, &theirs] {
        assert!(found(store, key).await.is_some(), "the others go on");
    }
    let fifth = key_of(&session);
    answer(store.insert(&fifth, &session, 1)).await;
    assert_eq!(listed(store, "few").await, [fifth], "where there may be one, it is the new one");
    assert!(found(store, &theirs).await.is_some(), "somebody else's goes on");
}

async fn what_has_ended_takes_no_room(store: &impl SessionStore) {
    let lasting = record("few that end", 3600);
    let short = SessionRecord { ends_at: after(now(), 300), ..lasting.clone() };
    let (kept, ended, new) = (key_of(&lasting), key_of(&short), key_of(&lasting));
    answer(store.insert(&kept, &lasting, 2)).await;
    let later = SessionRecord { active_at: after(short.active_at, 100), ..short };
    answer(store.insert(&ended, &later, 2)).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    answer(store.insert(&new, &lasting, 2)).await;
    for key in [&kept, &new] {
        assert!(found(store, key).await.is_some(), "one that has ended is not counted");
    }
}

async fn logins_at_once<S: SessionStore>(store: &Arc<S>) {
    for round in 0..ROUNDS {
        let session = record(&format!("few at once {round}"), 3600);
        answer(store.insert(&key_of(&session), &session, ANY)).await;
        at_once(store, 20, |store, _| {
            let session = session.clone();
            async move { answer(store.insert(&key_of(&session), &session, 3)).await }
        })
        .await;
        let list = listed(&**store, &session.subject).await;
        assert_eq!(list.len(), 3, "logins at once leave as many as there may be: {list:?}");
    }
}
