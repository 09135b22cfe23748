//! The one table from kinds of refusal to what HTTP and gRPC say of them.

use http::StatusCode;

use super::Target;
use crate::rejection::RejectionKind;

/// Whose challenges a refusal carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Challenges {
    /// None: the client is known, or nothing it could present would help.
    None,
    /// Only what the attempted scheme has to say of a 403.
    Attempted,
    /// Every scheme's.
    All,
}

/// A fixed answer, in both forms.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) title: &'static str,
    pub(crate) detail: &'static str,
    pub(crate) problem: &'static str,
    pub(crate) text: &'static str,
}

macro_rules! answer {
    ($status:literal, $title:literal, $detail:literal) => {
        Answer {
            title: $title,
            detail: $detail,
            problem: concat!(
                "{\"title\":\"",
                $title,
                "\",\"status\":",
                $status,
                ",\"detail\":\"",
                $detail,
                "\"}\n"
            ),
            text: concat!($status, " ", $title, ": ", $detail, "\n"),
        }
    };
}

/// The HTTP status of a refusal.
pub(crate) const fn status(kind: RejectionKind, target: Target) -> StatusCode {
    match kind {
        RejectionKind::NoCredentials
        | RejectionKind::UnsupportedScheme
        | RejectionKind::InvalidCredentials
        | RejectionKind::InsufficientAuthentication => target.challenge_status(),
        RejectionKind::InvalidRequest | RejectionKind::InsecureConnection => {
            StatusCode::BAD_REQUEST
        }
        RejectionKind::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        RejectionKind::TooManyAttempts => StatusCode::TOO_MANY_REQUESTS,
        RejectionKind::InsufficientScope | RejectionKind::NotPermitted => StatusCode::FORBIDDEN,
        RejectionKind::Concealed => StatusCode::NOT_FOUND,
        RejectionKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        RejectionKind::Misconfigured => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// The gRPC status code of a refusal: 16 `UNAUTHENTICATED`, 7 `PERMISSION_DENIED`,
/// 8 `RESOURCE_EXHAUSTED`, 12 `UNIMPLEMENTED` (what an unknown method gets), 13 `INTERNAL`,
/// 14 `UNAVAILABLE`.
///
/// Malformed credentials are 16: gRPC has no status for a malformed call, and the client's next
/// move is the same. Throttling is 8 and not 14, which clients repeat at once.
pub(crate) const fn grpc_status(kind: RejectionKind) -> &'static str {
    match kind {
        RejectionKind::NoCredentials
        | RejectionKind::UnsupportedScheme
        | RejectionKind::InvalidCredentials
        | RejectionKind::InvalidRequest
        | RejectionKind::InsecureConnection
        | RejectionKind::InsufficientAuthentication => "16",
        RejectionKind::InsufficientScope | RejectionKind::NotPermitted => "7",
        RejectionKind::BodyTooLarge | RejectionKind::TooManyAttempts => "8",
        RejectionKind::Concealed => "12",
        RejectionKind::Unavailable => "14",
        RejectionKind::Misconfigured => "13",
    }
}

/// Whose challenges a refusal carries.
pub(crate) const fn challenges(kind: RejectionKind) -> Challenges {
    match kind {
        RejectionKind::NoCredentials
        | RejectionKind::UnsupportedScheme
        | RejectionKind::InvalidCredentials
        | RejectionKind::InvalidRequest
        | RejectionKind::InsufficientAuthentication => Challenges::All,
        RejectionKind::InsufficientScope => Challenges::Attempted,
        RejectionKind::InsecureConnection
        | RejectionKind::BodyTooLarge
        | RejectionKind::TooManyAttempts
        | RejectionKind::NotPermitted
        | RejectionKind::Concealed
        | RejectionKind::Unavailable
        | RejectionKind::Misconfigured => Challenges::None,
    }
}

/// What a refusal says in words. `None` for a concealment, which says nothing, as a router does of
/// a path that it doesn't have.
pub(crate) const fn answer(kind: RejectionKind, target: Target) -> Option<&'static Answer> {
    Some(match kind {
        RejectionKind::NoCredentials => match target {
            Target::Origin => &NO_CREDENTIALS,
            Target::Proxy => &PROXY_NO_CREDENTIALS,
        },
        RejectionKind::UnsupportedScheme => match target {
            Target::Origin => &UNSUPPORTED_SCHEME,
            Target::Proxy => &PROXY_UNSUPPORTED_SCHEME,
        },
        RejectionKind::InvalidCredentials => match target {
            Target::Origin => &INVALID_CREDENTIALS,
            Target::Proxy => &PROXY_INVALID_CREDENTIALS,
        },
        RejectionKind::InsufficientAuthentication => match target {
            Target::Origin => &STEP_UP,
            Target::Proxy => &PROXY_STEP_UP,
        },
        RejectionKind::InvalidRequest => &INVALID_REQUEST,
        RejectionKind::InsecureConnection => &INSECURE_CONNECTION,
        RejectionKind::BodyTooLarge => &BODY_TOO_LARGE,
        RejectionKind::TooManyAttempts => &TOO_MANY_ATTEMPTS,
        RejectionKind::InsufficientScope => &INSUFFICIENT_SCOPE,
        RejectionKind::NotPermitted => &NOT_PERMITTED,
        RejectionKind::Concealed => return None,
        RejectionKind::Unavailable => &UNAVAILABLE,
        RejectionKind::Misconfigured => &MISCONFIGURED,
    })
}

static NO_CREDENTIALS: Answer = answer!(
    401,
    "Unauthorized",
    "No credentials were presented. The WWW-Authenticate field says how to present them."
);
static PROXY_NO_CREDENTIALS: Answer = answer!(
    407,
    "Proxy Authentication Required",
    "No credentials were presented. The Proxy-Authenticate field says how to present them."
);
static UNSUPPORTED_SCHEME: Answer = answer!(
    401,
    "Unauthorized",
    "This authentication scheme is not taken here. The WWW-Authenticate field lists those that are."
);
static PROXY_UNSUPPORTED_SCHEME: Answer = answer!(
    407,
    "Proxy Authentication Required",
    "This authentication scheme is not taken here. The Proxy-Authenticate field lists those that \
     are."
);
static INVALID_CREDENTIALS: Answer =
    answer!(401, "Unauthorized", "The credentials presented are not valid.");
static PROXY_INVALID_CREDENTIALS: Answer =
    answer!(407, "Proxy Authentication Required", "The credentials presented are not valid.");
static STEP_UP: Answer =
    answer!(401, "Unauthorized", "A stronger or more recent authentication is needed.");
static PROXY_STEP_UP: Answer = answer!(
    407,
    "Proxy Authentication Required",
    "A stronger or more recent authentication is needed."
);
static INVALID_REQUEST: Answer = answer!(
    400,
    "Bad Request",
    "The request carries its credentials in a malformed or ambiguous way."
);
static INSECURE_CONNECTION: Answer = answer!(
    400,
    "Bad Request",
    "This service takes credentials over a secured connection only. Use https."
);
static BODY_TOO_LARGE: Answer = answer!(
    413,
    "Content Too Large",
    "The request body is larger than this service reads to find credentials."
);
static TOO_MANY_ATTEMPTS: Answer =
    answer!(429, "Too Many Requests", "Too many failed attempts. Retry-After says when to go on.");
static INSUFFICIENT_SCOPE: Answer =
    answer!(403, "Forbidden", "This request needs a scope that you were not granted.");
static NOT_PERMITTED: Answer = answer!(403, "Forbidden", "You may not do this.");
static UNAVAILABLE: Answer = answer!(
    503,
    "Service Unavailable",
    "What is needed to decide on this request can't be reached now. Retry-After says when to try \
     again."
);
static MISCONFIGURED: Answer = answer!(
    500,
    "Internal Server Error",
    "This service is not set up to decide who may pass. Its log says what is missing, by the \
     feature `tracing` or an observer."
);
