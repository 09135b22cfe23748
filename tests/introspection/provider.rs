//! A real OpenID provider is asked, plainly and for signed answers, and told to revoke.

use std::time::Duration;

use bytes::Bytes;
use http::Request;
use serde_json::Value;
use tower_auth::fetch::Fetch as _;
use tower_auth::token::Introspection;
use tower_auth::token::introspection::{ClientAuth, SignedAnswers};
use tower_auth::token::jwt::Keys;

use crate::oidc::{Provider, free_port, is_installed};
use crate::support::{client, code, judge, verifier};

async fn post(url: String, form: &str) -> Bytes {
    let request = Request::post(url)
        .header("content-type", "application/x-www-form-urlencoded")
        .header("authorization", "Basic YXBwOmFwcC1zZWNyZXQ=")
        .body(Bytes::from(form.to_owned()))
        .unwrap();
    let response = client().fetch(request).await.unwrap();
    assert_eq!(response.status(), 200);
    response.into_body()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn opaque_tokens_of_a_real_provider_until_they_are_revoked() {
    if !is_installed() {
        return;
    }
    let port = free_port();
    let issuer = format!("http://127.0.0.1:{port}");
    let provider = Provider::start(port);
    let get = |path: &str| {
        let request = Request::get(format!("{issuer}{path}")).body(Bytes::new()).unwrap();
        client().fetch(request)
    };
    let metadata: Value =
        serde_json::from_slice(get("/.well-known/openid-configuration").await.unwrap().body())
            .unwrap();
    let url = |name: &str| metadata[name].as_str().unwrap().to_owned();

    let form = "grant_type=client_credentials&resource=urn%3Aopaque&scope=read";
    let answer: Value = serde_json::from_slice(&post(url("token_endpoint"), form).await).unwrap();
    let token = answer["access_token"].as_str().unwrap();
    assert!(!token.contains('.'), "an opaque one: {token}");

    let settings = || {
        Introspection::new(url("introspection_endpoint"), client())
            .client(ClientAuth::basic("app", "app-secret"))
            .issuer(&*issuer)
            .audience("urn:opaque")
            .remember_active(Duration::ZERO)
            .remember_inactive(Duration::ZERO)
    };
    let keys = get("/jwks").await.unwrap();
    let keys = Keys::from_jwk_set(str::from_utf8(keys.body()).unwrap()).unwrap();
    let signed = SignedAnswers::new(&*issuer, "app", keys);
    let plain = verifier(settings());
    let signed = verifier(settings().signed(signed));
    let other = verifier(settings().audience("urn:other"));
    let remembering = verifier(settings().remember_active(Duration::from_secs(60)));
    for (name, verifier) in
        [("plain", &plain), ("signed", &signed), ("two names", &other), ("kept", &remembering)]
    {
        let who = judge(verifier, token).await.unwrap();
        assert_eq!(who.subject(), "app", "{name}");
        assert_eq!(who.client_id(), Some("app"), "{name}");
        assert_eq!(who.issuer(), Some(&*issuer), "{name}");
        assert!(who.has_scope("read") && !who.has_scope("write"), "{name}");
        assert!(who.expires_at().is_some(), "{name}");
    }
    for (name, settings, want) in [
        ("another issuer", settings().issuer("https://other.example"), "wrong_issuer"),
        ("a wrong secret", settings().client(ClientAuth::basic("app", "wrong")), "503"),
        ("in the form", settings().client(ClientAuth::post("app", "app-secret")), "ok"),
    ] {
        assert_eq!(code(judge(&verifier(settings), token).await), want, "{name}");
    }
    assert_eq!(code(judge(&plain, "invented").await), "token_inactive");

    post(url("revocation_endpoint"), &format!("token={token}")).await;
    for (name, verifier) in [("plain", &plain), ("signed", &signed)] {
        assert_eq!(code(judge(verifier, token).await), "token_inactive", "{name}");
    }
    // It was good within the last minute: what remembering costs.
    assert_eq!(code(judge(&remembering, token).await), "ok");

    drop(provider);
    assert_eq!(code(judge(&plain, token).await), "503");
}
