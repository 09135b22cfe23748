//! A service behind a front door, and what every test asks of its answers.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::request::{Builder, Parts};
use http::{HeaderMap, Request, Response, StatusCode};
use http_body::{Body, Frame};
use http_body_util::BodyExt as _;
use tower::util::BoxCloneSyncService;
use tower::{Layer, Service, ServiceExt as _};
use tower_auth::authenticate::{Builder as DoorBuilder, SomeScheme};
use tower_auth::observe::{Event, Observer};
use tower_auth::rejection::Rejection;
use tower_auth::scheme::api_key::ApiKeys;
use tower_auth::scheme::basic::Users;
use tower_auth::scheme::{ApiKey, Basic, Bearer, IntoScheme};
use tower_auth::testing::{ReadRefusal, assert_refused};
use tower_auth::token::OpaqueTokens;
use tower_auth::{AuthenticateLayer, Principal};

/// RFC 7617 §2.
pub(crate) const ALADDIN: &str = "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==";
/// RFC 6750 §2.1.
pub(crate) const IMPORTER: &str = "Bearer mF_9.B5f-4.1JqM";
pub(crate) const ROBOT: &str = "key-of-robot-1";

pub(crate) fn basic() -> Basic {
    Basic::new("orders", Users::new().user("Aladdin", "open sesame").user("test", "123£"))
}

pub(crate) fn bearer() -> Bearer {
    let importer = Principal::new("importer").scopes("orders:read").role("importer");
    Bearer::new(OpaqueTokens::new().token(importer, "mF_9.B5f-4.1JqM")).realm("example")
}

pub(crate) fn api_key() -> ApiKey {
    ApiKey::header("X-API-Key", ApiKeys::new().key("robot-1", ROBOT))
}

/// A builder with one scheme.
pub(crate) fn door(scheme: impl IntoScheme) -> DoorBuilder<SomeScheme> {
    AuthenticateLayer::builder().scheme(scheme)
}

pub(crate) fn get(uri: &str) -> Builder {
    Request::get(uri)
}

/// `Basic` credentials for these bytes.
pub(crate) fn basic_of(pair: impl AsRef<[u8]>) -> String {
    format!("Basic {}", STANDARD.encode(pair))
}

/// A request body. The usual one must not be looked at: a decision is made from the head.
#[derive(Debug)]
pub(crate) enum Payload {
    Explosive,
    Bytes(Bytes),
}

impl Body for Payload {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match self.get_mut() {
            Self::Explosive => panic!("the request body was polled"),
            Self::Bytes(bytes) if bytes.is_empty() => Poll::Ready(None),
            Self::Bytes(bytes) => Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes))))),
        }
    }
}

type Answering = Arc<dyn Fn(&Parts) -> Response<Bytes> + Send + Sync>;

/// The service behind the layers. It counts its calls and keeps the heads it saw.
#[derive(Clone)]
pub(crate) struct Inner {
    calls: Arc<AtomicUsize>,
    seen: Arc<Mutex<Vec<Parts>>>,
    answer: Answering,
}

impl Inner {
    pub(crate) fn new(answer: impl Fn(&Parts) -> Response<Bytes> + Send + Sync + 'static) -> Self {
        Self { calls: Arc::default(), seen: Arc::default(), answer: Arc::new(answer) }
    }

    pub(crate) fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }
}

impl Default for Inner {
    fn default() -> Self {
        Self::new(|_| Response::new(Bytes::from_static(b"content")))
    }
}

impl<B> Service<Request<B>> for Inner {
    type Response = Response<Content>;
    type Error = Infallible;
    type Future = std::future::Ready<Result<Response<Content>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        self.calls.fetch_add(1, Ordering::SeqCst);
        let (head, _) = request.into_parts();
        let response = (self.answer)(&head);
        self.seen.lock().unwrap().push(head);
        std::future::ready(Ok(response.map(Content::new)))
    }
}

/// The bodies of [`Inner`].
pub(crate) type Content = http_body_util::Full<Bytes>;

/// A service behind layers.
#[derive(Clone)]
pub(crate) struct Stack {
    inner: Inner,
    service: BoxCloneSyncService<Request<Payload>, Response<Bytes>, Infallible>,
}

impl Stack {
    pub(crate) fn new<L, B>(layer: L) -> Self
    where
        L: Layer<Inner>,
        L::Service: Service<Request<Payload>, Response = Response<B>, Error = Infallible>,
        L::Service: Clone + Send + Sync + 'static,
        <L::Service as Service<Request<Payload>>>::Future: Send,
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: std::fmt::Debug,
    {
        Self::over(Inner::default(), layer)
    }

    pub(crate) fn over<L, B>(inner: Inner, layer: L) -> Self
    where
        L: Layer<Inner>,
        L::Service: Service<Request<Payload>, Response = Response<B>, Error = Infallible>,
        L::Service: Clone + Send + Sync + 'static,
        <L::Service as Service<Request<Payload>>>::Future: Send,
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: std::fmt::Debug,
    {
        let service = layer.layer(inner.clone()).and_then(|response: Response<B>| async {
            let (head, body) = response.into_parts();
            Ok(Response::from_parts(head, body.collect().await.unwrap().to_bytes()))
        });
        Self { inner, service: BoxCloneSyncService::new(service) }
    }

    pub(crate) fn calls(&self) -> usize {
        self.inner.calls()
    }

    pub(crate) async fn send(&self, request: Request<Payload>) -> Response<Bytes> {
        self.service.clone().oneshot(request).await.unwrap()
    }

    /// The request reaches the inner service. Its head as it was seen there, and the response.
    pub(crate) async fn admits(&self, request: Builder) -> (Parts, Response<Bytes>) {
        let before = self.calls();
        let response = self.send(request.body(Payload::Explosive).unwrap()).await;
        assert_eq!(self.calls(), before + 1, "the inner service is called: {response:?}");
        let head = self.inner.seen.lock().unwrap().pop().unwrap();
        (head, response)
    }

    /// The request is refused with this status, correctly.
    pub(crate) async fn refuses(&self, request: Builder, status: u16) -> Refused {
        self.refuses_whole(request.body(Payload::Explosive).unwrap(), status).await
    }

    pub(crate) async fn refuses_whole(&self, request: Request<Payload>, status: u16) -> Refused {
        let (before, secrets) = (self.calls(), secrets_of(&request));
        let shown = format!("{:?} {:?}", request.uri(), request.headers());
        let response = self.send(request).await;
        assert_eq!(self.calls(), before, "the inner service is not called: {shown}");
        assert_eq!(response.status(), status, "{shown}");
        let read = assert_refused(&response, StatusCode::from_u16(status).unwrap());
        for secret in secrets {
            assert!(!everything_in(&response).contains(&secret), "`{secret}` is in {response:?}");
        }
        Refused { read, response }
    }
}

/// A refusal, read and as it came.
#[derive(Debug)]
pub(crate) struct Refused {
    pub(crate) read: ReadRefusal,
    pub(crate) response: Response<Bytes>,
}

impl Refused {
    /// The lines of a field.
    pub(crate) fn lines(&self, name: &str) -> Vec<&str> {
        lines(self.response.headers(), name)
    }

    /// The lines of `WWW-Authenticate`.
    pub(crate) fn challenges(&self) -> Vec<&str> {
        self.lines("www-authenticate")
    }

    pub(crate) fn error(&self) -> Option<&str> {
        self.read.error()
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(self.response.body()).unwrap()
    }

    /// The reason that travels in the extensions.
    pub(crate) fn reason(&self) -> Option<&'static str> {
        self.response.extensions().get::<Rejection>().map(Rejection::reason)
    }
}

pub(crate) fn lines<'a>(headers: &'a HeaderMap, name: &str) -> Vec<&'a str> {
    headers.get_all(name).iter().map(|line| line.to_str().unwrap()).collect()
}

/// All that stands in a response, and in the refusal that travels with it.
fn everything_in(response: &Response<Bytes>) -> String {
    let rejection = response.extensions().get::<Rejection>();
    let body = String::from_utf8_lossy(response.body());
    let fields: Vec<_> = response
        .headers()
        .iter()
        .map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(value.as_bytes())))
        .collect();
    format!("{fields:?} {body} {rejection:?}")
}

/// What in a request must not be seen again, wherever it can be told: whatever follows a scheme,
/// the passwords inside, API keys, parameters.
fn secrets_of<B>(request: &Request<B>) -> Vec<String> {
    const TELLING: usize = 6;
    let mut secrets = Vec::new();
    for name in ["authorization", "proxy-authorization", "x-api-key"] {
        for value in request.headers().get_all(name) {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            let credentials = value.rsplit(' ').next().unwrap_or_default().to_owned();
            if let Ok(pair) = STANDARD.decode(&credentials) {
                let pair = String::from_utf8_lossy(&pair).into_owned();
                secrets.extend(pair.split_once(':').map(|(_, password)| password.to_owned()));
            }
            secrets.push(credentials);
        }
    }
    let query = request.uri().query().unwrap_or_default();
    secrets.extend(query.split('&').filter_map(|pair| pair.split_once('=')).map(|(_, v)| v.into()));
    secrets.retain(|secret| secret.len() >= TELLING && !["Bearer", "Basic"].contains(&&**secret));
    secrets
}

/// An observer that keeps codes, and everything that an event shows of itself.
#[derive(Clone, Debug, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<(&'static str, String)>>>);

impl Observer for Log {
    fn on_event(&self, event: &Event<'_>) {
        self.0.lock().unwrap().push((event.code(), format!("{event:?}")));
    }
}

impl Log {
    /// The codes since the last call.
    pub(crate) fn codes(&self) -> Vec<&'static str> {
        self.0.lock().unwrap().drain(..).map(|(code, _)| code).collect()
    }

    /// What the events since the last call show.
    pub(crate) fn text(&self) -> String {
        self.0.lock().unwrap().drain(..).map(|(_, text)| text).collect::<Vec<_>>().join("\n")
    }
}
