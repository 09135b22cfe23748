//! The service that answers with the document.

use std::convert::Infallible;
use std::future::Ready;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_MAX_AGE, ALLOW, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE,
};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use tower_service::Service;

use super::{MetadataBody, ResourceMetadata};

/// Answers with a [`ResourceMetadata`] document, whatever the path: mount it at
/// [`ResourceMetadata::path`]. See the [module](super).
///
/// | method | answer |
/// |---|---|
/// | `GET`, `HEAD` | 200, `application/json`, with `Cache-Control: public, max-age=…` |
/// | `OPTIONS` | 204; a CORS preflight is told that it may |
/// | others | 405 with `Allow` |
///
/// The document is public, and clients in browsers read it from any origin, so all answers have
/// `Access-Control-Allow-Origin: *`.
#[derive(Clone, Debug)]
pub struct MetadataService {
    headers: HeaderMap,
    document: Bytes,
}

impl MetadataService {
    pub(super) fn new(metadata: &ResourceMetadata) -> Self {
        let facts = &metadata.0;
        let cache = format!("public, max-age={}", facts.max_age.as_secs());
        let mut headers = HeaderMap::with_capacity(4);
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(CONTENT_LENGTH, facts.document.len().into());
        if let Ok(cache) = HeaderValue::try_from(cache) {
            headers.insert(CACHE_CONTROL, cache);
        }
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, ANY);
        Self { headers, document: facts.document.clone() }
    }

    fn answer(&self, method: &Method) -> Response<MetadataBody> {
        let mut response = Response::new(MetadataBody::default());
        if *method == Method::GET || *method == Method::HEAD {
            response.headers_mut().clone_from(&self.headers);
            if *method == Method::GET {
                *response.body_mut() = MetadataBody(self.document.clone());
            }
            return response;
        }
        let headers = response.headers_mut();
        headers.insert(ALLOW, METHODS);
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, ANY);
        if *method == Method::OPTIONS {
            // MCP clients in browsers send `MCP-Protocol-Version` along, which makes the request
            // one that browsers ask about before.
            headers.insert(ACCESS_CONTROL_ALLOW_METHODS, METHODS);
            headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, ANY);
            headers.insert(ACCESS_CONTROL_MAX_AGE, PREFLIGHT_MAX_AGE);
            *response.status_mut() = StatusCode::NO_CONTENT;
        } else {
            headers.insert(CONTENT_LENGTH, 0.into());
            *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
        }
        response
    }
}

impl<B> Service<Request<B>> for MetadataService {
    type Response = Response<MetadataBody>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        std::future::ready(Ok(self.answer(request.method())))
    }
}

const ANY: HeaderValue = HeaderValue::from_static("*");
const METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD, OPTIONS");
const PREFLIGHT_MAX_AGE: HeaderValue = HeaderValue::from_static("3600");
