//! What answers are worth.

use std::time::{Duration, SystemTime};

use serde::Deserialize;
use serde_json::{Value, json};
use tower_auth::AuthenticateLayer;
use tower_auth::identity::Binding;
use tower_auth::scheme::Bearer;

use crate::support::{Act, JSON, NOW, Server, TOKEN, code, json as say, judged};

/// [RFC 7662 §2.2](https://www.rfc-editor.org/rfc/rfc7662#section-2.2): only JSON `true` is active;
/// `false` is the caller's fault, all else ours.
#[tokio::test]
async fn only_true_is_active() {
    for (answer, want) in [
        (r#"{"active":true,"sub":"alice"}"#, "ok"),
        (r#"{"active":false}"#, "token_inactive"),
        // Of an inactive token nothing else is heeded.
        (r#"{"active":false,"sub":"alice","exp":4000000000}"#, "token_inactive"),
        (r#"{"active":false,"sub":5,"exp":"x"}"#, "token_inactive"),
        (r#"{"active":"true","sub":"alice"}"#, "503"),
        (r#"{"active":1,"sub":"alice"}"#, "503"),
        (r#"{"active":null,"sub":"alice"}"#, "503"),
        (r#"{"active":[true],"sub":"alice"}"#, "503"),
        (r#"{"Active":true,"sub":"alice"}"#, "503"),
        (r#"{"active":true,"active":false,"sub":"alice"}"#, "503"),
        (r#"{"sub":"alice"}"#, "503"),
        (r"{}", "503"),
        (r"[]", "503"),
        (r#"[{"active":true,"sub":"alice"}]"#, "503"),
        ("true", "503"),
        ("", "503"),
        ("null", "503"),
        (r#"{"active":true,"sub":"alice"} x"#, "503"),
        (r#"{"active":true,"sub":"alice""#, "503"),
        ("<html>sign in</html>", "503"),
    ] {
        assert_eq!(code(judged(say(answer), |same| same).await), want, "{answer}");
    }
}

/// [RFC 7662 §2.2](https://www.rfc-editor.org/rfc/rfc7662#section-2.2): its example; members that
/// nobody knows are kept.
#[tokio::test]
async fn everything_that_is_said_is_handed_on() {
    #[derive(Debug, Deserialize)]
    struct Said {
        extension_field: String,
    }

    let answer = json!({
        "active": true,
        "client_id": "l238j323ds-23ij4",
        "username": "jdoe",
        "scope": "read write dolphin",
        "sub": "Z5O3upPC88QrAjx00dis",
        "aud": "https://protected.example.net/resource",
        "iss": "https://server.example.com/",
        "exp": NOW + 6000,
        "iat": NOW - 6000,
        "jti": "7f3a",
        "extension_field": "twenty-seven",
    });
    let who = judged(say(answer), |introspection| {
        introspection
            .issuer("https://server.example.com/")
            .audience("https://protected.example.net/resource")
            .claims::<Said>()
    })
    .await
    .unwrap();
    assert_eq!(who.subject(), "Z5O3upPC88QrAjx00dis");
    assert_eq!(who.client_id(), Some("l238j323ds-23ij4"));
    assert_eq!(who.username(), Some("jdoe"));
    assert_eq!(who.issuer(), Some("https://server.example.com/"));
    assert_eq!(who.token_id(), Some("7f3a"));
    assert!(who.has_scope("dolphin") && !who.has_scope("dol"));
    let at = |seconds| Some(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
    assert_eq!((who.expires_at(), who.issued_at()), (at(NOW + 6000), at(NOW - 6000)));
    assert_eq!(who.claims::<Said>().unwrap().extension_field, "twenty-seven");
}

fn active(more: Value) -> Act {
    let mut answer = json!({"active": true, "sub": "alice"});
    answer.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    say(answer)
}

/// [RFC 7662 §2.2](https://www.rfc-editor.org/rfc/rfc7662#section-2.2): times, and where they are
/// configured issuer and audience.
#[tokio::test]
async fn a_token_must_be_meant_for_here_and_now() {
    for (more, want) in [
        (json!({"exp": NOW + 1}), "ok"),
        (json!({"exp": NOW - 29}), "ok"),
        (json!({"exp": NOW - 30}), "token_expired"),
        (json!({"exp": 0}), "token_expired"),
        (json!({"exp": null}), "ok"),
        (json!({"exp": "4000000000"}), "503"),
        (json!({"exp": 1e300}), "503"),
        (json!({"nbf": NOW + 30}), "ok"),
        (json!({"nbf": NOW + 31}), "token_not_yet_valid"),
        (json!({"iat": NOW + 31}), "token_not_yet_valid"),
    ] {
        let outcome = judged(active(more.clone()), |same| same).await;
        assert_eq!(code(outcome), want, "{more}");
    }
    for (more, want) in [
        (json!({"aud": "https://api.example"}), "ok"),
        (json!({"aud": ["https://other.example", "https://api.example"]}), "ok"),
        (json!({"aud": "https://other.example"}), "wrong_audience"),
        (json!({"aud": "https://api.example/"}), "wrong_audience"),
        (json!({"aud": ["https://api.example", 5]}), "wrong_audience"),
        (json!({"aud": null}), "wrong_audience"),
        (json!({}), "wrong_audience"),
    ] {
        let outcome =
            judged(active(more.clone()), |asker| asker.audience("https://api.example")).await;
        assert_eq!(code(outcome), want, "{more}");
    }
    for (more, want) in [
        (json!({"iss": "https://idp.example"}), "ok"),
        (json!({"iss": "https://idp.example/"}), "wrong_issuer"),
        (json!({}), "wrong_issuer"),
    ] {
        let outcome =
            judged(active(more.clone()), |asker| asker.issuer("https://idp.example")).await;
        assert_eq!(code(outcome), want, "{more}");
    }
}

/// [RFC 7662 §2.2](https://www.rfc-editor.org/rfc/rfc7662#section-2.2): `iss` and `aud` are the
/// server's to leave out; those that it gives are heeded.
#[tokio::test]
async fn where_a_server_may_leave_them_out_issuer_and_audience_are_heeded_if_given() {
    let (iss, aud) = ("https://idp.example", "https://api.example");
    for (more, want) in [
        (json!({}), "ok"),
        (json!({"iss": iss}), "ok"),
        (json!({"aud": aud}), "ok"),
        (json!({"iss": iss, "aud": [aud, "https://other.example"]}), "ok"),
        (json!({"iss": "https://other.example"}), "wrong_issuer"),
        (json!({"iss": 5}), "wrong_issuer"),
        (json!({"aud": "https://other.example"}), "wrong_audience"),
        (json!({"aud": []}), "wrong_audience"),
        (json!({"iss": iss, "aud": 5}), "wrong_audience"),
    ] {
        let outcome = judged(active(more.clone()), |asker| {
            asker.issuer(iss).audience(aud).danger_accept_unnamed()
        });
        assert_eq!(code(outcome.await), want, "{more}");
    }
}

/// [RFC 7662 §2.2](https://www.rfc-editor.org/rfc/rfc7662#section-2.2): names parted by spaces; a
/// list is read as well, as it is in a JWT.
#[tokio::test]
async fn scopes_are_one_string() {
    for (scope, granted) in [
        (json!("read write"), true),
        (json!(["read", "write"]), true),
        (json!(["read write"]), false),
        (json!("READ"), false),
        (json!(null), false),
    ] {
        let who = judged(active(json!({"scope": scope})), |same| same).await.unwrap();
        assert_eq!(who.has_scope("read"), granted, "{scope}");
    }
    assert_eq!(code(judged(active(json!({"scope": 5})), |same| same).await), "503");
}

#[tokio::test]
async fn whom_a_token_is_about() {
    let who = judged(say(r#"{"active":true,"client_id":"importer"}"#), |same| same).await.unwrap();
    assert_eq!((who.subject(), who.client_id()), ("importer", Some("importer")));
    let who = judged(active(json!({"client_id": "importer"})), |same| same).await.unwrap();
    assert_eq!(who.subject(), "alice");
    for nobody in [r#"{"active":true}"#, r#"{"active":true,"username":"jdoe"}"#] {
        assert_eq!(code(judged(say(nobody), |same| same).await), "503", "{nobody}");
    }
}

/// [RFC 9449 §7.2](https://www.rfc-editor.org/rfc/rfc9449#section-7.2): a bound token stays bound,
/// and `Bearer` refuses it.
#[tokio::test]
async fn a_bound_token_is_no_bearer_token() {
    let print = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";
    let answer = active(json!({"cnf": {"jkt": print}}));
    let who = judged(answer.clone(), |same| same).await.unwrap();
    assert_eq!(who.binding(), Some(&Binding::KeyThumbprint(print.into())));

    let server = Server::start(answer).await;
    let front_door =
        AuthenticateLayer::builder().scheme(Bearer::new(server.settings())).build().unwrap();
    let app =
        axum::Router::new().route("/", axum::routing::get(|| async { "in" })).layer(front_door);
    let request = http::Request::get("/")
        .header("authorization", format!("Bearer {TOKEN}"))
        .body(axum::body::Body::empty())
        .unwrap();
    let response = tower::ServiceExt::oneshot(app, request).await.unwrap();
    assert_eq!(response.status(), 401);
}

/// A good body in the wrong wrapping.
#[tokio::test]
async fn the_answer_is_json_and_says_so() {
    let body = r#"{"active":true,"sub":"alice"}"#;
    for (kind, want) in [
        (JSON, "ok"),
        ("application/json;charset=UTF-8", "ok"),
        ("Application/JSON ; charset=utf-8", "ok"),
        ("text/html", "503"),
        ("application/jsonp", "503"),
        ("application/token-introspection+jwt", "503"),
    ] {
        let outcome = judged(Act::Say(200, kind, body.to_owned()), |same| same).await;
        assert_eq!(code(outcome), want, "{kind}");
    }
}
