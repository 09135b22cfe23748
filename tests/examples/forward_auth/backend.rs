//! A service that knows nothing of authentication: it answers with the request that it got.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

pub(crate) struct Backend {
    pub(crate) address: String,
    seen: Arc<AtomicUsize>,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Backend {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (seen, heads) = (Arc::new(AtomicUsize::new(0)), Arc::new(Mutex::new(Vec::new())));
        let backend = Self { address, seen: Arc::clone(&seen), heads: Arc::clone(&heads) };
        // Ends with the test program.
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (seen, heads) = (Arc::clone(&seen), Arc::clone(&heads));
                thread::spawn(move || while answer(&stream, &seen, &heads).is_some() {});
            }
        });
        backend
    }

    /// How many requests came.
    pub(crate) fn requests(&self) -> usize {
        self.seen.load(Ordering::SeqCst)
    }

    /// The heads of all of them.
    pub(crate) fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

/// One request on a connection. `None` where there is no other.
fn answer(stream: &TcpStream, seen: &AtomicUsize, heads: &Mutex<Vec<String>>) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        let mut line = Vec::new();
        if reader.read_until(b'\n', &mut line).ok()? == 0 {
            return None;
        }
        head.push_str(&String::from_utf8_lossy(&line));
    }
    seen.fetch_add(1, Ordering::SeqCst);
    heads.lock().unwrap().push(head.clone());
    let field = |name: &str| {
        let lines = head.lines().filter_map(|line| line.split_once(": "));
        lines.filter(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, v)| v).next()
    };
    let mut writer = stream;
    if field("upgrade").is_some() {
        let switch =
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
        writer.write_all(switch.as_bytes()).ok()?;
        let mut word = [0; 4];
        reader.read_exact(&mut word).ok()?;
        writer.write_all(&word).ok()?;
        return None;
    }
    let length = match (field("content-length"), field("transfer-encoding")) {
        (Some(length), _) => {
            let mut body = vec![0; length.parse().ok()?];
            reader.read_exact(&mut body).ok()?;
            body.len()
        }
        (None, Some(_)) => chunks(&mut reader)?,
        (None, None) => 0,
    };
    let body = format!("{head}{length} bytes\n");
    let size = body.len();
    let body = if head.starts_with("HEAD") { "" } else { &body };
    // `GET /public/403 HTTP/1.1`
    let status =
        head.split(' ').nth(1).and_then(|path| path.strip_prefix("/public/")?.parse().ok());
    let status: u16 = status.unwrap_or(200);
    let text = format!("HTTP/1.1 {status} Said\r\nContent-Length: {size}\r\n\r\n{body}");
    writer.write_all(text.as_bytes()).ok()
}

/// The length of a body in chunks.
fn chunks(reader: &mut BufReader<&TcpStream>) -> Option<usize> {
    let mut all = 0_usize;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let size = usize::from_str_radix(line.trim(), 16).ok()?;
        let mut chunk = vec![0; size.saturating_add(2)];
        reader.read_exact(&mut chunk).ok()?;
        all = all.saturating_add(size);
        if size == 0 {
            return Some(all);
        }
    }
}
