//! The kinds of refusal.

/// What kind of refusal this is. One table in the response writer maps it to a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RejectionKind {
    /// Nothing was presented: 401, bare challenges.
    NoCredentials,
    /// A scheme was named that this service does not take: 401, bare challenges.
    UnsupportedScheme,
    /// Something was presented and it is bad: 401.
    InvalidCredentials,
    /// The request is malformed (RFC 6750 `invalid_request`): 400.
    InvalidRequest,
    /// Credentials would travel readably: 400, and no challenge that would ask for them.
    InsecureConnection,
    /// The body that should hold credentials is too large: 413.
    BodyTooLarge,
    /// Too many failed attempts: 429.
    TooManyAttempts,
    /// Known, but not strongly or recently enough (RFC 9470): 401.
    InsufficientAuthentication,
    /// Known, but the token lacks a scope (RFC 6750 `insufficient_scope`): 403.
    InsufficientScope,
    /// Known, and may not: 403.
    NotPermitted,
    /// May not even know that it exists: 404.
    Concealed,
    /// Can't be known now: 503.
    Unavailable,
    /// The service is wired wrongly: 500.
    Misconfigured,
}

/// Whose move it is after a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "there are two sides")]
pub enum Fault {
    /// The caller must change something.
    Caller,
    /// Whoever runs the service must.
    Operator,
}

impl RejectionKind {
    /// A stable name that the client may read, in the style of OAuth's error codes.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoCredentials => "no_credentials",
            Self::UnsupportedScheme => "unsupported_scheme",
            Self::InvalidCredentials => "invalid_credentials",
            Self::InvalidRequest => "invalid_request",
            Self::InsecureConnection => "insecure_connection",
            Self::BodyTooLarge => "body_too_large",
            Self::TooManyAttempts => "too_many_attempts",
            Self::InsufficientAuthentication => "insufficient_authentication",
            Self::InsufficientScope => "insufficient_scope",
            Self::NotPermitted => "not_permitted",
            Self::Concealed => "not_found",
            Self::Unavailable => "unavailable",
            Self::Misconfigured => "misconfigured",
        }
    }

    /// Whose move it is.
    #[must_use]
    pub const fn fault(self) -> Fault {
        match self {
            Self::NoCredentials
            | Self::UnsupportedScheme
            | Self::InvalidCredentials
            | Self::InvalidRequest
            | Self::InsecureConnection
            | Self::BodyTooLarge
            | Self::TooManyAttempts
            | Self::InsufficientAuthentication
            | Self::InsufficientScope
            | Self::NotPermitted
            | Self::Concealed => Fault::Caller,
            Self::Unavailable | Self::Misconfigured => Fault::Operator,
        }
    }
}
