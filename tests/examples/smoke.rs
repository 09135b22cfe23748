//! The other examples.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::Command;
use std::time::Duration;

use crate::curl::curl;
use crate::documented::answers_as_documented;
use crate::process::{Example, command};

#[test]
fn hyper_speaks_http_1_and_http_2() {
    let example = Example::start("hyper");
    for version in ["--http1.1", "--http2-prior-knowledge"] {
        let call = |more: &[&str]| curl(&[&[version, example.origin()], more].concat());
        let unknown = call(&[]);
        assert_eq!((unknown.status(), unknown.offers()), (401, vec!["ApiKey"]));

        let robot = ["-H", "x-api-key: key-of-robot-1"];
        let read = call(&robot);
        assert_eq!((read.status(), read.body()), (200, "hello robot-1, you said GET\n"));
        assert_eq!(read.field("vary"), ["x-api-key"]);
        assert_eq!(call(&[&robot[..], &["--head"]].concat()).status(), 200);
        assert_eq!(call(&[&robot[..], &["-X", "DELETE"]].concat()).status(), 403);
        assert_eq!(call(&["-H", "x-api-key: key-of-root", "-X", "DELETE"]).status(), 200);

        let head = call(&["--head"]);
        assert_eq!((head.status(), head.body()), (401, ""));
        assert_eq!(head.field("content-length"), unknown.field("content-length"));
    }
}

/// Whoever opens more connections than the program may have files ends nothing but the wait of others.
#[test]
fn too_many_connections_end_no_server() {
    for name in ["conformance_server", "hyper", "passwords", "proxy"] {
        let program = command(name);
        let mut limited = Command::new("sh");
        limited.args(["-c", "ulimit -n 40; exec \"$0\""]).arg(program.get_program());
        for (variable, value) in program.get_envs() {
            match value {
                Some(value) => limited.env(variable, value),
                None => limited.env_remove(variable),
            };
        }
        let example = Example::run(name, limited);
        let address = example.origin().trim_start_matches("http://").to_owned();
        let ask = |seconds| {
            let mut stream = TcpStream::connect(&address).ok()?;
            stream.set_read_timeout(Some(Duration::from_secs(seconds))).ok()?;
            stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").ok()?;
            let count = stream.read(&mut [0; 16]).ok()?;
            (count > 0).then_some(stream)
        };
        let held: Vec<TcpStream> = (0..60).map_while(|_| ask(2)).collect();
        assert!((10..60).contains(&held.len()), "{name}: {}", held.len());
        drop(held);
        assert!(ask(30).is_some(), "{name} has ended");
    }
}

#[test]
fn a_custom_scheme_stands_beside_basic() {
    let example = Example::start("custom_scheme");
    let url = |path: &str| format!("{}{path}", example.origin());
    let alice = |path: &str| curl(&["-u", "alice:wonderland", &url(path)]);
    assert_eq!(alice("/reports/alice").status(), 200);
    assert_eq!(alice("/reports/bob").status(), 403);
    assert_eq!(curl(&["-u", "alice:12345", &url("/reports/alice")]).status(), 401);
    let outage = curl(&["-u", "outage:x", &url("/reports/alice")]);
    assert_eq!((outage.status(), outage.field("retry-after")), (503, vec!["5"]));

    let unknown = curl(&["--head", &url("/reports/alice")]);
    assert_eq!((unknown.status(), unknown.offers()), (401, vec!["Basic", "SignedLink"]));

    let shared = alice("/share/alice");
    let link = shared.body().trim();
    let followed = curl(&[&url(link)]);
    assert_eq!(followed.body(), "all about alice, read with SignedLink\n");
    for changed in [
        link.replace("whose=alice", "whose=bob"),
        link.replace("/reports/alice", "/share/alice"),
        link.replace("&until=", "&until=9"),
        format!("{link}x"),
        format!("{link}&signature=x"),
        "/reports/alice?signature=x".to_owned(),
    ] {
        assert_eq!(curl(&[&url(&changed)]).status(), 401, "{changed}");
    }
    assert_eq!(curl(&["-u", "alice:wonderland", &url(link)]).status(), 400, "two proofs");
}

#[test]
fn a_custom_body_loses_neither_status_nor_challenge() {
    let example = Example::start("custom_body");
    let url = format!("{}/admin", example.origin());
    for (accept, content_type, begins) in [
        ("*/*", "application/json", r#"{"error":"LOGIN_REQUIRED""#),
        ("application/json, text/html;q=0.9", "application/json", r#"{"error":"LOGIN_REQUIRED""#),
        ("text/html,*/*;q=0.8", "text/html; charset=utf-8", "<!doctype html>"),
    ] {
        let accept = format!("accept: {accept}");
        let answer = curl(&["-H", &accept, &url]);
        assert_eq!((answer.status(), answer.offers()), (401, vec!["Basic"]), "{accept}");
        assert_eq!(answer.field("content-type"), [content_type], "{accept}");
        assert!(answer.body().starts_with(begins), "{accept}: {}", answer.body());

        let head = curl(&["-H", &accept, "--head", &url]);
        assert_eq!((head.status(), head.body()), (401, ""), "{accept}");
        assert_eq!(head.field("content-length"), answer.field("content-length"), "{accept}");

        let forbidden = curl(&["-H", &accept, "-u", "alice:wonderland", &url]);
        assert_eq!((forbidden.status(), forbidden.offers().len()), (403, 0), "{accept}");
        assert_eq!(forbidden.field("content-type"), [content_type], "{accept}");
    }
}

/// With the file of settings beside it, and the commands in its documentation.
#[test]
fn forward_auth_answers_as_documented() {
    let source = include_str!("../../examples/forward_auth/main.rs");
    let settings = "examples/forward_auth/forward_auth.toml";
    let run = format!("//! cargo run --example forward_auth -- {settings}\n");
    assert!(source.contains(&run) && source.contains(&format!("-- --check {settings}\n")));
    let mut check = command("forward_auth");
    let checked = check.args(["--check", settings]).output().unwrap();
    assert_eq!(checked.stdout, format!("{settings} can be used\n").as_bytes());

    let mut serve = command("forward_auth");
    serve.arg(settings);
    let example = Example::run("forward_auth", serve);
    assert_eq!(curl(&[&format!("{}/health", example.origin())]).status(), 200);
    answers_as_documented(&example, ("forward_auth", source), &[200, 401, 200, 403, 200]);
}
