//! Forms.

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, USER_AGENT};
use http::{HeaderMap, HeaderValue, Method, Request, Response};

use super::door::AGENT;
use super::{Address, Door, FetchError};

impl Door {
    /// Posts a form. The answer has any status; it is complete, and came in time.
    pub(crate) async fn post(
        &self,
        address: &Address,
        headers: HeaderMap,
        form: String,
    ) -> Result<Response<Bytes>, FetchError> {
        let mut request = Request::new(Bytes::from(form));
        *request.method_mut() = Method::POST;
        request.uri_mut().clone_from(&address.0);
        *request.headers_mut() = headers;
        let headers = request.headers_mut();
        headers.insert(USER_AGENT, HeaderValue::from_static(AGENT));
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
        if let Some(credentials) = headers.get_mut(AUTHORIZATION) {
            credentials.set_sensitive(true);
        }
        self.send(request).await
    }
}
