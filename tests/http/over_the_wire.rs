//! A hyper server on loopback, with curl and with bytes written by hand.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http::Response;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::Command;
use tower::Layer;
use tower_auth::AuthenticateLayer;

use crate::support::{IMPORTER, Inner, api_key, basic, bearer, door};

const MEBIBYTE: usize = 1 << 20;

/// A server that is there as long as the test runs.
struct Server {
    address: SocketAddr,
    inner: Inner,
}

impl Server {
    async fn start(layer: AuthenticateLayer) -> Self {
        let inner = Inner::new(|_| Response::new(Bytes::from_static(b"content")));
        let service = layer.layer(inner.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let service = TowerToHyperService::new(service.clone());
                tokio::spawn(async move {
                    let mut builder = auto::Builder::new(TokioExecutor::new());
                    builder.http1().max_buf_size(4 * MEBIBYTE);
                    builder.http2().max_header_list_size(4 << 20);
                    let _ = builder.serve_connection(TokioIo::new(stream), service).await;
                });
            }
        });
        Self { address, inner }
    }

    fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// What the server answers to these bytes, up to its closing the connection.
    async fn answer_to(&self, bytes: &[u8]) -> String {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        let mut answer = Vec::new();
        let closed = stream.read_to_end(&mut answer);
        let _ = tokio::time::timeout(Duration::from_secs(10), closed).await.unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }
}

async fn curl(arguments: &[&str]) -> String {
    let output = Command::new("curl").arg("--silent").args(arguments).output().await;
    let output = output.unwrap_or_else(|why| panic!("these tests need curl: {why}"));
    String::from_utf8(output.stdout).unwrap()
}

fn all_three() -> AuthenticateLayer {
    door(basic()).scheme(bearer()).scheme(api_key()).build().unwrap()
}

/// [RFC 9110 §3.3](https://www.rfc-editor.org/rfc/rfc9110#section-3.3): who spoke first on a
/// connection says nothing of who speaks next.
#[tokio::test]
async fn an_identity_is_not_kept_with_its_connection() {
    let server = Server::start(all_three()).await;
    let (url, write) = (server.url(), "%{http_code} %{num_connects}\n");
    let good = ["-o", "/dev/null", "-w", write, "-u", "Aladdin:open sesame", &url];
    let none = ["--next", "-s", "-o", "/dev/null", "-w", write, &url];
    assert_eq!(curl(&[&good[..], &none[..]].concat()).await, "200 1\n401 0\n");
    assert_eq!(server.inner.calls(), 1);
}

/// HTTP/2 with prior knowledge: the same answers.
#[tokio::test]
async fn http_2_gets_the_same_answers() {
    let server = Server::start(all_three()).await;
    let (url, h2) = (server.url(), "--http2-prior-knowledge");
    let status = [h2, "-o", "/dev/null", "-w", "%{http_version} %{http_code}"];
    for (arguments, answer) in [
        (&["-u", "Aladdin:open sesame"][..], "2 200"),
        (&["-u", "Aladdin:open window"], "2 401"),
        (&["-H", "X-API-Key: key-of-robot-1"], "2 200"),
        (&["-H", "AUTHORIZATION: bEaReR mF_9.B5f-4.1JqM"], "2 200"),
        (&[], "2 401"),
    ] {
        assert_eq!(curl(&[&status[..], arguments, &[&url]].concat()).await, answer);
    }
}

/// curl reads our challenges, chooses Basic among them, and comes back with a password.
#[tokio::test]
async fn curl_finds_its_way_in_by_the_challenges() {
    let server = Server::start(door(bearer()).scheme(basic()).build().unwrap()).await;
    let arguments = ["--anyauth", "-u", "test:123£", "-w", " %{http_code}", &server.url()];
    assert_eq!(curl(&arguments).await, "content 200");
    let arguments = ["--anyauth", "-u", "test:wrong", "-o", "/dev/null", "-w", "%{http_code}"];
    assert_eq!(curl(&[&arguments[..], &[&server.url()]].concat()).await, "401");
    let arguments = ["--oauth2-bearer", "mF_9.B5f-4.1JqM", &server.url()];
    assert_eq!(curl(&arguments).await, "content");
}

/// [RFC 9110 §11.7](https://www.rfc-editor.org/rfc/rfc9110#section-11.7), the same by a proxy; a
/// tunnel is refused before it is one.
#[tokio::test]
async fn curl_finds_its_way_through_a_proxy() {
    let server = Server::start(door(bearer()).scheme(basic()).proxy().build().unwrap()).await;
    let proxy = server.url();
    let through = ["--proxy", &proxy, "--proxy-anyauth", "http://origin.example/"];
    let with_password = [&through[..], &["-U", "Aladdin:open sesame"]].concat();
    assert_eq!(curl(&with_password).await, "content");
    let status = ["-o", "/dev/null", "-w", "%{http_code} %{http_connect}"];
    assert_eq!(curl(&[&through[..], &status[..]].concat()).await, "407 000");
    let tunnel = ["--proxytunnel"];
    assert_eq!(curl(&[&through[..], &status[..], &tunnel[..]].concat()).await, "000 407");
}

/// [RFC 9110 §5.3](https://www.rfc-editor.org/rfc/rfc9110#section-5.3), in both versions of HTTP.
#[tokio::test]
async fn two_lines_are_refused_on_the_wire() {
    let server = Server::start(all_three()).await;
    let (basic, bearer) = (
        "Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
        "authorization: Bearer mF_9.B5f-4.1JqM",
    );
    for version in ["--http1.1", "--http2-prior-knowledge"] {
        for (first, second) in [(basic, bearer), (bearer, basic), (basic, basic)] {
            let url = server.url();
            let arguments =
                [version, "-H", first, "-H", second, "-o", "/dev/null", "-w", "%{http_code}", &url];
            assert_eq!(curl(&arguments).await, "400", "{version}");
        }
    }
    assert_eq!(server.inner.calls(), 0);
}

/// [RFC 9110 §6.5.1](https://www.rfc-editor.org/rfc/rfc9110#section-6.5.1): what decides about a
/// request can't stand in its trailers.
#[tokio::test]
async fn credentials_in_a_trailer_are_ignored() {
    let server = Server::start(all_three()).await;
    let request = format!(
        "POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\
         trailer: authorization, x-api-key\r\n\r\n3\r\nabc\r\n0\r\nauthorization: {IMPORTER}\r\n\
         x-api-key: key-of-robot-1\r\n\r\n"
    );
    let answer = server.answer_to(request.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 401 Unauthorized\r\n"), "{answer}");
    assert_eq!(server.inner.calls(), 0);
}

/// [RFC 9110 §10.1.1](https://www.rfc-editor.org/rfc/rfc9110#section-10.1.1): the head is enough to
/// refuse, so no body is asked for.
#[tokio::test]
async fn a_body_that_waits_for_100_continue_is_never_asked_for() {
    let server = Server::start(all_three()).await;
    let request = "PUT / HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 5\r\n\
                   authorization: Bearer stolen-token\r\n\r\n";
    let answer = server.answer_to(request.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 401 Unauthorized\r\n"), "{answer}");
    assert!(!answer.contains("100 Continue"));
    // The unread body can't be taken for the next request: hyper closes the connection, which is
    // what let `answer_to` come to an end.
}

/// [RFC 9110 §5.4](https://www.rfc-editor.org/rfc/rfc9110#section-5.4)
#[tokio::test]
async fn a_mebibyte_of_credentials_is_refused() {
    let server = Server::start(door(bearer()).optional().build().unwrap()).await;
    for scheme in ["Bearer", "Basic", "Unknown"] {
        let request = format!(
            "GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: {scheme} {}\r\n\r\n",
            "a".repeat(MEBIBYTE)
        );
        let answer = server.answer_to(request.as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 400 Bad Request\r\n"), "{}", answer.len());
        assert!(answer.len() < 1000, "the answer does not repeat the request");
    }
    assert_eq!(server.inner.calls(), 0);
}

/// What no field value may hold never gets as far as a scheme.
#[tokio::test]
async fn broken_fields_do_not_reach_the_service() {
    let server = Server::start(door(bearer()).optional().build().unwrap()).await;
    for field in [
        "authorization: Bearer\r\n mF_9.B5f-4.1JqM",
        "authorization : Bearer mF_9.B5f-4.1JqM",
        "authorization: Bearer mF_9\0.B5f-4.1JqM",
        "authorization: Bearer mF_9\r.B5f-4.1JqM",
        "\u{0}authorization: Bearer mF_9.B5f-4.1JqM",
    ] {
        let request = format!("GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{field}\r\n\r\n");
        let answer = server.answer_to(request.as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 400"), "{field:?}: {answer}");
    }
    assert_eq!(server.inner.calls(), 0);
}

/// [RFC 9110 §9.3.2](https://www.rfc-editor.org/rfc/rfc9110#section-9.3.2), with the length that
/// the server itself counts for GET.
#[tokio::test]
async fn head_and_get_have_the_same_fields_on_the_wire() {
    let server = Server::start(all_three()).await;
    for version in ["--http1.1", "--http2-prior-knowledge"] {
        let head = curl(&[version, "--head", &server.url()]).await;
        let get = curl(&[version, "-o", "/dev/null", "-D", "-", &server.url()]).await;
        let fields = |text: &str| {
            let is_field = |line: &&str| !line.to_ascii_lowercase().starts_with("date:");
            let mut lines: Vec<_> =
                text.lines().filter(is_field).map(str::to_owned).collect::<Vec<_>>();
            lines.sort();
            lines
        };
        assert_eq!(fields(&head), fields(&get), "{version}");
        assert!(head.contains("content-length"), "{head}");
    }
}

/// Nothing that is pipelined behind a refused request borrows from its neighbours.
#[tokio::test]
async fn pipelined_requests_stand_for_themselves() {
    let server = Server::start(all_three()).await;
    let none = "GET / HTTP/1.1\r\nhost: x\r\n\r\n";
    let good = format!("GET / HTTP/1.1\r\nhost: x\r\nauthorization: {IMPORTER}\r\n\r\n");
    let last = "GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let answer = server.answer_to(format!("{none}{good}{none}{good}{last}").as_bytes()).await;
    let statuses: Vec<_> =
        answer.split("HTTP/1.1 ").skip(1).map(|part| part.split(' ').next().unwrap()).collect();
    assert_eq!(statuses, ["401", "200", "401", "200", "401"]);
}
