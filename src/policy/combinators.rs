//! Policies made of policies.

use std::sync::Arc;

use http::request::Parts;

use super::{Decision, Policy};
use crate::eventual::Eventual;
use crate::identity::Identity;

/// Combines policies.
pub trait PolicyExt: Policy + Sized {
    /// Both must allow; `other` is not asked when `self` does not. The first refusal is the answer.
    ///
    /// But where `self` misses scopes, `other` is asked whether it misses some, too: the challenge
    /// names all of them, so that a client gets them in one go.
    fn and<P: Policy>(self, other: P) -> And<Self, P> {
        And { first: self, second: Arc::new(other) }
    }

    /// One must allow; `other` is not asked when `self` does.
    ///
    /// Of two refusals the more telling one is the answer: a concealment hides everything, an
    /// outage leaves it open, and a hint how to get further beats a plain no.
    fn or<P: Policy>(self, other: P) -> Or<Self, P> {
        Or { first: self, second: Arc::new(other) }
    }

    /// Allows what `self` refuses, and refuses what it allows. An outage stays one.
    fn not(self) -> Not<Self> {
        Not(self)
    }
}

impl<P: Policy> PolicyExt for P {}

/// Both must allow, see [`PolicyExt::and`].
#[derive(Clone, Debug)]
pub struct And<A, B> {
    first: A,
    second: Arc<B>,
}

impl<A: Policy, B: Policy> Policy for And<A, B> {
    fn decide(&self, identity: &Identity, request: &Parts) -> Eventual<Decision> {
        match self.first.decide(identity, request) {
            Eventual::Ready(Decision::Allow) => self.second.decide(identity, request),
            Eventual::Ready(Decision::InsufficientScope(scopes)) => {
                self.second.decide(identity, request).map(|second| all_scopes(scopes, second))
            }
            Eventual::Ready(refusal) => refusal.into(),
            Eventual::Pending(first) => {
                let (second, identity) = (Arc::clone(&self.second), identity.clone());
                let request = request.clone();
                Eventual::pending(async move {
                    let second = async || wait(second.decide(&identity, &request)).await;
                    match first.await {
                        Decision::Allow => second().await,
                        Decision::InsufficientScope(scopes) => all_scopes(scopes, second().await),
                        refusal @ (Decision::Deny
                        | Decision::Conceal
                        | Decision::StepUp(_)
                        | Decision::Unavailable(_)) => refusal,
                    }
                })
            }
        }
    }
}

/// One must allow, see [`PolicyExt::or`].
#[derive(Clone, Debug)]
pub struct Or<A, B> {
    first: A,
    second: Arc<B>,
}

impl<A: Policy, B: Policy> Policy for Or<A, B> {
    fn decide(&self, identity: &Identity, request: &Parts) -> Eventual<Decision> {
        match self.first.decide(identity, request) {
            Eventual::Ready(Decision::Allow) => Decision::Allow.into(),
            Eventual::Ready(refusal) => {
                self.second.decide(identity, request).map(|second| either(refusal, second))
            }
            Eventual::Pending(first) => {
                let (second, identity) = (Arc::clone(&self.second), identity.clone());
                let request = request.clone();
                Eventual::pending(async move {
                    let first = first.await;
                    if first.is_allow() {
                        return first;
                    }
                    either(first, wait(second.decide(&identity, &request)).await)
                })
            }
        }
    }
}

/// Turned round, see [`PolicyExt::not`].
#[derive(Clone, Debug)]
pub struct Not<P>(P);

impl<P: Policy> Policy for Not<P> {
    fn decide(&self, identity: &Identity, request: &Parts) -> Eventual<Decision> {
        self.0.decide(identity, request).map(|decision| match decision {
            Decision::Allow => Decision::Deny,
            Decision::Unavailable(outage) => Decision::Unavailable(outage),
            Decision::Deny
            | Decision::Conceal
            | Decision::InsufficientScope(_)
            | Decision::StepUp(_) => Decision::Allow,
        })
    }
}

async fn wait(decision: Eventual<Decision>) -> Decision {
    match decision {
        Eventual::Ready(decision) => decision,
        Eventual::Pending(decision) => decision.await,
    }
}

/// What is missing, with what `second` misses beside it. Whatever else `second` says, it is not the
/// first refusal.
fn all_scopes(first: Box<str>, second: Decision) -> Decision {
    let Decision::InsufficientScope(second) = second else {
        return Decision::InsufficientScope(first);
    };
    let mut all = first.into_string();
    for scope in second.split(' ') {
        if !scope.is_empty() && !all.split(' ').any(|listed| listed == scope) {
            all.push(' ');
            all.push_str(scope);
        }
    }
    Decision::InsufficientScope(all.into())
}

/// Which of two decisions stands, where one `Allow` is enough. `first` is a refusal.
fn either(first: Decision, second: Decision) -> Decision {
    const fn rank(decision: &Decision) -> u8 {
        match decision {
            Decision::Allow => 5,
            Decision::Conceal => 4,
            Decision::Unavailable(_) => 3,
            Decision::StepUp(_) => 2,
            Decision::InsufficientScope(_) => 1,
            Decision::Deny => 0,
        }
    }
    if rank(&second) > rank(&first) { second } else { first }
}
