//! A relay in front of a server, which remembers what went over it: what a client does, where what
//! it says of itself is only how it ended.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// Bytes that a client sent, and bytes that it got.
type Record = Arc<Mutex<(Vec<u8>, Vec<u8>)>>;

#[derive(Debug)]
pub(crate) struct Wire {
    address: SocketAddr,
    connections: Arc<Mutex<Vec<Record>>>,
}

/// A request of HTTP/1.1 and its answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Exchange {
    pub(crate) target: String,
    pub(crate) authorization: Option<String>,
    pub(crate) status: Option<u16>,
}

impl Wire {
    /// Listens until the test is over.
    pub(crate) fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let connections = Arc::<Mutex<Vec<Record>>>::default();
        let list = Arc::clone(&connections);
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let Ok(server) = TcpStream::connect(server) else { continue };
                let record = Record::default();
                list.lock().unwrap().push(Arc::clone(&record));
                relay(&client, &server, &record, |record, bytes| record.0.extend(bytes));
                relay(&server, &client, &record, |record, bytes| record.1.extend(bytes));
            }
        });
        Self { address, connections }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The requests whose target begins with `path`, in order. Of HTTP/2 nothing can be told.
    pub(crate) fn exchanges(&self, path: &str) -> Vec<Exchange> {
        let connections = self.connections.lock().unwrap();
        let all = connections.iter().flat_map(|record| {
            let record = record.lock().unwrap();
            exchanges(&record.0, &record.1)
        });
        let is_under = |target: &str| {
            let rest = target.strip_prefix(path);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
        };
        all.filter(|exchange| is_under(&exchange.target)).collect()
    }
}

fn relay(
    from: &TcpStream,
    to: &TcpStream,
    record: &Record,
    keep: impl Fn(&mut (Vec<u8>, Vec<u8>), &[u8]) + Send + 'static,
) {
    let (mut from, mut to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
    let record = Arc::clone(record);
    let _ = from.set_nodelay(true);
    thread::spawn(move || {
        let mut buffer = [0; 16 * 1024];
        while let Ok(length @ 1..) = from.read(&mut buffer) {
            keep(&mut record.lock().unwrap(), &buffer[..length]);
            if to.write_all(&buffer[..length]).is_err() {
                break;
            }
        }
        let _ = to.shutdown(Shutdown::Write);
    });
}

fn exchanges(sent: &[u8], got: &[u8]) -> Vec<Exchange> {
    let sent = String::from_utf8_lossy(sent);
    let mut rest = &*sent;
    let mut exchanges = Vec::new();
    while let Some((head, after)) = rest.split_once("\r\n\r\n") {
        let field = |name: &str| {
            let mut fields = head.lines().skip(1).filter_map(|line| line.split_once(':'));
            let found = fields.find(|(other, _)| other.eq_ignore_ascii_case(name));
            found.map(|(_, value)| value.trim().to_owned())
        };
        let target = head.split(' ').nth(1).unwrap_or_default().to_owned();
        exchanges.push(Exchange { target, authorization: field("authorization"), status: None });
        let length = field("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
        rest = after.get(length..).unwrap_or_default();
    }
    for (exchange, status) in exchanges.iter_mut().zip(statuses(&String::from_utf8_lossy(got))) {
        exchange.status = Some(status);
    }
    exchanges
}

/// Final ones: a client that is told to go on gets another.
fn statuses(text: &str) -> Vec<u16> {
    let starts = text.split("HTTP/1.1 ").skip(1);
    starts
        .filter_map(|start| start.get(..3)?.parse().ok())
        .filter(|status| *status >= 200)
        .collect()
}

/// One parameter of credentials or of a challenge, without its quotes.
pub(crate) fn param<'a>(field: &'a str, name: &str) -> Option<&'a str> {
    let start = format!("{name}=");
    let (_, rest) = field.split_once(' ')?;
    let value = rest.split(',').find_map(|param| param.trim().strip_prefix(&*start))?;
    Some(value.trim_matches('"'))
}

#[test]
fn requests_are_told_from_bodies_and_answers_paired() {
    let sent = b"POST /a/b?c HTTP/1.1\r\ncontent-length: 7\r\n\r\na=helloGET /d HTTP/1.1\r\n\
                 Authorization: Digest nc=00000002, algorithm=\"MD5\"\r\n\r\n";
    let got =
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 401 Unauthorized\r\n\r\nnoHTTP/1.1 200 OK\r\n";
    let found = exchanges(sent, got);
    let short: Vec<_> = found.iter().map(|it| (it.target.as_str(), it.status)).collect();
    assert_eq!(short, [("/a/b?c", Some(401)), ("/d", Some(200))]);
    let digest = found[1].authorization.as_deref().unwrap();
    assert_eq!((param(digest, "nc"), param(digest, "algorithm")), (Some("00000002"), Some("MD5")));
}
