//! What a client gets, and the service behind the proxy.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use tower_auth::header::parse_challenges;

use super::proxies::{Site, sites};
use super::{ALICE, ROBOT};
use crate::curl::{Answer, curl};

/// The schemes that an answer offers, by an independent reading of all its lines.
fn offers(answer: &Answer) -> Vec<String> {
    let lines = answer.field("www-authenticate");
    let read = lines.iter().flat_map(|line| parse_challenges(line.as_bytes()));
    read.map(|challenge| challenge.unwrap().scheme().to_owned()).collect()
}

/// What the service was told, by lower-case name.
fn told<'a>(answer: &'a Answer, name: &str) -> Vec<&'a str> {
    let fields = answer.body().lines().filter_map(|line| line.split_once(':'));
    let own = fields.filter(|(other, _)| other.eq_ignore_ascii_case(name));
    own.map(|(_, value)| value.trim()).filter(|value| !value.is_empty()).collect()
}

#[test]
fn who_is_let_in_is_named_to_the_service() {
    for site in sites() {
        let token = site.program.token("dave", "mail:read mail:send");
        let bearer = ["-H", &token];
        let bob = ["-u", "bob:builder"];
        let carol = ["-u", "carol:queen-of-hearts", "--digest"];
        for (who, path, subject, scheme, issuer, scopes, roles) in [
            (&ALICE[..], "/orders/7?a=%2F&b", "alice", "Basic", "", "", ""),
            (&ROBOT, "/orders", "robot-1", "ApiKey", "", "orders:read orders:write", ""),
            (&bob, "/admin/", "bob", "Basic", "", "", "admin,head%20of%20sales%2C%20north"),
            (&bearer, "/mail/", "staff:dave", "Bearer", super::STAFF, "mail:read mail:send", ""),
            (&carol, "/orders/x?y=z", "carol", "Digest", "", "", ""),
            (&ALICE, "/caf%C3%A9/", "alice", "Basic", "", "", ""),
            (&[], "/public/x", "", "", "", "", ""),
            (&[], "/admin/health", "", "", "", "", ""),
        ] {
            let answer = site.get(path, who);
            // Of Digest, curl shows the challenge first, and the second answer below it.
            let status = if who == carol { 401 } else { 200 };
            assert_eq!(answer.status(), status, "{}: {who:?} {path}\n{answer:?}", site.proxy);
            let got = format!("GET {path} HTTP/1.1\r\n");
            assert!(answer.body().contains(&got), "{}: {answer:?}", site.proxy);
            let proves_itself = answer.body().contains("Authentication-Info: ");
            assert_eq!(proves_itself, who == carol && site.proxy == "nginx", "{answer:?}");
            for (name, value) in [
                ("remote-user", subject),
                ("remote-scheme", scheme),
                ("remote-issuer", issuer),
                ("remote-scopes", scopes),
                ("remote-roles", roles),
            ] {
                let expected: Vec<&str> =
                    Some(value).filter(|it| !it.is_empty()).into_iter().collect();
                assert_eq!(told(&answer, name), expected, "{}: {who:?} {name}", site.proxy);
            }
            for credentials in ["authorization", "x-api-key"] {
                assert!(told(&answer, credentials).is_empty(), "{}: {answer:?}", site.proxy);
            }
        }
    }
}

/// RFC 9110 §11.6.1: all challenges reach the client, whatever a proxy makes of several lines.
#[test]
fn strangers_get_every_challenge() {
    for site in sites() {
        for path in ["/orders", "/admin/x", "/nowhere", "/"] {
            let answer = site.get(path, &[]);
            assert_eq!(answer.status(), 401, "{}: {path}", site.proxy);
            assert_eq!(offers(&answer), ["Digest", "Basic", "Bearer", "ApiKey"], "{answer:?}");
            let lines = answer.field("www-authenticate").join(", ");
            assert!(lines.contains(r#"Basic realm="example", charset="UTF-8""#), "{lines}");
            assert!(!lines.contains("error="), "{lines}");
        }
        let wrong = site.get("/orders", &["-H", "Authorization: Bearer nonsense"]);
        assert_eq!(wrong.status(), 401, "{}", site.proxy);
        let lines = wrong.field("www-authenticate").join(", ");
        assert!(lines.contains(r#"error="invalid_token""#), "{lines}");
        assert_eq!(site.backend.requests(), 0, "{}", site.proxy);
    }
}

/// RFC 6750 §3.1: the challenge of a 403 says which scopes are missing.
#[test]
fn who_is_known_and_may_not_gets_403() {
    for site in sites() {
        let token = site.program.token("dave", "mail:read");
        let narrow = site.get("/mail", &["-H", &token]);
        assert_eq!((narrow.status(), offers(&narrow)), (403, vec!["Bearer".to_owned()]));
        let line = narrow.field("www-authenticate").join(", ");
        assert!(line.contains(r#"error="insufficient_scope""#), "{}: {line}", site.proxy);
        assert!(line.contains(r#"scope="mail:read mail:send""#), "{}: {line}", site.proxy);
        assert_eq!(narrow.field("cache-control"), ["no-store"], "{}", site.proxy);

        for (path, more) in [
            ("/admin", &[][..]),
            ("/closed/x", &[]),
            ("/nowhere", &[]),
            ("/orders", &["-X", "DELETE"]),
            ("/orders", &["-X", "PUT"]),
        ] {
            let answer = site.get(path, &[&ALICE[..], more].concat());
            assert_eq!(answer.status(), 403, "{}: {more:?} {path}", site.proxy);
            assert!(offers(&answer).is_empty(), "{answer:?}");
        }
        assert_eq!(site.get("/orders", &[&ROBOT[..], &["-X", "DELETE"]].concat()).status(), 200);
        assert_eq!(site.backend.requests(), 1, "{}", site.proxy);
    }
}

#[test]
fn an_outage_is_503_and_a_guesser_gets_429() {
    for mut site in sites() {
        let token = site.program.token_of_a_lost_issuer();
        let outage = site.get("/orders", &["-H", &token]);
        assert_eq!(outage.status(), 503, "{}: {outage:?}", site.proxy);
        assert!(offers(&outage).is_empty() && outage.field("retry-after").len() == 1, "{outage:?}");

        // By the client's address, which it can't choose: another one each time, if it were believed,
        // would never have to wait.
        for field in ["X-Unrelated", "X-Forwarded-For", "X_Forwarded_For", "Forwarded"] {
            let guess = |at: usize| {
                let field = format!("{field}: 192.0.2.{at}");
                site.get("/orders", &["-u", "alice:12345", "-H", &field])
            };
            let slowed = (0..20).map(guess).find(|answer| answer.status() != 401).unwrap();
            assert_eq!(slowed.status(), 429, "{}: {field}", site.proxy);
            assert_eq!(slowed.field("retry-after").len(), 1, "{}: {slowed:?}", site.proxy);
        }
        assert_eq!(site.get("/orders", &ROBOT).status(), 200, "{}", site.proxy);

        let before = site.backend.requests();
        site.program.example.stop();
        for who in [&ALICE[..], &ROBOT, &[]] {
            let gone = site.get("/public/x", who).status();
            assert_eq!(gone, if site.proxy == "nginx" { 503 } else { 502 });
        }
        assert_eq!(site.backend.requests(), before, "{}: nobody passes", site.proxy);
    }
}

/// The body goes to the service and not to the program, and nobody waits for it.
#[test]
fn bodies_go_to_the_service() {
    for site in sites() {
        let body = "x".repeat(300_000);
        let file = super::Folder::new("body");
        let path = file.path().join("body");
        std::fs::write(&path, body).unwrap();
        let data = format!("@{}", path.display());
        for how in [&["-H", "Expect:"][..], &["-H", "Expect:", "-H", "Transfer-Encoding: chunked"]]
        {
            let post = [&["--data-binary", &data][..], how].concat();
            let answer = site.get("/orders", &[&ROBOT[..], &post].concat());
            assert_eq!(answer.status(), 200, "{}: {answer:?}", site.proxy);
            assert!(answer.body().ends_with("300000 bytes\n"), "{}: {answer:?}", site.proxy);
            assert_eq!(site.get("/orders", &post).status(), 401, "{}", site.proxy);
        }
        assert_eq!(site.backend.requests(), 2, "{}", site.proxy);
    }
}

/// A content type by which a refusal would be written as gRPC has it, with 200, opens nothing.
#[test]
fn a_call_of_grpc_is_refused_as_any_other() {
    for site in sites() {
        let grpc = ["-X", "POST", "-H", "Content-Type: application/grpc", "-H", "TE: trailers"];
        assert_eq!(site.get("/orders", &grpc).status(), 401, "{}", site.proxy);
        assert_eq!(site.get("/orders", &[&ALICE[..], &grpc].concat()).status(), 403);
        assert_eq!(site.backend.requests(), 0, "{}", site.proxy);
    }
}

#[test]
fn head_and_http_2_are_answered_alike() {
    for site in sites() {
        let head = |who: &[&str]| site.get("/orders", &[who, &["--head"]].concat());
        assert_eq!(head(&ALICE).status(), 200, "{}", site.proxy);
        assert_eq!((head(&[]).status(), head(&[]).body()), (401, ""), "{}", site.proxy);

        let url = format!("http://{}/orders", site.http2);
        let http2 = |who: &[&str]| curl(&[&["--http2-prior-knowledge", &url], who].concat());
        assert_eq!(http2(&ALICE).status(), 200, "{}", site.proxy);
        assert_eq!(offers(&http2(&[])).len(), 4, "{}", site.proxy);
        assert_eq!(http2(&[&ALICE[..], &["-X", "DELETE"]].concat()).status(), 403);
        let spoofed = http2(&["-H", "Remote-User: root", "-u", "alice:wonderland"]);
        assert!(!spoofed.body().contains("root"), "{}: {spoofed:?}", site.proxy);
    }
}

/// What the service itself says, with these statuses too, is its own.
#[test]
fn the_service_says_no_by_itself_too() {
    for site in sites() {
        for status in [400, 401, 403, 404, 500, 503] {
            let answer = site.get(&format!("/public/{status}"), &[]);
            assert_eq!(answer.status(), status, "{}", site.proxy);
            assert!(answer.body().starts_with("GET /public/"), "{}: {answer:?}", site.proxy);
            assert!(offers(&answer).is_empty(), "{}: {answer:?}", site.proxy);
        }
    }
}

/// What nginx takes and the program doesn't is the client's fault. hyper reads a hundred fields.
#[test]
fn too_many_fields_are_the_clients_fault() {
    for site in sites() {
        let fields: Vec<String> = (0..110).map(|at| format!("X-{at}: y")).collect();
        let fields: Vec<&str> = fields.iter().flat_map(|field| ["-H", field]).collect();
        for who in [&[][..], &ALICE] {
            let answer = site.get("/public/x", &[who, &fields].concat());
            assert_eq!(answer.status(), 431, "{}: {answer:?}", site.proxy);
        }
        assert_eq!(site.backend.requests(), 0, "{}", site.proxy);
    }
}

/// Caddy answers with an empty 200 for sites that it doesn't know.
#[test]
fn every_host_is_asked_about() {
    for site in sites() {
        for host in ["Host: shop.example", "Host: 127.0.0.1", "Host: [::1]:80"] {
            assert_eq!(site.get("/orders", &["-H", host]).status(), 401, "{}: {host}", site.proxy);
        }
    }
}

/// A request to speak another protocol is asked about like any other.
#[test]
fn upgrades_are_asked_about() {
    for site in sites() {
        let refused = upgrade(&site, "websocket", "");
        assert!(refused.starts_with("HTTP/1.1 401 "), "{}: {refused}", site.proxy);
        assert_eq!(site.backend.requests(), 0, "{}", site.proxy);
        let accepted = upgrade(&site, "websocket", KEY);
        assert!(accepted.starts_with("HTTP/1.1 101 "), "{}: {accepted}", site.proxy);
        assert!(accepted.ends_with("ping"), "{}: {accepted}", site.proxy);

        // Over others a client could send requests that nobody is asked about.
        for protocol in ["h2c", "h2c, websocket", "websocket2"] {
            let ignored = upgrade(&site, protocol, KEY);
            assert!(ignored.starts_with("HTTP/1.1 200 "), "{}: {ignored}", site.proxy);
        }
        upgrade(&site, "WebSocket", &format!("Upgrade: h2c\r\n{KEY}"));
        let heads = site.backend.heads().concat();
        assert!(!heads.contains("h2c"), "{}: {heads}", site.proxy);
    }
}

const KEY: &str = "X-API-Key: key-of-robot-1\r\n";

/// Everything that comes back, up to the end or to what was sent in the other protocol.
fn upgrade(site: &Site, protocol: &str, field: &str) -> String {
    let mut stream = TcpStream::connect(&site.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let request = format!(
        "GET /orders HTTP/1.1\r\nHost: {}\r\nUpgrade: {protocol}\r\n\
         Connection: Upgrade\r\n{field}\r\n",
        site.address
    );
    stream.write_all(request.as_bytes()).unwrap();
    let (mut all, mut sent) = (Vec::new(), false);
    loop {
        let mut some = [0; 4096];
        let count = stream.read(&mut some).unwrap();
        all.extend_from_slice(some.get(..count).unwrap());
        let text = String::from_utf8_lossy(&all).into_owned();
        let (is_switched, is_whole) = (text.starts_with("HTTP/1.1 101"), text.contains("\r\n\r\n"));
        if count == 0 || text.ends_with("ping") || (is_whole && !is_switched) {
            return text;
        }
        if is_whole && !sent {
            stream.write_all(b"ping").unwrap();
            sent = true;
        }
    }
}
