//! What several schemes found in one request, put together.

use super::{Accepted, Answered, Attempt, Finish, Outcome};
use crate::eventual::Eventual;
use crate::header::SchemeName;
use crate::identity::Identity;
use crate::rejection::{Rejection, RejectionKind, Unavailable, reason};

/// How the schemes of a set go together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Combine {
    /// One of them identifies the caller; two at once are ambiguous.
    Any,
    /// All of them must; their identities stay apart.
    All,
}

/// The identities of an admitted request; the first one is who the request is from.
#[derive(Clone, Debug)]
pub(crate) struct Admitted {
    pub(crate) first: Identity,
    pub(crate) others: Box<[Identity]>,
}

/// What a set found in a request.
pub(crate) enum Admission {
    Absent,
    Admitted(Admitted, Option<Box<dyn Finish>>),
    Rejected(Rejection),
    Unavailable(Unavailable),
}

impl From<Outcome> for Admission {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Absent => Self::Absent,
            Outcome::Authenticated(Accepted { identity, finish }) => {
                Self::Admitted(Admitted { first: identity, others: Box::default() }, finish)
            }
            Outcome::Rejected(rejection) => Self::Rejected(rejection),
            Outcome::Unavailable(outage) => Self::Unavailable(outage),
        }
    }
}

/// Puts together what all schemes found. `complete`: every scheme was presented something. `login`:
/// the scheme that people log in for.
pub(super) fn join(
    attempts: Vec<Attempt>,
    complete: bool,
    login: Option<SchemeName>,
) -> Eventual<Admission> {
    let mut outcomes = Vec::with_capacity(attempts.len());
    let mut attempts = attempts.into_iter();
    while let Some(next) = attempts.next() {
        match next {
            Eventual::Ready(outcome) => outcomes.push(outcome),
            Eventual::Pending(first) => {
                return Eventual::pending(async move {
                    outcomes.push(first.await);
                    for attempt in attempts {
                        outcomes.push(match attempt {
                            Eventual::Ready(outcome) => outcome,
                            Eventual::Pending(outcome) => outcome.await,
                        });
                    }
                    all(outcomes, complete, login.as_ref())
                });
            }
        }
    }
    all(outcomes, complete, login.as_ref()).into()
}

/// The first bad credential decides, then an outage, then a missing one.
fn all(outcomes: Vec<Outcome>, complete: bool, login: Option<&SchemeName>) -> Admission {
    let (mut identities, mut outage, mut absent) = (Vec::new(), None, !complete);
    let mut finishes = Vec::new();
    for outcome in outcomes {
        match outcome {
            Outcome::Authenticated(Accepted { identity, finish }) => {
                identities.push(identity);
                finishes.extend(finish);
            }
            Outcome::Rejected(rejection) => return Admission::Rejected(rejection),
            Outcome::Unavailable(why) => outage = outage.or(Some(why)),
            Outcome::Absent => absent = true,
        }
    }
    if let Some(outage) = outage {
        return Admission::Unavailable(outage);
    }
    let is_logged_in = identities.iter().any(|it| login == Some(it.scheme()));
    let mut identities = identities.into_iter();
    match identities.next() {
        Some(first) if !absent => {
            let finish = match finishes.len() {
                0 | 1 => finishes.pop(),
                _ => Some(Box::new(All(finishes)) as Box<dyn Finish>),
            };
            Admission::Admitted(Admitted { first, others: identities.collect() }, finish)
        }
        // Half of what is needed is not nothing: never anonymous.
        Some(_) => {
            let kind = RejectionKind::InvalidCredentials;
            let rejection = Rejection::of(kind, reason::NO_CREDENTIALS);
            Admission::Rejected(if is_logged_in { rejection.beyond_login() } else { rejection })
        }
        None => Admission::Absent,
    }
}

/// What several schemes have to say in one answer.
struct All(Vec<Box<dyn Finish>>);

impl Finish for All {
    fn needs_content(&self) -> bool {
        self.0.iter().any(|finish| finish.needs_content())
    }

    fn finish(self: Box<Self>, answer: &mut Answered<'_>) {
        for finish in self.0 {
            finish.finish(answer);
        }
    }
}
