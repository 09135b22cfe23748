//! Asking a scheme, within the limits on attempts.

use std::sync::Arc;

use http::request::Parts;

use super::set::Claim;
use super::{Attempt, Outcome, Place, Presented, Scheme};
use crate::attempts::{Admission, Denial, Finding, Limiter, Suspect, Underway};
use crate::eventual::Eventual;
use crate::header::authorization;
use crate::respond::Target;

/// Asks the scheme, if what is presented is no guess, or one that may be made.
pub(super) fn ask(claim: &Claim<'_>, target: Target, limiter: Option<&Arc<Limiter>>) -> Attempt {
    let authenticate = || claim.scheme.authenticate(&claim.presented);
    let Some(limiter) = limiter else { return authenticate() };
    let Some(guess) = claim.scheme.guess(&claim.presented) else { return authenticate() };
    let name = claim.scheme.name().as_str();
    let suspect = match limiter.suspect(guess, name, claim.presented.head) {
        Ok(suspect) => suspect,
        Err(rejection) => return Outcome::Rejected(rejection).into(),
    };
    match limiter.ask(&suspect) {
        Eventual::Ready(Admission::Known(Ok(pass))) => {
            let underway = Underway::new(Arc::clone(limiter), suspect, pass);
            settled(authenticate(), underway)
        }
        Eventual::Ready(Admission::Known(Err(denial))) => Outcome::from(denial).into(),
        Eventual::Ready(later @ Admission::Later(_)) => {
            let waiting = Waiting::new(claim, target, limiter, suspect);
            Eventual::pending(waiting.go_on(later))
        }
        Eventual::Pending(admission) => {
            let waiting = Waiting::new(claim, target, limiter, suspect);
            Eventual::pending(async move { waiting.go_on(admission.await).await })
        }
    }
}

impl From<Denial> for Outcome {
    fn from(denial: Denial) -> Self {
        match denial {
            Denial::Refused(rejection) => Self::Rejected(rejection),
            Denial::Unavailable(outage) => Self::Unavailable(outage),
        }
    }
}

/// Tells what an attempt came to, once that is known.
fn settled(attempt: Attempt, underway: Underway<'_>) -> Attempt {
    match attempt {
        Eventual::Ready(outcome) => told(outcome, underway),
        Eventual::Pending(outcome) => {
            let underway = underway.into_owned();
            Eventual::pending(async move {
                match told(outcome.await, underway) {
                    Eventual::Ready(outcome) => outcome,
                    Eventual::Pending(outcome) => outcome.await,
                }
            })
        }
    }
}

fn told(outcome: Outcome, underway: Underway<'_>) -> Attempt {
    let finding = match &outcome {
        Outcome::Authenticated(_) => Finding::Right,
        Outcome::Rejected(rejection) => Finding::of(rejection),
        Outcome::Absent | Outcome::Unavailable(_) => Finding::Neither,
    };
    // What can't be counted is not answered: it would be a guess for free.
    underway.found(finding).map(|told| match told {
        Ok(()) => outcome,
        Err(outage) => Outcome::Unavailable(outage),
    })
}

/// A request that waits for its turn, with a copy of what it presents: the original is held by the
/// layer meanwhile. Only where there is a crowd, or a store that is asked over a network.
struct Waiting {
    scheme: Arc<dyn Scheme>,
    head: Parts,
    place: Place,
    target: Target,
    limiter: Arc<Limiter>,
    suspect: Suspect<'static>,
}

impl Waiting {
    fn new(
        claim: &Claim<'_>,
        target: Target,
        limiter: &Arc<Limiter>,
        suspect: Suspect<'_>,
    ) -> Self {
        Self {
            scheme: Arc::clone(claim.scheme),
            head: claim.presented.head.clone(),
            place: claim.presented.place.clone(),
            target,
            limiter: Arc::clone(limiter),
            suspect: suspect.into_owned(),
        }
    }

    async fn go_on(self, admission: Admission) -> Outcome {
        let pass = match self.limiter.wait_for(&self.suspect, admission).await {
            Ok(pass) => pass,
            Err(denial) => return denial.into(),
        };
        let underway = Underway::new(Arc::clone(&self.limiter), self.suspect.to_owned(), pass);
        match settled(self.authenticate(), underway) {
            Eventual::Ready(outcome) => outcome,
            Eventual::Pending(outcome) => outcome.await,
        }
    }

    fn authenticate(&self) -> Attempt {
        let (head, place) = (&self.head, &self.place);
        let field = self.target.credentials_field();
        let credentials = match place {
            // Read before, and found good.
            Place::Authorization => authorization(&head.headers, &field, usize::MAX).ok().flatten(),
            Place::Header(_)
            | Place::Cookie(_)
            | Place::WebSocketProtocol(_)
            | Place::Query(_)
            | Place::Form(_) => None,
        };
        let cookie = place.cookie(head);
        self.scheme.authenticate(&Presented { head, place, credentials, cookie })
    }
}
