//! What a scheme says after it has let a request through.

use std::fmt;

use http::{HeaderMap, HeaderValue, StatusCode};

use crate::header::AuthenticationInfo;
use crate::respond::Target;

/// What a scheme still has to say in the answer to a request that it let through:
/// `Authentication-Info`, a renewed cookie.
///
/// Handed over with [`Outcome::finish`](super::Outcome::finish). It runs once the inner service has
/// answered, whatever the status is
/// ([RFC 9110 §11.6.3](https://www.rfc-editor.org/rfc/rfc9110#section-11.6.3)), and not at all if
/// the service fails or the client goes away.
pub trait Finish: Send + 'static {
    /// Whether it wants to see the answer's content. It gets it only from a layer that
    /// [buffers](crate::authenticate::Builder::build_buffering), and only if the content's length
    /// is known and within the limit of that layer.
    fn needs_content(&self) -> bool {
        false
    }

    /// Adds to the answer.
    fn finish(self: Box<Self>, answer: &mut Answered<'_>);
}

/// The answer of the inner service, on its way out.
pub struct Answered<'a> {
    status: StatusCode,
    headers: &'a mut HeaderMap,
    content: Option<&'a [u8]>,
    target: Target,
}

impl<'a> Answered<'a> {
    pub(crate) fn new(
        status: StatusCode,
        headers: &'a mut HeaderMap,
        content: Option<&'a [u8]>,
        target: Target,
    ) -> Self {
        Self { status, headers, content, target }
    }

    /// The status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The fields, to add to.
    pub fn headers(&mut self) -> &mut HeaderMap {
        self.headers
    }

    /// The content, where it [was asked for](Finish::needs_content) and could be had.
    #[must_use]
    pub fn content(&self) -> Option<&[u8]> {
        self.content
    }

    /// Sets `Authentication-Info`; on a proxy `Proxy-Authentication-Info`.
    pub fn authentication_info(&mut self, info: AuthenticationInfo) {
        self.headers.insert(self.target.info_field(), HeaderValue::from(info));
    }
}

impl fmt::Debug for Answered<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answered").field("status", &self.status).finish_non_exhaustive()
    }
}

impl fmt::Debug for dyn Finish {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Finish")
    }
}
