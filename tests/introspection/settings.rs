//! A wrong set-up refuses to be built.

use std::time::Duration;

use tower_auth::token::IntoVerifier;
use tower_auth::token::introspection::{ClientAuth, Introspection};

use crate::support::client;

fn refusal(settings: impl IntoVerifier) -> String {
    settings.into_verifier().err().unwrap().to_string()
}

fn settings(endpoint: &str) -> Introspection {
    Introspection::new(endpoint, client()).client(ClientAuth::basic("orders", "s3cret"))
}

/// RFC 7662 §4 and §2.1: over TLS, and never without a name of one's own.
#[test]
fn the_endpoint_is_safe_to_ask_and_knows_us() {
    for (endpoint, want) in [
        ("http://idp.example/introspect", "plain `http` is for this machine only"),
        ("https://user:pw@idp.example/", "it has a user in it"),
        ("/introspect", "it is no absolute URL"),
    ] {
        let why = refusal(settings(endpoint));
        assert!(why.contains(want), "{why}");
        assert!(!why.contains("pw"), "{why}");
    }
    let why = refusal(Introspection::new("https://idp.example/introspect", client()));
    assert!(why.contains("call `.client(..)`"), "{why}");
}

#[test]
fn limits_are_limits() {
    let good = || settings("https://idp.example/introspect");
    for (settings, want) in [
        (good().remember_active(Duration::from_secs(601)), "remembered for too long"),
        (good().remember_inactive(Duration::from_secs(61)), "remembered for too long"),
        (good().max_entries(0), "room for at least one"),
        (good().max_calls(0), "room for at least one"),
        (good().leeway(Duration::from_secs(301)), "leeway is longer than 5 minutes"),
        (good().issuer(""), "is empty"),
        (good().audience(""), "is empty"),
        (good().client(ClientAuth::basic("", "x")), "client identifier"),
        (good().client(ClientAuth::bearer("a\nb")), "can't be sent"),
    ] {
        let why = refusal(settings);
        assert!(why.contains(want), "{why}");
    }
}

/// No secret is printed.
#[test]
fn debug_shows_no_secret() {
    for client in [
        ClientAuth::basic("orders", "hunter2"),
        ClientAuth::post("orders", "hunter2"),
        ClientAuth::bearer("hunter2"),
    ] {
        let shown = format!("{:?}", settings("https://idp.example/").client(client));
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}

#[test]
fn outside_of_a_runtime_it_is_an_outage() {
    let verifier = settings("https://idp.example/introspect").into_verifier().unwrap();
    let verdict = verifier.verify("x");
    assert!(format!("{verdict:?}").contains("outside of a tokio runtime"), "{verdict:?}");
}
