//! What all contenders share: the request as a server builds it, the service inside, and how both
//! are driven.

#![allow(
    dead_code,
    clippy::allow_attributes,
    clippy::panic,
    reason = "each of the binaries uses a part of it, and a benchmark may panic"
)]
#![expect(clippy::expect_used, reason = "a benchmark may panic")]

pub(crate) mod cases;

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::hint::black_box;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::{BufMut, Bytes, BytesMut};
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode, Uri, Version};
use http_body::Body;
use http_body_util::Full;
use serde::Serialize;
use tower::Service;

/// A request as a server has it before it makes a [`Request`]: one shared buffer with the bytes,
/// and where the path, the names and the values are in it.
#[derive(Clone)]
pub(crate) struct Wire {
    path: Bytes,
    fields: Vec<(Bytes, HeaderValue)>,
}

impl Wire {
    /// A `GET` with eight usual fields, and `Authorization` if there is one.
    pub(crate) fn new(authorization: Option<&str>) -> Self {
        let fields = USUAL.into_iter().chain(authorization.map(|value| ("authorization", value)));
        let fields = fields.map(|(name, value)| {
            let value = HeaderValue::from_maybe_shared(Bytes::copy_from_slice(value.as_bytes()));
            (Bytes::from_static(name.as_bytes()), value.expect("valid"))
        });
        Self { path: Bytes::from_static(PATH.as_bytes()), fields: fields.collect() }
    }

    /// The same with one more field.
    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        let value = HeaderValue::from_maybe_shared(Bytes::copy_from_slice(value.as_bytes()));
        self.fields.push((Bytes::from_static(name.as_bytes()), value.expect("valid")));
        self
    }

    /// Does what hyper does: parses the path, makes room for the fields, parses their names and
    /// takes slices of the buffer as values.
    pub(crate) fn request(&self) -> Request<Full<Bytes>> {
        let mut headers = HeaderMap::with_capacity(self.fields.len());
        for (name, value) in &self.fields {
            headers.append(HeaderName::from_bytes(name).expect("valid"), value.clone());
        }
        let mut request = Request::new(Full::default());
        *request.uri_mut() = Uri::from_maybe_shared(self.path.clone()).expect("valid");
        *request.version_mut() = Version::HTTP_11;
        *request.headers_mut() = headers;
        request
    }
}

/// The service inside: answers 200 with a small struct as JSON, just as `axum::Json` does.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Orders;

#[derive(Serialize)]
struct Order {
    id: u64,
    customer: &'static str,
    total_cents: u64,
    paid: bool,
}

impl<B> Service<Request<B>> for Orders {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<B>) -> Self::Future {
        let order = Order { id: 4711, customer: "c-17", total_cents: 129_900, paid: true };
        let mut json = BytesMut::with_capacity(128).writer();
        serde_json::to_writer(&mut json, &order).expect("an order is JSON");
        let mut response = Response::new(Full::new(json.into_inner().freeze()));
        let json = HeaderValue::from_static("application/json");
        response.headers_mut().insert(CONTENT_TYPE, json);
        ready(Ok(response))
    }
}

/// One exchange, without a runtime: builds the request, asks whether the service is ready, calls
/// it, reads the body to its end and drops the lot.
pub(crate) fn exchange<S, B>(service: &mut S, wire: &Wire) -> StatusCode
where
    S: Service<Request<Full<Bytes>>, Response = Response<B>>,
    B: Body,
{
    answer(service, wire.request())
}

/// [`exchange`], for a request that is there already.
pub(crate) fn answer<S, B>(service: &mut S, request: Request<Full<Bytes>>) -> StatusCode
where
    S: Service<Request<Full<Bytes>>, Response = Response<B>>,
    B: Body,
{
    let cx = &mut Context::from_waker(Waker::noop());
    assert!(service.poll_ready(cx).is_ready(), "the service is always ready");
    let mut future = pin!(service.call(request));
    let answer = match future.as_mut().poll(cx) {
        Poll::Ready(Ok(response)) => Some(response),
        Poll::Ready(Err(_)) | Poll::Pending => None,
    };
    let (head, body) = answer.expect("the answer is there at once").into_parts();
    let mut body = pin!(body);
    while let Poll::Ready(Some(_)) = body.as_mut().poll_frame(cx) {}
    head.status
}

/// Times [`exchange`], after a look at whether the contender does what is wanted.
pub(crate) fn timed<S, B>(
    group: &mut BenchmarkGroup<'_, WallTime>,
    name: &str,
    mut service: S,
    wire: &Wire,
    want: StatusCode,
) where
    S: Service<Request<Full<Bytes>>, Response = Response<B>>,
    B: Body,
{
    assert_eq!(exchange(&mut service, wire), want, "{name}");
    group.bench_function(name, |b| b.iter(|| exchange(&mut service, black_box(wire))));
}

/// The settings of all groups.
pub(crate) fn criterion() -> Criterion {
    Criterion::default()
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2))
}

pub(crate) const PATH: &str = "/v1/orders/4711?expand=customer";

/// What a client and the proxy before the service send.
const USUAL: [(&str, &str); 8] = [
    ("host", "orders.example"),
    ("user-agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"),
    ("accept", "application/json, text/plain, */*"),
    ("accept-language", "en-GB,en;q=0.5"),
    ("accept-encoding", "gzip, deflate, br, zstd"),
    ("connection", "keep-alive"),
    ("x-forwarded-for", "192.0.2.44"),
    ("x-request-id", "0190c3a4-7d1e-7c3b-9a52-5f1d2b6e8c11"),
];
