//! A store that answers later, as one over a network does, and can be switched off.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::SystemTime;

use tower_auth::rejection::Unavailable;
use tower_auth::store::{
    DataSwap, Lookup, MemorySessions, SessionRecord, SessionStore, SubjectSessions,
};
use tower_auth::{Eventual, SecretDigest};

#[derive(Clone)]
pub(crate) struct Slow {
    store: Arc<MemorySessions>,
    pub(crate) touches: Arc<AtomicUsize>,
    pub(crate) finds: Arc<AtomicUsize>,
    pub(crate) down: Arc<AtomicBool>,
}

impl Slow {
    pub(crate) fn new(store: Arc<MemorySessions>) -> Self {
        Self { store, touches: Arc::default(), finds: Arc::default(), down: Arc::default() }
    }

    pub(crate) fn switch_off(&self, off: bool) {
        self.down.store(off, Ordering::SeqCst);
    }

    /// Answers after others had their turn.
    fn later<T: Send + 'static>(
        &self,
        work: impl FnOnce(&MemorySessions) -> Eventual<Result<T, Unavailable>> + Send + 'static,
    ) -> Eventual<Result<T, Unavailable>> {
        let Self { store, down, .. } = self.clone();
        Eventual::pending(async move {
            tokio::task::yield_now().await;
            if down.load(Ordering::SeqCst) {
                return Err(Unavailable::new("the store at 10.0.0.7 is down"));
            }
            match work(&store) {
                Eventual::Ready(answer) => answer,
                Eventual::Pending(answer) => answer.await,
            }
        })
    }
}

impl SessionStore for Slow {
    fn insert(
        &self,
        key: &SecretDigest,
        session: &SessionRecord,
        most: usize,
    ) -> Eventual<Result<(), Unavailable>> {
        let (key, session) = (*key, session.clone());
        self.later(move |store| store.insert(&key, &session, most))
    }

    fn swap_data(
        &self,
        key: &SecretDigest,
        old: &[u8],
        new: &[u8],
    ) -> Eventual<Result<DataSwap, Unavailable>> {
        let (key, old, new) = (*key, old.to_vec(), new.to_vec());
        self.later(move |store| store.swap_data(&key, &old, &new))
    }

    fn find(&self, key: &SecretDigest) -> Eventual<Result<Lookup, Unavailable>> {
        self.finds.fetch_add(1, Ordering::SeqCst);
        let key = *key;
        self.later(move |store| store.find(&key))
    }

    fn touch(&self, key: &SecretDigest, at: SystemTime) -> Eventual<Result<(), Unavailable>> {
        self.touches.fetch_add(1, Ordering::SeqCst);
        let key = *key;
        self.later(move |store| store.touch(&key, at))
    }

    fn renew(
        &self,
        old: &SecretDigest,
        new: &SecretDigest,
        session: &SessionRecord,
    ) -> Eventual<Result<bool, Unavailable>> {
        let (old, new, session) = (*old, *new, session.clone());
        self.later(move |store| store.renew(&old, &new, &session))
    }

    fn remove(&self, key: &SecretDigest) -> Eventual<Result<(), Unavailable>> {
        let key = *key;
        self.later(move |store| store.remove(&key))
    }

    fn of_subject(&self, subject: &str) -> Eventual<Result<SubjectSessions, Unavailable>> {
        let subject = subject.to_owned();
        self.later(move |store| store.of_subject(&subject))
    }

    fn remove_subject(
        &self,
        subject: &str,
        but: Option<&SecretDigest>,
    ) -> Eventual<Result<usize, Unavailable>> {
        let (subject, but) = (subject.to_owned(), but.copied());
        self.later(move |store| store.remove_subject(&subject, but.as_ref()))
    }
}
