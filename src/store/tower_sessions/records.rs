//! What stands in a record of tower-sessions.

use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use time::OffsetDateTime;
use tower_sessions_core::session::{Id, Record};

use crate::secret::SecretDigest;
use crate::store::SessionRecord;

/// What a record is for.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Session,
    /// When a session was last used.
    Use,
    /// The session goes on under another key.
    Renewed,
    /// What its data is, once that was changed.
    Data,
    /// Who may write this version of its data.
    Claim(u64),
}

/// Where the record of this kind is. Half of a digest: two sessions can't meet there by chance, and
/// a session says of which key it is.
pub(super) fn id(key: &SecretDigest, kind: Kind) -> Id {
    let (name, version) = match kind {
        Kind::Session => (b's', None),
        Kind::Use => (b'u', None),
        Kind::Renewed => (b'r', None),
        Kind::Data => (b'd', None),
        Kind::Claim(version) => (b'c', Some(version)),
    };
    let mut text = key.as_bytes().to_vec();
    text.push(name);
    text.extend(version.into_iter().flat_map(u64::to_be_bytes));
    let digest = SecretDigest::of(&text);
    let half = digest.as_bytes().first_chunk::<16>().copied().unwrap_or_default();
    Id(i128::from_be_bytes(half))
}

pub(super) fn session(key: &SecretDigest, session: &SessionRecord) -> Record {
    let data = [
        ("key", Value::from(URL_SAFE_NO_PAD.encode(key.as_bytes()))),
        ("subject", json!(session.subject)),
        ("started_at", micros(session.started_at).into()),
        ("active_at", micros(session.active_at).into()),
        ("ends_at", micros(session.ends_at).into()),
        ("idle_for", micros_in(session.idle_for).into()),
        ("source", json!(session.source)),
        ("agent", json!(session.agent)),
        ("stamp", json!(session.stamp.as_ref().map(|it| URL_SAFE_NO_PAD.encode(it.as_bytes())))),
        ("data", Value::from(URL_SAFE_NO_PAD.encode(&session.data))),
    ];
    // Not until it would end unused: that is written elsewhere.
    record(key, Kind::Session, data, session.ends_at)
}

pub(super) fn used(key: &SecretDigest, session: &SessionRecord) -> Record {
    let data = [("active_at", micros(session.active_at).into())];
    record(key, Kind::Use, data, session.until())
}

pub(super) fn renewed(key: &SecretDigest, until: SystemTime) -> Record {
    record(key, Kind::Renewed, [("renewed", Value::Bool(true))], until)
}

pub(super) fn data(key: &SecretDigest, version: u64, data: &[u8], until: SystemTime) -> Record {
    let data =
        [("version", Value::from(version)), ("data", Value::from(URL_SAFE_NO_PAD.encode(data)))];
    record(key, Kind::Data, data, until)
}

pub(super) fn claim(key: &SecretDigest, version: u64, until: SystemTime) -> Record {
    record(key, Kind::Claim(version), [("claimed", Value::Bool(true))], until)
}

/// The session in a record, if it is of this key.
pub(super) fn read_session(record: &Record, key: &SecretDigest) -> Option<SessionRecord> {
    let text = |name| record.data.get(name).and_then(Value::as_str);
    let time = |name| record.data.get(name).and_then(Value::as_u64).and_then(moment);
    if digest(text("key")?)? != *key {
        return None;
    }
    let idle_for = Duration::from_micros(record.data.get("idle_for")?.as_u64()?);
    let mut session =
        SessionRecord::new(text("subject")?, time("started_at")?, time("ends_at")?, idle_for);
    session.active_at = time("active_at")?;
    session.source = text("source").map(Into::into);
    session.agent = text("agent").map(Into::into);
    if let Some(stamp) = text("stamp") {
        session.stamp = Some(Box::new(digest(stamp)?));
    }
    session.data = URL_SAFE_NO_PAD.decode(text("data")?).ok()?.into();
    Some(session)
}

pub(super) fn read_use(record: &Record) -> Option<SystemTime> {
    record.data.get("active_at").and_then(Value::as_u64).and_then(moment)
}

/// Which version of the data it is, and the data.
pub(super) fn read_data(record: &Record) -> Option<(u64, Box<[u8]>)> {
    let data = URL_SAFE_NO_PAD.decode(record.data.get("data")?.as_str()?).ok()?;
    Some((record.data.get("version")?.as_u64()?, data.into()))
}

fn digest(text: &str) -> Option<SecretDigest> {
    let digest: [u8; 32] = URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
    Some(digest.into())
}

fn record<const N: usize>(
    key: &SecretDigest,
    kind: Kind,
    data: [(&str, Value); N],
    until: SystemTime,
) -> Record {
    let data = data.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    // Stores may keep whole seconds only: none forgets a session early.
    let seconds = i64::try_from(micros(until) / 1_000_000).unwrap_or(i64::MAX).saturating_add(1);
    let expiry_date =
        OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    Record { id: id(key, kind), data, expiry_date }
}

fn micros(time: SystemTime) -> u64 {
    micros_in(time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default())
}

fn micros_in(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

fn moment(micros: u64) -> Option<SystemTime> {
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_micros(micros))
}
