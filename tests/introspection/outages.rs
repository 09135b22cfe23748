//! What is our own side's fault is never said to be the caller's.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::routing::get;
use tower::ServiceExt as _;
use tower_auth::AuthenticateLayer;
use tower_auth::scheme::Bearer;
use tower_auth::token::introspection::ClientAuth;

use crate::support::{Act, JSON, Server, TOKEN, client, json, judge, judged, verifier};

/// RFC 7662 §2.3: an error of the endpoint is no fault of the caller's.
#[tokio::test]
async fn whatever_is_no_answer_is_an_outage() {
    let active = || r#"{"active":true,"sub":"alice"}"#.to_owned();
    for (act, want) in [
        (Act::Say(401, JSON, active()), "refused this service's own credentials (401)"),
        (Act::Say(403, JSON, active()), "refused this service's own credentials (403)"),
        (Act::Say(400, JSON, active()), "the endpoint answered 400"),
        (Act::Say(201, JSON, active()), "the endpoint answered 201"),
        (Act::Say(204, JSON, String::new()), "the endpoint answered 204"),
        (Act::Say(429, JSON, active()), "the endpoint answered 429"),
        (Act::Say(500, JSON, active()), "the endpoint answered 500"),
        (Act::Say(200, "text/html", "<html>".into()), "the answer is not `application/json`"),
        (Act::Say(200, JSON, "<html>".into()), "it is not a strict JSON object"),
        (Act::Say(200, JSON, " ".repeat(300_000)), "longer than 256 KiB"),
        (Act::Redirect("https://idp.example/".into()), "the endpoint answered 307"),
        (Act::Break, ""),
    ] {
        let why = judged(act.clone(), |same| same).await.unwrap_err();
        assert!(why.starts_with("503 introspection: ") && why.contains(want), "{act:?}: {why}");
        assert!(!why.contains(TOKEN), "{why}");
    }
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    let asker = tower_auth::token::Introspection::new(url, client())
        .client(ClientAuth::basic("orders", "s3cret"));
    let why = judge(&verifier(asker), TOKEN).await.unwrap_err();
    assert!(why.starts_with("503"), "{why}");
}

/// The runtime's clock jumps to the time-out, as nothing else happens.
#[tokio::test(start_paused = true)]
async fn a_server_that_hangs_is_given_up() {
    let server = Server::start(Act::Hang).await;
    let started = tokio::time::Instant::now();
    let why = judge(&verifier(server.settings()), TOKEN).await.unwrap_err();
    assert!(why.contains("did not answer within 5s"), "{why}");
    assert!((5..=6).contains(&started.elapsed().as_secs()));
}

#[tokio::test]
async fn an_outage_is_over_when_it_is_over() {
    let server = Server::start(Act::Say(503, JSON, String::new())).await;
    let verifier = verifier(server.settings());
    judge(&verifier, TOKEN).await.unwrap_err();
    server.now_does(json(r#"{"active":true,"sub":"alice"}"#));
    assert_eq!(judge(&verifier, TOKEN).await.unwrap().subject(), "alice");
}

/// On the wire: 503 with `Retry-After` and without a challenge; 401 for what is the caller's.
#[tokio::test]
async fn the_caller_is_told_which_it_is() {
    let server = Server::start(Act::Say(401, JSON, String::new())).await;
    let bearer = Bearer::new(server.settings().remember_inactive(Duration::ZERO));
    let front_door = AuthenticateLayer::builder().scheme(bearer).build().unwrap();
    let app = Router::new().route("/", get(|| async { "in" })).layer(front_door);
    let ask = || {
        http::Request::get("/")
            .header("authorization", format!("Bearer {TOKEN}"))
            .body(Body::empty())
            .unwrap()
    };
    let outage = app.clone().oneshot(ask()).await.unwrap();
    assert_eq!(outage.status(), 503);
    assert!(outage.headers().contains_key("retry-after"));
    assert!(!outage.headers().contains_key("www-authenticate"));

    server.now_does(json(r#"{"active":false}"#));
    let refused = app.clone().oneshot(ask()).await.unwrap();
    assert_eq!(refused.status(), 401);
    let challenge = refused.headers()["www-authenticate"].to_str().unwrap();
    assert!(challenge.contains(r#"error="invalid_token""#), "{challenge}");

    server.now_does(json(r#"{"active":true,"sub":"alice"}"#));
    assert_eq!(app.oneshot(ask()).await.unwrap().status(), 200);
}
