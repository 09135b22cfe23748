//! The one place where a refusal becomes a response.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{
    CACHE_CONTROL, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, LOCATION, RETRY_AFTER,
};
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use super::negotiate::Negotiated;
use super::render::{ProblemDetails, Refusal, RefusalBody, Respond};
use super::table::{self, Challenges};
use super::{ChallengeList, Target};
use crate::rejection::{Rejection, RejectionKind};

/// Writes refusals: status, challenges, `Retry-After`, cache rules, body.
#[derive(Clone)]
pub(crate) struct Writer {
    pub(crate) target: Target,
    pub(crate) renderer: Arc<dyn Respond>,
}

impl Default for Writer {
    fn default() -> Self {
        Self { target: Target::Origin, renderer: Arc::new(ProblemDetails) }
    }
}

impl Writer {
    pub(crate) fn status(&self, rejection: &Rejection) -> StatusCode {
        table::status(rejection.kind(), self.target)
    }

    /// Writes `rejection`; `challenge` is asked for the challenges that it carries.
    pub(crate) fn write(
        &self,
        rejection: Rejection,
        negotiated: &Negotiated,
        challenge: impl FnOnce(&Rejection, Challenges, &mut ChallengeList<'_>),
    ) -> Response<Bytes> {
        // One allocation for the table and one for the entries; the usual refusal fits.
        let mut headers = HeaderMap::with_capacity(4);
        let whose = table::challenges(rejection.kind());
        if whose != Challenges::None {
            challenge(&rejection, whose, &mut ChallengeList::new(&mut headers, self.target));
        }
        for (name, value) in rejection.fields() {
            headers.append(name, value.clone());
        }
        // RFC 9111 §3: a refusal belongs to one request and is never stored; 404 would be
        // (RFC 9110 §15.1), and a challenge may hold a nonce.
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if negotiated.close {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        if let Some(after) = rejection.retry_after() {
            headers.insert(RETRY_AFTER, whole_seconds(after));
        }
        let (status, bytes) = match &negotiated.grpc {
            Some(content_type) => self.grpc(&rejection, content_type, &mut headers),
            None => self.http(&rejection, negotiated, &mut headers),
        };
        let mut response = Response::new(bytes);
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        if rejection.kind() != RejectionKind::NoCredentials {
            response.extensions_mut().insert(rejection);
        }
        response
    }

    /// Sends a person to the login page
    /// ([RFC 9110 §15.4.4](https://www.rfc-editor.org/rfc/rfc9110#section-15.4.4)).
    pub(crate) fn redirect(
        &self,
        rejection: Rejection,
        location: HeaderValue,
        negotiated: &Negotiated,
    ) -> Response<Bytes> {
        let mut response = Response::new(Bytes::new());
        *response.status_mut() = StatusCode::SEE_OTHER;
        let headers = response.headers_mut();
        for (name, value) in rejection.fields() {
            headers.append(name, value.clone());
        }
        headers.insert(LOCATION, location);
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if negotiated.close {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        response.extensions_mut().insert(rejection);
        response
    }

    fn http(
        &self,
        rejection: &Rejection,
        negotiated: &Negotiated,
        headers: &mut HeaderMap,
    ) -> (StatusCode, Bytes) {
        let status = self.status(rejection);
        let Some(answer) = table::answer(rejection.kind(), self.target) else {
            return (status, Bytes::new());
        };
        let refusal = Refusal { rejection, status, answer, negotiated };
        let RefusalBody { content_type, bytes } = self.renderer.body(&refusal);
        headers.insert(CONTENT_TYPE, content_type);
        if negotiated.head {
            // RFC 9110 §9.3.2: HEAD gets the fields of GET, without the content.
            headers.insert(CONTENT_LENGTH, bytes.len().into());
            return (status, Bytes::new());
        }
        (status, bytes)
    }

    /// A response of trailers only, as gRPC clients expect it: HTTP 200, the status in a field.
    /// With HTTP 401 they report a broken stream, and the reason is lost.
    fn grpc(
        &self,
        rejection: &Rejection,
        content_type: &HeaderValue,
        headers: &mut HeaderMap,
    ) -> (StatusCode, Bytes) {
        let status = HeaderValue::from_static(table::grpc_status(rejection.kind()));
        headers.insert(CONTENT_TYPE, content_type.clone());
        headers.insert(GRPC_STATUS, status);
        if let Some(answer) = table::answer(rejection.kind(), self.target) {
            let message = rejection.description().unwrap_or(answer.detail);
            let encoded = utf8_percent_encode(message, GRPC_MESSAGE_ESCAPES).to_string();
            if let Ok(message) = HeaderValue::try_from(encoded) {
                headers.insert(GRPC_MESSAGE, message);
            }
        }
        (StatusCode::OK, Bytes::new())
    }
}

/// [RFC 9110 §10.2.3](https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3): whole seconds, here
/// rounded up so that nobody comes back too early.
fn whole_seconds(after: Duration) -> HeaderValue {
    after.as_secs().saturating_add(u64::from(after.subsec_nanos() > 0)).into()
}

const GRPC_STATUS: HeaderName = HeaderName::from_static("grpc-status");
const GRPC_MESSAGE: HeaderName = HeaderName::from_static("grpc-message");

/// What the gRPC protocol percent-encodes in a message: all but `%x20-24` and `%x26-7E`.
const GRPC_MESSAGE_ESCAPES: &AsciiSet = &CONTROLS.add(b'%');
