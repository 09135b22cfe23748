//! The data of a session.

use std::sync::Arc;

use super::{ANY, TASKS, after, answer, at_once, found, is_absent, key_of, record};
use crate::store::{DataSwap, Lookup, SessionStore};

pub(super) async fn check<S: SessionStore>(store: &Arc<S>) {
    data_is_swapped_and_nothing_else(&**store).await;
    data_goes_where_its_session_goes(&**store).await;
    data_swapped_at_once(store).await;
    data_swapped_against_removal(store).await;
}

async fn data_is_swapped_and_nothing_else(store: &impl SessionStore) {
    let mut session = record("ünïcode {data}:", 3600);
    session.source = Some("192.0.2.7".into());
    let key = key_of(&session);
    let swap = answer(store.swap_data(&key, b"", b"first")).await;
    assert_eq!(swap, DataSwap::Absent, "where no session is there is no data");
    assert!(is_absent(store, &key).await, "data makes no session");
    answer(store.insert(&key, &session, ANY)).await;
    for (old, new) in
        [(&b""[..], &b"first\0\xff"[..]), (b"first\0\xff", &[7; 4096]), (&[7; 4096], b"")]
    {
        let wrong = answer(store.swap_data(&key, b"another", b"lost")).await;
        assert_eq!(wrong, DataSwap::Changed, "who has read something else writes nothing");
        let swap = answer(store.swap_data(&key, old, new)).await;
        assert_eq!(swap, DataSwap::Done, "who has read what is there writes");
        session.data = new.into();
        let held = found(store, &key).await;
        assert_eq!(held.as_deref(), Some(&session), "the data is changed, and nothing else");
    }
    for (same, becomes) in [(&b""[..], DataSwap::Done), (b"another", DataSwap::Changed)] {
        let swap = answer(store.swap_data(&key, same, same)).await;
        assert_eq!(swap, becomes, "who changes nothing hears whether others did");
    }
    let later = after(session.active_at, 60_000);
    answer(store.touch(&key, later)).await;
    assert_eq!(
        answer(store.swap_data(&key, b"", b"x")).await,
        DataSwap::Done,
        "a use is no change"
    );
    session.active_at = later;
    session.data = Box::from(*b"x");
    let held = found(store, &key).await;
    assert_eq!(held.as_deref(), Some(&session), "a change of the data leaves the use as it is");
}

async fn data_goes_where_its_session_goes(store: &impl SessionStore) {
    let session = record("moving data", 3600);
    let [old, new] = [(); 2].map(|()| key_of(&session));
    answer(store.insert(&old, &session, ANY)).await;
    assert_eq!(answer(store.swap_data(&old, b"", b"kept")).await, DataSwap::Done);
    // `session` was read before.
    assert!(answer(store.renew(&old, &new, &session)).await, "a session with data is renewed");
    let data = found(store, &new).await.map(|held| held.data.clone());
    assert_eq!(data.as_deref(), Some(&b"kept"[..]), "a renewal keeps the data that is stored");
    let swap = answer(store.swap_data(&old, b"kept", b"lost")).await;
    assert_eq!(swap, DataSwap::Absent, "nothing is kept under the old key");
    let lookup = answer(store.find(&old)).await;
    assert!(matches!(lookup, Lookup::Renewed), "the old key is known as such: {lookup:?}");
    assert_eq!(answer(store.swap_data(&new, b"kept", b"more")).await, DataSwap::Done);
    answer(store.remove(&new)).await;
    let swap = answer(store.swap_data(&new, b"more", b"lost")).await;
    assert_eq!(swap, DataSwap::Absent, "data ends with its session");
    assert!(is_absent(store, &new).await, "data brings no session back");
}

/// Each adds a byte to what it has read, until it is the one who writes.
async fn data_swapped_at_once<S: SessionStore>(store: &Arc<S>) {
    let session = record("data at once", 3600);
    let key = key_of(&session);
    answer(store.insert(&key, &session, ANY)).await;
    at_once(store, TASKS / 5, |store, number| async move {
        let byte = u8::try_from(number).unwrap_or_default();
        loop {
            let held = found(&*store, &key).await.map(|held| held.data.clone());
            let old = held.unwrap_or_default();
            let new = [&old[..], &[byte]].concat();
            let swap = answer(store.swap_data(&key, &old, &new)).await;
            assert_ne!(swap, DataSwap::Absent, "the session is there");
            if swap == DataSwap::Done {
                return;
            }
        }
    })
    .await;
    let held = found(&**store, &key).await.map(|held| held.data.clone());
    let mut data = held.unwrap_or_default().into_vec();
    data.sort_unstable();
    let all: Vec<u8> = (0..TASKS / 5).filter_map(|number| number.try_into().ok()).collect();
    assert_eq!(data, all, "of changes at once none is lost");
}

async fn data_swapped_against_removal<S: SessionStore>(store: &Arc<S>) {
    let session = record("data against removal", 3600);
    let key = key_of(&session);
    answer(store.insert(&key, &session, ANY)).await;
    at_once(store, TASKS, |store, number| async move {
        if number == TASKS / 2 {
            answer(store.remove(&key)).await;
        } else {
            answer(store.swap_data(&key, b"", b"late")).await;
        }
    })
    .await;
    assert!(is_absent(&**store, &key).await, "no change brings a removed session back");
}
