//! WebSockets of axum, by a client that says what it likes and by a browser.

use std::io;
use std::net::SocketAddr;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use axum::Router;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::response::Response;
use axum::routing::{get, post};
use http::request::Parts;
use http::{HeaderValue, StatusCode};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::Command;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{self, Message as Received};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use tower_auth::scheme::Bearer;
use tower_auth::scheme::session::{SessionCookie, Sessions};
use tower_auth::store::MemorySessions;
use tower_auth::token::OpaqueTokens;
use tower_auth::{Auth, AuthenticateLayer, Identity, Principal};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

const TOKEN: &str = "mF_9.B5f-4.1JqM";
const BRIEF: &str = "brief-mF_9.B5f-4";

/// A chat for people with a session and for pages with a token, one of which ends soon.
async fn serve() -> SocketAddr {
    let sessions = Sessions::builder(MemorySessions::new(100)).build().unwrap();
    let soon = SystemTime::now() + Duration::from_secs(3);
    let tokens = OpaqueTokens::new()
        .token("importer", TOKEN)
        .token(Principal::new("guest").expires_at(soon), BRIEF);
    let door = AuthenticateLayer::builder()
        .scheme(SessionCookie::new(&sessions))
        .scheme(Bearer::new(tokens).in_websocket_protocol());
    let login = move |head: Parts| {
        let sessions = sessions.clone();
        async move { sessions.login(&head, "alice").await.map(|cookie| (cookie, "welcome")) }
    };
    let app = Router::new()
        .route("/chat", get(chat).route_layer(door.build().unwrap()))
        .route("/login", post(login))
        .route("/", get(async || axum::response::Html("<!doctype html><title>chat</title>")));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    address
}

async fn chat(auth: Auth, who: Identity, head: Parts, socket: WebSocketUpgrade) -> Response {
    assert!(!format!("{head:?}").contains(TOKEN), "{head:?}");
    socket.protocols(["chat"]).on_upgrade(async move |socket| talk(socket, &auth, &who).await)
}

async fn talk(mut socket: WebSocket, auth: &Auth, who: &Identity) {
    let mut expired = std::pin::pin!(auth.expired());
    loop {
        tokio::select! {
            () = &mut expired => {
                let frame = CloseFrame { code: close_code::POLICY, reason: "log in again".into() };
                let _ = socket.send(Message::Close(Some(frame))).await;
                return;
            }
            message = socket.recv() => {
                let Some(Ok(message)) = message else { return };
                if let Message::Text(text) = message {
                    let _ = socket.send(format!("{}: {text}", who.subject()).into()).await;
                }
            }
        }
    }
}

/// Opens a socket with these fields: the protocol that was chosen, or the status.
async fn open(
    address: SocketAddr,
    fields: &[(&'static str, &str)],
) -> Result<(Socket, http::response::Parts), StatusCode> {
    let mut request = format!("ws://{address}/chat").into_client_request().unwrap();
    for (name, value) in fields {
        request.headers_mut().append(*name, HeaderValue::from_str(value).unwrap());
    }
    match connect_async(request).await {
        Ok((socket, response)) => Ok((socket, response.into_parts().0)),
        Err(tungstenite::Error::Http(response)) => Err(response.status()),
        Err(other) => panic!("{other}"),
    }
}

async fn login(address: SocketAddr) -> String {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!(
        "POST /login HTTP/1.1\r\nhost: {address}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let cookie = answer.split("set-cookie: ").nth(1).unwrap();
    cookie.split(';').next().unwrap().to_owned()
}

async fn say(socket: &mut Socket, text: &str) -> Received {
    use futures_util::{SinkExt as _, StreamExt as _};

    socket.send(text.into()).await.unwrap();
    socket.next().await.unwrap().unwrap()
}

/// [RFC 6455 §10.2](https://www.rfc-editor.org/rfc/rfc6455#section-10.2): a browser sends cookies
/// whoever's page opens the socket.
#[tokio::test]
async fn a_session_opens_a_socket_for_its_own_pages_only() {
    let address = serve().await;
    let cookie = login(address).await;
    let cookie = ("cookie", &*cookie);
    let own = format!("http://{address}");
    let (mut socket, _) = open(address, &[cookie, ("origin", &own)]).await.unwrap();
    assert_eq!(say(&mut socket, "hello").await, "alice: hello".into());
    for origin in ["http://evil.example", "http://127.0.0.1:1", "null"] {
        let refused = open(address, &[cookie, ("origin", origin)]).await;
        assert_eq!(refused.err(), Some(StatusCode::FORBIDDEN), "{origin}");
    }
    assert_eq!(open(address, &[cookie]).await.err(), Some(StatusCode::FORBIDDEN));
    assert_eq!(open(address, &[("origin", &own)]).await.err(), Some(StatusCode::UNAUTHORIZED));
}

/// RFC 6455 §4.2.2: the server chooses one of the protocols that were offered, or none.
#[tokio::test]
async fn a_token_opens_a_socket_and_is_never_sent_back() {
    let address = serve().await;
    let token = format!("bearer.{TOKEN}");
    for offered in [format!("chat, {token}"), format!("{token}, chat")] {
        let (mut socket, response) =
            open(address, &[("sec-websocket-protocol", &offered)]).await.unwrap();
        assert_eq!(response.headers["sec-websocket-protocol"], "chat");
        assert!(!format!("{response:?}").contains(TOKEN));
        assert_eq!(say(&mut socket, "hello").await, "importer: hello".into());
    }
    for (offered, status) in [
        ("chat, bearer.wrong", StatusCode::UNAUTHORIZED),
        ("chat", StatusCode::UNAUTHORIZED),
        ("chat, bearer.a, bearer.b", StatusCode::BAD_REQUEST),
    ] {
        let refused = open(address, &[("sec-websocket-protocol", offered)]).await;
        assert_eq!(refused.err(), Some(status), "{offered}");
    }
}

/// [RFC 6455 §7.4.1](https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1): 1008, the policy.
#[tokio::test]
async fn a_socket_is_closed_when_its_token_expires() {
    use futures_util::StreamExt as _;

    let address = serve().await;
    let offered = format!("chat, bearer.{BRIEF}");
    let (mut socket, _) = open(address, &[("sec-websocket-protocol", &offered)]).await.unwrap();
    assert_eq!(say(&mut socket, "hello").await, "guest: hello".into());
    let Received::Close(Some(frame)) = socket.next().await.unwrap().unwrap() else {
        panic!("another message")
    };
    assert_eq!((u16::from(frame.code), frame.reason.as_str()), (1008, "log in again"));
    let late = open(address, &[("sec-websocket-protocol", &offered)]).await;
    assert_eq!(late.err(), Some(StatusCode::UNAUTHORIZED));
}

/// All that is written to the log.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(text)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Chromium: `tests/browser/sockets.mjs`. What the service logs meanwhile, and all crates below it at
/// their most talkative, has no token and no session in it.
#[tokio::test]
async fn a_browser_opens_sockets_and_no_log_has_its_token() {
    let chromium = std::env::var("CHROMIUM").unwrap_or_else(|_| "chromium".to_owned());
    for program in ["node", &chromium] {
        let mut version = Command::new(program);
        if version.arg("--version").stdout(Stdio::null()).status().await.is_err() {
            assert!(std::env::var_os("CI").is_none(), "needs {program}");
            return;
        }
    }
    let log = Log::default();
    let writer = log.clone();
    tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_writer(move || writer.clone())
        .init();
    let address = serve().await;
    let cookie = login(address).await;
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../browser/sockets.mjs");
    let mut node = Command::new("node");
    node.args([script, &format!("http://{address}"), TOKEN, &cookie]).env("CHROMIUM", chromium);
    let output = node.output().await.unwrap();
    assert!(output.status.success(), "{output:?}");
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("tower_auth") && log.contains("foreign_origin"), "{log}");
    // But for the client of the other tests, which logs what it sends.
    let own = |line: &&str| !line.contains(" tungstenite::handshake::client: ");
    for secret in [TOKEN, cookie.split_once('=').unwrap().1] {
        let line = log.lines().filter(own).find(|line| line.contains(secret));
        assert_eq!(line, None);
    }
}
