//! An origin behind a proxy, which remembers what reached it.

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
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Requests::default();
        let list = Arc::clone(&requests);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let list = Arc::clone(&list);
                thread::spawn(move || serve(&stream, &list));
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

fn serve(mut stream: &TcpStream, requests: &Requests) {
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
        requests.lock().unwrap().push(request + &String::from_utf8_lossy(&body));
        let answer = "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nthe origin";
        stream.write_all(answer.as_bytes()).unwrap();
    }
}
