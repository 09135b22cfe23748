//! Callers to try the service with: as `curl` commands and on the page.

use std::fmt::Write as _;
use std::time::Duration;

use serde::Serialize;
use tower_auth::testing::TokenMaker;

/// Somebody who sends a request.
#[derive(Serialize)]
pub(crate) struct Caller {
    id: &'static str,
    about: &'static str,
    /// `name:password`, sent with Basic.
    user: Option<&'static str>,
    /// Header fields with other credentials.
    fields: Vec<(&'static str, String)>,
}

pub(crate) fn callers(idp: &TokenMaker) -> Vec<Caller> {
    let day = Duration::from_secs(24 * 60 * 60);
    let reader = idp.token("reader").scope("orders:read").expires_in(day).sign();
    let guest = idp.token("guest").expires_in(day).sign();
    let expired = idp.token("reader").scope("orders:read").expired().sign();
    let caller = |id, about, user, fields| Caller { id, about, user, fields };
    let bearer = |token: String| vec![("authorization", format!("Bearer {token}"))];
    let key = || vec![("x-api-key", "key-of-robot-1".to_owned())];
    let digest = vec![("authorization", "Digest username=\"alice\"".to_owned())];
    vec![
        caller("nobody", "sends no credentials at all", None, vec![]),
        caller("alice", "a password, and the role admin", Some("alice:wonderland"), vec![]),
        caller("bob", "a password, and no role", Some("bob:builder"), vec![]),
        caller("wrong password", "says to be alice, and guesses", Some("alice:12345"), vec![]),
        caller("reader", "a token with the scope orders:read", None, bearer(reader)),
        caller("guest", "a token without any scope", None, bearer(guest)),
        caller("expired", "a token that was good an hour ago", None, bearer(expired)),
        caller("robot", "an API key in a header field of its own", None, key()),
        caller("two at once", "a password and an API key", Some("alice:wonderland"), key()),
        caller("Digest", "a scheme that this service does not take", None, digest),
    ]
}

/// The page, with the callers in it.
pub(crate) fn page(callers: &[Caller]) -> serde_json::Result<String> {
    Ok(include_str!("page.html").replace("{{callers}}", &serde_json::to_string(callers)?))
}

/// Two lines for each outcome, ready to paste, with nothing else between them:
///
/// ```text
/// # 401: no credentials
/// curl -i http://127.0.0.1:3000/me
/// ```
///
/// A line that begins with `# ` has the status, a colon, and why. The line after it is the command.
/// An empty line stands before the first pair and after the last.
pub(crate) fn commands(callers: &[Caller], origin: &str) -> String {
    let mut text = String::new();
    for (status, why, path, id) in OUTCOMES {
        let mut command = "curl -i".to_owned();
        for caller in callers.iter().filter(|caller| caller.id == id) {
            if let Some(user) = caller.user {
                command += &format!(" -u {user}");
            }
            for (name, value) in &caller.fields {
                command += &format!(" -H '{name}: {value}'");
            }
        }
        let _ = writeln!(text, "# {status}: {why}\n{command} {origin}{path}");
    }
    text
}

const OUTCOMES: [(u16, &str, &str, &str); 16] = [
    (200, "a public route", "/public", "nobody"),
    (401, "no credentials", "/me", "nobody"),
    (200, "Basic", "/me", "alice"),
    (401, "wrong password", "/me", "wrong password"),
    (200, "Bearer", "/me", "reader"),
    (401, "the token has expired", "/me", "expired"),
    (200, "API key", "/me", "robot"),
    (400, "two credentials at once", "/me", "two at once"),
    (401, "a scheme that is not taken here", "/me", "Digest"),
    (200, "the token has the scope", "/orders", "reader"),
    (403, "the token lacks the scope", "/orders", "guest"),
    (200, "alice has the role", "/admin", "alice"),
    (403, "bob lacks the role", "/admin", "bob"),
    (200, "Basic, where nothing else is taken", "/basic", "alice"),
    (401, "a token, where only Basic is taken", "/basic", "reader"),
    (401, "a password, where only Bearer is taken", "/bearer", "alice"),
];
