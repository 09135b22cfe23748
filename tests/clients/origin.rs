//! A server of ours that remembers what reached it: an origin behind a proxy, an endpoint.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// Requests as they came: the head, an empty line, the body.
type Requests = Arc<Mutex<Vec<String>>>;

#[derive(Debug)]
pub(crate) struct Origin {
    address: SocketAddr,
    requests: Requests,
}

impl Origin {
    /// Listens until the test is over.
    pub(crate) fn start() -> Self {
        Self::answering("text/plain", |_| "the origin".to_owned())
    }

    /// The same, with answers of this type to what a request says.
    pub(crate) fn answering(
        content_type: &'static str,
        answer: impl Fn(&str) -> String + Send + Sync + 'static,
    ) -> Self {
        let answer = Arc::new(answer);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Requests::default();
        let list = Arc::clone(&requests);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (list, answer) = (Arc::clone(&list), Arc::clone(&answer));
                thread::spawn(move || serve(&stream, &list, content_type, &*answer));
            }
        });
        Self { address, requests }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// What has come since this was last asked.
    pub(crate) fn requests(&self) -> Vec<String> {
        std::mem::take(&mut *self.requests.lock().unwrap())
    }
}

fn serve(
    mut stream: &TcpStream,
    requests: &Requests,
    content_type: &str,
    answer: &impl Fn(&str) -> String,
) {
    let mut reader = BufReader::new(stream);
    loop {
        let mut request = String::new();
        while !request.ends_with("\r\n\r\n") {
            if !matches!(reader.read_line(&mut request), Ok(1..)) {
                return;
            }
        }
        let fields = request.to_ascii_lowercase();
        let length = fields
            .split_once("content-length: ")
            .and_then(|(_, rest)| rest.split("\r\n").next().and_then(|length| length.parse().ok()));
        let mut body = vec![0; length.unwrap_or(0)];
        reader.read_exact(&mut body).unwrap();
        request += &String::from_utf8_lossy(&body);
        let body = answer(&request);
        requests.lock().unwrap().push(request);
        let length = body.len();
        let head = format!("content-type: {content_type}\r\ncontent-length: {length}\r\n");
        let answer = format!("HTTP/1.1 200 OK\r\n{head}\r\n{body}");
        if stream.write_all(answer.as_bytes()).is_err() {
            return;
        }
    }
}
