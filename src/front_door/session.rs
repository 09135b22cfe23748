//! What a service keeps with the session of the caller.

use serde::de::DeserializeOwned;

use super::Auth;
#[cfg(feature = "axum")]
use super::Refused;
#[cfg(feature = "axum")]
use crate::header::SchemeName;
use crate::identity::Identity;
#[cfg(feature = "axum")]
use crate::rejection::{Rejection, RejectionKind, reason};
use crate::scheme::session::read_data;
use crate::store::SessionRecord;

impl Auth {
    /// What the service keeps with the session of the caller, as it was when the request came in.
    /// `None` if the caller has no session. See
    /// [`SessionData`](crate::scheme::session::SessionData).
    #[must_use]
    pub fn session_data<T: DeserializeOwned + Default>(&self) -> Option<T> {
        let session = self.identities().find_map(Identity::session::<SessionRecord>)?;
        Some(read_data(&session.data))
    }

    /// "I need a session for this." Where there can be none, that is the operator's fault.
    #[cfg(feature = "axum")]
    pub(crate) fn no_session(&self) -> Refused {
        if self.visit.door.schemes.any_named(&SchemeName::COOKIE) {
            return self.challenge();
        }
        let kind = RejectionKind::Misconfigured;
        self.refuse(Rejection::of(kind, reason::NO_SESSIONS).with_detail(
            "a handler asks for the data of a session, but the AuthenticateLayer has no \
             SessionCookie",
        ))
    }
}
