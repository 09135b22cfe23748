//! What came over the wire?
//!
//! The grammar of HTTP authentication, read and written; no policy.
//!
//! * [`parse_challenges`] and [`challenges_in`] read `WWW-Authenticate` and `Proxy-Authenticate`.
//! * [`Challenge`] writes one of them, and cannot be written malformed.
//! * [`authorization`] reads the [`Credentials`] of a request.
//! * [`AuthenticationInfo`] writes and reads what a server adds after it has accepted some.
//!
//! The readers follow [RFC 9110 §11](https://www.rfc-editor.org/rfc/rfc9110#section-11) to the
//! letter. They accept what the text tells recipients to accept (white space around `=`, empty
//! list elements, a token or a quoted string for any parameter) and nothing else. Where it leaves
//! room:
//!
//! * A name that occurs twice is an error, in challenges and in credentials.
//! * A parameter that follows a bare scheme and a comma (`Basic, realm="x"`), or a `token68`,
//!   belongs to no challenge and is an error.
//! * A scheme and what follows it are separated by spaces, never by a tab.
//! * No more than 64 challenges, 64 parameters of each, and 256 empty list elements are read.
//! * Bytes from 0x80 on in quoted strings are opaque.
//!
//! Reading allocates nothing, but to undo escapes when a value is asked for that has some.
//!
//! ```
//! use tower_auth::header::{ParseErrorKind, parse_challenges};
//!
//! let value = br#"Negotiate, Digest realm="a \"quoted\" realm", qop="auth", nonce="xyz=""#;
//! let challenges = parse_challenges(value).collect::<Result<Vec<_>, _>>()?;
//! assert_eq!(challenges.len(), 2);
//! assert_eq!(challenges[0].scheme(), "Negotiate");
//! assert_eq!(challenges[1].realm().as_deref(), Some(&br#"a "quoted" realm"#[..]));
//!
//! // No quote at the end, so nobody knows where the realm ends.
//! let refused = parse_challenges(br#"Basic realm="orders"#).next();
//! let kind = refused.and_then(Result::err).map(|error| error.kind());
//! assert_eq!(kind, Some(ParseErrorKind::UnterminatedString));
//! # Ok::<(), tower_auth::header::ParseError>(())
//! ```

mod authorization;
mod challenge;
mod cookie;
mod credentials;
mod cursor;
mod error;
mod info;
mod limits;
#[cfg_attr(feature = "axum", path = "original/axum.rs")]
#[cfg_attr(not(feature = "axum"), path = "original/plain.rs")]
mod original;
mod param_list;
mod params;
mod realm;
mod scan;
mod scheme_name;
mod table;
mod web_socket;
mod written;

#[cfg(test)]
mod tests;

pub use authorization::{AuthorizationError, authorization};
pub use challenge::{ChallengeRef, Challenges, challenges_in, parse_challenges};
#[cfg(feature = "sessions")]
pub(crate) use cookie::is_cookie_name;
pub(crate) use cookie::{SentCookie, cookie, without_cookie};
pub use credentials::Credentials;
pub use error::{InvalidChallenge, InvalidRealm, InvalidSchemeName, ParseError, ParseErrorKind};
pub use info::{AuthenticationInfo, AuthenticationInfoBuilder};
pub(crate) use original::original_uri;
pub use params::{Param, Params};
pub use realm::Realm;
pub use scheme_name::SchemeName;
pub(crate) use web_socket::{credentials_in, is_protocol, without_credentials};
pub use written::{Challenge, ChallengeBuilder};

use limits::MAX_PARAMS;

/// Whether `text` is exactly one `token68`.
pub(crate) fn is_token68(text: &str) -> bool {
    cursor::Cursor::new(text.as_bytes()).token68().is_some_and(|(_, after)| after.is_end())
}
