//! A service behind a Digest front door, and what every test asks of its answers.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::fmt;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::request::{Builder, Parts};
use http::{Request, Response, StatusCode};
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt as _;
use tower::util::BoxCloneSyncService;
use tower::{Layer, Service, ServiceExt as _};
use tower_auth::authenticate::{Builder as DoorBuilder, SomeScheme};
use tower_auth::rejection::Rejection;
use tower_auth::scheme::IntoScheme;
use tower_auth::scheme::digest::{Digest, DigestUsers};
use tower_auth::testing::{FixedClock, ReadRefusal, assert_refused};
use tower_auth::{AuthenticateLayer, Eventual};

use crate::client::Login;

pub(crate) const SHA: &str = "SHA-256";
pub(crate) const REALM: &str = "pride lands";
pub(crate) const LIFETIME: Duration = Duration::from_secs(300);
/// A key for layers that are to know each other's nonces.
pub(crate) const KEY: &[u8] = b"thirty-two bytes, or some more of them";

pub(crate) fn users() -> DigestUsers {
    DigestUsers::new().user("Mufasa", "Circle of Life").user("Scar", "Be prepared")
}

pub(crate) fn digest() -> Digest {
    Digest::new(REALM, users())
}

pub(crate) fn clock() -> FixedClock {
    FixedClock::at_unix(1_700_000_000)
}

pub(crate) fn door(scheme: impl IntoScheme) -> DoorBuilder<SomeScheme> {
    AuthenticateLayer::builder().scheme(scheme)
}

/// The service behind `digest`.
pub(crate) fn stack(digest: Digest) -> Stack {
    Stack::new(door(digest).build().unwrap())
}

/// A body: in one piece whose length is known, in several whose length is not, or one that must not
/// be looked at because a decision is made from the head.
#[derive(Debug)]
pub(crate) enum Payload {
    Explosive,
    Whole(Bytes),
    Pieces(VecDeque<Result<Bytes, Broken>>),
}

/// The error of a body that breaks off.
#[derive(Debug)]
pub(crate) struct Broken;

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the connection broke")
    }
}

impl std::error::Error for Broken {}

impl Payload {
    pub(crate) fn whole(content: &'static str) -> Self {
        Self::Whole(Bytes::from_static(content.as_bytes()))
    }

    pub(crate) fn pieces(pieces: &[&'static str]) -> Self {
        Self::Pieces(pieces.iter().map(|piece| Ok(Bytes::from_static(piece.as_bytes()))).collect())
    }
}

impl Body for Payload {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        match self.get_mut() {
            Self::Explosive => panic!("the request body was polled"),
            Self::Whole(bytes) if bytes.is_empty() => Poll::Ready(None),
            Self::Whole(bytes) => Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes))))),
            Self::Pieces(pieces) => {
                Poll::Ready(pieces.pop_front().map(|next| next.map(Frame::data)))
            }
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Self::Explosive | Self::Pieces(_) => SizeHint::default(),
        }
    }
}

type Answering = Arc<dyn Fn(&Parts) -> Response<Payload> + Send + Sync>;

/// The service behind the layers. It reads the content of a `POST`.
#[derive(Clone)]
pub(crate) struct Inner {
    calls: Arc<AtomicUsize>,
    seen: Arc<Mutex<Option<(Parts, Bytes)>>>,
    answer: Answering,
}

impl Inner {
    pub(crate) fn new(
        answer: impl Fn(&Parts) -> Response<Payload> + Send + Sync + 'static,
    ) -> Self {
        Self { calls: Arc::default(), seen: Arc::default(), answer: Arc::new(answer) }
    }
}

impl Default for Inner {
    fn default() -> Self {
        Self::new(|_| Response::new(Payload::whole("hello")))
    }
}

impl<B> Service<Request<B>> for Inner
where
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: fmt::Debug,
{
    type Response = Response<Payload>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Payload>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        self.calls.fetch_add(1, Ordering::SeqCst);
        let (inner, (head, body)) = (self.clone(), request.into_parts());
        Box::pin(async move {
            let mut content = Bytes::new();
            if head.method == "POST" {
                content = body.collect().await.unwrap().to_bytes();
            }
            let response = (inner.answer)(&head);
            *inner.seen.lock().unwrap() = Some((head, content));
            Ok(response)
        })
    }
}

/// A service behind layers.
#[derive(Clone)]
pub(crate) struct Stack {
    inner: Inner,
    service: BoxCloneSyncService<Request<Payload>, Response<Bytes>, Infallible>,
}

/// What reached the service, and what it answered.
pub(crate) struct Admitted {
    pub(crate) head: Parts,
    pub(crate) content: Bytes,
    pub(crate) response: Response<Bytes>,
}

impl Stack {
    pub(crate) fn new<L, B>(layer: L) -> Self
    where
        L: Layer<Inner>,
        L::Service: Service<Request<Payload>, Response = Response<B>, Error = Infallible>,
        L::Service: Clone + Send + Sync + 'static,
        <L::Service as Service<Request<Payload>>>::Future: Send,
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: fmt::Debug,
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
        B::Error: fmt::Debug,
    {
        let service = layer.layer(inner.clone()).and_then(|response: Response<B>| async {
            let (head, body) = response.into_parts();
            Ok(Response::from_parts(head, body.collect().await.unwrap().to_bytes()))
        });
        Self { inner, service: BoxCloneSyncService::new(service) }
    }

    pub(crate) fn calls(&self) -> usize {
        self.inner.calls.load(Ordering::SeqCst)
    }

    pub(crate) async fn send(&self, request: Request<Payload>) -> Response<Bytes> {
        self.service.clone().oneshot(request).await.unwrap()
    }

    /// A fresh nonce for this algorithm.
    pub(crate) async fn nonce(&self, algorithm: &str) -> String {
        let request = get("/anything").body(Payload::Explosive).unwrap();
        let response = self.send(request).await;
        let read = assert_refused(&response, response.status());
        let mut challenges = read.challenges.into_iter();
        let found = challenges.find(|challenge| challenge.params["algorithm"] == algorithm);
        found.unwrap().params["nonce"].clone()
    }

    /// A login of Mufasa with a fresh nonce.
    pub(crate) async fn login(&self, algorithm: &'static str) -> Login {
        Login::new(algorithm, &self.nonce(algorithm).await)
    }

    /// The request reaches the inner service.
    pub(crate) async fn admits_whole(&self, request: Request<Payload>) -> Admitted {
        let (before, shown) = (self.calls(), format!("{} {:?}", request.uri(), request.headers()));
        let response = self.send(request).await;
        assert_eq!(self.calls(), before + 1, "let through: {shown}: {response:?}");
        let (head, content) = self.inner.seen.lock().unwrap().take().unwrap();
        Admitted { head, content, response }
    }

    pub(crate) async fn admits(&self, request: Builder) -> Admitted {
        self.admits_whole(request.body(Payload::Explosive).unwrap()).await
    }

    /// The request of this login is let through.
    pub(crate) async fn lets_in(&self, login: &Login) -> Admitted {
        self.admits(request(login, &login.header())).await
    }

    /// The request is refused with this status, correctly.
    pub(crate) async fn refuses_whole(&self, request: Request<Payload>, status: u16) -> Refused {
        let (before, shown) = (self.calls(), format!("{} {:?}", request.uri(), request.headers()));
        let response = self.send(request).await;
        assert_eq!(self.calls(), before, "refused: {shown}");
        assert_eq!(response.status(), status, "{shown}");
        let read = assert_refused(&response, StatusCode::from_u16(status).unwrap());
        for name in ["authentication-info", "proxy-authentication-info"] {
            assert!(!response.headers().contains_key(name), "refused, with {name}: {shown}");
        }
        Refused { read, response }
    }

    pub(crate) async fn refuses(&self, request: Builder, status: u16) -> Refused {
        self.refuses_whole(request.body(Payload::Explosive).unwrap(), status).await
    }

    /// The request of this login is refused with 401, for this reason; `stale` is said if and only
    /// if the password was right.
    pub(crate) async fn turns_away(&self, login: &Login, reason: &str) -> Refused {
        self.turns_away_as(login, &login.header(), reason).await
    }

    pub(crate) async fn turns_away_as(&self, login: &Login, header: &str, why: &str) -> Refused {
        let refused = self.refuses(request(login, header), 401).await;
        assert_eq!(refused.reason(), Some(why), "{header}");
        assert_eq!(refused.is_stale(), ["stale_nonce", "nonce_reused"].contains(&why), "{header}");
        refused
    }

    /// These credentials are refused with 400.
    pub(crate) async fn finds_malformed(&self, login: &Login, header: &str) -> Refused {
        let refused = self.refuses(request(login, header), 400).await;
        assert!(!refused.is_stale(), "{header}");
        refused
    }
}

/// The request that a login is for, with these credentials.
pub(crate) fn request(login: &Login, header: &str) -> Builder {
    let target = match &*login.uri {
        "" => "/",
        uri => uri,
    };
    Request::builder().method(&*login.method).uri(target).header("authorization", header)
}

pub(crate) fn get(uri: &str) -> Builder {
    Request::get(uri)
}

/// A refusal, read and as it came.
#[derive(Debug)]
pub(crate) struct Refused {
    pub(crate) read: ReadRefusal,
    pub(crate) response: Response<Bytes>,
}

impl Refused {
    /// The lines of `WWW-Authenticate`.
    pub(crate) fn challenges(&self) -> Vec<&str> {
        lines(&self.response, "www-authenticate")
    }

    /// The reason that travels in the extensions.
    pub(crate) fn reason(&self) -> Option<&'static str> {
        self.response.extensions().get::<Rejection>().map(Rejection::reason)
    }

    /// Whether the Digest challenges, all of them, say that the nonce was the problem.
    pub(crate) fn is_stale(&self) -> bool {
        let digests = self.read.challenges.iter().filter(|one| one.scheme == "Digest");
        let said: Vec<_> = digests.map(|one| one.params.get("stale").map(|v| &**v)).collect();
        assert!(said.iter().all(|one| *one == said[0] && [None, Some("true")].contains(one)));
        said.contains(&Some("true"))
    }
}

pub(crate) fn lines<'a>(response: &'a Response<Bytes>, name: &str) -> Vec<&'a str> {
    response.headers().get_all(name).iter().map(|line| line.to_str().unwrap()).collect()
}

/// An answer that has to be waited for.
pub(crate) fn later<T: Send + 'static>(answer: T) -> Eventual<T> {
    Eventual::pending(async move {
        tokio::task::yield_now().await;
        answer
    })
}

/// The parameters of a field as they are written, with their quotes.
pub(crate) fn raw_params(list: &str) -> Vec<(String, String)> {
    let (mut params, mut in_quotes, mut escaped) = (Vec::new(), false, false);
    let mut one = String::new();
    for letter in list.chars().chain([',']) {
        if letter == ',' && !in_quotes {
            params.push(std::mem::take(&mut one));
            continue;
        }
        in_quotes ^= letter == '"' && !escaped;
        escaped = letter == '\\' && !escaped;
        one.push(letter);
    }
    let split = |one: String| {
        let (name, raw) = one.trim().split_once('=').unwrap();
        (name.to_owned(), raw.to_owned())
    };
    params.into_iter().map(split).collect()
}

pub(crate) fn is_hex(text: &str, len: usize) -> bool {
    text.len() == len && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}
