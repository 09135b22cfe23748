//! `conformance_server`, by the clients that have its schemes.

use std::process::Command;

use tower_auth::testing::TokenMaker;

use crate::curl::curl;
use crate::process::Example;

/// The status and the body at the end of an exchange.
fn exchange(arguments: &[&str]) -> (u16, String) {
    let common = ["-sS", "--max-time", "30", "-w", "\n%{http_code}"];
    let output = Command::new("curl").args(common).args(arguments).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let (body, status) = text.rsplit_once('\n').unwrap();
    (status.parse().unwrap(), body.to_owned())
}

#[test]
fn every_password_scheme_lets_in_who_has_the_password() {
    let server = Example::start("conformance_server");
    let url = |path: &str| format!("http://{}{path}", server.origin());
    let digests = [
        "/digest",
        "/digest-md5",
        "/digest-sha256",
        "/digest-md5-sess",
        "/digest-sha256-sess",
        "/digest-auth-int",
        "/digest-userhash",
        "/digest-short",
    ];
    for path in digests {
        let with = |user: &str| exchange(&["--digest", "-u", user, &url(&format!("{path}?a=b,c"))]);
        let (status, body) = with("quo\"te\\back:pa\"ss\\word");
        assert_eq!(status, 200, "{path}");
        assert!(body.contains(r#""subject":"quo\"te\\back""#), "{body}");
        assert_eq!(with("alice:looking-glass").0, 401, "{path}");
    }
}

#[test]
fn names_keys_and_strangers_get_what_each_route_says() {
    let server = Example::start("conformance_server");
    let url = |path: &str| format!("http://{}{path}", server.origin());
    for user in ["alice:wonderland", "empty:", "colon:a:b:c", "Jäsøn Doe:Secret, or not?"] {
        assert_eq!(exchange(&["-u", user, &url("/basic")]).0, 200, "{user}");
    }
    // Not with `auth-int`: curl takes every body for an empty one there.
    let body = ["-X", "POST", "-d", "hello", "--digest", "-u", "Mufasa:Circle of Life"];
    let (status, answer) = exchange(&[&body[..], &[&url("/digest")]].concat());
    assert_eq!(status, 200);
    assert!(answer.contains(r#""body_bytes":5"#), "{answer}");

    assert_eq!(exchange(&["-u", "alice:wonderland", &url("/forbidden")]).0, 403);
    assert_eq!(exchange(&[&url("/optional")]).0, 200);
    assert_eq!(exchange(&["-u", "alice:x", &url("/optional")]).0, 401);
    assert_eq!(exchange(&["-H", "X-API-Key: key-of-robot-1", &url("/apikey")]).0, 200);
    assert_eq!(exchange(&["-H", "X-API-Key: revoked-key", &url("/apikey")]).0, 401);
    for absent in ["/dpop", "/negotiate", "/bearer", "/nowhere"] {
        assert_eq!(exchange(&[&url(absent)]).0, 404, "{absent}");
    }
}

#[test]
fn sessions_begin_and_end() {
    let server = Example::start("conformance_server");
    let url = |path: &str| format!("http://{}{path}", server.origin());
    let login = |password| {
        let form = format!("username=alice&password={password}");
        curl(&["-d", &form, &url("/session/login")])
    };
    assert_eq!(login("looking-glass").status(), 401);
    let answer = login("wonderland");
    assert_eq!(answer.status(), 204);
    let set = answer.field("set-cookie").remove(0).to_owned();
    assert!(set.ends_with("; Path=/; HttpOnly; SameSite=Lax"), "{set}");
    let cookie = format!("cookie: {}", set.split(';').next().unwrap());
    let with = |path: &str| curl(&["-H", &cookie, &url(path)]);
    assert_eq!(with("/session").status(), 200);
    assert_eq!(with("/session").field("cache-control"), ["no-store"]);
    assert_eq!(curl(&["-X", "POST", "-H", &cookie, &url("/session/logout")]).status(), 204);
    let ended = with("/session");
    assert_eq!((ended.status(), ended.offers()), (401, vec!["Cookie"]));
}

#[test]
fn tokens_are_taken_by_the_settings_in_the_environment() {
    let idp = TokenMaker::es256().issuer("https://idp.example");
    let file = std::env::temp_dir().join(format!("tower-auth-jwks-{}.json", std::process::id()));
    std::fs::write(&file, idp.jwk_set()).unwrap();
    let server = Example::start_with(
        "conformance_server",
        &[
            ("JWT_ISSUER", "https://idp.example"),
            ("JWT_AUDIENCE", "https://api.example"),
            ("JWKS_FILE", file.to_str().unwrap()),
        ],
    );
    let url = |path: &str| format!("http://{}{path}", server.origin());
    let token = idp.token("alice").claim("aud", "https://api.example").scope("read").sign();
    let bearer = format!("authorization: Bearer {token}");
    assert_eq!(exchange(&["-H", &bearer, &url("/bearer")]).0, 200);
    assert_eq!(exchange(&["-H", &bearer, &url("/bearer/scope/read")]).0, 200);
    assert_eq!(exchange(&["-H", &bearer, &url("/mcp")]).0, 401, "another audience");
    let lacking = curl(&["-H", &bearer, &url("/bearer/scope/write")]);
    assert_eq!((lacking.status(), lacking.offers()), (403, vec!["Bearer"]));
    let multi = curl(&[&url("/multi")]);
    assert_eq!(multi.offers(), ["Digest", "Digest", "Basic", "Bearer"]);
    for document in ["", "/mcp"] {
        let path = format!("/.well-known/oauth-protected-resource{document}");
        assert_eq!(exchange(&[&url(&path)]).0, 200, "{path}");
    }
    std::fs::remove_file(file).unwrap();
}
