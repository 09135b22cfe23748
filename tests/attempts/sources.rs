//! Where a request comes from.

use std::net::{IpAddr, SocketAddr};

use axum::extract::ConnectInfo;
use http::request::{Builder, Parts};
use tower_auth::attempts::Source;
use tower_auth::store::MemoryAttempts;

use crate::guarded::{Guarded, HOME, People, peer};
use crate::support::{basic_of, get};

fn by(source: Source) -> Guarded {
    Guarded::with(People::default(), MemoryAttempts::new(1000), source, |builder| builder)
}

/// Whether failures at the one count for the other.
async fn are_one(source: Source, one: Builder, other: Builder) -> bool {
    let guarded = by(source);
    let wrong = |request: Builder| request.header("authorization", basic_of("alice:guess"));
    let copy = |from: &Builder| {
        let (uri, headers) = (from.uri_ref().cloned(), from.headers_ref().cloned());
        let extensions = from.extensions_ref().cloned();
        let mut request = get("/").uri(uri.unwrap());
        *request.headers_mut().unwrap() = headers.unwrap();
        *request.extensions_mut().unwrap() = extensions.unwrap();
        request
    };
    for _ in 0..5 {
        guarded.stack.refuses(wrong(copy(&one)), 401).await;
    }
    guarded.stack.refuses(wrong(copy(&one)), 429).await;
    let request = wrong(other).body(crate::support::Payload::Explosive).unwrap();
    guarded.stack.send(request).await.status() == 429
}

#[tokio::test]
async fn addresses_count_by_what_their_holder_can_not_change() {
    for (one, other, want) in [
        ("192.0.2.1", "192.0.2.1", true),
        ("192.0.2.1", "192.0.2.2", false),
        ("192.0.2.1", "::ffff:192.0.2.1", true),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", true),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", false),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", false),
    ] {
        let from = |address| get("/").extension(peer(address));
        let are_one = are_one(Source::connection(), from(one), from(other)).await;
        assert_eq!(are_one, want, "{one} {other}");
    }
}

/// A peer, and the lines of a field.
type Sent<'a> = (&'a str, &'a [&'a str]);

/// From a peer, with the lines of a field.
fn through(address: &str, name: &str, lines: &[&str]) -> Builder {
    let request = get("/").extension(peer(address));
    lines.iter().fold(request, |request, line| request.header(name, *line))
}

const PROXIES: [&str; 3] = ["10.0.0.0/8", "fd00::/8", "203.0.113.7"];

#[tokio::test]
async fn proxies_that_are_named_say_who_asks() {
    let victim = (HOME, &[][..]);
    let rows: [(&str, Sent<'_>, Sent<'_>, bool); 11] = [
        ("two clients of a proxy", ("10.0.0.1", &["1.1.1.1"]), ("10.0.0.1", &["2.2.2.2"]), false),
        ("one client, two proxies", ("10.0.0.1", &["1.1.1.1"]), ("fd00::1", &["1.1.1.1"]), true),
        (
            "a stranger's word counts for nothing",
            ("6.6.6.6", &["1.1.1.1"]),
            (HOME, &["1.1.1.1"]),
            false,
        ),
        ("a stranger can't be another", ("6.6.6.6", &["1.1.1.1"]), ("6.6.6.6", &["2.2.2.2"]), true),
        (
            "what the client wrote itself stands farther left",
            ("10.0.0.1", &["9.9.9.9, 1.1.1.1"]),
            ("10.0.0.1", &["8.8.8.8, 1.1.1.1"]),
            true,
        ),
        (
            "proxies behind proxies, on several lines",
            ("10.0.0.1", &["7.7.7.7, 1.1.1.1", "203.0.113.7, 10.9.9.9"]),
            ("10.0.0.1", &["1.1.1.1"]),
            true,
        ),
        ("a client that is a proxy", ("10.0.0.1", &["10.0.0.5"]), ("10.0.0.5", &[]), true),
        (
            "garbage: the proxy that wrote it",
            ("10.0.0.1", &["1.1.1.1, ?"]),
            ("10.0.0.1", &["?"]),
            true,
        ),
        ("garbage beyond a proxy", ("10.0.0.1", &["?, 10.0.0.5"]), ("10.0.0.5", &[]), true),
        ("mapped", ("::ffff:10.0.0.1", &["::ffff:1.1.1.1"]), ("10.0.0.1", &["1.1.1.1"]), true),
        ("nobody is held up by a stranger who names them", ("6.6.6.6", &[HOME]), victim, false),
    ];
    for (name, one, other, want) in rows {
        let source = Source::connection().forwarded_by(PROXIES, "X-Forwarded-For");
        let request = |(from, lines)| through(from, "x-forwarded-for", lines);
        assert_eq!(are_one(source, request(one), request(other)).await, want, "{name}");
    }
}

/// [RFC 7239](https://www.rfc-editor.org/rfc/rfc7239). Of the two fields only the one that is named
/// is read.
#[tokio::test]
async fn the_standard_field_is_read_where_it_is_named() {
    let source = || Source::connection().forwarded_by(PROXIES, "forwarded");
    let asks = |line: &str| through("10.0.0.1", "forwarded", &[line]);
    for (one, other, want) in [
        ("for=1.1.1.1", "for=2.2.2.2", false),
        ("for=1.1.1.1;proto=https", r#"FOR="1.1.1.1:80";by=_x"#, true),
        (r#"for="[2001:db8::1]:1""#, r#"for="[2001:db8::2]""#, true),
        ("for=_hidden", "for=unknown", true),
        ("for=9.9.9.9, for=1.1.1.1", "for=1.1.1.1", true),
    ] {
        assert_eq!(are_one(source(), asks(one), asks(other)).await, want, "{one} {other}");
    }
    let xff = |address| through("10.0.0.1", "x-forwarded-for", &[address]);
    assert!(are_one(source(), xff("1.1.1.1"), xff("2.2.2.2")).await);
}

#[tokio::test]
async fn the_address_can_come_from_the_type_of_any_server() {
    let axum = |last: u8| get("/").extension(ConnectInfo(SocketAddr::from(([192, 0, 2, last], 1))));
    let source = || Source::extension(|info: &ConnectInfo<SocketAddr>| Some(info.ip()));
    assert!(are_one(source(), axum(1), axum(1)).await);
    assert!(!are_one(source(), axum(1), axum(2)).await);

    let unix = |_: &Parts| -> Option<IpAddr> { Some(IpAddr::from([127, 0, 0, 1])) };
    assert!(are_one(Source::from_fn(unix), get("/"), get("/")).await);
}

/// Missing plumbing is the operator's fault: 500 and an event, never a pass.
#[tokio::test]
async fn a_request_that_comes_from_nowhere_is_the_operators_fault() {
    for source in [
        Source::connection(),
        Source::connection().forwarded_by(PROXIES, "x-forwarded-for"),
        Source::from_fn(|_| None),
    ] {
        let guarded = by(source);
        let request = get("/")
            .header("authorization", basic_of("alice:right-alice"))
            .header("x-forwarded-for", HOME);
        let refused = guarded.stack.refuses(request, 500).await;
        assert_eq!(refused.reason(), Some("no_source"));
        let seen = guarded.log.text();
        assert!(seen.contains("into_make_service_with_connect_info"), "{seen}");
        assert_eq!(guarded.people.asked(), 0);
        // Who presents nothing guesses nothing.
        guarded.stack.refuses(get("/"), 401).await;
    }
}
