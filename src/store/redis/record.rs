//! A session as the bytes that are kept in Redis.
//!
//! Scripts read the head, whose parts stand at fixed places:
//!
//! ```text
//! S1  active(15)  idle(15)  ends(15)  started(15)  group(4)  length(10)  subject
//! source  agent  stamp  data      each 4 bytes of length, big endian, then as many bytes
//! ```
//!
//! Times are decimal milliseconds since 1970. The length of a part that is not there is 2^32 - 1.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::keys::group;
use super::news::{LONGEST, millis};
use crate::secret::SecretDigest;
use crate::store::sessions::SessionRecord;

pub(super) fn without_data(session: &SessionRecord) -> Vec<u8> {
    let idle = u64::try_from(session.idle_for.as_millis()).unwrap_or(LONGEST).min(LONGEST);
    let mut bytes = format!(
        "S1{:015}{idle:015}{:015}{:015}{}{:010}{}",
        millis(session.active_at),
        millis(session.ends_at),
        millis(session.started_at),
        group(&session.subject),
        session.subject.len(),
        session.subject,
    )
    .into_bytes();
    for part in [&session.source, &session.agent] {
        put(&mut bytes, part.as_ref().map(|text| text.as_bytes()));
    }
    put(&mut bytes, session.stamp.as_ref().map(|stamp| &stamp.as_bytes()[..]));
    bytes
}

/// The part that follows.
pub(super) fn data(data: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    put(&mut bytes, Some(data));
    bytes
}

fn put(bytes: &mut Vec<u8>, part: Option<&[u8]>) {
    let length = part.map_or(NONE, |part| u32::try_from(part.len()).unwrap_or(NONE));
    bytes.extend(length.to_be_bytes());
    if length != NONE {
        bytes.extend(part.unwrap_or_default());
    }
}

/// `None` for what was not written here.
pub(super) fn read(bytes: &[u8]) -> Option<SessionRecord> {
    let mut rest = Rest(bytes.strip_prefix(b"S1")?);
    let active_at = rest.time()?;
    let idle_for = Duration::from_millis(rest.number(TIME)?);
    let (ends_at, started_at) = (rest.time()?, rest.time()?);
    rest.take(4)?;
    let subject_len = usize::try_from(rest.number(10)?).ok()?;
    let subject = text(rest.take(subject_len)?)?;
    let source = rest.part()?.map(text);
    let agent = rest.part()?.map(text);
    let stamp = rest.part()?.map(digest);
    let data = rest.part()??.into();
    if !rest.0.is_empty() {
        return None;
    }
    let mut session = SessionRecord::new(subject, started_at, ends_at, idle_for);
    session.active_at = active_at;
    session.source = all(source)?;
    session.agent = all(agent)?;
    session.stamp = all(stamp)?;
    session.data = data;
    Some(session)
}

/// `None` where a part is there and is not what it should be.
fn all<T>(part: Option<Option<T>>) -> Option<Option<T>> {
    match part {
        Some(part) => part.map(Some),
        None => Some(None),
    }
}

fn digest(bytes: &[u8]) -> Option<Box<SecretDigest>> {
    <[u8; 32]>::try_from(bytes).ok().map(|digest| Box::new(digest.into()))
}

fn text(bytes: &[u8]) -> Option<Box<str>> {
    std::str::from_utf8(bytes).ok().map(Into::into)
}

struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (part, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(part)
    }

    fn number(&mut self, digits: usize) -> Option<u64> {
        std::str::from_utf8(self.take(digits)?).ok()?.parse().ok()
    }

    fn time(&mut self) -> Option<SystemTime> {
        UNIX_EPOCH.checked_add(Duration::from_millis(self.number(TIME)?))
    }

    fn part(&mut self) -> Option<Option<&'a [u8]>> {
        let length = u32::from_be_bytes(*self.take(4)?.first_chunk()?);
        if length == NONE {
            return Some(None);
        }
        self.take(usize::try_from(length).ok()?).map(Some)
    }
}

/// How many digits a time has.
const TIME: usize = 15;
/// The length of a text that is not there.
const NONE: u32 = u32::MAX;

#[cfg(test)]
mod tests {
    #![expect(clippy::arithmetic_side_effects, reason = "small numbers of a test")]

    use proptest::prelude::{any, prop, proptest};

    use super::*;

    fn at(millis: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_millis(millis)
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(
            subject in ".*",
            times in prop::array::uniform4(0..=LONGEST),
            source in any::<Option<String>>(),
            agent in any::<Option<String>>(),
            stamp in any::<Option<[u8; 32]>>(),
            data in any::<Vec<u8>>(),
            cut in any::<prop::sample::Index>(),
        ) {
            let [active, idle, ends, started] = times;
            let idle = Duration::from_millis(idle);
            let mut session = SessionRecord::new(subject, at(started), at(ends), idle);
            session.active_at = at(active);
            session.source = source.map(Into::into);
            session.agent = agent.map(Into::into);
            session.stamp = stamp.map(|stamp| Box::new(stamp.into()));
            session.data = data.into();
            let bytes = [without_data(&session), super::data(&session.data)].concat();
            assert_eq!(read(&bytes), Some(session));
            assert_eq!(read(&bytes[..cut.index(bytes.len())]), None);
        }

        #[test]
        fn nothing_panics(bytes: Vec<u8>) {
            let _ = read(&bytes);
            let _ = read(&[b"S1", &*bytes].concat());
        }
    }
}
