//! Every wrong set-up refuses to build, with a sentence that says what to do.

use tower_auth::authenticate::{Builder, SomeScheme};
use tower_auth::header::{Challenge, Realm, SchemeName};
use tower_auth::policy::scope;
use tower_auth::rejection::Rejection;
use tower_auth::respond::ChallengeList;
use tower_auth::scheme::api_key::ApiKeys;
use tower_auth::scheme::basic::Users;
use tower_auth::scheme::{ApiKey, Attempt, Basic, Bearer, Outcome, Place, Presented, Scheme};
use tower_auth::testing::TokenMaker;
use tower_auth::token::OpaqueTokens;
use tower_auth::token::jwt::{Algorithm, Jwt, Keys};

use crate::support::{api_key, basic, bearer, door};

/// The sentence with which a builder refuses.
fn refusal(builder: Builder<SomeScheme>) -> String {
    builder.build().unwrap_err().to_string()
}

#[track_caller]
fn assert_says(rows: Vec<(Builder<SomeScheme>, &str)>) {
    for (builder, sentence) in rows {
        let said = refusal(builder);
        assert!(said.contains(sentence), "{said:?} does not say {sentence:?}");
    }
}

fn users() -> Users {
    Users::new().user("alice", "wonderland")
}

fn tokens() -> OpaqueTokens {
    OpaqueTokens::new().token("alice", "token-of-alice")
}

fn keys() -> ApiKeys {
    ApiKeys::new().key("robot", "key-of-robot")
}

/// [RFC 9110 §5.5](https://www.rfc-editor.org/rfc/rfc9110#section-5.5): a realm can end no field.
#[test]
fn a_realm_that_can_not_be_sent() {
    let not_printable = "the realm has a byte outside printable US-ASCII at offset 1: use only \
        spaces and printable US-ASCII characters";
    let empty = "the realm is empty: give it a name that tells people what they sign in to";
    for (realm, sentence) in [
        ("", empty),
        ("a\r\nSet-Cookie: x=y", not_printable),
        ("a\nb", not_printable),
        ("a\0b", not_printable),
        ("aé", not_printable),
        ("a\tb", not_printable),
        ("a\u{7f}", not_printable),
    ] {
        for (scheme, builder) in [
            ("Basic", door(Basic::new(realm, users()))),
            ("Bearer", door(Bearer::new(tokens()).realm(realm))),
            ("ApiKey", door(ApiKey::header("X-Key", keys()).realm(realm))),
        ] {
            assert_eq!(refusal(builder), format!("{scheme}: {sentence}"));
        }
    }
}

#[test]
fn tables_that_let_nobody_in() {
    assert_says(vec![
        (
            door(Basic::new("r", Users::new())),
            "the table of users is empty, so nobody could ever log in: add one with `Users::user`",
        ),
        (
            door(Bearer::new(OpaqueTokens::new())),
            "the table of tokens is empty, so nobody could ever get in: add one with \
             `OpaqueTokens::token`",
        ),
        (
            door(ApiKey::header("X-Key", ApiKeys::new())),
            "the table of API keys is empty, so nobody could ever get in: add one with \
             `ApiKeys::key`",
        ),
    ]);
}

/// [RFC 7617 §2](https://www.rfc-editor.org/rfc/rfc7617#section-2)
#[test]
fn users_that_could_never_log_in_or_whom_anybody_could_be() {
    let with = |name: &str, password: &str| door(Basic::new("r", users().user(name, password)));
    let unsendable = "can't be sent by Basic: leave out colons and control characters";
    assert_says(vec![
        (with("a:b", "secret"), unsendable),
        (with("a\nb", "secret"), unsendable),
        (with("alice", "secret"), "the user `alice` is in the table twice: remove one"),
        (with("bob", "secret\n"), "was a line break read along with it?"),
        (with("bob", ""), "the password of `bob` is empty, so anybody who knows the name"),
        (
            door(Basic::new("r", users().user("bob", &b"\xff\xfe"[..]))),
            "the password of `bob` is no UTF-8",
        ),
        // The same name, spelled with a letter and a combining mark.
        (
            door(Basic::new("r", Users::new().user("ä", "x").user("a\u{308}", "y"))),
            "is in the table twice: remove one",
        ),
    ]);
}

#[test]
fn tokens_and_keys_that_could_never_be_sent() {
    let token = |token: &str| door(Bearer::new(tokens().token("bob", token)));
    let key = |key: &str| door(ApiKey::header("X-Key", keys().key("bob", key)));
    let bad_token = "the token of `bob` can't be sent as a bearer token: use letters, digits and";
    let bad_key = "the API key of `bob` can't be sent in a header field: use visible US-ASCII";
    assert_says(vec![
        (token(""), bad_token),
        (token("a b"), bad_token),
        (token("a=b"), bad_token),
        (token("=="), bad_token),
        (token("é"), bad_token),
        (token("secret\n"), bad_token),
        (token("token-of-alice"), "the token of `bob` is in the table twice"),
        (key(""), bad_key),
        (key("a b"), bad_key),
        (key("é"), bad_key),
        (key("secret\n"), bad_key),
        (key("key-of-robot"), "the API key of `bob` is in the table twice"),
    ]);
}

/// [RFC 6750 §3](https://www.rfc-editor.org/rfc/rfc6750#section-3)
#[test]
fn bearer_parameters_outside_their_grammar() {
    let bad_scope = "names no scope that a token can carry";
    for bad in ["", " ", "a  b", " a", "a ", "a\"b", "a\\b", "é", "a\tb", "a\r\nb"] {
        let said = refusal(door(Bearer::new(tokens()).scope(bad)));
        assert!(said.contains(bad_scope), "{bad:?}: {said}");
        assert!(scope(bad).unwrap_err().to_string().contains(bad_scope), "{bad:?}");
    }
    for uri in ["", "errors", "/errors", "https://e/x y", "https://e/\"x\"", "https://e/é", "a\\b"]
    {
        let said = refusal(door(Bearer::new(tokens()).error_uri(uri)));
        assert!(said.contains("name a page such as `https://developer.example/errors`"), "{said}");
    }
}

/// What belongs to HTTP's own schemes, or is no name at all.
#[test]
fn api_keys_in_impossible_places() {
    let at = |name: &str| door(ApiKey::header(name, keys()));
    let ours = "belong to the schemes of HTTP";
    let no_name = "can't be the name of a header field: use a name such as `X-API-Key`";
    assert_says(vec![
        (at("Authorization"), ours),
        (at("authorization"), ours),
        (at("Proxy-Authorization"), ours),
        (at(""), no_name),
        (at("X API Key"), no_name),
        (at("x\r\ny"), no_name),
        (at("schlüssel"), no_name),
        (door(ApiKey::danger_in_query("", keys())), "the query parameter has no name"),
        (door(ApiKey::danger_in_query("clé", keys())), "parameter `name` has a byte outside"),
    ]);
}

#[test]
fn two_schemes_in_one_place() {
    let second = || ApiKey::header("x-api-key", keys());
    let in_query = || ApiKey::danger_in_query("access_token", keys());
    assert_says(vec![
        (
            door(basic()).scheme(basic()),
            "two schemes `Basic` claim the same place (the `Authorization` field): a \
             request could not say which of them it means; configure one of them, give them \
             different places, or let one directory or verifier know the credentials of both",
        ),
        (door(bearer()).scheme(basic()).scheme(bearer()), "two schemes `Bearer` claim the same"),
        (door(api_key()).scheme(second()), "claim the same place (the header `x-api-key`)"),
        (
            door(bearer().danger_in_query()).scheme(in_query()),
            "`Bearer` and `ApiKey` claim the same place (the query parameter `access_token`)",
        ),
        (
            door(bearer().danger_in_query().danger_in_query()),
            "claim the same place (the query parameter `access_token`)",
        ),
        (
            door(basic()).scheme(bearer()).all(),
            "the schemes `Basic` and `Bearer` claim the same place (the `Authorization` field)",
        ),
        (door(bearer()).all().scheme(basic()), "claim the same place"),
    ]);
    assert!(door(basic()).scheme(bearer()).scheme(api_key()).build().is_ok());
    assert!(door(basic()).scheme(api_key()).all().build().is_ok());
}

/// A scheme that looks nowhere could never identify anybody.
struct Nowhere;

impl Scheme for Nowhere {
    fn name(&self) -> &SchemeName {
        &SchemeName::NEGOTIATE
    }

    fn places(&self) -> &[Place] {
        &[]
    }

    fn authenticate(&self, _: &Presented<'_>) -> Attempt {
        Outcome::Absent.into()
    }

    fn challenges(&self, _: Option<&Rejection>, list: &mut ChallengeList<'_>) {
        list.push(&Challenge::new(SchemeName::NEGOTIATE));
    }
}

#[test]
fn a_scheme_without_a_place() {
    assert_says(vec![(
        door(Nowhere),
        "the scheme `Negotiate` names no place for its credentials: return at least one from \
         `Scheme::places`",
    )]);
}

#[test]
fn forms_with_and_without_buffering() {
    assert_says(vec![(
        door(bearer().danger_in_form_body()),
        "a scheme reads the content of requests, which this layer does not: build it with \
         `build_buffering`, or leave out tokens in forms and Digest's `auth-int`",
    )]);
    let said = door(bearer()).build_buffering(1024).unwrap_err().to_string();
    assert!(said.contains("there is nothing to buffer: use `build`"), "{said}");
}

/// [RFC 8725 §3.8](https://www.rfc-editor.org/rfc/rfc8725#section-3.8) and
/// [§3.9](https://www.rfc-editor.org/rfc/rfc8725#section-3.9)
#[test]
fn a_jwt_verifier_that_would_take_tokens_meant_for_others() {
    let keys = || TokenMaker::es256().keys();
    let jwt = || Jwt::issuer("https://idp");
    let with = |jwt: Jwt| door(Bearer::new(jwt));
    assert_says(vec![
        (with(jwt().keys(keys())), "needs an audience: call `.audience(..)`"),
        (with(jwt().audience("").keys(keys())), "an audience is empty"),
        (with(jwt().audience("api").audience("").keys(keys())), "an audience is empty"),
        (with(Jwt::issuer("").audience("api").keys(keys())), "the issuer is empty"),
        (with(jwt().audience("api")), "needs keys: call `.keys(..)`"),
        (
            with(jwt().audience("api").keys(keys()).algorithms([Algorithm::RS256])),
            "none of the algorithms allowed can be done by the keys given",
        ),
        (
            with(jwt().audience("api").keys(keys()).algorithms([])),
            "none of the algorithms allowed can be done by the keys given",
        ),
        (
            with(jwt().audience("api").keys(keys()).leeway(std::time::Duration::from_secs(301))),
            "the leeway is longer than 5 minutes",
        ),
    ]);
}

/// [RFC 8725 §2.1](https://www.rfc-editor.org/rfc/rfc8725#section-2.1) and
/// [RFC 7518 §3.2](https://www.rfc-editor.org/rfc/rfc7518#section-3.2)
#[test]
fn hmac_secrets_that_are_short_or_public() {
    const PEM: &str = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqow\
        trbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n";
    let said = |algorithm, secret: &[u8]| Keys::hmac(algorithm, secret).unwrap_err().to_string();
    for (algorithm, shortest) in
        [(Algorithm::HS256, 32), (Algorithm::HS384, 48), (Algorithm::HS512, 64)]
    {
        let short = said(algorithm, &vec![7; shortest - 1]);
        assert!(short.contains(&format!("needs {shortest} random bytes or more")), "{short}");
        assert!(Keys::hmac(algorithm, vec![7; shortest]).is_ok());
        assert!(said(algorithm, b"").contains("too short"));
        assert!(said(algorithm, PEM.as_bytes()).contains("this is a public key, not a secret"));
    }
    assert!(said(Algorithm::ES256, &[7; 64]).contains("takes no shared secret"));
}

/// What a sentence says of a table, it says without the secrets in it.
#[test]
fn no_sentence_and_no_debug_quotes_a_secret() {
    let users = Users::new().user("alice", "wonderland").user("alice", "looking-glass");
    let tokens = tokens().token("bob", "not a token").token("eve", "token-of-alice");
    let keys = keys().key("bob", "not a key").key("eve", "key-of-robot");
    let mut said = format!("{users:?} {tokens:?} {keys:?}");
    let layers = [
        door(Basic::new("r", users)),
        door(Bearer::new(tokens)),
        door(ApiKey::header("X-Key", keys)),
        door(ApiKey::header("X-Key", ApiKeys::new().key("bob", "not a key"))),
    ];
    for builder in layers {
        said.push_str(&format!("{builder:?}"));
        said.push_str(&refusal(builder));
    }
    said.push_str(&format!("{:?} {:?} {:?}", basic(), bearer(), api_key()));
    let built = door(basic()).scheme(bearer()).scheme(api_key()).build().unwrap();
    said.push_str(&format!("{built:?} {:?}", tower::Layer::layer(&built, "inner")));
    for secret in
        ["wonderland", "looking-glass", "not a", "token-of", "key-of", "open sesame", "mF_9"]
    {
        assert!(!said.contains(secret), "{secret}: {said}");
    }
}

/// The first mistake is told, whatever follows it.
#[test]
fn the_first_mistake_is_the_one_that_is_told() {
    let builder = door(Basic::new("", users())).scheme(Bearer::new(OpaqueTokens::new()));
    assert!(refusal(builder).starts_with("Basic: the realm is empty"));
    assert!(Realm::new("").is_err());
}

#[test]
fn a_limit_that_would_refuse_everything() {
    let builder = door(Basic::new("r", users())).max_credentials(0);
    assert!(refusal(builder).starts_with("max_credentials is 0, so no credentials would ever"));
}
