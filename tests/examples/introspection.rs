//! `introspection`, with its own authorization server and with a real one.

use crate::curl::curl;
use crate::oidc::{self, Provider, free_port};
use crate::oidc_resource_server::access_token;
use crate::printed;
use crate::process::{Example, command};

#[test]
fn every_printed_command_ends_with_the_status_printed_above_it() {
    let mut example = Example::start("introspection");
    let printed = example.paragraph();
    assert_eq!(printed.len(), 22, "{printed:#?}");
    let answers = printed::run(&printed);

    let outage = &answers["503: the server fails, which does not make a token bad"];
    assert_eq!((outage.field("retry-after"), outage.offers().len()), (vec!["5"], 0));
    let revoked = &answers["401: her token is revoked, on each of her requests"];
    let challenge = revoked.field("www-authenticate").join("\n");
    assert!(challenge.contains("The access token was revoked"), "{challenge}");
}

#[test]
fn a_real_provider_is_asked() {
    if !oidc::is_installed() {
        return;
    }
    let port = free_port();
    let _provider = Provider::start(port);
    let token = access_token(port, "urn:opaque");
    assert!(!token.contains('.'), "an opaque one: {token}");
    let url = format!("http://127.0.0.1:{port}/token/introspection");
    let example = |secret| {
        let variables =
            [("INTROSPECTION_URL", &*url), ("CLIENT_ID", "app"), ("CLIENT_SECRET", secret)];
        Example::start_with("introspection", &variables)
    };
    let get = |example: &Example, token: &str| {
        let field = format!("authorization: Bearer {token}");
        curl(&["-H", &field, &format!("{}/orders", example.origin())]).status()
    };
    let known = example("app-secret");
    assert_eq!((get(&known, &token), get(&known, "invented")), (200, 401));
    // That it does not know this service is no fault of the token.
    assert_eq!(get(&example("wrong"), &token), 503);
}

#[test]
fn half_of_the_settings_is_refused() {
    let mut command = command("introspection");
    command.env("INTROSPECTION_URL", "https://idp.example/introspect").env_remove("CLIENT_ID");
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && said.starts_with("Error: CLIENT_ID is not set"), "{said}");
}
