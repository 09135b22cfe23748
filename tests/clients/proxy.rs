//! curl as the client of a proxy (`examples/proxy.rs`) that wants a password, for requests that it
//! forwards and for tunnels.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::Command;
use std::time::Duration;

use crate::client::output_of;
use crate::curl::MISSING;
use crate::origin::Origin;
use crate::plan::DIGEST_IS_HERE;
use crate::process::Example;

/// A proxy and an origin behind it.
struct Setting {
    proxy: Example,
    origin: Origin,
}

impl Setting {
    fn start() -> Self {
        Self { proxy: Example::start("proxy"), origin: Origin::start() }
    }

    fn url(&self) -> String {
        format!("http://{}/path?query", self.origin.address())
    }

    /// What curl prints, with the head of each answer in front of it and how it ended at the end:
    /// the status, and the one of a CONNECT.
    fn curl(&self, arguments: &[&str]) -> String {
        let mut command = Command::new("curl");
        command.args(["--silent", "--max-time", "20", "--noproxy", ""]);
        command.args(["--dump-header", "-", "--write-out", "\nend: %{http_code} %{http_connect}"]);
        command.args(["--proxy", self.proxy.origin()]).args(arguments).arg(self.url());
        output_of(&mut command, MISSING)
    }
}

/// How curl chooses the scheme, and a way through the proxy.
fn ways() -> impl Iterator<Item = [&'static str; 2]> {
    let digest: &[&str] = if DIGEST_IS_HERE { &["--proxy-digest"] } else { &[] };
    let schemes = [&["--proxy-basic", "--proxy-anyauth"], digest].concat();
    schemes.into_iter().flat_map(|scheme| ROUTES.map(|route| [scheme, route]))
}

const TUNNEL: &str = "--proxytunnel";
const FORWARD: &str = "--no-proxytunnel";
const ROUTES: [&str; 2] = [FORWARD, TUNNEL];
const RIGHT: [&str; 2] = ["--proxy-user", "alice:wonderland"];

#[test]
fn curl_goes_through_a_proxy_with_the_right_password() {
    let setting = Setting::start();
    for way in ways() {
        let said = setting.curl(&[&way[..], &RIGHT].concat());
        let connected = if way[1] == TUNNEL { "200" } else { "000" };
        assert!(said.ends_with(&format!("the origin\nend: 200 {connected}")), "{way:?}: {said}");
        let reached = setting.origin.requests();
        assert_eq!(reached.len(), 1, "{way:?}: {reached:?}");
        assert!(reached[0].starts_with("GET /path?query HTTP/1.1\r\n"), "{way:?}: {reached:?}");
        assert!(!reached[0].to_ascii_lowercase().contains("proxy-auth"), "{way:?}: {reached:?}");
    }
}

#[test]
fn curl_is_asked_by_a_proxy_and_nothing_reaches_the_origin() {
    let setting = Setting::start();
    let wrong = ["--proxy-user", "alice:12345"];
    for way in ways() {
        for who in [&[][..], &wrong, &["--user", "alice:wonderland"]] {
            let said = setting.curl(&[&way[..], who].concat());
            let end = if way[1] == TUNNEL { "end: 000 407" } else { "end: 407 000" };
            assert!(said.ends_with(end), "{way:?} {who:?}: {said}");
            let fields = said.to_ascii_lowercase();
            assert!(fields.contains("\r\nproxy-authenticate: "), "{way:?} {who:?}: {said}");
            assert!(!fields.contains("www-authenticate: "), "{way:?} {who:?}: {said}");
            assert_eq!(setting.origin.requests(), Vec::<String>::new(), "{way:?} {who:?}");
        }
    }
}

/// [RFC 9110 §11.6.2](https://www.rfc-editor.org/rfc/rfc9110#section-11.6.2): what is for the
/// origin goes on as it is.
#[test]
fn authorization_for_the_origin_passes_through_a_proxy_untouched() {
    let setting = Setting::start();
    for way in ways() {
        for (for_origin, field) in [
            (&["--user", "bob:builder"][..], "Authorization: Basic Ym9iOmJ1aWxkZXI="),
            (&["-H", "Authorization: Odd  a=\"b\", c"], "Authorization: Odd  a=\"b\", c"),
        ] {
            // Both by Basic: `--proxy-anyauth` alone would make curl hold back the origin's too.
            let said = setting.curl(&[&way[..], &RIGHT, &["--basic"], for_origin].concat());
            assert!(said.contains("\nend: 200 "), "{way:?}: {said}");
            let reached = setting.origin.requests().join("");
            let values: Vec<_> = reached
                .lines()
                .filter_map(|line| line.split_once(": "))
                .filter(|(name, _)| name.eq_ignore_ascii_case("authorization"))
                .map(|(_, value)| value)
                .collect();
            let sent = field.split_once(": ").unwrap().1;
            assert_eq!(values, [sent], "{way:?}: {reached}");
        }
    }
}

/// The body is sent again where the first answer is 407.
#[test]
fn a_body_reaches_the_origin_whole_and_once() {
    let setting = Setting::start();
    for way in ways() {
        let said = setting.curl(&[&way[..], &RIGHT, &["--data", "a=hello"]].concat());
        assert!(said.contains("\nend: 200 "), "{way:?}: {said}");
        let reached = setting.origin.requests();
        assert_eq!(reached.len(), 1, "{way:?}: {reached:?}");
        assert!(reached[0].starts_with("POST ") && reached[0].ends_with("\r\n\r\na=hello"));
    }
}

/// Whoever goes on talking after a 407 talks to the proxy.
#[test]
fn after_a_refused_connect_there_is_no_tunnel() {
    let setting = Setting::start();
    let address = setting.origin.address();
    let mut stream =
        TcpStream::connect(setting.proxy.origin().trim_start_matches("http://")).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let connect = format!("CONNECT {address} HTTP/1.1\r\nhost: {address}\r\n\r\n");
    let inside = format!("GET / HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    stream.write_all(format!("{connect}{inside}").as_bytes()).unwrap();
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer);
    assert!(answer.starts_with("HTTP/1.1 407 "), "{answer}");
    assert!(!answer.contains("the origin"), "{answer}");
    assert_eq!(setting.origin.requests(), Vec::<String>::new());
}
