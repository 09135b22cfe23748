//! What a refusal asks for.

use http::Response;
use tower::layer::util::Identity as NoLayer;
use tower_auth::header::{Challenge, SchemeName};
use tower_auth::identity::{Principal, Verified};
use tower_auth::rejection::{Rejection, reason};
use tower_auth::respond::ChallengeList;
use tower_auth::scheme::{Attempt, Basic, Outcome, Place, Presented, Scheme, basic::Users};

use crate::support::{ALADDIN, Inner, Stack, api_key, basic, bearer, door, get, lines};

/// [RFC 9110 §11.6.1](https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1): clients take the
/// first challenge that they know, so the order is the operator's; one line each (§5.3).
#[tokio::test]
async fn challenges_come_one_a_line_in_the_order_configured() {
    const BASIC: &str = r#"Basic realm="orders", charset="UTF-8""#;
    const BEARER: &str = r#"Bearer realm="example""#;
    const API_KEY: &str = r#"ApiKey in="header", name="x-api-key""#;
    let stack = Stack::new(door(basic()).scheme(bearer()).scheme(api_key()).build().unwrap());
    assert_eq!(stack.refuses(get("/"), 401).await.challenges(), [BASIC, BEARER, API_KEY]);
    let stack = Stack::new(door(api_key()).scheme(bearer()).scheme(basic()).build().unwrap());
    assert_eq!(stack.refuses(get("/"), 401).await.challenges(), [API_KEY, BEARER, BASIC]);
}

/// [RFC 6750 §3.1](https://www.rfc-editor.org/rfc/rfc6750#section-3.1): where nothing was
/// presented, or something for another scheme, nothing is said of an error.
#[tokio::test]
async fn an_error_is_named_only_to_who_presented_something() {
    let stack = Stack::new(door(bearer()).scheme(basic()).build().unwrap());
    for request in [
        get("/"),
        get("/").header("authorization", "Digest username=\"Mufasa\", uri=\"/\""),
        get("/").header("authorization", "Negotiate YIIZzzzzzzz"),
        get("/").header("authorization", "NTLM TlRMTVNTUAABAAAA"),
        get("/").header("authorization", "AWS4-HMAC-SHA256 Credential=AKID/x, Signature=abcdef"),
    ] {
        let refused = stack.refuses(request, 401).await;
        assert_eq!(
            refused.challenges(),
            [r#"Bearer realm="example""#, r#"Basic realm="orders", charset="UTF-8""#],
        );
    }
}

/// Parameters that describe an error stand in the challenge of the scheme that was attempted.
#[tokio::test]
async fn an_error_stands_only_beside_the_scheme_that_was_attempted() {
    let stack = Stack::new(door(bearer()).scheme(basic()).build().unwrap());
    let wrong_password = get("/").header("authorization", "Basic QWxhZGRpbjpvcGVuIHdpbmRvdw==");
    assert_eq!(stack.refuses(wrong_password, 401).await.error(), None);
    let wrong_token = get("/").header("authorization", "Bearer stolen-token");
    let refused = stack.refuses(wrong_token, 401).await;
    assert_eq!(refused.read.challenges[0].params["error"], "invalid_token");
    assert!(!refused.read.challenges[1].params.contains_key("error"));
}

/// [RFC 9110 §5.6.1](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.1) and
/// [§5.6.3](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.3): no empty elements and no space
/// around `=`; [§11.5](https://www.rfc-editor.org/rfc/rfc9110#section-11.5): realms are quoted.
#[tokio::test]
async fn challenges_are_written_without_slack() {
    let stack = Stack::new(
        door(bearer().scope("a b").error_uri("https://e.example/"))
            .scheme(basic())
            .scheme(api_key().realm("r"))
            .build()
            .unwrap(),
    );
    for request in [
        get("/"),
        get("/").header("authorization", "Bearer stolen-token"),
        get("/").header("authorization", "Bearer a b"),
        get("/").header("authorization", "").header("authorization", ""),
    ] {
        let response = stack.send(request.body(crate::support::Payload::Explosive).unwrap()).await;
        for line in lines(response.headers(), "www-authenticate") {
            assert!(!line.contains(" =") && !line.contains("= "), "{line}");
            assert!(!line.contains(",,") && !line.ends_with([',', ' ']), "{line}");
            assert!(line.contains("realm=\""), "{line}");
        }
    }
}

/// [RFC 9110 §5.6.4](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.4)
#[tokio::test]
async fn only_quotes_and_backslashes_are_escaped() {
    let users = || Users::new().user("a", "b");
    for (realm, written) in [
        (r#"a"b\c"#, r#"Basic realm="a\"b\\c", charset="UTF-8""#),
        ("a'b, c=d", r#"Basic realm="a'b, c=d", charset="UTF-8""#),
    ] {
        let stack = Stack::new(door(Basic::new(realm, users())).build().unwrap());
        let refused = stack.refuses(get("/"), 401).await;
        assert_eq!(refused.challenges(), [written]);
        assert_eq!(refused.read.challenges[0].params["realm"], realm);
    }
}

/// [RFC 9110 §11.6.1](https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1): what the service
/// behind the door asks for itself goes through untouched.
#[tokio::test]
async fn challenges_of_the_inner_service_pass_unchanged() {
    let inner = Inner::new(|_| {
        Response::builder()
            .status(401)
            .header("www-authenticate", "Newauth realm=apps ,  type=1")
            .header("www-authenticate", "Newauth realm=apps ,  type=1")
            .header("authentication-info", "nextnonce=\"x\"")
            .body("theirs".into())
            .unwrap()
    });
    let plain = Stack::over(inner.clone(), NoLayer::new());
    let guarded = Stack::over(inner, door(basic()).scheme(bearer()).build().unwrap());
    let (_, theirs) = plain.admits(get("/").header("authorization", ALADDIN)).await;
    let (_, ours) = guarded.admits(get("/").header("authorization", ALADDIN)).await;
    assert_eq!(theirs.headers(), ours.headers());
    assert_eq!((theirs.status(), theirs.body()), (ours.status(), ours.body()));
}

/// Success says nothing of authentication: no challenge, no `Authentication-Info`
/// ([RFC 9110 §11.6.3](https://www.rfc-editor.org/rfc/rfc9110#section-11.6.3)), no
/// `Optional-WWW-Authenticate` ([RFC 8053 §3](https://www.rfc-editor.org/rfc/rfc8053#section-3)).
#[tokio::test]
async fn answers_to_admitted_requests_get_no_fields_of_authentication() {
    let stack = Stack::new(door(basic()).scheme(bearer()).build().unwrap());
    let (_, response) = stack.admits(get("/").header("authorization", ALADDIN)).await;
    assert!(response.headers().is_empty(), "{:?}", response.headers());
}

/// A scheme of one's own with a next leg: 401 with its challenge in the place of the usual one.
struct TwoLegs;

const LEGS: SchemeName = SchemeName::NEGOTIATE;

impl Scheme for TwoLegs {
    fn name(&self) -> &SchemeName {
        &LEGS
    }

    fn places(&self) -> &[Place] {
        &[Place::Authorization]
    }

    fn authenticate(&self, presented: &Presented<'_>) -> Attempt {
        let leg = presented.credentials().and_then(|credentials| credentials.token68().ok());
        match leg {
            Some("second") => {
                Outcome::authenticated(Verified::assertion(Principal::new("x")), &LEGS)
            }
            _ => Outcome::Rejected(
                Rejection::invalid_credentials(reason::NO_CREDENTIALS)
                    .with_challenge(Challenge::token68(LEGS, "bmV4dCBsZWc=").unwrap()),
            ),
        }
        .into()
    }

    fn challenges(&self, _: Option<&Rejection>, list: &mut ChallengeList<'_>) {
        list.push(&Challenge::new(LEGS));
    }
}

/// [RFC 9110 §11.4](https://www.rfc-editor.org/rfc/rfc9110#section-11.4): partial credentials get
/// a 401 with what comes next.
#[tokio::test]
async fn a_next_leg_stands_in_the_place_of_the_usual_challenge() {
    let stack = Stack::new(door(basic()).scheme(TwoLegs).build().unwrap());
    let usual = r#"Basic realm="orders", charset="UTF-8""#;
    assert_eq!(stack.refuses(get("/"), 401).await.challenges(), [usual, "Negotiate"]);
    let refused = stack.refuses(get("/").header("authorization", "Negotiate first"), 401).await;
    assert_eq!(refused.challenges(), [usual, "Negotiate bmV4dCBsZWc="]);
    stack.admits(get("/").header("authorization", "Negotiate second")).await;
}

/// A scheme that forgets to offer a challenge.
struct Silent;

impl Scheme for Silent {
    fn name(&self) -> &SchemeName {
        &LEGS
    }

    fn places(&self) -> &[Place] {
        &[Place::Authorization]
    }

    fn authenticate(&self, _: &Presented<'_>) -> Attempt {
        Outcome::Rejected(Rejection::invalid_credentials("no")).into()
    }

    fn challenges(&self, _: Option<&Rejection>, _: &mut ChallengeList<'_>) {}
}

/// [RFC 9110 §15.5.2](https://www.rfc-editor.org/rfc/rfc9110#section-15.5.2): a 401 has a
/// challenge, whatever a scheme forgets.
#[tokio::test]
async fn a_401_has_a_challenge_even_if_the_scheme_offers_none() {
    let stack = Stack::new(door(Silent).build().unwrap());
    assert_eq!(stack.refuses(get("/"), 401).await.challenges(), ["Negotiate"]);
    let refused = stack.refuses(get("/").header("authorization", "Negotiate x"), 401).await;
    assert_eq!(refused.challenges(), ["Negotiate"]);
    let stack = Stack::new(door(Silent).proxy().build().unwrap());
    assert_eq!(stack.refuses(get("/"), 407).await.lines("proxy-authenticate"), ["Negotiate"]);
}
