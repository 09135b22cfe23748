//! A door that opens on secured connections only.

use http::request::Parts;
use http::uri::Scheme;
use tower_auth::authenticate::{Builder, SomeScheme};
use tower_auth::rejection::reason;

use crate::support::{ALADDIN, IMPORTER, Log, ROBOT, Stack, api_key, basic, bearer, door, get};

fn secured(builder: Builder<SomeScheme>) -> Builder<SomeScheme> {
    builder.require_secure(|head: &Parts| head.uri.scheme() == Some(&Scheme::HTTPS))
}

fn all_three() -> Builder<SomeScheme> {
    door(basic()).scheme(bearer()).scheme(api_key())
}

/// [RFC 9110 §17.16.1](https://www.rfc-editor.org/rfc/rfc9110#section-17.16.1): no challenge, which
/// would ask for a password to be sent readably; good and bad credentials look the same there.
#[tokio::test]
async fn without_a_secured_connection_nothing_is_asked_for_and_nothing_is_checked() {
    for builder in [all_three(), all_three().optional()] {
        let log = Log::default();
        let stack = Stack::new(secured(builder).observer(log.clone()).build().unwrap());
        let mut answers = Vec::new();
        for (name, value) in [
            ("x-nothing", ""),
            ("authorization", ALADDIN),
            ("authorization", "Basic QWxhZGRpbjpvcGVuIHdpbmRvdw=="),
            ("authorization", IMPORTER),
            ("authorization", "Bearer a b"),
            ("x-api-key", ROBOT),
            ("x-forwarded-proto", "https"),
            ("forwarded", "proto=https"),
        ] {
            for uri in ["/", "http://h.example/", "/https://"] {
                let refused = stack.refuses(get(uri).header(name, value), 400).await;
                assert!(refused.challenges().is_empty());
                assert_eq!(refused.reason(), Some(reason::INSECURE_CONNECTION));
                assert_eq!(log.codes(), ["insecure_connection"]);
                answers.push(refused.response.body().clone());
            }
        }
        answers.dedup();
        assert_eq!(answers.len(), 1);
    }
}

/// On a secured one everything is as ever.
#[tokio::test]
async fn on_a_secured_connection_everything_is_as_ever() {
    let stack = Stack::new(secured(all_three()).build().unwrap());
    stack.admits(get("https://h.example/").header("authorization", ALADDIN)).await;
    assert_eq!(stack.refuses(get("https://h.example/"), 401).await.challenges().len(), 3);
}
