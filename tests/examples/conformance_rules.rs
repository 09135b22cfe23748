//! What `conformance_server` does for requests that no well-behaved client sends.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use tower_auth::scheme::digest::{Algorithm, Exchange};

use crate::curl::curl;
use crate::process::Example;

fn server() -> (Example, impl Fn(&str) -> String) {
    let server = Example::start("conformance_server");
    let origin = server.origin().to_owned();
    (server, move |path: &str| format!("http://{origin}{path}"))
}

/// A preflight has an origin, and [asks for a method](https://fetch.spec.whatwg.org/#cors-preflight-fetch).
#[test]
fn a_preflight_needs_no_credentials_and_any_other_options_does() {
    let (_server, url) = server();
    let asks = ["-H", "origin: https://a.example", "-H", "access-control-request-method: PUT"];
    for path in ["/basic", "/digest-auth-int", "/apikey", "/session", "/forbidden"] {
        let options = |more: &[&str]| curl(&[&["-X", "OPTIONS", &url(path)], more].concat());
        let preflight = options(&asks);
        assert_eq!(preflight.status(), 204, "{path}");
        let allowed = preflight.field("access-control-allow-headers").join(", ");
        assert!(allowed.contains("authorization") && allowed.contains("x-api-key"), "{allowed}");
        for plain in [options(&[]), options(&asks[..2])] {
            assert_eq!(plain.status(), 401, "{path}");
            assert_eq!(plain.field("access-control-allow-origin"), ["*"], "{path}");
            let exposed = plain.field("access-control-expose-headers").join(", ");
            assert!(exposed.contains("WWW-Authenticate"), "{exposed}");
        }
    }
    let alice = curl(&["-X", "OPTIONS", "-u", "alice:wonderland", &url("/basic")]);
    assert!(alice.body().contains(r#""method":"OPTIONS""#), "{alice:?}");
}

#[test]
fn what_is_no_login_form_logs_nobody_in() {
    let (_server, url) = server();
    let json = "content-type: application/json";
    for form in [
        &["-d", ""][..],
        &["-d", "username=alice"],
        &["-d", "username=alice&password=%ff"],
        &["-d", "username=alice&username=alice&password=wonderland"],
        &["-H", json, "-d", r#"{"username": "alice", "password": "wonderland"}"#],
    ] {
        let answer = curl(&[form, &[&url("/session/login")]].concat());
        assert_eq!((answer.status(), answer.offers()), (401, vec!["Cookie"]), "{form:?}");
        assert_eq!(answer.field("set-cookie"), Vec::<&str>::new(), "{form:?}");
    }
}

/// The bytes of a peer are never an error of the server's, nor a pass.
#[test]
fn garbage_is_refused_at_every_door() {
    let (_server, url) = server();
    let (long, many) = ("A".repeat(20_000), "a=b, ".repeat(3_000));
    let garbage = [
        "Basic",
        "Basic =",
        "Basic QQ==",
        "Basic AGE6Yg==",
        "Basic YTpi, YTpi",
        "Basic dGVzdDoxMjPCow",
        "Digest",
        "Digest username=\"alice",
        "Digest username=alice, username=alice",
        "Digest nc=99999999999999999999, qop=auth, uri=\"/\"",
        "Digest username*=UTF-8''%ZZ",
        "Bearer a b",
        "Negotiate abc",
        "\u{1F600}",
        ",,,",
        &format!("Basic {long}"),
        &format!("Digest {many}"),
    ];
    for path in ["/basic", "/digest", "/digest-auth-int", "/digest-userhash", "/optional"] {
        for value in garbage {
            let field = format!("authorization: {value}");
            let status = curl(&["-H", &field, &url(path)]).status();
            assert!((400..500).contains(&status), "{path}: {status} for {value:.40}");
        }
    }
    let twice = ["-H", "authorization: Basic YWxpY2U6d29uZGVybGFuZA=="].repeat(2);
    assert_eq!(curl(&[&twice[..], &[&url("/basic")]].concat()).status(), 400);
}

/// [RFC 7616 §3.4](https://www.rfc-editor.org/rfc/rfc7616#section-3.4): each count of a nonce serves once, in whatever order, from 0 on.
#[test]
fn a_nonce_in_use_outlives_challenges_that_nobody_answers() {
    let (server, url) = server();
    let challenged = curl(&[&url("/digest-md5")]);
    let nonce = challenged.field("www-authenticate").join("");
    let nonce = nonce.split("nonce=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    let ask = |count: u32| {
        let nc = format!("{count:08x}");
        let exchange = Exchange {
            algorithm: Algorithm::Md5,
            username: "alice",
            realm: "conformance",
            password: "wonderland",
            nonce,
            nc: &nc,
            cnonce: "c",
            qop: Some("auth"),
            method: "GET",
            uri: "/digest-md5",
            content: b"",
        };
        let credentials = format!(
            "authorization: Digest username=\"alice\", realm=\"conformance\", nonce=\"{nonce}\", \
             uri=\"/digest-md5\", algorithm=MD5, qop=auth, nc={nc}, cnonce=\"c\", response=\"{}\"",
            exchange.response()
        );
        curl(&["-H", &credentials, &url("/digest-md5")])
    };
    for count in [32, 0, 1, 31, 2] {
        assert_eq!(ask(count).status(), 200, "{count}");
    }

    let count = 5_000;
    let mut stream = TcpStream::connect(server.origin()).unwrap();
    let mut reader = stream.try_clone().unwrap();
    let request = "GET /digest-md5 HTTP/1.1\r\nhost: conformance\r\n\r\n";
    let last = request.replace("host", "connection: close\r\nhost");
    let writer = std::thread::spawn(move || {
        let _ = stream.write_all((request.repeat(count) + &last).as_bytes());
    });
    let mut answers = String::new();
    reader.read_to_string(&mut answers).unwrap();
    writer.join().unwrap();
    assert_eq!(answers.matches("HTTP/1.1 401").count(), count + 1);

    assert_eq!(ask(33).status(), 200);
    let replayed = ask(1);
    assert_eq!(replayed.status(), 401);
    assert!(replayed.field("www-authenticate").join("").contains("stale=true"));
}
