//! The one strict reader of the credentials of a request.

use http::{HeaderMap, HeaderName};

use super::credentials::Credentials;
use super::cursor::{Cursor, text};
use super::error::ParseError;
use super::scheme_name::SchemeName;

/// Reads the credentials of a request from its only field line called `name`, which is
/// `Authorization` or `Proxy-Authorization`.
///
/// `None` where there is no such line: only then was nothing presented. The size is checked before
/// anything is read; `max_bytes` is the largest allowed length of the field value, in bytes.
///
/// # Errors
///
/// When there are several lines, when the value is longer than `max_bytes`, or when it does not
/// begin with a scheme.
///
/// ```
/// use http::{HeaderMap, HeaderValue, header::AUTHORIZATION};
/// use tower_auth::header::{AuthorizationError, authorization};
///
/// let mut headers = HeaderMap::new();
/// assert!(authorization(&headers, &AUTHORIZATION, 16 * 1024)?.is_none());
///
/// headers.append(AUTHORIZATION, HeaderValue::from_static("Basic QWxhZGRpbjpvcGVu"));
/// let credentials = authorization(&headers, &AUTHORIZATION, 16 * 1024)?;
/// assert_eq!(credentials.map(|c| c.scheme()), Some("Basic"));
///
/// headers.append(AUTHORIZATION, HeaderValue::from_static("Basic Zm9vOmJhcg=="));
/// let refused = authorization(&headers, &AUTHORIZATION, 16 * 1024);
/// assert!(matches!(refused, Err(AuthorizationError::SeveralLines)));
/// # Ok::<(), AuthorizationError>(())
/// ```
pub fn authorization<'a>(
    headers: &'a HeaderMap,
    name: &HeaderName,
    max_bytes: usize,
) -> Result<Option<Credentials<'a>>, AuthorizationError> {
    let mut lines = headers.get_all(name).into_iter();
    let Some(line) = lines.next() else {
        return Ok(None);
    };
    // RFC 9110 §5.3: a field that is not a list must not have several lines, and no line of
    // several can be trusted to be the right one.
    if lines.next().is_some() {
        return Err(AuthorizationError::SeveralLines);
    }
    let value = line.as_bytes();
    if value.len() > max_bytes {
        return Err(AuthorizationError::TooLarge { scheme: scheme_of(value) });
    }
    Ok(Some(Credentials::parse(value)?))
}

/// Credentials of a request that are not read any further.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AuthorizationError {
    /// The value does not begin with a scheme.
    #[error("the credentials are malformed: {0}")]
    Malformed(#[from] ParseError),
    /// There is more than one field line.
    #[error("there is more than one field line with credentials")]
    SeveralLines,
    /// The value is longer than allowed.
    #[error("the credentials are larger than allowed")]
    TooLarge {
        /// The scheme, where the value begins with the name of one of at most 64 bytes.
        scheme: Option<SchemeName>,
    },
}

fn scheme_of(value: &[u8]) -> Option<SchemeName> {
    let start = value.get(..SCHEME_WINDOW).unwrap_or(value);
    let (scheme, after) = Cursor::new(start).token()?;
    after.byte(b' ')?;
    SchemeName::new(text(scheme)).ok()
}

/// How far a value that is too large is looked at: 64 bytes of a name and a space.
const SCHEME_WINDOW: usize = 65;
