//! A real server on loopback, asked by the ready-made client.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use http_body::Frame;
use tokio::net::TcpListener;
use tokio::time::Instant;
use tower_auth::fetch::HttpClient;
use tower_auth::testing::{FixedClock, TokenMaker};
use tower_auth::token::keys::RemoteKeys;

use crate::support::{Service, Told, UNKNOWN_KEY, all, secs, signer};

#[derive(Clone)]
enum Page {
    Keys(String),
    Status(u16),
    Html,
    RedirectTo(String),
    /// As many megabytes, with or without saying so first.
    Megabytes(usize, bool),
    Hang,
    /// Sends the head, and then nothing more.
    Stall,
    Slow(Duration, String),
}

#[derive(Clone)]
struct Server {
    address: SocketAddr,
    page: Arc<Mutex<Page>>,
    asked: Arc<AtomicUsize>,
}

impl Server {
    async fn start(page: Page) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = Self {
            address,
            page: Arc::new(Mutex::new(page)),
            asked: Arc::new(AtomicUsize::new(0)),
        };
        let answering = server.clone();
        let app = Router::new().fallback(move |request: Request| {
            let server = answering.clone();
            assert!(!request.headers().contains_key("authorization"));
            // RFC 9111 §5.2.1.4: caches on the way ask the issuer.
            assert_eq!(request.headers()["cache-control"], "no-cache");
            async move { server.answer().await }
        });
        tokio::spawn(async move { axum::serve(listener, app).await });
        server
    }

    fn set(&self, page: Page) {
        *self.page.lock().unwrap() = page;
    }

    fn url(&self) -> String {
        format!("http://{}/jwks", self.address)
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    async fn answer(&self) -> Response {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let page = self.page.lock().unwrap().clone();
        match page {
            Page::Keys(keys) => keys.into_response(),
            Page::Status(status) => Response::builder().status(status).body(Body::empty()).unwrap(),
            Page::Html => axum::response::Html("<title>Please sign in</title>").into_response(),
            Page::RedirectTo(url) => {
                Response::builder().status(302).header("location", url).body(Body::empty()).unwrap()
            }
            Page::Megabytes(count, true) => "x".repeat(count << 20).into_response(),
            Page::Megabytes(count, false) => Body::new(Pieces(Some(count * 16))).into_response(),
            Page::Hang => std::future::pending().await,
            Page::Stall => Body::new(Pieces(None)).into_response(),
            Page::Slow(wait, keys) => {
                tokio::time::sleep(wait).await;
                keys.into_response()
            }
        }
    }
}

/// A body of so many pieces, of a length that nobody is told; without any it never ends.
struct Pieces(Option<usize>);

impl http_body::Body for Pieces {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        match &mut self.0 {
            None => Poll::Pending,
            Some(0) => Poll::Ready(None),
            Some(left) => {
                *left -= 1;
                Poll::Ready(Some(Ok(Frame::data(Bytes::from(vec![b'x'; 1 << 16])))))
            }
        }
    }
}

/// Trusts an authority of the tests, so that it needs none of the machine's.
fn client() -> HttpClient {
    HttpClient::with_roots(include_str!("data/ca.pem")).unwrap()
}

fn service(server: &Server, clock: &FixedClock) -> Service {
    let keys = RemoteKeys::from_url(server.url(), client())
        .time_limit(Duration::from_millis(500))
        .clock(clock.clone())
        .build()
        .unwrap();
    Service::with(keys, clock.clone())
}

fn setting() -> (FixedClock, TokenMaker, TokenMaker) {
    let clock = FixedClock::at_unix(1_700_000_000);
    (clock.clone(), signer(clock.clone()), signer(clock))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_herd_a_rotation_and_an_outage_over_real_connections() {
    let (clock, old, new) = setting();
    let server = Server::start(Page::Slow(Duration::from_millis(200), old.jwk_set())).await;
    let service = service(&server, &clock);
    let token = old.token("alice").expires_in(secs(100_000)).sign();
    assert!(all(&service.herd(1000, &token).await, Told::Accepted));
    assert_eq!(server.asked(), 1);

    server.set(Page::Slow(Duration::from_millis(200), new.jwk_set()));
    let token = new.token("alice").expires_in(secs(100_000)).sign();
    assert!(all(&service.herd(1000, &token).await, Told::Accepted));
    assert_eq!(server.asked(), 2);

    // The issuer hangs while it is time for new keys: a good token does not wait.
    server.set(Page::Hang);
    clock.advance(secs(590));
    let started = Instant::now();
    for _ in 0..100 {
        assert_eq!(service.at_once(&token), Told::Accepted);
    }
    let each = started.elapsed() / 100;
    assert!(each < Duration::from_millis(5), "{each:?}");
    while service.keys.stats().failures == 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(server.asked(), 3);
    let stranger = old.token("alice").kid("x").sign();
    assert_eq!(service.at_once(&stranger), Told::Down);

    clock.advance(secs(3_000));
    assert_eq!(service.at_once(&token), Told::Accepted, "stale, and nothing better to be had");
    clock.advance(secs(1_000));
    assert_eq!(service.judge(&token).await, Told::Down);
    server.set(Page::Keys(new.jwk_set()));
    clock.advance(secs(61));
    assert_eq!(service.judge(&token).await, Told::Accepted);
    assert_eq!(service.judge(&old.token("alice").sign()).await, UNKNOWN_KEY);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_lies_or_stalls_is_an_outage() {
    let (_, maker, _) = setting();
    let elsewhere = Server::start(Page::Keys(maker.jwk_set())).await;
    for (page, at_least) in [
        (Page::Status(500), 0),
        (Page::Status(403), 0),
        (Page::Html, 0),
        (Page::RedirectTo(elsewhere.url()), 0),
        (Page::RedirectTo("/jwks".to_owned()), 0),
        (Page::Megabytes(1, true), 0),
        (Page::Megabytes(64, false), 0),
        (Page::Hang, 450),
        (Page::Stall, 450),
    ] {
        let (clock, maker, _) = setting();
        let server = Server::start(page).await;
        let service = service(&server, &clock);
        let started = Instant::now();
        assert_eq!(service.judge(&maker.token("alice").sign()).await, Told::Down);
        let took = started.elapsed().as_millis();
        assert!((at_least..5_000).contains(&took), "{took} ms");
        assert_eq!(server.asked(), 1);
        // Recovery, at the first request after the back-off.
        server.set(Page::Keys(maker.jwk_set()));
        clock.advance(secs(1));
        assert_eq!(service.judge(&maker.token("alice").sign()).await, Told::Accepted);
    }
    assert_eq!(elsewhere.asked(), 0, "no redirect is followed");
}

#[tokio::test]
async fn a_port_where_nobody_listens_is_an_outage() {
    let (clock, maker, _) = setting();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/jwks", listener.local_addr().unwrap());
    drop(listener);
    let keys = RemoteKeys::from_url(url, client()).clock(clock.clone()).build().unwrap();
    let service = Service::with(keys, clock);
    assert_eq!(service.judge(&maker.token("alice").sign()).await, Told::Down);
}

/// Two overlapping requests whose answers come in reverse.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_out_of_order_do_not_go_back_in_time() {
    let (clock, old, new) = setting();
    let server = Server::start(Page::Slow(Duration::from_millis(300), old.jwk_set())).await;
    let service = service(&server, &clock);
    let early = service.keys.clone();
    let early = tokio::spawn(async move { early.refresh().await.is_ok() });
    while server.asked() == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    server.set(Page::Keys(new.jwk_set()));
    service.keys.refresh().await.unwrap();
    let token = new.token("alice").sign();
    assert_eq!(service.at_once(&token), Told::Accepted);
    assert!(early.await.unwrap());
    assert_eq!(service.at_once(&token), Told::Accepted);
    assert_eq!((server.asked(), service.keys.stats().superseded), (2, 1));
}

/// RFC 8414 §6.1: the certificate is checked: who signed it, and for whom.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_servers_certificate_is_checked() {
    let (clock, maker, _) = setting();
    let port = tls_server(maker.jwk_set()).await;
    let good = include_str!("data/ca.pem");
    for (host, roots, want) in [
        ("localhost", good, Told::Accepted),
        ("localhost", include_str!("data/other_ca.pem"), Told::Down),
        ("127.0.0.1", good, Told::Down),
    ] {
        let client = HttpClient::with_roots(roots).unwrap();
        let url = format!("https://{host}:{port}/jwks");
        let keys = RemoteKeys::from_url(url, client).clock(clock.clone()).build().unwrap();
        let service = Service::with(keys, clock.clone());
        assert_eq!(service.judge(&maker.token("alice").sign()).await, want, "{host}");
    }
    // With the machine's authorities, ours is unknown; without any, the client says so.
    match HttpClient::new() {
        Err(error) => assert!(error.to_string().contains("ca-certificates"), "{error}"),
        Ok(client) => {
            let url = format!("https://localhost:{port}/jwks");
            let keys = RemoteKeys::from_url(url, client).clock(clock.clone()).build().unwrap();
            assert!(keys.ready().await.is_err());
        }
    }
    assert!(HttpClient::with_roots("no certificate").is_err());
}

/// Answers every connection with the same text over TLS; the certificate is for `localhost`.
async fn tls_server(text: String) -> u16 {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio_rustls::rustls::pki_types::pem::PemObject as _;
    use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
    use tokio_rustls::rustls::{ServerConfig, crypto};

    let certificate =
        CertificateDer::from_pem_slice(include_bytes!("data/server.pem")).unwrap().into_owned();
    let key = PrivateKeyDer::from_pem_slice(include_bytes!("data/server.key")).unwrap();
    let provider = Arc::new(crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    // `localhost` may be either: both are listened on where both are there.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (acceptor, text) = (acceptor.clone(), text.clone());
            tokio::spawn(async move {
                let Ok(mut stream) = acceptor.accept(stream).await else { return };
                let _ = stream.read(&mut [0; 4096]).await;
                let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", text.len());
                let _ = stream.write_all(head.as_bytes()).await;
                let _ = stream.write_all(text.as_bytes()).await;
                let _ = stream.shutdown().await;
            });
        }
    });
    port
}
