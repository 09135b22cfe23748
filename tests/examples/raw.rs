//! A client that is fast, and keeps its connection.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

pub(crate) struct Client {
    host: String,
    stream: BufReader<TcpStream>,
}

/// What the server says, but for the content.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    fields: Vec<(String, String)>,
}

impl Client {
    /// To `http://HOST:PORT`.
    pub(crate) fn of(origin: &str) -> Self {
        let host = origin.trim_start_matches("http://").to_owned();
        let stream = TcpStream::connect(&host).unwrap();
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        Self { host, stream: BufReader::new(stream) }
    }

    pub(crate) fn get(&mut self, path: &str, fields: &[(&str, &str)]) -> Reply {
        self.send("GET", path, fields, "")
    }

    /// As a page of the service itself does.
    pub(crate) fn post(&mut self, path: &str, fields: &[(&str, &str)], form: &str) -> Reply {
        let own = ("sec-fetch-site", "same-origin");
        let kind = ("content-type", "application/x-www-form-urlencoded");
        self.send("POST", path, &[fields, &[own, kind]].concat(), form)
    }

    pub(crate) fn send(
        &mut self,
        method: &str,
        path: &str,
        fields: &[(&str, &str)],
        form: &str,
    ) -> Reply {
        let (host, length) = (&self.host, form.len());
        let fields: String =
            fields.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: {host}\r\ncontent-length: {length}\r\n{fields}\r\n{form}"
        );
        self.stream.get_mut().write_all(request.as_bytes()).unwrap();
        self.read()
    }

    fn read(&mut self) -> Reply {
        let mut lines = self.stream.by_ref().lines().map(Result::unwrap);
        let first = lines.next().unwrap();
        let fields: Vec<_> = lines
            .take_while(|line| !line.is_empty())
            .filter_map(|line| line.split_once(": ").map(|(n, v)| (n.to_owned(), v.to_owned())))
            .collect();
        let reply = Reply { status: first.split(' ').nth(1).unwrap().parse().unwrap(), fields };
        let length = reply.field("content-length").map_or(0, |length| length.parse().unwrap());
        let mut content = vec![0; length];
        self.stream.read_exact(&mut content).unwrap();
        reply
    }
}

impl Reply {
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// The cookie that is set, as it is sent back.
    pub(crate) fn cookie(&self) -> String {
        self.field("set-cookie").and_then(|cookie| cookie.split(';').next()).unwrap().to_owned()
    }
}
