//! Any `Authorization` value behind a Digest front door: it is let in if and only if the naive
//! reader finds a right response in it.
//!
//! Nobody can guess a nonce or a hash, so `$n` stands for a nonce of the server, and `$r` for the
//! response that is right with the usual `nc` and `cnonce`.
//!
//! `cargo +nightly fuzz run digest fuzz/corpus/digest fuzz/seeds/digest`

#![no_main]
#![allow(dead_code, reason = "other tests use the rest of the client and of the naive reader")]

use std::convert::Infallible;
use std::pin::pin;
use std::sync::LazyLock;
use std::task::{Context, Poll, Waker};

use http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use http::{HeaderValue, Request, Response};
use http_body_util::Empty;
use libfuzzer_sys::fuzz_target;
use tower_auth::AuthenticateLayer;
use tower_auth::header::challenges_in;
use tower_auth::scheme::digest::{Digest, DigestUsers};
use tower_layer::Layer as _;
use tower_service::Service;

#[path = "../../tests/common/digest.rs"]
mod client;
#[path = "../../tests/common/digest_judge.rs"]
mod judge;
#[path = "../../tests/common/naive.rs"]
mod naive;

static DOOR: LazyLock<AuthenticateLayer> = LazyLock::new(|| {
    let users = DigestUsers::new().user("Mufasa", "Circle of Life");
    AuthenticateLayer::builder().scheme(Digest::new("pride lands", users)).build().expect("works")
});

fuzz_target!(|value: &[u8]| {
    let asked = send(None);
    let challenge = challenges_in(asked.headers(), &WWW_AUTHENTICATE).next();
    let nonce = challenge.expect("one").expect("well-formed").param("nonce").expect("one").value();
    let nonce = std::str::from_utf8(&nonce).expect("base64");
    let login = client::Login::new("SHA-256", nonce);

    let value = replaced(value, b"$n", nonce.as_bytes());
    let value = replaced(&value, b"$r", login.response().as_bytes());
    let Ok(field) = HeaderValue::from_bytes(&value) else { return };
    let status = send(Some(field)).status().as_u16();
    assert!([200, 400, 401].contains(&status), "{status}");
    if value.len() <= 16 * 1024 && is_judged(&value) {
        assert_eq!(status == 200, judge::proves(&value, &login));
    }
});

/// Whether the slow way is meant to agree: it knows no limits, and does not read `username*`.
fn is_judged(value: &[u8]) -> bool {
    let rest = naive::credentials(value).map(|(_, rest)| rest);
    let params = rest.and_then(|rest| naive::params(&rest)).unwrap_or_default();
    let has_extended = params.iter().any(|(name, _)| name.eq_ignore_ascii_case(b"username*"));
    let commas = value.iter().filter(|byte| **byte == b',').count();
    !has_extended && params.len() <= 64 && commas <= 256
}

fn replaced(value: &[u8], name: &[u8], by: &[u8]) -> Vec<u8> {
    match value.windows(name.len()).position(|window| window == name) {
        Some(at) => [&value[..at], by, &value[at + name.len()..]].concat(),
        None => value.to_vec(),
    }
}

type Content = Empty<bytes::Bytes>;

#[derive(Clone)]
struct Inner;

impl Service<Request<Content>> for Inner {
    type Response = Response<Content>;
    type Error = Infallible;
    type Future = std::future::Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<Content>) -> Self::Future {
        std::future::ready(Ok(Response::new(Content::new())))
    }
}

fn send(credentials: Option<HeaderValue>) -> Response<()> {
    let mut request = Request::get("/rock").body(Content::new()).expect("a request");
    if let Some(credentials) = credentials {
        request.headers_mut().insert(AUTHORIZATION, credentials);
    }
    let future = pin!(DOOR.layer(Inner).call(request));
    match future.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Ok(response)) => response.map(|_| ()),
        _ => panic!("the answer is there at once"),
    }
}
