//! An authorization server on loopback, and a service that asks it.

use std::future::pending;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::service::TowerToHyperService;
use tower::service_fn;
use tower_auth::fetch::{Fetch, from_service};
use tower_auth::header::SchemeName;
use tower_auth::rejection::Verdict;
use tower_auth::testing::FixedClock;
use tower_auth::token::introspection::{ClientAuth, Introspection};
use tower_auth::token::{IntoVerifier, VerifyToken};
use tower_auth::{Eventual, Identity};

pub(crate) const NOW: u64 = 1_700_000_000;
pub(crate) const TOKEN: &str = "2YotnFZFEjr1zCsicMWpAA";
pub(crate) const JSON: &str = "application/json";

/// What the server does with a request.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    Say(u16, &'static str, String),
    Slowly(Duration, String),
    Redirect(String),
    Hang,
    Break,
}

pub(crate) fn json(body: impl ToString) -> Act {
    Act::Say(200, JSON, body.to_string())
}

/// What a request looked like.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) method: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) url: String,
    calls: Arc<AtomicUsize>,
    asked: Arc<Mutex<Vec<Asked>>>,
    act: Arc<Mutex<Act>>,
}

impl Server {
    pub(crate) async fn start(act: Act) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self {
            url: format!("http://{}/introspect", listener.local_addr().unwrap()),
            calls: Arc::default(),
            asked: Arc::default(),
            act: Arc::new(Mutex::new(act)),
        };
        let own = server.clone();
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let own = own.clone();
                let answer = service_fn(move |request| own.clone().answer(request));
                tokio::spawn(
                    hyper::server::conn::http1::Builder::new()
                        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(answer)),
                );
            }
        });
        server
    }

    async fn answer(self, request: Request<Incoming>) -> Result<Response<Body>, Broken> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        let (head, body) = request.into_parts();
        let body = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
        let asked = Asked { method: head.method.to_string(), headers: head.headers, body };
        self.asked.lock().unwrap().push(asked);
        let act = self.act.lock().unwrap().clone();
        let response = Response::builder();
        Ok(match act {
            Act::Say(status, kind, body) => {
                response.status(status).header("content-type", kind).body(body.into()).unwrap()
            }
            Act::Slowly(delay, body) => {
                tokio::time::sleep(delay).await;
                response.header("content-type", JSON).body(body.into()).unwrap()
            }
            Act::Redirect(to) => {
                response.status(307).header("location", to).body(Body::empty()).unwrap()
            }
            Act::Hang => pending().await,
            Act::Break => return Err(Broken),
        })
    }

    pub(crate) fn now_does(&self, act: Act) {
        *self.act.lock().unwrap() = act;
    }

    pub(crate) fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    pub(crate) fn last(&self) -> Asked {
        self.asked.lock().unwrap().last().unwrap().clone()
    }

    /// Settings that ask this server, at a fixed time.
    pub(crate) fn settings(&self) -> Introspection {
        self.settings_at(FixedClock::at_unix(NOW))
    }

    pub(crate) fn settings_at(&self, clock: FixedClock) -> Introspection {
        Introspection::new(&*self.url, client())
            .client(ClientAuth::basic("orders", "s3cret"))
            .clock(clock)
    }
}

/// Breaks the connection.
#[derive(Debug)]
pub(crate) struct Broken;

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("broken")
    }
}

impl std::error::Error for Broken {}

pub(crate) fn client() -> impl Fetch {
    from_service(Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>())
}

pub(crate) fn verifier(settings: Introspection) -> Arc<dyn VerifyToken> {
    settings.into_verifier().unwrap()
}

/// The identity, or the reason why not; an outage says `503` and its detail.
pub(crate) async fn judge(
    verifier: &Arc<dyn VerifyToken>,
    token: &str,
) -> Result<Identity, String> {
    let verdict = match verifier.verify(token) {
        Eventual::Ready(verdict) => verdict,
        Eventual::Pending(asked) => asked.await,
    };
    match verdict {
        Verdict::Valid(principal) => Ok(Identity::new(principal, SchemeName::BEARER)),
        Verdict::Rejected(rejection) => Err(rejection.reason().to_owned()),
        Verdict::Unavailable(outage) => Err(format!("503 {}", outage.detail())),
    }
}

/// What comes of one answer.
pub(crate) async fn judged(
    act: Act,
    change: impl FnOnce(Introspection) -> Introspection,
) -> Result<Identity, String> {
    let server = Server::start(act).await;
    judge(&verifier(change(server.settings())), TOKEN).await
}

pub(crate) fn code(outcome: Result<Identity, String>) -> String {
    match outcome {
        Ok(_) => "ok".to_owned(),
        Err(why) => why.split(' ').next().unwrap().to_owned(),
    }
}
