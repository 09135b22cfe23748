//! Where `conformance_server` has its keys from, and whom it asks about tokens.

use std::sync::{Arc, Mutex};
use std::thread::sleep;
use std::time::Duration;

use tower_auth::testing::TokenMaker;

use crate::curl::{Answer, curl};
use crate::origin::Origin;
use crate::process::Example;

const ISSUER: &str = "https://idp.example";
const AUDIENCE: &str = "https://api.example";

fn get(server: &Example, path: &str, token: &str) -> Answer {
    let field = format!("authorization: Bearer {token}");
    curl(&["-H", &field, &format!("http://{}{path}", server.origin())])
}

fn issuer() -> TokenMaker {
    TokenMaker::es256().issuer(ISSUER).audience(AUDIENCE)
}

/// A key set that can be replaced, and a server that has it from there.
fn with_keys(set: &Arc<Mutex<String>>) -> (Origin, Example) {
    let set = Arc::clone(set);
    let keys = Origin::answering("application/json", move |_| set.lock().unwrap().clone());
    let url = format!("http://{}/jwks", keys.address());
    let server = Example::start_with(
        "conformance_server",
        &[
            ("JWKS_URL", &url),
            ("JWKS_MIN_REFRESH_SECS", "1"),
            ("JWT_ISSUER", ISSUER),
            ("JWT_AUDIENCE", AUDIENCE),
            ("PUBLIC_URL", "https://public.example/"),
        ],
    );
    (keys, server)
}

#[test]
fn keys_are_fetched_on_demand_and_stay_in_use_when_they_cant_be() {
    let (first, second, stranger) = (issuer(), issuer(), issuer());
    let set = Arc::new(Mutex::new(first.jwk_set()));
    let (keys, server) = with_keys(&set);
    let status =
        |maker: &TokenMaker| get(&server, "/bearer", &maker.token("alice").sign()).status();
    assert_eq!(keys.requests().len(), 0, "before anybody needs one");
    assert_eq!((status(&first), status(&first)), (200, 200));
    assert_eq!(keys.requests().len(), 1);

    *set.lock().unwrap() = second.jwk_set();
    sleep(Duration::from_millis(1_200));
    assert_eq!(status(&second), 200, "its `kid` was unknown");
    assert_eq!(status(&first), 401, "its key was withdrawn");

    "no keys".clone_into(&mut set.lock().unwrap());
    sleep(Duration::from_millis(1_200));
    assert_ne!(status(&stranger), 200);
    assert_eq!(status(&second), 200);
}

#[test]
fn without_any_keys_it_is_an_outage() {
    let (_keys, server) = with_keys(&Arc::new(Mutex::new("no keys".to_owned())));
    let answer = get(&server, "/bearer", &issuer().token("alice").sign());
    assert_eq!((answer.status(), answer.offers()), (503, vec![]));
    assert_eq!(answer.field("retry-after").len(), 1);
    assert!(answer.body().contains("\"error\""), "{answer:?}");
}

/// The origin that clients see has no path, however it was written.
#[test]
fn challenges_name_documents_at_the_public_url() {
    let (_keys, server) = with_keys(&Arc::new(Mutex::new(issuer().jwk_set())));
    for path in ["", "/mcp"] {
        let document = format!("/.well-known/oauth-protected-resource{path}");
        let answer = curl(&[&format!("http://{}{document}", server.origin())]);
        let resource = format!(r#""resource":"https://public.example{path}""#);
        assert!(answer.body().contains(&resource), "{answer:?}");
        let route = if path.is_empty() { "/bearer" } else { path };
        let refused = curl(&[&format!("http://{}{route}", server.origin())]);
        let challenge = refused.field("www-authenticate").join("");
        let link = format!(r#"resource_metadata="https://public.example{document}""#);
        assert!(challenge.contains(&link), "{challenge}");
    }
}

/// [RFC 7662 §2.2](https://www.rfc-editor.org/rfc/rfc7662#section-2.2): what the answer gives is heeded;
/// and no JWT settings are needed to ask.
#[test]
fn the_authorization_server_is_asked_each_time() {
    let endpoint = Origin::answering("application/json", |request| {
        let answers = [
            ("token=good&", r#"{"active": true, "sub": "alice", "scope": "read"}"#),
            ("token=bound&", r#"{"active": true, "sub": "alice", "cnf": {"jkt": "x"}}"#),
            ("token=foreign&", r#"{"active": true, "sub": "alice", "aud": "https://b.example"}"#),
            ("token=late&", r#"{"active": true, "sub": "alice", "exp": 5}"#),
            ("token=html&", "<html>"),
        ];
        let known = answers.iter().find(|(token, _)| request.contains(token));
        known.map_or(r#"{"active": false}"#, |(_, answer)| answer).to_owned()
    });
    let url = format!("http://{}/introspect", endpoint.address());
    let asks = [
        ("INTROSPECTION_URL", &*url),
        ("INTROSPECTION_CLIENT_ID", "client:one"),
        ("INTROSPECTION_CLIENT_SECRET", "s%c+r t"),
    ];
    let alone = Example::start_with("conformance_server", &asks);
    for _ in 0..2 {
        assert_eq!(get(&alone, "/introspect", "good").status(), 200);
    }
    let asked = endpoint.requests();
    assert_eq!(asked.len(), 2, "{asked:?}");
    // `printf 'client%%3Aone:s%%25c%%2Br+t' | base64`
    let login = "Basic Y2xpZW50JTNBb25lOnMlMjVjJTJCcit0";
    assert!(asked[0].contains(login), "{asked:?}");
    assert_eq!(get(&alone, "/introspect/scope/write", "good").status(), 403);

    let names = [("JWT_ISSUER", ISSUER), ("JWT_AUDIENCE", AUDIENCE)];
    let server = Example::start_with("conformance_server", &[&asks[..], &names].concat());
    for (token, status) in [
        ("good", 200),
        ("bound", 401),
        ("foreign", 401),
        ("late", 401),
        ("bad", 401),
        ("html", 503),
    ] {
        assert_eq!(get(&server, "/introspect", token).status(), status, "{token}");
    }
}
