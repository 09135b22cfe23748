//! Signed answers, [RFC 9701](https://www.rfc-editor.org/rfc/rfc9701).

use serde::Deserialize;
use serde_json::{Value, json};
use tower_auth::testing::TokenMaker;
use tower_auth::token::IntoVerifier;
use tower_auth::token::introspection::SignedAnswers;
use tower_auth::token::jwt::{Algorithm, Jwt, SigningKey};

use crate::support::{Act, NOW, Server, TOKEN, code, judge, judged, verifier};

const SIGNED: &str = "application/token-introspection+jwt";
const ISSUER: &str = "https://as.example.com/";
const HERE: &str = "https://rs.example.com/resource";

/// The payload of RFC 9701 §5, at our time.
fn payload() -> Value {
    json!({
        "iss": ISSUER,
        "aud": HERE,
        "iat": NOW,
        "token_introspection": {
            "active": true,
            "iss": ISSUER,
            "aud": HERE,
            "iat": NOW - 70,
            "exp": NOW + 50,
            "client_id": "paiB2goo0a",
            "scope": "read write dolphin",
            "sub": "Z5O3upPC88QrAjx00dis",
            "birthdate": "1982-02-01",
            "jti": "t1FoCCaZd4Xv4ORJUWVUeTZfsKhW30CQCrWDDjwXy6w",
        },
    })
}

fn answers(key: &SigningKey) -> SignedAnswers {
    SignedAnswers::new(ISSUER, HERE, key.keys().unwrap())
}

fn key() -> SigningKey {
    SigningKey::generate(Algorithm::ES256).unwrap()
}

async fn outcome(key: &SigningKey, kind: &'static str, answer: String) -> String {
    let answers = answers(key);
    code(judged(Act::Say(200, kind, answer), |asker| asker.signed(answers)).await)
}

/// RFC 9701 §4 and §5: asked for by `Accept`, and told by its type.
#[tokio::test]
async fn a_signed_answer_is_asked_for_and_read() {
    #[derive(Deserialize)]
    struct Said {
        birthdate: String,
    }

    let key = key();
    let answer = key.sign("token-introspection+jwt", &payload()).unwrap();
    let server = Server::start(Act::Say(200, SIGNED, answer)).await;
    let settings = server.settings().audience(HERE).signed(answers(&key)).claims::<Said>();
    let who = judge(&verifier(settings), TOKEN).await.unwrap();
    assert_eq!(who.subject(), "Z5O3upPC88QrAjx00dis");
    assert_eq!(who.claims::<Said>().unwrap().birthdate, "1982-02-01");
    assert!(who.has_scope("dolphin"));
    let asked = server.last();
    assert_eq!(asked.headers["accept"], SIGNED);
    assert!(asked.headers.contains_key("authorization"));
}

/// RFC 9701 §5: type of content and of token; a plain answer is a downgrade.
#[tokio::test]
async fn the_answer_is_of_its_type() {
    let key = key();
    for (kind, typ, want) in [
        (SIGNED, "token-introspection+jwt", "ok"),
        (SIGNED, "application/token-introspection+jwt", "ok"),
        (SIGNED, "JWT", "503"),
        (SIGNED, "at+jwt", "503"),
        ("application/jwt", "token-introspection+jwt", "503"),
        ("application/json", "token-introspection+jwt", "503"),
    ] {
        let answer = key.sign(typ, &payload()).unwrap();
        assert_eq!(outcome(&key, kind, answer).await, want, "{kind} {typ}");
    }
    for kind in [SIGNED, "application/json"] {
        let plain = r#"{"active":true,"sub":"alice"}"#.to_owned();
        assert_eq!(outcome(&key, kind, plain).await, "503", "{kind}");
    }
}

/// RFC 9701 §5: from this server, for this service, and members in their place only.
#[tokio::test]
async fn the_answer_is_from_there_and_for_here() {
    let key = key();
    let said = payload()["token_introspection"].clone();
    let with = |change: &dyn Fn(&mut Value)| {
        let mut payload = payload();
        change(&mut payload);
        payload
    };
    for (name, payload, want) in [
        ("as it is", payload(), "ok"),
        ("aud in a list", with(&|p| p["aud"] = json!([HERE])), "ok"),
        ("other iss", with(&|p| p["iss"] = json!("https://evil.example")), "503"),
        ("no iss", with(&|p| p["iss"] = Value::Null), "503"),
        ("other aud", with(&|p| p["aud"] = json!("https://other.example")), "503"),
        ("no aud", with(&|p| p["aud"] = Value::Null), "503"),
        ("no iat", with(&|p| p["iat"] = Value::Null), "503"),
        ("said as text", with(&|p| p["token_introspection"] = json!(said.to_string())), "503"),
        (
            "top level only",
            json!({"iss": ISSUER, "aud": HERE, "iat": NOW, "active": true, "sub": "alice"}),
            "503",
        ),
        (
            "active at the top level",
            with(&|p| {
                p["active"] = json!(true);
                p["token_introspection"]["active"] = json!("true");
            }),
            "503",
        ),
        (
            "inactive",
            with(&|p| p["token_introspection"] = json!({"active": false})),
            "token_inactive",
        ),
        ("expired", with(&|p| p["token_introspection"]["exp"] = json!(NOW - 60)), "token_expired"),
    ] {
        let answer = key.sign("token-introspection+jwt", &payload).unwrap();
        assert_eq!(outcome(&key, SIGNED, answer).await, want, "{name}");
    }
}

/// RFC 9701 §5 and §6: encrypted answers, and signatures of others.
#[tokio::test]
async fn the_answer_is_signed_by_the_server() {
    let own = key();
    let stranger = key().with_kid(own.kid().unwrap());
    let secret = "0123456789abcdef0123456789abcdef";
    let hmac = SigningKey::hmac(Algorithm::HS256, secret).unwrap();
    for answer in [
        stranger.sign("token-introspection+jwt", &payload()).unwrap(),
        hmac.sign("token-introspection+jwt", &payload()).unwrap(),
        TokenMaker::es256()
            .sign_raw(r#"{"alg":"none","typ":"token-introspection+jwt"}"#, payload().to_string()),
        "eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ.a.b.c.d".to_owned(),
    ] {
        assert_eq!(outcome(&own, SIGNED, answer.clone()).await, "503", "{answer}");
    }
    let narrowed = answers(&own).algorithms([Algorithm::RS256]);
    let server = Server::start(Act::Hang).await;
    let why = server.settings().signed(narrowed).into_verifier().err().unwrap();
    assert!(why.to_string().contains("none of the algorithms"), "{why}");
}

/// RFC 9701 §8.1: an answer is not an access token.
#[tokio::test]
async fn an_answer_is_no_access_token() {
    let key = key();
    let mut claims = payload();
    claims["sub"] = json!("alice");
    claims["exp"] = json!(4_000_000_000_u64);
    let jwt =
        || Jwt::issuer(ISSUER).audience(HERE).keys(key.keys().unwrap()).into_verifier().unwrap();
    let token = key.sign("token-introspection+jwt", &claims).unwrap();
    assert_eq!(code(judge(&jwt(), &token).await), "wrong_type");
    let token = key.sign("at+jwt", &claims).unwrap();
    assert_eq!(code(judge(&jwt(), &token).await), "ok");
}
