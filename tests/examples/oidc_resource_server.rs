//! `oidc_resource_server` with a real OpenID provider, and without one.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use std::thread::sleep;
use std::time::Duration;

use crate::curl::{Answer, curl};
use crate::oidc::{self, Provider, free_port};
use crate::process::{Example, command};

#[test]
fn tokens_of_a_real_provider_through_an_outage() {
    if !oidc::is_installed() {
        return;
    }
    let port = free_port();
    let provider = Provider::start(port);
    let example = start(port, &[("PROFILE", "rfc9068")]);
    let (ours, other) = (access_token(port, "urn:api"), access_token(port, "urn:other"));

    let me = get(&example, "/me", &ours);
    assert_eq!(me.status(), 200, "{me:?}");
    assert!(me.body().starts_with(&format!("app of {}", issuer(port))), "{me:?}");
    assert_eq!(get(&example, "/orders", &ours).status(), 200);
    assert_eq!(curl(&[&url(&example, "/ready")]).status(), 200);

    let wrong = get(&example, "/me", &other);
    let challenge = wrong.field("www-authenticate").join("\n");
    assert_eq!(wrong.status(), 401, "for another audience");
    assert!(challenge.contains(r#"error="invalid_token""#), "{challenge}");
    assert!(challenge.contains("/.well-known/oauth-protected-resource"), "{challenge}");

    let writer = start(port, &[("SCOPE", "write")]);
    assert_eq!(get(&writer, "/orders", &ours).status(), 403, "the token is for reading");

    drop(provider);
    for path in ["/me", "/orders", "/ready"] {
        assert_eq!(get(&example, path, &ours).status(), 200, "{path}: keys are at hand");
    }
    assert_eq!(get(&example, "/me", &other).status(), 401, "and still refuse");
}

#[test]
fn a_cold_start_without_the_provider_is_an_outage_until_it_comes() {
    if !oidc::is_installed() {
        return;
    }
    let port = free_port();
    let token = {
        let _provider = Provider::start(port);
        access_token(port, "urn:api")
    };
    let example = start(port, &[]);
    let down = get(&example, "/me", &token);
    assert_eq!((down.status(), down.offers().len()), (503, 0), "{down:?}");
    let seconds: u64 = down.field("retry-after").join("").parse().unwrap();
    assert!((1..=60).contains(&seconds), "{down:?}");
    let unready = curl(&[&url(&example, "/ready")]);
    assert_eq!((unready.status(), unready.field("retry-after")), (503, vec!["5"]));
    assert_eq!(curl(&[&url(&example, "/health")]).status(), 200);
    assert_eq!(curl(&[&url(&example, "/me")]).status(), 401, "without a token");

    // It comes, which is noticed without any request that has a token.
    let _provider = Provider::start(port);
    let is_ready = (0..100).any(|_| {
        sleep(Duration::from_millis(200));
        curl(&[&url(&example, "/ready")]).status() == 200
    });
    assert!(is_ready, "within 20 s");
    assert_eq!(get(&example, "/me", &access_token(port, "urn:api")).status(), 200);
}

#[test]
fn the_metadata_leads_to_the_provider() {
    let port = free_port();
    let example = start(port, &[]);
    let document = curl(&[&url(&example, "/.well-known/oauth-protected-resource")]);
    let body: serde_json::Value = serde_json::from_str(document.body()).unwrap();
    let expected = serde_json::json!({
        "resource": example.origin(),
        "authorization_servers": [issuer(port)],
        "scopes_supported": ["read"],
        "bearer_methods_supported": ["header"],
    });
    assert_eq!((document.status(), body), (200, expected));
}

#[test]
fn it_does_not_start_without_its_settings() {
    let (issuer, audience) = (("ISSUER", "https://idp.example"), ("AUDIENCE", "urn:api"));
    for (variables, message) in [
        (&[][..], "Error: ISSUER is not set: give it the `iss` of the tokens"),
        (&[("ISSUER", ""), audience], "Error: ISSUER is not set"),
        (&[issuer], "Error: AUDIENCE is not set: give it what your provider calls this API"),
        (&[issuer, audience, ("PROFILE", "rfc6750")], "Error: PROFILE is `rfc9068`, or not set"),
        (&[("ISSUER", "http://idp.example"), audience], "Error: "),
    ] {
        let output = command("oidc_resource_server").envs(variables.iter().copied()).output();
        let output = output.unwrap_or_else(|error| panic!("{error}"));
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && said.starts_with(message), "{variables:?}: {said}");
    }
}

/// What the provider gives its client for this resource.
pub(crate) fn access_token(port: u16, resource: &str) -> String {
    let form = format!("grant_type=client_credentials&resource={resource}&scope=read");
    let token = format!("{}/token", issuer(port));
    let answer = curl(&["-u", "app:app-secret", "-d", &form, &token]);
    let said: serde_json::Value = serde_json::from_str(answer.body()).unwrap();
    said.get("access_token")
        .and_then(|it| it.as_str())
        .unwrap_or_else(|| panic!("{answer:?}"))
        .to_owned()
}

fn start(port: u16, more: &[(&str, &str)]) -> Example {
    let issuer = issuer(port);
    let variables = [&[("ISSUER", &*issuer), ("AUDIENCE", "urn:api")], more].concat();
    Example::start_with("oidc_resource_server", &variables)
}

fn get(example: &Example, path: &str, token: &str) -> Answer {
    curl(&["-H", &format!("authorization: Bearer {token}"), &url(example, path)])
}

fn url(example: &Example, path: &str) -> String {
    format!("{}{path}", example.origin())
}

fn issuer(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}
