//! Documents.

use bytes::Bytes;
use http::header::{ACCEPT, CACHE_CONTROL, USER_AGENT};
use http::{HeaderValue, Request, Response, StatusCode};

use super::door::AGENT;
use super::{Address, Door, FetchError, FetchErrorKind};

impl Door {
    /// Gets a document: 200, complete, and in time.
    pub(crate) async fn get(
        &self,
        address: &Address,
        accept: &'static str,
    ) -> Result<Response<Bytes>, FetchError> {
        let mut request = Request::new(Bytes::new());
        request.uri_mut().clone_from(&address.0);
        request.headers_mut().insert(ACCEPT, HeaderValue::from_static(accept));
        request.headers_mut().insert(USER_AGENT, HeaderValue::from_static(AGENT));
        // RFC 9111 §5.2.1.4: we ask when what we have is too old or lacks a key, so a cache on the
        // way must not answer without the origin.
        request.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        let response = self.send(request).await?;
        let status = response.status();
        if status == StatusCode::OK {
            return Ok(response);
        }
        let note = if status.is_redirection() { " (redirects are not followed)" } else { "" };
        Err(FetchError::of(
            FetchErrorKind::Answer,
            format!("{address} answered {}{note}", status.as_u16()),
        ))
    }
}
