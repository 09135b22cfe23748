//! Checks tokens with the keys of the moment.

use std::sync::Arc;

use tokio::sync::watch;

use super::live::{Join, Live, Look};
use crate::eventual::Eventual;
use crate::jose::Unchecked;
use crate::rejection::{Unavailable, Verdict};
use crate::token::VerifyToken;
use crate::token::jwt::{Judged, Rules, VerifyJwt, unreadable, verify_text};

/// A [`VerifyToken`] whose keys change. A token whose key is at hand is judged on the spot,
/// whatever is under way.
pub(super) struct LiveVerifier {
    pub(super) rules: Arc<Rules>,
    pub(super) live: Arc<Live>,
}

impl VerifyToken for LiveVerifier {
    fn verify(&self, token: &str) -> Eventual<Verdict> {
        verify_text(self, token)
    }

    fn generation(&self) -> u64 {
        self.live.generation()
    }
}

impl VerifyJwt for LiveVerifier {
    fn verify_unchecked(&self, token: &Unchecked<'_>) -> Eventual<Verdict> {
        // Keys that were asked for later are new enough, whatever they are.
        let ticket = self.live.ticket();
        match step(&self.live, &self.rules, token, ticket) {
            Step::Done(verdict) => Eventual::Ready(verdict),
            Step::Wait(landing) => {
                let (live, rules) = (Arc::clone(&self.live), Arc::clone(&self.rules));
                let token = token.to_text();
                Eventual::pending(async move { wait(&live, &rules, &token, ticket, landing).await })
            }
        }
    }
}

enum Step {
    Done(Verdict),
    Wait(watch::Receiver<()>),
}

async fn wait(
    live: &Arc<Live>,
    rules: &Rules,
    token: &str,
    ticket: u64,
    mut landing: watch::Receiver<()>,
) -> Verdict {
    let token = match Unchecked::split(token) {
        Ok(token) => token,
        Err(error) => return unreadable(error).into(),
    };
    for _ in 0..MOST_LANDINGS {
        // An error says that the sender is gone: it has landed.
        let _ = landing.changed().await;
        match step(live, rules, &token, ticket) {
            Step::Done(verdict) => return verdict,
            Step::Wait(next) => landing = next,
        }
    }
    restless(live)
}

/// Goes as far as is possible without waiting. `ticket` is the newest fetch that had been started
/// when the token came.
fn step(live: &Arc<Live>, rules: &Rules, token: &Unchecked<'_>, ticket: u64) -> Step {
    for _ in 0..MOST_LOOKS {
        let (join, refused) = match live.look() {
            Look::No(join) => (join, None),
            Look::Use(snapshot) => {
                let Some(snapshot) = snapshot.as_ref() else { break };
                match rules.judge(token, &snapshot.keys) {
                    Judged::Final(verdict) => return Step::Done(verdict),
                    Judged::UnknownKey(refused) => {
                        (live.ask_again(snapshot.sequence, ticket), Some(refused))
                    }
                }
            }
        };
        match (join, refused) {
            (Join::Landing(landing), _) => return Step::Wait(landing),
            (Join::Down(outage), _) => return Step::Done(outage.into()),
            (Join::Resting, Some(refused)) => return Step::Done(refused.into()),
            (Join::Newer | Join::Resting, _) => {}
        }
    }
    Step::Done(restless(live))
}

fn restless(live: &Live) -> Verdict {
    Unavailable::new(format!("the keys of {} change while they are looked at", live.name)).into()
}

/// How often one request looks at the keys before it gives up: newer ones may come meanwhile.
const MOST_LOOKS: usize = 8;
/// How many fetches one request waits for: one that was under way, one of its own, and some in
/// reserve for those that were broken off.
const MOST_LANDINGS: usize = 4;
