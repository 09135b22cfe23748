//! One question about an issuer, and those who wait for it.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::time::timeout;

use super::{Inner, Rest};
use crate::eventual::Eventual;
use crate::rejection::{Unavailable, Verdict};
use crate::token::jwt::rules::{VerifyJwt, unlisted};

pub(super) type Question = watch::Sender<Option<Landed>>;
pub(super) type Landing = watch::Receiver<Option<Landed>>;

pub(super) enum Known {
    Tenant(Arc<dyn VerifyJwt>),
    Stranger,
    Asked(Landing),
    Down(Unavailable),
}

/// How a question ended, for those who wait.
#[derive(Clone)]
pub(super) enum Landed {
    Answered,
    Down(Unavailable),
    /// Before it was answered: it is to be asked again.
    Forgotten,
}

impl Inner {
    pub(super) fn ask(self: &Arc<Self>, issuer: &str) -> Known {
        let mut rest = self.rest();
        // It may have become known since the look without the lock.
        if let Some(tenant) = self.known.load().get(issuer) {
            return Known::Tenant(Arc::clone(tenant));
        }
        if rest.strangers.get(issuer).is_some_and(|until| rest.clock.now() < *until) {
            return Known::Stranger;
        }
        if let Some(question) = rest.asked.get(issuer) {
            return Known::Asked(question.subscribe());
        }
        if rest.asked.len() >= AT_ONCE {
            return Known::Down(Unavailable::new("too many issuers are asked for at once"));
        }
        let Ok(runtime) = Handle::try_current() else {
            return Known::Down(Unavailable::new("issuers are found only in a tokio runtime"));
        };
        let (question, landing) = watch::channel(None);
        let question = Arc::new(question);
        rest.asked.insert(issuer.into(), Arc::clone(&question));
        let limit = rest.time_limit;
        // A runtime that shuts down drops what it is given, and that takes the lock again.
        drop(rest);
        let asking = Asking { inner: Arc::clone(self), issuer: issuer.into(), question };
        runtime.spawn(asking.ask(limit));
        Known::Asked(landing)
    }

    pub(super) async fn wait(
        self: Arc<Self>,
        mut landing: Landing,
        issuer: &str,
        token: &str,
    ) -> Verdict {
        for _ in 0..ROUNDS {
            // An error says that the question is gone without an answer.
            let landed = landing.wait_for(Option::is_some).await.ok().and_then(|it| it.clone());
            match landed {
                Some(Landed::Answered | Landed::Forgotten) => {}
                Some(Landed::Down(outage)) => return outage.into(),
                None => return Unavailable::new("finding the issuer was broken off").into(),
            }
            // Looked at anew even where it was answered: it may have been forgotten since.
            landing = match self.ask(issuer) {
                Known::Tenant(tenant) => {
                    return match tenant.verify(token) {
                        Eventual::Ready(verdict) => verdict,
                        Eventual::Pending(verdict) => verdict.await,
                    };
                }
                Known::Stranger => return unlisted().into(),
                Known::Down(outage) => return outage.into(),
                Known::Asked(landing) => landing,
            };
        }
        Unavailable::new("the issuer is forgotten as often as it is found").into()
    }
}

impl Rest {
    /// Whether it is still this question that the issuer's tokens wait for.
    pub(super) fn is_asked(&self, asking: &Asking) -> bool {
        let question = self.asked.get(&asking.issuer);
        question.is_some_and(|question| Arc::ptr_eq(question, &asking.question))
    }
}

/// A question under way. However it ends, whoever waits is woken.
pub(super) struct Asking {
    inner: Arc<Inner>,
    pub(super) issuer: Box<str>,
    question: Arc<Question>,
}

impl Asking {
    async fn ask(self, limit: Duration) {
        let found = match timeout(limit, (self.inner.find)(&self.issuer)).await {
            Ok(found) => found,
            Err(_) => Err(Unavailable::new(format!("the issuer was not found within {limit:?}"))),
        };
        let landed = match found.and_then(|found| self.inner.learn(&self, found)) {
            Ok(()) => Landed::Answered,
            Err(outage) => Landed::Down(outage),
        };
        // Off the list first: whoever is told asks anew, and must not find this question again.
        self.leave();
        // Those who wait for a question that was forgotten have been told so.
        self.question.send_if_modified(|told| {
            let is_first = told.is_none();
            if is_first {
                *told = Some(landed);
            }
            is_first
        });
    }

    /// Takes it off the list.
    fn leave(&self) {
        let mut rest = self.inner.rest();
        // Another one may have been asked since this one was forgotten.
        if rest.is_asked(self) {
            rest.asked.remove(&self.issuer);
        }
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        self.leave();
    }
}

/// Questions under way.
const AT_ONCE: usize = 256;
/// How often a token waits for its issuer, where that is forgotten while it is asked for.
const ROUNDS: usize = 4;
