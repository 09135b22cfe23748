//! Stable codes for why a request was refused. They appear in events and in
//! [`Rejection::reason`](super::Rejection::reason), never on the wire.

/// Nothing was presented.
pub const NO_CREDENTIALS: &str = "no_credentials";
/// `Authorization` names a scheme that this service does not take.
pub const UNSUPPORTED_SCHEME: &str = "unsupported_scheme";
/// Credentials in more than one place, or more than one `Authorization` line.
pub const SEVERAL_CREDENTIALS: &str = "several_credentials";
/// The credentials do not follow their grammar.
pub const MALFORMED_CREDENTIALS: &str = "malformed_credentials";
/// The credentials are longer than the service reads.
pub const CREDENTIALS_TOO_LARGE: &str = "credentials_too_large";
/// The body is longer than the service reads to find credentials.
pub const BODY_TOO_LARGE: &str = "body_too_large";
/// The connection is not secured.
pub const INSECURE_CONNECTION: &str = "insecure_connection";
/// No such user.
pub const UNKNOWN_USER: &str = "unknown_user";
/// The user exists, the password is another.
pub const WRONG_PASSWORD: &str = "wrong_password";
/// The password is right, and the nonce has expired or is not one of ours.
pub const STALE_NONCE: &str = "stale_nonce";
/// The password is right, and this use of the nonce was seen before.
pub const NONCE_REUSED: &str = "nonce_reused";
/// Digest credentials for another algorithm, realm or quality of protection than is offered.
pub const NOT_OFFERED: &str = "not_offered";
/// Digest credentials for another target than that of the request.
pub const WRONG_URI: &str = "wrong_uri";
/// The cookie names no session: it has ended, or never was.
pub const SESSION_ENDED: &str = "session_ended";
/// The session goes on under another id.
pub const SESSION_RENEWED: &str = "session_renewed";
/// The password, or what else a login rests on, was changed after the login.
pub const CREDENTIALS_CHANGED: &str = "credentials_changed";
/// More data than a session holds.
pub const SESSION_DATA_TOO_LARGE: &str = "session_data_too_large";
/// Data that can't be kept with a session.
pub const SESSION_DATA_NOT_JSON: &str = "session_data_not_json";
/// A handler asks for the data of a session, and no scheme knows sessions.
pub const NO_SESSIONS: &str = "no_sessions";
/// The user exists and may not log in with a password now.
pub const ACCOUNT_LOCKED: &str = "account_locked";
/// The user exists, and what is stored of the password can't be used.
pub const UNUSABLE_HASH: &str = "unusable_hash";
/// No such API key.
pub const UNKNOWN_KEY: &str = "unknown_key";
/// No such opaque token.
pub const UNKNOWN_TOKEN: &str = "unknown_token";
/// The token was revoked, or its session or its subject's earlier tokens were.
pub const TOKEN_REVOKED: &str = "token_revoked";
/// The authorization server says that the token is not active.
pub const TOKEN_INACTIVE: &str = "token_inactive";
/// Not a compact JWS, or its parts are not what they must be.
pub const MALFORMED_TOKEN: &str = "malformed_token";
/// The signature algorithm is not on the allow-list.
pub const ALGORITHM_NOT_ALLOWED: &str = "algorithm_not_allowed";
/// No key of this issuer fits the token.
pub const NO_MATCHING_KEY: &str = "no_matching_key";
/// The signature does not verify.
pub const BAD_SIGNATURE: &str = "bad_signature";
/// `exp` has passed.
pub const TOKEN_EXPIRED: &str = "token_expired";
/// `nbf` (or `iat`) lies ahead.
pub const TOKEN_NOT_YET_VALID: &str = "token_not_yet_valid";
/// `iss` is missing or another one.
pub const WRONG_ISSUER: &str = "wrong_issuer";
/// `aud` is missing or does not name this service.
pub const WRONG_AUDIENCE: &str = "wrong_audience";
/// `typ` is not what the verifier expects.
pub const WRONG_TYPE: &str = "wrong_type";
/// The header asks for an extension: `crit`, `b64`, `zip`, `enc`.
pub const CRITICAL_EXTENSION: &str = "critical_extension";
/// A required claim is missing or has the wrong JSON type.
pub const BAD_CLAIM: &str = "bad_claim";
/// The token is bound to a key or certificate that this scheme does not check.
pub const BOUND_TOKEN: &str = "bound_token";
/// Too many failed attempts.
pub const TOO_MANY_ATTEMPTS: &str = "too_many_attempts";
/// The caller is known and may not.
pub const NOT_PERMITTED: &str = "not_permitted";
/// A web page of another origin sent the request.
pub const FOREIGN_ORIGIN: &str = "foreign_origin";
/// The token lacks a scope.
pub const INSUFFICIENT_SCOPE: &str = "insufficient_scope";
/// The caller must authenticate more strongly, or more recently.
pub const INSUFFICIENT_AUTHENTICATION: &str = "insufficient_authentication";
/// Whether the credentials are good can't be known now.
pub const UNAVAILABLE: &str = "unavailable";
/// A guarded route has no `AuthenticateLayer` in front of it.
pub const NO_FRONT_DOOR: &str = "no_front_door";
/// Attempts are limited by where they come from, and the server does not say it.
pub const NO_SOURCE: &str = "no_source";
/// A handler asks for claims of a type that no scheme attaches.
pub const CLAIMS_NOT_ATTACHED: &str = "claims_not_attached";
