//! The `Bearer` scheme over HTTP, [RFC 6750](https://www.rfc-editor.org/rfc/rfc6750).

use bytes::Bytes;
use http::Request;
use http::request::{Builder, Parts};
use tower_auth::clock::{Clock as _, SystemClock};
use tower_auth::identity::{Identity, Principal, Verified};
use tower_auth::rejection::{Rejection, Unavailable, Verdict, reason};
use tower_auth::scheme::Bearer;
use tower_auth::testing::{FixedClock, TokenMaker};
use tower_auth::token::OpaqueTokens;
use tower_auth::token::jwt::Jwt;
use tower_auth::{Eventual, identity::Binding};

use crate::support::{IMPORTER, Payload, Stack, basic, bearer, door, get};

const TOKEN: &str = "mF_9.B5f-4.1JqM";

/// By the system's clock, where no other is given.
#[tokio::test]
async fn a_fixed_token_is_good_until_it_expires() {
    let (now, hour) = (SystemClock.now(), std::time::Duration::from_secs(3600));
    for (end, status) in [(now + hour, 200), (now - hour, 401)] {
        let tokens = OpaqueTokens::new().token(Principal::new("guest").expires_at(end), TOKEN);
        let stack = Stack::new(door(Bearer::new(tokens)).build().unwrap());
        let request = get("/").header("authorization", IMPORTER).body(Payload::Explosive).unwrap();
        assert_eq!(stack.send(request).await.status(), status);
    }
}

fn in_query() -> Stack {
    Stack::new(door(bearer().danger_in_query()).build().unwrap())
}

fn in_form() -> Stack {
    let scheme = bearer().danger_in_form_body().danger_in_query();
    Stack::new(door(scheme).build_buffering(64).unwrap())
}

fn form(builder: Builder, body: &'static str) -> Request<Payload> {
    builder
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Payload::Bytes(Bytes::from_static(body.as_bytes())))
        .unwrap()
}

fn subject(head: &Parts) -> &str {
    head.extensions.get::<Identity>().unwrap().subject()
}

/// [RFC 6750 §3](https://www.rfc-editor.org/rfc/rfc6750#section-3), the three answers of its text.
#[tokio::test]
async fn the_answers_of_rfc_6750_are_given_to_the_letter() {
    let stack = Stack::new(door(bearer()).build().unwrap());
    let (head, _) = stack.admits(get("/").header("authorization", IMPORTER)).await;
    assert_eq!(subject(&head), "importer");
    let refused = stack.refuses(get("/"), 401).await;
    assert_eq!(refused.challenges(), [r#"Bearer realm="example""#]);

    let clock = FixedClock::at_unix(1_700_000_000);
    let idp = TokenMaker::es256().issuer("https://idp").audience("api").clock(clock.clone());
    let jwt = Jwt::issuer("https://idp").audience("api").keys(idp.keys()).clock(clock);
    let stack = Stack::new(door(Bearer::new(jwt).realm("example")).build().unwrap());
    let expired = format!("Bearer {}", idp.token("alice").expired().sign());
    let refused = stack.refuses(get("/").header("authorization", expired), 401).await;
    assert_eq!(
        refused.challenges(),
        [
            r#"Bearer realm="example", error="invalid_token", error_description="The access token expired""#
        ],
    );
}

/// [RFC 6750 §2.1](https://www.rfc-editor.org/rfc/rfc6750#section-2.1) and §3.1: what is no
/// `b64token` is `invalid_request`, 400.
#[tokio::test]
async fn what_is_no_b64token_is_an_invalid_request() {
    let stack = Stack::new(door(bearer()).build().unwrap());
    for token in ["mF 9", "\"x\"", "a=b", "a%20b", "token=\"x\"", "a,b", "<a>", "a:b", "=", "{}"] {
        let request = get("/").header("authorization", format!("Bearer {token}"));
        let refused = stack.refuses(request, 400).await;
        assert_eq!(refused.error(), Some("invalid_request"), "{token}");
    }
    let refused = stack.refuses(get("/").header("authorization", "Bearer ab=="), 401).await;
    assert_eq!(refused.error(), Some("invalid_token"));
    let upper = IMPORTER.to_uppercase().replace("BEARER", "Bearer");
    stack.refuses(get("/").header("authorization", upper), 401).await;
}

/// [RFC 9700 §4.3.2](https://www.rfc-editor.org/rfc/rfc9700#section-4.3.2): a token in a URL or a
/// form says nothing unless the service was told to look there.
#[tokio::test]
async fn query_and_form_are_not_read_unless_asked_for() {
    let stack = Stack::new(door(bearer()).build().unwrap());
    let refused = stack.refuses(get("/r?access_token=mF_9.B5f-4.1JqM"), 401).await;
    assert_eq!(refused.challenges(), [r#"Bearer realm="example""#]);
    let request = Request::post("/").header("content-type", "application/x-www-form-urlencoded");
    let refused = stack.refuses(request, 401).await;
    assert_eq!(refused.error(), None);
}

/// [RFC 6750 §2.3](https://www.rfc-editor.org/rfc/rfc6750#section-2.3): names and values are
/// decoded as a form is, so no spelling of the name leads past the rule about two.
#[tokio::test]
async fn a_token_in_the_query_is_found_in_every_spelling() {
    let stack = in_query();
    for query in [
        "access_token=mF_9.B5f-4.1JqM",
        "p=q&access_token=mF_9.B5f-4.1JqM&x",
        "access%5Ftoken=mF_9.B5f-4.1JqM",
        "%61ccess_token=mF%5f9%2EB5f-4.1JqM",
        "&&access_token=mF_9.B5f-4.1JqM&&",
    ] {
        let (head, response) = stack.admits(get(&format!("/r?{query}"))).await;
        assert_eq!(subject(&head), "importer", "{query}");
        assert_eq!(response.headers()["cache-control"], "private");
    }
    for (query, status) in [
        ("access_token=mF_9.B5f-4.1JqM&access_token=mF_9.B5f-4.1JqM", 400),
        ("access_token=mF_9.B5f-4.1JqM&access%5ftoken=other-token", 400),
        ("access_token=&access_token=mF_9.B5f-4.1JqM", 400),
        ("access_token", 400),
        ("access_token=", 400),
        ("access_token=a+b", 400),
        ("access_token=a%00b", 400),
        ("access_token=%C3%A9", 400),
        ("access_token=%FF%FE", 400),
        ("access_token=mF_9.B5f-4.1JqM%0A", 400),
        ("access_token=stolen-token", 401),
        ("ACCESS_TOKEN=mF_9.B5f-4.1JqM", 401),
        ("access_token[]=mF_9.B5f-4.1JqM", 401),
        ("p=q;access_token=mF_9.B5f-4.1JqM", 401),
    ] {
        let refused = stack.refuses(get(&format!("/r?{query}")), status).await;
        let repeated = query.matches("access").count() > 1;
        assert_eq!(refused.reason() == Some(reason::SEVERAL_CREDENTIALS), repeated, "{query}");
    }
}

/// [RFC 6750 §2](https://www.rfc-editor.org/rfc/rfc6750#section-2): one method a request.
#[tokio::test]
async fn a_token_in_two_places_is_refused_even_if_it_is_the_same() {
    let stack = in_form();
    let both = get("/r?access_token=mF_9.B5f-4.1JqM").header("authorization", IMPORTER);
    assert_eq!(stack.refuses(both, 400).await.error(), Some("invalid_request"));
    let header_and_form = Request::post("/").header("authorization", IMPORTER);
    stack.refuses_whole(form(header_and_form, "access_token=mF_9.B5f-4.1JqM"), 400).await;
    let query_and_form = Request::post("/?access_token=mF_9.B5f-4.1JqM");
    stack.refuses_whole(form(query_and_form, "access_token=mF_9.B5f-4.1JqM"), 400).await;
    let foreign = get("/r?access_token=mF_9.B5f-4.1JqM").header("authorization", "Digest x=y");
    assert_eq!(stack.refuses(foreign, 400).await.reason(), Some(reason::SEVERAL_CREDENTIALS));
}

/// [RFC 6750 §2.2](https://www.rfc-editor.org/rfc/rfc6750#section-2.2): the form media type, a
/// method whose body means something, never GET.
#[tokio::test]
async fn a_form_is_read_only_where_it_is_one() {
    let stack = in_form();
    let of_type = |method: &str, content_type: &str| {
        Request::builder()
            .method(method)
            .uri("/")
            .header("content-type", content_type)
            .body(Payload::Bytes(Bytes::from_static(b"access_token=mF_9.B5f-4.1JqM")))
            .unwrap()
    };
    for (method, content_type) in [
        ("POST", "application/x-www-form-urlencoded"),
        ("PUT", "application/x-www-form-urlencoded; charset=UTF-8"),
        ("PATCH", "Application/X-WWW-Form-URLencoded ;charset=utf-8"),
    ] {
        let response = stack.send(of_type(method, content_type)).await;
        assert_eq!(response.status(), 200, "{method} {content_type}");
    }
    let admitted = stack.calls();
    for (method, content_type) in [
        ("GET", "application/x-www-form-urlencoded"),
        ("HEAD", "application/x-www-form-urlencoded"),
        ("POST", "text/plain"),
        ("POST", "multipart/form-data; boundary=x"),
        ("POST", "application/x-www-form-urlencodedx"),
        ("POST", "text/plain, application/x-www-form-urlencoded"),
    ] {
        let refused = stack.refuses_whole(of_type(method, content_type), 401).await;
        assert_eq!(refused.error(), None, "{method} {content_type}");
    }
    assert_eq!(stack.calls(), admitted);
}

/// Repeats in a form, and forms beyond the limit.
#[tokio::test]
async fn bad_forms_are_refused() {
    let stack = in_form();
    for (body, status) in [
        ("access_token=mF_9.B5f-4.1JqM&access_token=mF_9.B5f-4.1JqM", 400),
        ("access_token=", 400),
        ("access_token=a+b", 400),
        ("access_token=stolen-token", 401),
        ("a=b", 401),
        ("", 401),
        ("access_token=mF_9.B5f-4.1JqM&padding=padding-padding-padding-padding-padding", 413),
    ] {
        let refused = stack.refuses_whole(form(Request::post("/"), body), status).await;
        assert!(!refused.text().contains("token="), "{}", refused.text());
    }
}

/// [RFC 6750 §5.3](https://www.rfc-editor.org/rfc/rfc6750#section-5.3): where the layer strips
/// credentials, none is left in the URL; the other parameters stay byte for byte.
#[tokio::test]
async fn stripping_takes_the_token_out_of_the_url_and_nothing_else() {
    let scheme = bearer().danger_in_query();
    let stack = Stack::new(door(scheme).strip_credentials().build().unwrap());
    for (uri, left) in [
        ("/r?access_token=mF_9.B5f-4.1JqM", "/r"),
        ("/r?a=%20b&access_token=mF_9.B5f-4.1JqM&c=+d&&e", "/r?a=%20b&c=+d&&e"),
        ("/r?a&access%5Ftoken=mF_9.B5f-4.1JqM", "/r?a"),
        ("https://h.example/r?access_token=mF_9.B5f-4.1JqM&a=b", "https://h.example/r?a=b"),
        ("https://h.example?access_token=mF_9.B5f-4.1JqM", "https://h.example/"),
    ] {
        let (head, _) = stack.admits(get(uri)).await;
        assert_eq!(head.uri, left, "{uri}");
        assert!(!format!("{head:?}").contains(TOKEN));
    }
    let (head, _) = stack.admits(get("/").header("authorization", IMPORTER)).await;
    assert!(head.headers.is_empty());
}

/// Without stripping, the field is left for the service, but marked so that nothing prints it.
#[tokio::test]
async fn a_field_that_goes_on_does_not_print_itself() {
    let stack = Stack::new(door(bearer()).scheme(basic()).build().unwrap());
    let (head, _) = stack.admits(get("/").header("authorization", IMPORTER)).await;
    assert_eq!(head.headers["authorization"], IMPORTER);
    assert!(!format!("{head:?}").contains(TOKEN), "{head:?}");
}

/// [RFC 9449 §7.2](https://www.rfc-editor.org/rfc/rfc9449#section-7.2) and
/// [RFC 8705 §3](https://www.rfc-editor.org/rfc/rfc8705#section-3): taken without its proof, a
/// bound token would be worth what a plain one is.
#[tokio::test]
async fn a_bound_token_is_no_bearer_token() {
    let verify = |token: &str| -> Eventual<Verdict> {
        let principal = Principal::new("alice");
        let principal = match token {
            "of-a-key" => principal.binding(Binding::KeyThumbprint("x".into())),
            "of-a-certificate" => principal.binding(Binding::CertificateThumbprint("x".into())),
            "of-what" => principal.binding(Binding::Other),
            _ => principal,
        };
        Eventual::Ready(Verified::assertion(principal).into())
    };
    let stack = Stack::new(door(Bearer::new(verify)).build().unwrap());
    stack.admits(get("/").header("authorization", "Bearer of-nothing")).await;
    for token in ["of-a-key", "of-a-certificate", "of-what"] {
        let request = get("/").header("authorization", format!("Bearer {token}"));
        let refused = stack.refuses(request, 401).await;
        assert_eq!(refused.error(), Some("invalid_token"));
        assert_eq!(refused.reason(), Some(reason::BOUND_TOKEN));
    }
}

/// An issuer that is down makes no token bad: a client that is told so throws it away.
#[tokio::test]
async fn an_outage_is_503_and_never_invalid_token() {
    let verify = |_: &str| Eventual::pending(async { Unavailable::new("jwks.internal").into() });
    for optional in [false, true] {
        let builder = door(Bearer::new(verify)).scheme(basic());
        let builder = if optional { builder.optional() } else { builder };
        let stack = Stack::new(builder.build().unwrap());
        let refused = stack.refuses(get("/").header("authorization", IMPORTER), 503).await;
        assert_eq!(refused.read.retry_after, Some(5));
        assert_eq!(refused.reason(), Some(reason::UNAVAILABLE));
        assert!(!refused.text().contains("jwks"));
    }
}

/// [RFC 6750 §3](https://www.rfc-editor.org/rfc/rfc6750#section-3): `error_description` has no
/// quote, no backslash and nothing beyond US-ASCII, whatever a verifier says.
#[tokio::test]
async fn descriptions_are_cut_to_what_the_parameter_may_hold() {
    let verify = |_: &str| -> Eventual<Verdict> {
        let why = Rejection::invalid_credentials("x").describe("token \"x\" é \\ \r\n ok");
        Eventual::Ready(why.into())
    };
    let stack = Stack::new(door(Bearer::new(verify).realm("r")).build().unwrap());
    let refused = stack.refuses(get("/").header("authorization", "Bearer abc"), 401).await;
    let said = &refused.read.challenges[0].params["error_description"];
    assert_eq!(said, "token 'x' ? ? ?? ok");
    assert!(!refused.challenges()[0].contains('\\'));
    let body: serde_json::Value = serde_json::from_slice(refused.response.body()).unwrap();
    assert!(body["detail"].as_str().unwrap().starts_with("token \"x\" é \\"));
}

/// A store that throttles: 429, when to come back, no challenge, no cache
/// ([RFC 6585 §4](https://www.rfc-editor.org/rfc/rfc6585#section-4)).
#[tokio::test]
async fn too_many_attempts_are_429_in_whole_seconds() {
    let verify = |_: &str| -> Eventual<Verdict> {
        let after = std::time::Duration::from_millis(29_001);
        Eventual::Ready(Rejection::too_many_attempts(after).into())
    };
    let stack = Stack::new(door(Bearer::new(verify)).build().unwrap());
    let refused = stack.refuses(get("/").header("authorization", "Bearer abc"), 429).await;
    assert_eq!(refused.lines("retry-after"), ["30"]);
    assert!(refused.challenges().is_empty());
}

/// The limit holds wherever the token stands.
#[tokio::test]
async fn a_token_beyond_the_limit_is_refused_in_query_and_form_too() {
    let scheme = || bearer().danger_in_query().danger_in_form_body();
    let layer = door(scheme()).max_credentials(20).build_buffering(1024).unwrap();
    let stack = Stack::new(layer);
    let refused = stack.refuses(get("/?access_token=aaaaaaaaaaaaaaaaaaaaa"), 400).await;
    assert_eq!(refused.reason(), Some(reason::CREDENTIALS_TOO_LARGE));
    assert_eq!(refused.error(), Some("invalid_request"));
    stack.refuses(get("/?access_token=aaaaaaaaaaaaaaaaaaaa"), 401).await;
    let request = form(Request::post("/"), "access_token=aaaaaaaaaaaaaaaaaaaaa");
    stack.refuses_whole(request, 400).await;
}
