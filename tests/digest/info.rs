//! What the server proves in its turn,
//! [RFC 7616 §3.5](https://www.rfc-editor.org/rfc/rfc7616#section-3.5).

use http::{Response, StatusCode};
use tower_auth::AuthorizeLayer;
use tower_auth::header::AuthenticationInfo;
use tower_auth::policy::role;
use tower_auth::scheme::digest::Algorithm;

use crate::client::{Login, quoted};
use crate::support::{
    Inner, Payload, SHA, Stack, digest, door, is_hex, lines, raw_params, request, stack,
};

/// The parameters of `Authentication-Info` as they are written.
pub(crate) fn info(response: &Response<bytes::Bytes>) -> Vec<(String, String)> {
    let lines = lines(response, "authentication-info");
    assert_eq!(lines.len(), 1, "{response:?}");
    // RFC 9110 §11.6.3: parameters, and no name of a scheme before them.
    assert!(AuthenticationInfo::parse(lines[0].as_bytes()).is_ok(), "{lines:?}");
    raw_params(lines[0])
}

/// What is said to this login, `qop` being this.
pub(crate) fn expected(login: &Login, qop: &str, content: &[u8]) -> Vec<(String, String)> {
    let own = |(name, raw): (&str, String)| (name.to_owned(), raw);
    [
        ("rspauth", quoted(&login.rspauth(qop, content))),
        ("cnonce", quoted(&login.cnonce)),
        ("nc", login.nc.clone()),
        ("qop", qop.to_owned()),
    ]
    .map(own)
    .to_vec()
}

/// `rspauth` for every algorithm; `cnonce` and `nc` come back as they were sent. Quoted is what
/// must be: `rspauth` and `cnonce`, not `nc` and `qop`.
#[tokio::test]
async fn each_answer_proves_that_the_server_knows_the_password() {
    let all = [
        Algorithm::Sha256,
        Algorithm::Sha256Sess,
        Algorithm::Sha512_256,
        Algorithm::Sha512_256Sess,
    ];
    let stack = stack(digest().algorithms(all).danger_md5().danger_md5_sess());
    for (algorithm, len) in [
        ("SHA-512-256", 64),
        ("SHA-512-256-sess", 64),
        ("SHA-256", 64),
        ("SHA-256-sess", 64),
        ("MD5", 32),
        ("MD5-sess", 32),
    ] {
        let login = stack.login(algorithm).await;
        for (nc, cnonce) in
            [("00000001", "0a4f113b"), ("0000000A", r#"qu"o\te"#), ("0000000b", "c")]
        {
            let login = Login { nc: nc.into(), cnonce: cnonce.into(), ..login.clone() };
            let info = info(&stack.lets_in(&login).await.response);
            assert_eq!(info, expected(&login, "auth", b""));
            assert!(is_hex(info[0].1.trim_matches('"'), len));
        }
    }
}

/// [RFC 9110 §11.6.3](https://www.rfc-editor.org/rfc/rfc9110#section-11.6.3): whatever the method
/// and the status are.
#[tokio::test]
async fn the_proof_is_there_whatever_the_answer_is() {
    for status in [200, 204, 304, 401, 403, 404, 500] {
        let inner = Inner::new(move |_| {
            let response = Response::builder().status(status).header("etag", "\"x\"");
            response.body(Payload::whole("")).unwrap()
        });
        let stack = Stack::over(inner, door(digest()).build().unwrap());
        for method in ["GET", "HEAD", "DELETE", "OPTIONS", "PURGE"] {
            let login = Login { method: method.into(), ..stack.login(SHA).await };
            let admitted = stack.lets_in(&login).await;
            assert_eq!(admitted.response.status(), status);
            assert_eq!(info(&admitted.response), expected(&login, "auth", b""));
        }
    }
}

/// A policy that says no to who was let in by the front door.
#[tokio::test]
async fn the_proof_is_there_when_a_policy_refuses() {
    let layers = (door(digest()).build().unwrap(), AuthorizeLayer::new(role("king")));
    let stack = Stack::new(layers);
    let login = stack.login(SHA).await;
    let response = stack.send(request(&login, &login.header()).body(Payload::Explosive).unwrap());
    let response = response.await;
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
    assert!(lines(&response, "www-authenticate").is_empty());
    assert_eq!(info(&response), expected(&login, "auth", b""));
}

/// Fields that the service sets of itself stay, but for the one that is ours.
#[tokio::test]
async fn there_is_one_field_even_where_the_service_sets_its_own() {
    let inner = Inner::new(|_| {
        let response = Response::builder().header("authentication-info", "nextnonce=\"theirs\"");
        response.header("x-own", "1").body(Payload::whole("")).unwrap()
    });
    let stack = Stack::over(inner, door(digest()).build().unwrap());
    let login = stack.login(SHA).await;
    let admitted = stack.lets_in(&login).await;
    assert_eq!(info(&admitted.response), expected(&login, "auth", b""));
    assert_eq!(lines(&admitted.response, "x-own"), ["1"]);
}

/// A `cnonce` that can't be sent back proves the password all the same; its client gets no proof.
#[tokio::test]
async fn a_cnonce_beyond_ascii_is_let_in_without_a_proof() {
    let stack = stack(digest());
    let login = Login { cnonce: "é".into(), ..stack.login(SHA).await };
    let admitted = stack.lets_in(&login).await;
    assert!(lines(&admitted.response, "authentication-info").is_empty());
}
