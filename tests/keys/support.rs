//! An issuer in memory that does as it is told, and a service that trusts it.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{Request, Response};
use tokio::time::{Instant, sleep};
use tower_auth::clock::Clock;
use tower_auth::fetch::{Fetch, FetchError};
use tower_auth::rejection::{Unavailable, Verdict};
use tower_auth::testing::TokenMaker;
use tower_auth::token::jwt::Jwt;
use tower_auth::token::keys::{RemoteKeys, RemoteKeysSettings};
use tower_auth::token::{IntoVerifier, VerifyToken};
use tower_auth::{BoxFuture, Eventual};

pub(crate) const ISSUER: &str = "https://idp.example";
pub(crate) const AUDIENCE: &str = "https://api.example";
pub(crate) const JWKS: &str = "https://idp.example/jwks";

pub(crate) fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// The time of the paused tokio clock: what sleeps and what decides agree.
pub(crate) fn tokio_clock() -> impl Clock + Clone {
    let start = Instant::now();
    move || SystemTime::UNIX_EPOCH + secs(1_700_000_000) + start.elapsed()
}

pub(crate) fn signer(clock: impl Clock) -> TokenMaker {
    TokenMaker::es256().issuer(ISSUER).audience(AUDIENCE).clock(clock)
}

/// What the issuer does when it is asked for its keys.
#[derive(Clone)]
pub(crate) enum Answer {
    Keys(String),
    /// Keys with a `Cache-Control`.
    Cached(String, &'static str),
    /// Keys as they were when asked for, after a while.
    Slow(Duration, String),
    Status(u16),
    Text(String),
    Broken,
    Hang,
    Panic,
}

#[derive(Clone)]
pub(crate) struct Idp {
    answer: Arc<Mutex<Answer>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Idp {
    pub(crate) fn new(answer: Answer) -> Self {
        Self { answer: Arc::new(Mutex::new(answer)), asked: Arc::default() }
    }

    pub(crate) fn with(maker: &TokenMaker) -> Self {
        Self::new(Answer::Keys(maker.jwk_set()))
    }

    pub(crate) fn set(&self, answer: Answer) {
        *self.answer.lock().unwrap() = answer;
    }

    pub(crate) fn publish(&self, maker: &TokenMaker) {
        self.set(Answer::Keys(maker.jwk_set()));
    }

    pub(crate) fn asked(&self) -> usize {
        self.asked.lock().unwrap().len()
    }
}

impl Fetch for Idp {
    fn fetch(&self, request: Request<Bytes>) -> BoxFuture<Result<Response<Bytes>, FetchError>> {
        self.asked.lock().unwrap().push(request.uri().to_string());
        let answer = self.answer.lock().unwrap().clone();
        Box::pin(async move {
            // Something comes between asking and answering, as with any network.
            tokio::task::yield_now().await;
            let ok = |text: String| Ok(Response::new(Bytes::from(text)));
            match answer {
                Answer::Keys(keys) => ok(keys),
                Answer::Text(text) => ok(text),
                Answer::Cached(keys, cache_control) => {
                    let mut response = Response::new(Bytes::from(keys));
                    response.headers_mut().insert("cache-control", cache_control.parse().unwrap());
                    Ok(response)
                }
                Answer::Slow(wait, keys) => {
                    sleep(wait).await;
                    ok(keys)
                }
                Answer::Status(status) => {
                    Ok(Response::builder().status(status).body(Bytes::new()).unwrap())
                }
                Answer::Broken => Err(FetchError::new("connection refused")),
                Answer::Hang => std::future::pending().await,
                Answer::Panic => panic!("a client with a mistake in it"),
            }
        })
    }
}

pub(crate) fn settings(idp: &Idp, clock: impl Clock) -> RemoteKeysSettings {
    RemoteKeys::from_url(JWKS, idp.clone()).clock(clock)
}

pub(crate) struct Service {
    pub(crate) keys: RemoteKeys,
    pub(crate) verifier: Arc<dyn VerifyToken>,
}

impl Service {
    pub(crate) fn new(idp: &Idp, clock: impl Clock + Clone) -> Self {
        Self::with(settings(idp, clock.clone()).build().unwrap(), clock)
    }

    pub(crate) fn with(keys: RemoteKeys, clock: impl Clock) -> Self {
        let jwt = Jwt::issuer(ISSUER).audience(AUDIENCE).keys(keys.clone()).clock(clock);
        Self { keys, verifier: jwt.into_verifier().unwrap() }
    }

    /// The answer, waited for if need be.
    pub(crate) async fn judge(&self, token: &str) -> Told {
        match self.verifier.verify(token) {
            Eventual::Ready(verdict) => told(verdict),
            Eventual::Pending(verdict) => told(verdict.await),
        }
    }

    /// The answer on the spot.
    pub(crate) fn at_once(&self, token: &str) -> Told {
        match self.verifier.verify(token) {
            Eventual::Ready(verdict) => told(verdict),
            Eventual::Pending(_) => Told::Waits,
        }
    }

    /// The answers to as many requests at the same time.
    pub(crate) async fn herd(&self, size: usize, token: &str) -> Vec<Told> {
        let requests: Vec<_> = (0..size)
            .map(|_| {
                let (verifier, token) = (Arc::clone(&self.verifier), token.to_owned());
                tokio::spawn(async move {
                    match verifier.verify(&token) {
                        Eventual::Ready(verdict) => told(verdict),
                        Eventual::Pending(verdict) => told(verdict.await),
                    }
                })
            })
            .collect();
        let mut answers = Vec::with_capacity(size);
        for request in requests {
            answers.push(request.await.unwrap());
        }
        answers
    }
}

/// What a request is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    Accepted,
    Rejected(&'static str),
    Down,
    Waits,
}

pub(crate) const UNKNOWN_KEY: Told = Told::Rejected("no_matching_key");

pub(crate) fn told(verdict: Verdict) -> Told {
    match verdict {
        Verdict::Valid(_) => Told::Accepted,
        Verdict::Rejected(why) => Told::Rejected(why.reason()),
        Verdict::Unavailable(_) => Told::Down,
    }
}

pub(crate) fn all(answers: &[Told], want: Told) -> bool {
    answers.iter().all(|told| *told == want)
}

/// How long the client is told to wait.
pub(crate) async fn retry_after(service: &Service, token: &str) -> Duration {
    let verdict = match service.verifier.verify(token) {
        Eventual::Ready(verdict) => verdict,
        Eventual::Pending(verdict) => verdict.await,
    };
    let Verdict::Unavailable(outage) = verdict else { panic!("not an outage: {verdict:?}") };
    let outage: Unavailable = outage;
    tower_auth::Rejection::from(outage).retry_after().unwrap()
}
