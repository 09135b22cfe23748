//! How the server is asked.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use tower_auth::token::introspection::ClientAuth;
use tower_auth::token::jwt::{Algorithm, Jwt, SigningKey};

use crate::support::{NOW, Server, TOKEN, json, judge, verifier};

const ACTIVE: &str = r#"{"active":true,"sub":"alice"}"#;

fn field(asked: &crate::support::Asked, name: &str) -> String {
    asked.headers.get(name).map_or("", |value| value.to_str().unwrap()).to_owned()
}

fn form(body: &str) -> Vec<(String, String)> {
    form_urlencoded::parse(body.as_bytes()).into_owned().collect()
}

/// [RFC 7662 §2.1](https://www.rfc-editor.org/rfc/rfc7662#section-2.1): a form, posted, with the
/// token encoded as forms are.
#[tokio::test]
async fn a_form_is_posted() {
    let server = Server::start(json(ACTIVE)).await;
    let verifier = verifier(server.settings());
    judge(&verifier, "a+b/c=&active=x").await.unwrap();
    let asked = server.last();
    assert_eq!(asked.method, "POST");
    assert_eq!(field(&asked, "content-type"), "application/x-www-form-urlencoded");
    assert_eq!(field(&asked, "accept"), "application/json");
    assert_eq!(asked.body, "token=a%2Bb%2Fc%3D%26active%3Dx&token_type_hint=access_token");
}

/// RFC 7662 §2.1, [RFC 6749 §2.3.1](https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1).
#[tokio::test]
async fn basic_credentials_are_form_encoded_first() {
    let server = Server::start(json(ACTIVE)).await;
    for (id, secret, pair) in [
        ("s6BhdRkqt3", "7Fjfp0ZBr1KtDRbnfVdmIw", "s6BhdRkqt3:7Fjfp0ZBr1KtDRbnfVdmIw"),
        ("a:b", "c d%e+f", "a%3Ab:c+d%25e%2Bf"),
        ("ü", "pässword", "%C3%BC:p%C3%A4ssword"),
    ] {
        let verifier = verifier(server.settings().client(ClientAuth::basic(id, secret)));
        judge(&verifier, TOKEN).await.unwrap();
        let asked = server.last();
        assert_eq!(field(&asked, "authorization"), format!("Basic {}", STANDARD.encode(pair)));
        assert!(!asked.body.contains("client_"), "{}", asked.body);
    }
}

#[tokio::test]
async fn secret_in_the_form() {
    let server = Server::start(json(ACTIVE)).await;
    let client = ClientAuth::post("orders", "s3 cret&");
    judge(&verifier(server.settings().client(client)), TOKEN).await.unwrap();
    let asked = server.last();
    assert_eq!(field(&asked, "authorization"), "");
    let form = form(&asked.body);
    assert!(form.contains(&("client_id".into(), "orders".into())));
    assert!(form.contains(&("client_secret".into(), "s3 cret&".into())));
}

/// The request of RFC 7662 §2.1, first example.
#[tokio::test]
async fn bearer_token_of_the_service() {
    let server = Server::start(json(ACTIVE)).await;
    let client = ClientAuth::bearer("23410913-abewfq.123483");
    judge(&verifier(server.settings().client(client)), TOKEN).await.unwrap();
    assert_eq!(field(&server.last(), "authorization"), "Bearer 23410913-abewfq.123483");
}

/// [RFC 7523 §2.2 and §3](https://www.rfc-editor.org/rfc/rfc7523#section-3).
#[tokio::test]
async fn assertion_is_signed_short_lived_and_never_the_same() {
    let server = Server::start(json(ACTIVE)).await;
    let key = SigningKey::generate(Algorithm::ES256).unwrap();
    let keys = key.keys().unwrap();
    let client = ClientAuth::private_key_jwt("orders", key, "https://idp.example");
    let settings = server.settings().client(client).remember_active(Duration::ZERO);
    let asker = verifier(settings);
    let mut ids = Vec::new();
    for _ in 0..2 {
        judge(&asker, TOKEN).await.unwrap();
        let form = form(&server.last().body);
        let get = |name: &str| form.iter().find(|(known, _)| known == name).unwrap().1.clone();
        assert_eq!(
            get("client_assertion_type"),
            "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        );
        let assertion = get("client_assertion");
        let reader = tower_auth::token::IntoVerifier::into_verifier(
            Jwt::issuer("orders")
                .audience("https://idp.example")
                .keys(keys.clone())
                .claims::<Value>()
                .clock(|| std::time::UNIX_EPOCH + Duration::from_secs(NOW)),
        )
        .unwrap();
        let who = judge(&reader, &assertion).await.unwrap();
        assert_eq!(who.subject(), "orders");
        let claims = who.claims::<Value>().unwrap();
        assert_eq!((&claims["iat"], &claims["exp"]), (&NOW.into(), &(NOW + 60).into()));
        ids.push(who.token_id().unwrap().to_owned());
    }
    assert_ne!(ids[0], ids[1]);
}
