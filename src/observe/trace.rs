//! Decisions as `tracing` events: the only file that names the `tracing` crate.

use std::sync::Arc;

use tracing::{debug, error, info, warn};

use super::{Event, Observer};
use crate::rejection::{Rejection, RejectionKind};

pub(crate) fn default_observer() -> Option<Arc<dyn Observer>> {
    Some(Arc::new(Trace))
}

/// Refusals at `info` (a plain lack of credentials at `debug`), outages at `warn`, a wrong wiring
/// at `error`, the rest at `debug`. Names of people are left out.
struct Trace;

impl Observer for Trace {
    #[cfg_attr(
        feature = "tower-sessions",
        expect(
            clippy::cognitive_complexity,
            reason = "with its `log` on, each macro of tracing is several branches"
        )
    )]
    fn on_event(&self, event: &Event<'_>) {
        match event {
            Event::Authenticated { identity } | Event::Permitted { identity } => {
                debug!(code = event.code(), scheme = identity.scheme().as_str(), "admitted");
            }
            Event::Anonymous => debug!(code = event.code(), "admitted"),
            Event::Refused { rejection, status, .. } => refused(rejection, status.as_u16()),
            Event::AccountAttacked { source, failures, .. } => {
                warn!(code = event.code(), %source, failures, "an account is guessed at");
            }
            Event::SourceLimited { source, failures } => {
                warn!(code = event.code(), %source, failures, "a source guesses");
            }
            Event::KeysRefreshed { source, keys } => {
                debug!(code = event.code(), source, keys, "keys refreshed");
            }
            Event::KeysUnavailable { source, why, failures, retry_after } => {
                warn!(code = event.code(), source, why, failures, ?retry_after, "no new keys");
            }
            Event::KeyLeftOut { source, why } => {
                warn!(code = event.code(), source, why, "a key can't be used");
            }
            Event::UsersRefreshed { source, users } => {
                debug!(code = event.code(), source, users, "users refreshed");
            }
            Event::UsersUnavailable { source, why, failures, retry_after } => {
                warn!(code = event.code(), source, why, failures, ?retry_after, "no new users");
            }
        }
    }
}

#[cfg_attr(
    feature = "tower-sessions",
    expect(
        clippy::cognitive_complexity,
        reason = "with its `log` on, each macro of tracing is several branches"
    )
)]
fn refused(rejection: &Rejection, status: u16) {
    let code = rejection.reason();
    let scheme = rejection.scheme().map(crate::header::SchemeName::as_str);
    let detail = rejection.detail();
    match rejection.kind() {
        RejectionKind::NoCredentials => debug!(code, status, "refused"),
        RejectionKind::Unavailable => warn!(code, status, scheme, detail, "refused"),
        RejectionKind::Misconfigured => error!(code, status, detail, "refused"),
        RejectionKind::UnsupportedScheme
        | RejectionKind::InvalidCredentials
        | RejectionKind::InvalidRequest
        | RejectionKind::InsecureConnection
        | RejectionKind::BodyTooLarge
        | RejectionKind::TooManyAttempts
        | RejectionKind::InsufficientAuthentication
        | RejectionKind::InsufficientScope
        | RejectionKind::NotPermitted
        | RejectionKind::Concealed => info!(code, status, scheme, detail, "refused"),
    }
}
