//! `qop=auth-int`: the content is protected too,
//! [RFC 7616 §3.4.3](https://www.rfc-editor.org/rfc/rfc7616#section-3.4.3).

use std::convert::Infallible;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response};
use http_body_util::{BodyExt as _, Full};
use tower::{Layer as _, ServiceExt as _, service_fn};
use tower_auth::respond::EitherBody;
use tower_auth::scheme::digest::{Algorithm, Digest};

use crate::client::Login;
use crate::info::{expected, info};
use crate::replays::SlowUsers;
use crate::support::{
    Broken, Inner, Payload, REALM, Refused, SHA, Stack, digest, door, lines, request,
};

const LIMIT: usize = 64;

fn over(inner: Inner, digest: Digest) -> Stack {
    Stack::over(inner, door(digest).build_buffering(LIMIT).unwrap())
}

fn stack() -> Stack {
    over(Inner::default(), digest().auth_int())
}

/// A `POST` of this content.
async fn post(stack: &Stack, algorithm: &'static str, content: &str) -> Login {
    let fresh = stack.login(algorithm).await;
    Login { method: "POST".into(), qop: "auth-int", content: content.into(), ..fresh }
}

fn sent(login: &Login, body: Payload) -> Request<Payload> {
    request(login, &login.header()).body(body).unwrap()
}

async fn turned_away(stack: &Stack, login: &Login, body: Payload) -> Refused {
    let refused = stack.refuses_whole(sent(login, body), 401).await;
    assert_eq!(refused.reason(), Some("wrong_password"));
    assert!(!refused.is_stale());
    refused
}

/// [RFC 7616 §3.4.5](https://www.rfc-editor.org/rfc/rfc7616#section-3.4.5): before any transfer
/// coding, so it does not matter how the content is cut. The handler still gets it.
#[tokio::test]
async fn content_is_hashed_whole_and_handed_on() {
    let all = [Algorithm::Sha256, Algorithm::Sha256Sess, Algorithm::Sha512_256];
    for digest in [digest(), Digest::new(REALM, SlowUsers)] {
        let digest = digest.auth_int().algorithms(all).danger_md5();
        let stack = over(Inner::default(), digest);
        for algorithm in [SHA, "SHA-256-sess", "SHA-512-256", "MD5"] {
            for body in [
                Payload::whole("hello, world"),
                Payload::pieces(&["hello, world"]),
                Payload::pieces(&["hell", "", "o, w", "orld"]),
            ] {
                let login = post(&stack, algorithm, "hello, world").await;
                let admitted = stack.admits_whole(sent(&login, body)).await;
                assert_eq!(admitted.content, "hello, world");
                assert_eq!(info(&admitted.response), expected(&login, "auth-int", b"hello"));
            }
        }
    }
}

/// No content is hashed like any other.
#[tokio::test]
async fn no_content_is_content_too() {
    let stack = stack();
    for method in ["POST", "GET", "DELETE"] {
        for body in [Payload::whole(""), Payload::pieces(&[]), Payload::pieces(&["", ""])] {
            let login = Login { method: method.into(), ..post(&stack, SHA, "").await };
            let admitted = stack.admits_whole(sent(&login, body)).await;
            assert_eq!(admitted.content, "");
        }
    }
}

/// The handler never sees content that somebody changed on its way.
#[tokio::test]
async fn content_that_was_changed_is_refused_before_the_handler_runs() {
    let stack = stack();
    for (hashed, body) in [
        ("pay=1", Payload::whole("pay=9")),
        ("pay=1", Payload::whole("pay=1 ")),
        ("pay=1", Payload::whole("")),
        ("pay=1", Payload::pieces(&["pay=", "9"])),
        ("", Payload::whole("pay=9")),
    ] {
        let login = post(&stack, SHA, hashed).await;
        turned_away(&stack, &login, body).await;
    }
    // Who was recorded with `auth-int` can't have said `auth`, and the reverse.
    let login = post(&stack, SHA, "pay=1").await;
    let header = login.header().replace("qop=auth-int", "qop=auth");
    let tampered = request(&login, &header).body(Payload::whole("pay=9")).unwrap();
    assert_eq!(stack.refuses_whole(tampered, 401).await.reason(), Some("wrong_password"));
    let login = Login { qop: "auth", ..login };
    let header = login.header().replace("qop=auth", "qop=auth-int");
    let tampered = request(&login, &header).body(Payload::whole("pay=1")).unwrap();
    assert_eq!(stack.refuses_whole(tampered, 401).await.reason(), Some("wrong_password"));
}

/// A replay is one whatever content is sent along.
#[tokio::test]
async fn content_does_not_make_a_replay_new() {
    let stack = stack();
    let login = post(&stack, SHA, "pay=1").await;
    stack.admits_whole(sent(&login, Payload::whole("pay=1"))).await;
    let refused = stack.refuses_whole(sent(&login, Payload::whole("pay=1")), 401).await;
    assert_eq!(refused.reason(), Some("nonce_reused"));
    let other = Login { content: b"pay=9".to_vec(), ..login };
    let refused = stack.refuses_whole(sent(&other, Payload::whole("pay=9")), 401).await;
    assert!(refused.is_stale());
}

/// [RFC 9110 §15.5.14](https://www.rfc-editor.org/rfc/rfc9110#section-15.5.14)
#[tokio::test]
async fn content_beyond_the_limit_is_413() {
    let stack = stack();
    let (fits, more): (&'static str, &'static str) =
        ("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "!");
    assert_eq!(fits.len(), LIMIT);
    let login = post(&stack, SHA, fits).await;
    let refused = stack.refuses_whole(sent(&login, Payload::pieces(&[fits, more])), 413).await;
    assert!(refused.challenges().is_empty());
    assert_eq!(refused.reason(), Some("body_too_large"));
    // Nothing of that used the nonce up.
    stack.admits_whole(sent(&login, Payload::pieces(&[fits]))).await;
}

#[tokio::test]
async fn content_that_breaks_off_is_400() {
    let stack = stack();
    let login = post(&stack, SHA, "hello").await;
    let pieces = [Ok(Bytes::from_static(b"hello")), Err(Broken)];
    stack.refuses_whole(sent(&login, Payload::Pieces(pieces.into())), 400).await;
}

/// Where a request asks only for `auth`, its content goes on as it comes.
#[tokio::test]
async fn auth_does_not_touch_the_content() {
    let stack = stack();
    let login = Login { qop: "auth", ..stack.login(SHA).await };
    let admitted = stack.lets_in(&login).await;
    assert_eq!(info(&admitted.response), expected(&login, "auth", b""));
    let long = Payload::pieces(&["0123456789abcdef0123456789abcdef"; 9]);
    let login = Login { method: "POST".into(), ..stack.login(SHA).await };
    assert_eq!(stack.admits_whole(sent(&login, long)).await.content.len(), 9 * 32);
}

/// Only what can be read at all, and asks for `auth-int`, has content read.
#[tokio::test]
async fn content_is_not_read_for_what_can_be_refused_without_it() {
    let stack = stack();
    let login = post(&stack, SHA, "x").await;
    stack.refuses(request(&login, &login.header_with("uri", "")), 400).await;
    stack.refuses(request(&login, &login.header_with("qop", "auth-conf")), 401).await;
    stack.refuses(request(&login, "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="), 401).await;
    stack.refuses(Request::post("/rock"), 401).await;
    let without = crate::support::stack(digest());
    without.turns_away(&Login { nonce: without.nonce(SHA).await, ..login }, "not_offered").await;
}

#[tokio::test]
async fn where_auth_int_is_all_that_is_offered_auth_is_refused() {
    let stack = over(Inner::default(), digest().auth_int_only());
    let login = Login { qop: "auth", ..stack.login(SHA).await };
    stack.turns_away(&login, "not_offered").await;
    let login = post(&stack, SHA, "hello").await;
    stack.admits_whole(sent(&login, Payload::whole("hello"))).await;
}

/// [RFC 7616 §3.5](https://www.rfc-editor.org/rfc/rfc7616#section-3.5): `rspauth` over what is
/// answered. A stream goes out as it comes, with a proof of what is known before it ends.
#[tokio::test]
async fn the_answers_content_is_proved_where_it_is_at_hand() {
    let long = "0123456789abcdef".repeat(9);
    let answer: fn() -> Vec<(Payload, &'static str, &'static [u8])> = || {
        vec![
            (Payload::whole("hello"), "auth-int", b"hello"),
            (Payload::whole(""), "auth-int", b""),
            (Payload::pieces(&["hel", "lo"]), "auth", b"hello"),
            (Payload::Whole("0123456789abcdef".repeat(9).into()), "auth", b""),
        ]
    };
    for number in 0..answer().len() {
        let inner = Inner::new(move |_| {
            let (payload, ..) = answer().swap_remove(number);
            Response::builder().status(404).header("x-own", "1").body(payload).unwrap()
        });
        let stack = over(inner, digest().auth_int());
        let login = post(&stack, SHA, "x").await;
        let admitted = stack.admits_whole(sent(&login, Payload::whole("x"))).await;
        let (_, qop, content) = answer().swap_remove(number);
        assert_eq!(info(&admitted.response), expected(&login, qop, content), "{number}");
        let body = admitted.response.body();
        assert!(*body == content || *body == long, "{body:?}");
        assert_eq!(admitted.response.status(), 404);
        assert_eq!(lines(&admitted.response, "x-own"), ["1"]);
    }
}

/// [RFC 9110 §6.4.1](https://www.rfc-editor.org/rfc/rfc9110#section-6.4.1): what a server does not
/// send is no content, though the service has written some.
#[tokio::test]
async fn answers_that_have_no_content_are_proved_without_it() {
    for (method, status) in [("HEAD", 200), ("GET", 204), ("GET", 304)] {
        let inner = Inner::new(move |_| {
            Response::builder().status(status).body(Payload::whole("hello")).unwrap()
        });
        let stack = over(inner, digest().auth_int());
        let login = Login { method: method.into(), ..post(&stack, SHA, "").await };
        let admitted = stack.admits_whole(sent(&login, Payload::whole(""))).await;
        let info = info(&admitted.response);
        assert_eq!(info, expected(&login, "auth-int", b""), "{method} {status}");
    }
}

/// One-time nonces bring the next with `auth-int`, too.
#[tokio::test]
async fn the_next_nonce_comes_with_content_as_well() {
    let stack = over(Inner::default(), digest().auth_int().one_time_nonces());
    let login = post(&stack, SHA, "x").await;
    let admitted = stack.admits_whole(sent(&login, Payload::whole("x"))).await;
    let info = info(&admitted.response);
    assert_eq!(info[..4], expected(&login, "auth-int", b"hello"));
    let next = Login { nonce: info[4].1.trim_matches('"').to_owned(), ..login };
    stack.admits_whole(sent(&next, Payload::whole("x"))).await;
}

/// Content that was read is no reason to close the connection: a client whose nonce was stale asks
/// again at once, and should not have to connect again for it.
#[tokio::test]
async fn a_connection_whose_content_was_read_stays_open() {
    let stack = stack();
    let login = post(&stack, SHA, "hello").await;
    let wrong = Login { password: "wrong".into(), ..login.clone() };
    let request = |login: &Login| {
        let request = request(login, &login.header()).header("content-length", "5");
        request.body(Payload::whole("hello")).unwrap()
    };
    let refused = stack.refuses_whole(request(&wrong), 401).await;
    assert!(!refused.response.headers().contains_key("connection"), "{refused:?}");
    // What was not read is.
    let foreign = Request::post("/rock").header("content-length", "5");
    let refused = stack.refuses(foreign, 401).await;
    assert_eq!(lines(&refused.response, "connection"), ["close"]);
}

/// Trailers are no content, and are handed on all the same.
#[tokio::test]
async fn trailers_are_handed_on() {
    let trailers = || {
        let mut trailers = HeaderMap::new();
        trailers.insert("x-checksum", HeaderValue::from_static("1"));
        async { Some(Ok::<_, Infallible>(trailers)) }
    };
    let answer = service_fn(move |request: Request<EitherBody<_>>| async move {
        let collected = request.into_body().collect().await.unwrap();
        let seen = collected.trailers().is_some_and(|trailers| trailers.contains_key("x-checksum"));
        let body = Full::<Bytes>::from("hello").with_trailers(trailers());
        Ok::<_, Infallible>(
            Response::builder().header("x-seen", seen.to_string()).body(body).unwrap(),
        )
    });
    let service = door(digest().auth_int()).build_buffering(LIMIT).unwrap().layer(answer);
    let body = || Full::<Bytes>::from("x").with_trailers(trailers());
    let refused = service.clone().oneshot(Request::get("/").body(body()).unwrap()).await.unwrap();
    let challenge = refused.headers()["www-authenticate"].to_str().unwrap().to_owned();
    let nonce = challenge.split("nonce=\"").nth(1).unwrap().split('"').next().unwrap();
    let login = Login { method: "POST".into(), qop: "auth-int", ..Login::new(SHA, nonce) };
    let login = Login { content: b"x".into(), ..login };
    let request = request(&login, &login.header()).body(body()).unwrap();
    let response = service.oneshot(request).await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["x-seen"], "true", "the request's");
    let collected = response.into_body().collect().await.unwrap();
    assert!(collected.trailers().is_some(), "the answer's");
}
