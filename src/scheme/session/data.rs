//! What a service keeps with a session.

use std::ops::{Deref, DerefMut};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::rejection::Unavailable;

/// What the service keeps with the session of the caller: an extractor for axum. Elsewhere:
/// [`Auth::session_data`](crate::Auth::session_data).
///
/// It is read from what the front door has just looked up, and asks no store. To change it is
/// another matter: [`Sessions::update`](super::Sessions::update).
///
/// ```
/// use serde::{Deserialize, Serialize};
/// use tower_auth::scheme::session::SessionData;
///
/// #[derive(Default, Serialize, Deserialize)]
/// struct Cart { articles: Vec<u64> }
///
/// async fn show(SessionData(cart): SessionData<Cart>) -> String {
///     format!("{} articles", cart.articles.len())
/// }
/// # let _ = show;
/// ```
///
/// - It is JSON, written and read by serde; at most 4 KiB, for it travels with every look-up.
/// - A session that began without data has `T::default()`. So has one whose data `T` can't be read
///   from, because `T` has changed since: the next update writes it anew. Give new fields a
///   `#[serde(default)]`, and let the default be what allows the least.
/// - It goes on under a new id with [`renew`](super::Sessions::renew), and ends with the session.
/// - Whoever has no session gets 401 with all challenges, callers with a token among them: take
///   `Option<SessionData<T>>` where both are served.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "handlers take it apart")]
pub struct SessionData<T>(pub T);

impl<T> Deref for SessionData<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> DerefMut for SessionData<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

/// Why data was not kept with a session. In axum it is a response: 400 for what is too large, which
/// is mostly the caller's doing, 503 for an outage, 500 for what can't be written.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotKept {
    /// It would be more than a session holds.
    #[error(
        "the data of a session would be larger than 4 KiB: keep it elsewhere, and its name here"
    )]
    TooLarge,
    /// JSON can't say it: a map whose keys are no text, say.
    #[error("the data of a session can't be written as JSON: {0}")]
    NotJson(Box<str>),
    /// The store is down.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

/// What is kept as these bytes; the default where `T` can't be read from them.
pub(crate) fn read<T: DeserializeOwned + Default>(bytes: &[u8]) -> T {
    serde_json::from_slice(bytes).unwrap_or_default()
}

pub(crate) fn write(data: &impl Serialize) -> Result<Box<[u8]>, NotKept> {
    let bytes = serde_json::to_vec(data).map_err(|why| NotKept::NotJson(why.to_string().into()))?;
    if bytes.len() > LARGEST {
        return Err(NotKept::TooLarge);
    }
    Ok(bytes.into())
}

/// What `change` says and makes of the data.
pub(super) fn changed<T, R>(
    bytes: &[u8],
    change: &mut impl FnMut(&mut T) -> R,
) -> Result<(R, Box<[u8]>), NotKept>
where
    T: Serialize + DeserializeOwned + Default,
{
    let mut data = read(bytes);
    let said = change(&mut data);
    Ok((said, write(&data)?))
}

const LARGEST: usize = 4 * 1024;
