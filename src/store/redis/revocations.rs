//! A list of revocations in Redis.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::RedisStores;
use super::failure;
use super::keys::{Tag, hex};
use super::link::Link;
use super::news::{LONGEST, millis};
use super::script::{Call, MARK, REVOKE};
use crate::eventual::Eventual;
use crate::rejection::Unavailable;
use crate::store::listener::Listener;
use crate::store::revocation::{Revocation, RevocationQuery, RevocationStore, Standing};

impl RedisStores {
    /// A list of revocations, for tokens of which none lives longer than `longest`.
    ///
    /// This is how long tokens that were issued before Redis lost its data are refused as
    /// [`Unavailable`]: they may have been revoked. A session (`sid`) that was revoked before is
    /// forgotten for tokens that are issued to it later.
    #[must_use]
    pub fn revocations(&self, longest: Duration) -> RedisRevocations {
        RedisRevocations { link: Arc::clone(&self.link), longest }
    }
}

/// A list of revocations in Redis: [`RedisStores::revocations`].
///
/// In a cluster all of it is on one node, so that a check is one command. Put a
/// [`NearRevocations`](crate::store::NearRevocations) in front of it.
#[derive(Clone)]
pub struct RedisRevocations {
    link: Arc<Link>,
    longest: Duration,
}

impl RevocationStore for RedisRevocations {
    fn check(&self, token: &RevocationQuery<'_>) -> Eventual<Result<Standing, Unavailable>> {
        let (store, issued) = (self.clone(), token.issued_second());
        let digests = token.targets().map(|target| target.digest(token.get_issuer()));
        let members: Vec<String> = digests.map(|digest| hex(digest.as_bytes())).collect();
        Eventual::pending(async move { store.find(&members, issued).await })
    }

    fn revoke(&self, revocation: &Revocation<'_>) -> Eventual<Result<(), Unavailable>> {
        let (link, now) = (Arc::clone(&self.link), self.link.news.now());
        let until = millis(revocation.until()).saturating_add(LONGEST_LEEWAY);
        if until <= now {
            return Eventual::Ready(Ok(()));
        }
        let ttl = until.saturating_sub(now).to_string();
        let upto = revocation.issued_up_to().map_or(LONGEST, |upto| upto.min(LONGEST)).to_string();
        let member = hex(revocation.digest().as_bytes());
        Eventual::pending(async move {
            let key = link.news.keys.revocation(&member);
            let news = format!("{}{member}", char::from(KIND));
            let channel = link.news.channel().as_bytes();
            let args = [upto.as_bytes(), ttl.as_bytes(), channel, news.as_bytes()];
            link.run(&REVOKE, Call { keys: &[&key], args: &args }).await
        })
    }

    fn listen(&self, listener: Arc<dyn Listener>) {
        self.link.news.listen(KIND, listener);
        self.link.renew();
    }
}

impl RedisRevocations {
    async fn find(&self, members: &[String], issued: u64) -> Result<Standing, Unavailable> {
        let (link, keys) = (&self.link, &self.link.news.keys);
        let since = keys.since(Tag::Revocation);
        let mut get = redis::cmd("MGET");
        get.arg(&since);
        for member in members {
            get.arg(keys.revocation(member));
        }
        let values: Vec<Option<u64>> = link.ask(&get).await?;
        let Some((since_then, marks)) = values.split_first() else {
            return Err(failure::unexpected());
        };
        if marks.iter().flatten().any(|upto| issued <= *upto) {
            return Ok(Standing::Revoked);
        }
        let now = link.news.now();
        let since_then = match since_then {
            Some(since) => *since,
            None => {
                let text = now.to_string();
                let call = Call { keys: &[&since], args: &[text.as_bytes()] };
                link.run::<()>(&MARK, call).await?;
                now
            }
        };
        self.remembers(since_then, issued, now)
    }

    /// Whether all revocations that may name a token of this time are in the list.
    fn remembers(&self, since: u64, issued: u64, now: u64) -> Result<Standing, Unavailable> {
        let longest = u64::try_from(self.longest.as_millis()).unwrap_or(LONGEST);
        let forgotten = since.saturating_add(longest).saturating_add(LONGEST_LEEWAY);
        // Nothing began to be remembered at 0: there was nothing to remember.
        if since == 0 || issued.saturating_mul(1000) >= since || forgotten <= now {
            return Ok(Standing::Good);
        }
        Err(Unavailable::new(
            "Redis does not remember for long enough to tell whether a token was revoked",
        ))
    }
}

impl fmt::Debug for RedisRevocations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisRevocations").field("longest", &self.longest).finish_non_exhaustive()
    }
}

/// The longest leeway that a verifier may have, in milliseconds.
const LONGEST_LEEWAY: u64 = 5 * 60 * 1000;
/// What news of revocations begin with.
const KIND: u8 = b'v';
