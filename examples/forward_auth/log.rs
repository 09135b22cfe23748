//! What an operator sees, one line for each thing on standard error. No line holds a secret, and what
//! came from outside can't begin a new one.

use tower_auth::observe::Event;

/// Refusals and outages. Who gets in is the access log's to tell.
pub(crate) fn observe(event: &Event<'_>) {
    match event {
        Event::Refused { rejection, status, identity, .. } => {
            let scheme = rejection.scheme().map_or("no scheme", |scheme| scheme.as_str());
            let whom = identity.map_or("nobody known", |identity| identity.subject());
            let detail = rejection.detail().unwrap_or_default();
            note(&format!("refused {status}: {}, {scheme}, {whom} {detail}", event.code()));
        }
        Event::AccountAttacked { account, source, failures, .. } => {
            note(&format!("`{account}` is guessed at: {failures} failures, last from {source}"));
        }
        Event::SourceLimited { source, failures, .. } => {
            note(&format!("{source} guesses: {failures} failures"));
        }
        Event::KeysUnavailable { source, why, .. } => note(&format!("no keys of {source}: {why}")),
        Event::KeyLeftOut { source, why, .. } => note(&format!("a key of {source}: {why}")),
        Event::UsersUnavailable { source, why, .. } => note(&format!("users in {source}: {why}")),
        Event::Authenticated { .. }
        | Event::Anonymous
        | Event::Permitted { .. }
        | Event::KeysRefreshed { .. }
        | Event::UsersRefreshed { .. }
        | _ => {}
    }
}

pub(crate) fn note(text: &str) {
    eprintln!("{}", text.trim_end().replace(char::is_control, " "));
}
