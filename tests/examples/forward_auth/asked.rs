//! The program asked as each proxy asks, by curl.

use super::{ALICE, Program, ROBOT};
use crate::curl::{Answer, curl};

/// Where everybody but Envoy asks.
fn ask(program: &Program, arguments: &[&str]) -> Answer {
    let url = format!("{}/auth", program.example.origin());
    curl(&[arguments, &["-H", "X-Forwarded-For: 192.0.2.7", &url]].concat())
}

/// Traefik: X-Forwarded-Method, -Proto, -Host, -Uri and -For beside the client's own fields, a GET, or
/// with `preserveRequestMethod` the client's method. Each line of a refusal goes to the client.
#[test]
fn traefik_is_answered() {
    let program = Program::start("traefik");
    let traefik = |method: &str, uri: &str, who: &[&str]| {
        let (method, uri) =
            (format!("X-Forwarded-Method: {method}"), format!("X-Forwarded-Uri: {uri}"));
        let fields = ["-H", &method, "-H", &uri, "-H", "X-Forwarded-Proto: https"];
        ask(&program, &[&fields[..], &["-H", "X-Forwarded-Host: shop.example"], who].concat())
    };
    let known = traefik("GET", "/orders/7?x=y", &ALICE);
    assert_eq!((known.status(), known.body()), (200, ""));
    for (name, value) in [
        ("remote-user", "alice"),
        ("remote-scheme", "Basic"),
        ("remote-issuer", ""),
        ("remote-scopes", ""),
        ("remote-roles", ""),
        ("cache-control", "no-store"),
    ] {
        assert_eq!(known.field(name), [value], "{name}");
    }
    let unknown = traefik("GET", "/orders/7", &[]);
    assert_eq!((unknown.status(), unknown.offers().len()), (401, 4));
    assert_eq!(traefik("POST", "/orders", &ROBOT).status(), 200);
    assert_eq!(traefik("POST", "/orders", &[&ROBOT[..], &["-X", "POST"]].concat()).status(), 200);
    assert_eq!(traefik("POST", "/orders", &[&ROBOT[..], &["-d", "a body"]].concat()).status(), 200);
    assert_eq!(traefik("POST", "/orders", &ALICE).status(), 403);
    // The answer to a GET about a HEAD: nobody waits for a body that doesn't come.
    let head = traefik("HEAD", "/orders", &[]);
    assert_eq!((head.status(), head.field("content-length")), (401, vec!["0"]));
    assert_eq!(traefik("get", "/orders", &ALICE).status(), 403, "another method than GET");
    assert_eq!(traefik("GET", "/orders/../admin", &ALICE).status(), 400);
    assert_eq!(traefik("GET", "http://shop.example/public/", &ALICE).status(), 400);
    for field in ["Remote-User: bob", "remote_user: bob", "Remote.User;"] {
        assert_eq!(traefik("GET", "/orders", &[&ALICE[..], &["-H", field]].concat()).status(), 400);
    }
}

/// Envoy: the client's method, and its path behind `path_prefix`; of its fields those that are allowed.
#[test]
fn envoy_is_answered() {
    let program = Program::start("envoy");
    let envoy = |target: &str, arguments: &[&str]| {
        let url = format!("{}{target}", program.example.origin());
        let common =
            ["--path-as-is", "-H", "X-Forwarded-For: 192.0.2.7", "-H", "Content-Length: 0"];
        curl(&[&common, arguments, &[&url]].concat())
    };
    let known = envoy("/auth/orders/7?x=y", &ALICE);
    assert_eq!((known.status(), known.field("remote-user")), (200, vec!["alice"]));
    assert_eq!(envoy("/auth/orders", &[]).offers().len(), 4);
    assert_eq!(envoy("/auth/orders", &[&ALICE[..], &["-X", "DELETE"]].concat()).status(), 403);
    assert_eq!(envoy("/auth/orders", &[&ROBOT[..], &["-X", "DELETE"]].concat()).status(), 200);
    assert_eq!(envoy("/auth/orders", &["--head"]).status(), 401);
    let grpc = ["-X", "POST", "-H", "content-type: application/grpc"];
    assert_eq!(envoy("/auth/orders", &grpc).status(), 401);
    for (target, status) in [
        ("/auth/public/", 200),
        ("/auth/", 403),
        ("/auth/public/../admin", 400),
        ("/auth//admin", 400),
        ("/auth", 404),
        ("/authorders", 404),
        ("/orders", 404),
    ] {
        assert_eq!(envoy(target, &ALICE).status(), status, "{target}");
    }
}

/// A field that the proxy should have set, missing or twice: nobody gets in, and it is the operator's
/// to mend.
#[test]
fn another_proxy_than_the_one_in_the_settings_gets_500() {
    let nginx = Program::start("nginx");
    let (method, uri) = ("X-Original-Method: GET", "X-Original-URI: /public/x");
    assert_eq!(ask(&nginx, &["-H", method, "-H", uri]).status(), 200);
    let (other_method, other_uri) = ("X-Forwarded-Method: GET", "X-Forwarded-Uri: /public/x");
    for fields in [
        &[][..],
        &["-H", method],
        &["-H", uri],
        &["-H", method, "-H", method, "-H", uri],
        &["-H", method, "-H", uri, "-H", uri],
        &["-H", method, "-H", uri, "-H", "X-Original-URI: /admin"],
        &["-H", other_method, "-H", other_uri],
    ] {
        let answer = ask(&nginx, fields);
        assert_eq!((answer.status(), answer.offers().len()), (500, 0), "{fields:?}");
        assert_eq!(answer.body(), "wrong set-up, see the log\n");
    }
    let url = format!("{}/auth", nginx.example.origin());
    let answer = curl(&["-H", method, "-H", uri, &url]);
    assert_eq!(answer.status(), 500, "no address, and guesses are limited by it");
    for bad in ["X-Original-Method: G(T", "X-Original-Method: GET "] {
        let status = ask(&nginx, &["-H", bad, "-H", uri]).status();
        assert_eq!(status, if bad.ends_with(' ') { 200 } else { 400 }, "{bad}");
    }
    assert_eq!(ask(&nginx, &["-H", method, "-H", "X-Original-URI: /public/\u{e9}"]).status(), 400);

    for target in ["/public/x#/../admin", "*", "public/x", "http://a.example/public/x"] {
        let target = format!("X-Original-URI: {target}");
        assert_eq!(ask(&nginx, &["-H", method, "-H", &target]).status(), 400, "{target}");
    }

    let envoy = Program::start("envoy");
    assert_eq!(ask(&envoy, &["-H", method, "-H", uri]).status(), 404);
}

/// nginx before 1.23 passes one line on; the others pass all.
#[test]
fn challenges_share_a_line_for_nginx_alone() {
    let nginx = Program::start("nginx");
    let fields = ["-H", "X-Original-Method: GET", "-H", "X-Original-URI: /orders"];
    assert_eq!(ask(&nginx, &fields).field("www-authenticate").len(), 1);
    let caddy = Program::start("caddy");
    let fields = ["-H", "X-Forwarded-Method: GET", "-H", "X-Forwarded-Uri: /orders"];
    assert_eq!(ask(&caddy, &fields).field("www-authenticate").len(), 4);
}
