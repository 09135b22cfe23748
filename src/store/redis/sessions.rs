//! Sessions in Redis.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::keys::{from_hex, hex};
use super::link::Link;
use super::news::millis;
use super::script::{
    Call, SESSION_CLEAR, SESSION_DATA, SESSION_INSERT, SESSION_LIST, SESSION_REMOVE, SESSION_RENEW,
    SESSION_TOUCH,
};
use super::{RedisStores, failure, record};
use crate::eventual::Eventual;
use crate::rejection::Unavailable;
use crate::secret::SecretDigest;
use crate::store::listener::Listener;
use crate::store::sessions::{DataSwap, Lookup, SessionRecord, SessionStore, SubjectSessions};

impl RedisStores {
    /// Sessions.
    #[must_use]
    pub fn sessions(&self) -> RedisSessions {
        RedisSessions { link: Arc::clone(&self.link) }
    }
}

/// Sessions in Redis: [`RedisStores::sessions`].
///
/// Times are kept to the millisecond. A session and the index of its subject are on one node of a
/// cluster if its key was made with [`SessionRecord::key`]; otherwise a cluster takes none.
#[derive(Clone)]
pub struct RedisSessions {
    link: Arc<Link>,
}

impl SessionStore for RedisSessions {
    fn insert(
        &self,
        key: &SecretDigest,
        session: &SessionRecord,
        most: usize,
    ) -> Eventual<Result<(), Unavailable>> {
        let (link, new) = (Arc::clone(&self.link), Entry::of(key, session));
        let data = record::data(&session.data);
        Eventual::pending(async move { insert(&link, &new, &data, most).await })
    }

    fn find(&self, key: &SecretDigest) -> Eventual<Result<Lookup, Unavailable>> {
        let (link, member) = (Arc::clone(&self.link), hex(key.as_bytes()));
        Eventual::pending(async move {
            let mut get = redis::cmd("GET");
            get.arg(link.news.keys.session(&member));
            let held: Option<Vec<u8>> = link.ask(&get).await?;
            match held.as_deref() {
                None => Ok(Lookup::Absent),
                Some(b"R") => Ok(Lookup::Renewed),
                Some(bytes) => {
                    let session = record::read(bytes).ok_or_else(failure::unexpected)?;
                    let has_ended = session.until() <= link.news.clock.now();
                    Ok(if has_ended { Lookup::Absent } else { Lookup::Found(Arc::new(session)) })
                }
            }
        })
    }

    fn touch(
        &self,
        key: &SecretDigest,
        active_at: SystemTime,
    ) -> Eventual<Result<(), Unavailable>> {
        let (link, member) = (Arc::clone(&self.link), hex(key.as_bytes()));
        Eventual::pending(async move {
            let session = link.news.keys.session(&member);
            // The script writes it as it is over the one in the record.
            let active = format!("{:015}", millis(active_at));
            let now = link.news.now().to_string();
            let args = [active.as_bytes(), now.as_bytes()];
            link.run(&SESSION_TOUCH, Call { keys: &[&session], args: &args }).await
        })
    }

    fn renew(
        &self,
        old: &SecretDigest,
        new: &SecretDigest,
        session: &SessionRecord,
    ) -> Eventual<Result<bool, Unavailable>> {
        let link = Arc::clone(&self.link);
        let (old, new) = (hex(old.as_bytes()), Entry::of(new, session));
        Eventual::pending(async move { renew(&link, &old, &new).await })
    }

    fn swap_data(
        &self,
        key: &SecretDigest,
        old: &[u8],
        new: &[u8],
    ) -> Eventual<Result<DataSwap, Unavailable>> {
        let (link, member) = (Arc::clone(&self.link), hex(key.as_bytes()));
        let (old, new) = (record::data(old), record::data(new));
        Eventual::pending(async move {
            let session = link.news.keys.session(&member);
            let now = link.news.now().to_string();
            let channel = link.news.channel().as_bytes();
            let args = [now.as_bytes(), &old, &new, member.as_bytes(), channel, &[KIND]];
            match link.run(&SESSION_DATA, Call { keys: &[&session], args: &args }).await? {
                0_u8 => Ok(DataSwap::Absent),
                1 => Ok(DataSwap::Changed),
                _ => Ok(DataSwap::Done),
            }
        })
    }

    fn remove(&self, key: &SecretDigest) -> Eventual<Result<(), Unavailable>> {
        let (link, member) = (Arc::clone(&self.link), hex(key.as_bytes()));
        Eventual::pending(async move {
            let keys = &link.news.keys;
            let (session, indexes) = (keys.session(&member), keys.indexes());
            let channel = link.news.channel().as_bytes();
            let args = [indexes.as_bytes(), member.as_bytes(), channel, &[KIND]];
            link.run(&SESSION_REMOVE, Call { keys: &[&session], args: &args }).await
        })
    }

    fn of_subject(&self, subject: &str) -> Eventual<Result<SubjectSessions, Unavailable>> {
        let link = Arc::clone(&self.link);
        let index = link.news.keys.index(subject);
        Eventual::pending(async move {
            let prefix = link.news.keys.sessions();
            let call = Call { keys: &[&index], args: &[prefix.as_bytes()] };
            let found: Vec<Vec<u8>> = link.run(&SESSION_LIST, call).await?;
            let now = link.news.clock.now();
            let pairs = found.as_chunks::<2>().0;
            let sessions = pairs.iter().map(listed).collect::<Result<SubjectSessions, _>>()?;
            Ok(sessions.into_iter().filter(|(_, session)| session.until() > now).collect())
        })
    }

    fn remove_subject(
        &self,
        subject: &str,
        but: Option<&SecretDigest>,
    ) -> Eventual<Result<usize, Unavailable>> {
        let link = Arc::clone(&self.link);
        let index = link.news.keys.index(subject);
        let but = but.map(|key| hex(key.as_bytes())).unwrap_or_default();
        Eventual::pending(async move {
            let prefix = link.news.keys.sessions();
            let channel = link.news.channel().as_bytes();
            let args = [prefix.as_bytes(), but.as_bytes(), channel, &[KIND]];
            link.run(&SESSION_CLEAR, Call { keys: &[&index], args: &args }).await
        })
    }

    fn listen(&self, listener: Arc<dyn Listener>) {
        self.link.news.listen(KIND, listener);
        self.link.renew();
    }
}

async fn insert(
    link: &Arc<Link>,
    new: &Entry,
    data: &[u8],
    most: usize,
) -> Result<(), Unavailable> {
    let (keys, now) = (&link.news.keys, link.news.now());
    let (ttl, now, ends) = (new.ttl(now), now.to_string(), new.ends.to_string());
    let (prefix, most) = (keys.sessions(), most.to_string());
    let (session, index) = (keys.session(&new.member), keys.index(&new.subject));
    let args = [
        &[&new.record, data].concat(),
        ttl.as_bytes(),
        now.as_bytes(),
        ends.as_bytes(),
        new.member.as_bytes(),
        prefix.as_bytes(),
        most.as_bytes(),
        link.news.channel().as_bytes(),
        &[KIND],
    ];
    link.run(&SESSION_INSERT, Call { keys: &[&session, &index], args: &args }).await
}

async fn renew(link: &Arc<Link>, old: &str, new: &Entry) -> Result<bool, Unavailable> {
    let (keys, now) = (&link.news.keys, link.news.now());
    let (ttl, now, ends) = (new.ttl(now), now.to_string(), new.ends.to_string());
    let renewed = RENEWED_FOR.as_millis().to_string();
    let args = [
        new.record.as_slice(),
        ttl.as_bytes(),
        now.as_bytes(),
        ends.as_bytes(),
        old.as_bytes(),
        new.member.as_bytes(),
        renewed.as_bytes(),
        link.news.channel().as_bytes(),
        &[KIND],
    ];
    let (from, to) = (keys.session(old), keys.session(&new.member));
    let index = keys.index(&new.subject);
    let call = Call { keys: &[&from, &to, &index], args: &args };
    link.run(&SESSION_RENEW, call).await
}

/// A session that is stored.
struct Entry {
    member: String,
    subject: Box<str>,
    /// All of it but the data.
    record: Vec<u8>,
    until: u64,
    ends: u64,
}

impl Entry {
    fn of(key: &SecretDigest, session: &SessionRecord) -> Self {
        Self {
            member: hex(key.as_bytes()),
            subject: session.subject.clone(),
            record: record::without_data(session),
            until: millis(session.until()),
            ends: millis(session.ends_at),
        }
    }

    /// One that has ended is stored for no time worth naming.
    fn ttl(&self, now: u64) -> String {
        self.until.saturating_sub(now).max(1).to_string()
    }
}

fn listed(
    [member, bytes]: &[Vec<u8>; 2],
) -> Result<(SecretDigest, Arc<SessionRecord>), Unavailable> {
    let key = from_hex(member).ok_or_else(failure::unexpected)?;
    let session = record::read(bytes).ok_or_else(failure::unexpected)?;
    Ok((key, Arc::new(session)))
}

impl fmt::Debug for RedisSessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisSessions").finish_non_exhaustive()
    }
}

/// How long the old key of a session is known as such.
const RENEWED_FOR: Duration = Duration::from_secs(60);
/// What news of sessions begin with.
const KIND: u8 = b's';
