//! A real OpenID provider, which this test starts and stops.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use tokio::time::sleep;
use tower_auth::Eventual;
use tower_auth::fetch::{Fetch as _, HttpClient};
use tower_auth::rejection::Verdict;
use tower_auth::token::jwt::Jwt;
use tower_auth::token::keys::RemoteKeys;
use tower_auth::token::{IntoVerifier as _, VerifyToken};

use crate::oidc::{Provider, free_port, is_installed};
use crate::support::{Told, secs, told};

fn client() -> HttpClient {
    HttpClient::with_roots(include_str!("data/ca.pem")).unwrap()
}

async fn access_token(issuer: &str) -> String {
    let request = Request::post(format!("{issuer}/token"))
        .header("content-type", "application/x-www-form-urlencoded")
        .header("authorization", "Basic YXBwOmFwcC1zZWNyZXQ=")
        .body(Bytes::from("grant_type=client_credentials&resource=urn%3Aapi&scope=read"))
        .unwrap();
    let response = client().fetch(request).await.unwrap();
    let answer: serde_json::Value = serde_json::from_slice(response.body()).unwrap();
    answer["access_token"].as_str().expect("a token").to_owned()
}

async fn judge(verifier: &dyn VerifyToken, token: &str) -> Told {
    match verifier.verify(token) {
        Eventual::Ready(verdict) => told(verdict),
        Eventual::Pending(verdict) => told(verdict.await),
    }
}

/// Asks with this token until it is told to stop; says how often.
async fn load(done: Arc<AtomicBool>, verifier: Arc<dyn VerifyToken>, token: String) -> u32 {
    let mut count = 0;
    while !done.load(Ordering::SeqCst) {
        assert_eq!(judge(&*verifier, &token).await, Told::Accepted);
        count += 1;
        sleep(Duration::from_millis(1)).await;
    }
    count
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tokens_of_a_real_provider_through_rotation_and_outage() {
    if !is_installed() {
        return;
    }
    let port = free_port();
    let issuer = format!("http://127.0.0.1:{port}");
    let keys = RemoteKeys::discover(&issuer, client()).cooldown(secs(1)).build().unwrap();
    let verifier = Jwt::issuer(&issuer)
        .audience("urn:api")
        .keys(keys.clone())
        .access_token_profile()
        .into_verifier()
        .unwrap();

    let provider = Provider::start(port);
    keys.ready().await.unwrap();
    let token = access_token(&issuer).await;
    let Eventual::Ready(Verdict::Valid(principal)) = verifier.verify(&token) else {
        panic!("the keys are at hand")
    };
    let identity = tower_auth::Identity::new(principal, tower_auth::header::SchemeName::BEARER);
    assert_eq!(identity.subject(), "app");
    assert_eq!(identity.issuer(), Some(&*issuer));
    assert!(identity.scopes().contains("read") && !identity.scopes().contains("write"));

    // Requests go on through the outage and the rotation, and none of them is refused.
    let done = Arc::new(AtomicBool::new(false));
    let load = tokio::spawn(load(Arc::clone(&done), Arc::clone(&verifier), token.clone()));
    drop(provider);
    assert!(keys.refresh().await.is_err(), "it is down");
    assert!(keys.is_ready());
    sleep(Duration::from_millis(300)).await;
    let provider = Provider::start(port);
    done.store(true, Ordering::SeqCst);
    assert!(load.await.unwrap() > 50, "requests were answered meanwhile");

    // The rotation: the first request with the new key waits out the back-off at most.
    let new = access_token(&issuer).await;
    let mut seen = Told::Waits;
    for _ in 0..40 {
        seen = judge(&*verifier, &new).await;
        if seen == Told::Accepted {
            break;
        }
        assert_eq!(seen, Told::Down, "never called bad");
        sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(seen, Told::Accepted);
    sleep(secs(1)).await;
    assert_eq!(judge(&*verifier, &token).await, Told::Rejected("no_matching_key"));

    // A rotation without an outage in between is not noticed at all.
    drop(provider);
    let _provider = Provider::start(port);
    let newer = access_token(&issuer).await;
    sleep(secs(1)).await;
    assert_eq!(judge(&*verifier, &newer).await, Told::Accepted);
}
