//! Which family of fields and statuses a service speaks.

use http::StatusCode;
use http::header::{self, HeaderName};

/// Whether the service is what the client talks to, or a proxy on the way
/// ([RFC 9110 §11.7](https://www.rfc-editor.org/rfc/rfc9110#section-11.7)).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "HTTP has these two")]
pub enum Target {
    /// `Authorization`, 401, `WWW-Authenticate`.
    #[default]
    Origin,
    /// `Proxy-Authorization`, 407, `Proxy-Authenticate`.
    Proxy,
}

impl Target {
    /// The request field that carries credentials.
    #[must_use]
    pub const fn credentials_field(self) -> HeaderName {
        match self {
            Self::Origin => header::AUTHORIZATION,
            Self::Proxy => header::PROXY_AUTHORIZATION,
        }
    }

    /// The response field that carries challenges.
    #[must_use]
    pub const fn challenge_field(self) -> HeaderName {
        match self {
            Self::Origin => header::WWW_AUTHENTICATE,
            Self::Proxy => header::PROXY_AUTHENTICATE,
        }
    }

    /// The response field for what is said after credentials were accepted.
    #[must_use]
    pub const fn info_field(self) -> HeaderName {
        match self {
            Self::Origin => HeaderName::from_static("authentication-info"),
            Self::Proxy => HeaderName::from_static("proxy-authentication-info"),
        }
    }

    /// The status that asks for credentials.
    #[must_use]
    pub const fn challenge_status(self) -> StatusCode {
        match self {
            Self::Origin => StatusCode::UNAUTHORIZED,
            Self::Proxy => StatusCode::PROXY_AUTHENTICATION_REQUIRED,
        }
    }
}
