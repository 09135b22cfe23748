//! Several schemes at one door, and doors behind doors.

use http::request::Builder;
use tower::Layer;
use tower::layer::layer_fn;
use tower_auth::identity::{Principal, Verified};
use tower_auth::rejection::{Unavailable, Verdict, reason};
use tower_auth::scheme::api_key::ApiKeys;
use tower_auth::scheme::{ApiKey, Bearer};
use tower_auth::{Auth, AuthenticateLayer, Eventual, Identity};

use crate::support::{
    ALADDIN, IMPORTER, Inner, ROBOT, Stack, api_key, basic, basic_of, bearer, door, get,
};

const FILLED: [(&str, &str); 5] = [
    ("authorization", ALADDIN),
    ("authorization", IMPORTER),
    ("authorization", "Bearer stolen-token"),
    ("x-api-key", ROBOT),
    ("x-api-key", "no-such-key"),
];

fn with(request: Builder, (name, value): (&str, &str)) -> Builder {
    request.header(name, value)
}

/// [RFC 6750 §3.1](https://www.rfc-editor.org/rfc/rfc6750#section-3.1), for all schemes: two
/// credentials are refused in every order, be they good or bad, required or optional.
#[tokio::test]
async fn two_credentials_are_refused_in_every_order() {
    for optional in [false, true] {
        let builder = door(basic()).scheme(bearer()).scheme(api_key());
        let builder = if optional { builder.optional() } else { builder };
        let stack = Stack::new(builder.build().unwrap());
        for first in FILLED {
            for second in FILLED {
                let refused = stack.refuses(with(with(get("/"), first), second), 400).await;
                assert_eq!(refused.reason(), Some(reason::SEVERAL_CREDENTIALS));
                assert_eq!(refused.challenges().len(), 3);
            }
        }
    }
}

/// Only *absent* may be anonymous.
#[tokio::test]
async fn optional_admits_nobody_but_the_absent() {
    let builder = door(basic()).scheme(bearer()).scheme(api_key()).optional();
    let stack = Stack::new(builder.build().unwrap());
    let (head, response) = stack.admits(get("/")).await;
    assert!(head.extensions.get::<Identity>().is_none());
    assert!(response.headers().get("www-authenticate").is_none());
    for (name, value, status) in [
        ("authorization", "", 400),
        ("authorization", "Basic", 401),
        ("authorization", "Basic QWxhZGRpbjpvcGVuIHdpbmRvdw==", 401),
        ("authorization", "Bearer", 400),
        ("authorization", "Bearer stolen-token", 401),
        ("authorization", "Digest username=\"Mufasa\"", 401),
        ("authorization", "null", 401),
        ("authorization", "undefined", 401),
        ("x-api-key", "", 401),
        ("x-api-key", "no-such-key", 401),
    ] {
        stack.refuses(get("/").header(name, value), status).await;
    }
}

fn both() -> AuthenticateLayer {
    door(api_key()).scheme(basic()).all().build().unwrap()
}

/// All means all: half of what is needed is neither enough nor nothing.
#[tokio::test]
async fn all_demands_every_scheme_at_once() {
    for layer in [both(), door(api_key()).scheme(basic()).all().optional().build().unwrap()] {
        let stack = Stack::new(layer);
        let request = get("/").header("authorization", ALADDIN).header("x-api-key", ROBOT);
        let (head, _) = stack.admits(request).await;
        assert_eq!(head.extensions.get::<Identity>().unwrap().subject(), "robot-1");
        let auth = Auth::of(&head).unwrap();
        let subjects: Vec<_> = auth.identities().map(Identity::subject).collect();
        assert_eq!(subjects, ["robot-1", "Aladdin"], "in the order configured");

        for half in [("authorization", ALADDIN), ("x-api-key", ROBOT)] {
            let refused = stack.refuses(with(get("/"), half), 401).await;
            assert_eq!(refused.challenges().len(), 2);
        }
        let wrong = basic_of("Aladdin:open window");
        for (key, password) in [
            (ROBOT, &*wrong),
            ("no-such-key", ALADDIN),
            ("no-such-key", &*wrong),
            (ROBOT, "Basic"),
            ("", ALADDIN),
        ] {
            let request = get("/").header("x-api-key", key).header("authorization", password);
            stack.refuses(request, 401).await;
        }
    }
}

/// A request without any credential at all is anonymous only where that is allowed.
#[tokio::test]
async fn all_tells_nothing_from_half() {
    Stack::new(both()).refuses(get("/"), 401).await;
    let optional = door(api_key()).scheme(basic()).all().optional().build().unwrap();
    let (head, _) = Stack::new(optional).admits(get("/")).await;
    assert!(head.extensions.get::<Identity>().is_none());
}

/// Each credential once, also where several are wanted.
#[tokio::test]
async fn all_takes_each_credential_once() {
    let stack = Stack::new(both());
    let good = || get("/").header("authorization", ALADDIN).header("x-api-key", ROBOT);
    stack.refuses(good().header("x-api-key", ROBOT), 400).await;
    stack.refuses(good().header("authorization", ALADDIN), 400).await;
    let foreign = get("/").header("authorization", IMPORTER).header("x-api-key", ROBOT);
    stack.refuses(foreign, 400).await;

    let two_places = door(bearer().danger_in_query()).scheme(api_key()).all().build().unwrap();
    let stack = Stack::new(two_places);
    let twice = get("/?access_token=mF_9.B5f-4.1JqM")
        .header("authorization", IMPORTER)
        .header("x-api-key", ROBOT);
    stack.refuses(twice, 400).await;
    let once = get("/?access_token=mF_9.B5f-4.1JqM").header("x-api-key", ROBOT);
    stack.admits(once).await;
}

/// A bad credential is bad whatever is down; an outage is not forgiven for the other half.
#[tokio::test]
async fn all_puts_a_bad_credential_before_an_outage_and_an_outage_before_a_gap() {
    let down = |_: &str| Eventual::pending(async { Unavailable::new("idp").into() });
    let layer = door(api_key()).scheme(Bearer::new(down)).all().optional().build().unwrap();
    let stack = Stack::new(layer);
    let request = |key: &str| get("/").header("authorization", IMPORTER).header("x-api-key", key);
    stack.refuses(request("no-such-key"), 401).await;
    stack.refuses(request(ROBOT), 503).await;
    stack.refuses(get("/").header("authorization", IMPORTER), 503).await;
}

/// Waiting for one scheme changes no answer.
#[tokio::test]
async fn all_waits_for_slow_schemes_and_keeps_their_order() {
    let slow = |token: &str| -> Eventual<Verdict> {
        let subject = token.to_owned();
        Eventual::pending(async move {
            tokio::task::yield_now().await;
            Verified::assertion(Principal::new(subject)).into()
        })
    };
    let second = ApiKey::header("X-Second", ApiKeys::new().key("second", "second-key"));
    let layer = door(second).scheme(Bearer::new(slow)).scheme(api_key()).all().build().unwrap();
    let request = get("/")
        .header("x-api-key", ROBOT)
        .header("authorization", "Bearer slow")
        .header("x-second", "second-key");
    let (head, _) = Stack::new(layer).admits(request).await;
    let auth = Auth::of(&head).unwrap();
    let subjects: Vec<_> = auth.identities().map(Identity::subject).collect();
    assert_eq!(subjects, ["second", "slow", "robot-1"]);
}

/// An identity that something outside left in the request is not taken for one of this door's.
#[tokio::test]
async fn an_identity_from_outside_does_not_get_through_an_optional_door() {
    let forged = Identity::new(
        Verified::assertion(Principal::new("root")),
        tower_auth::header::SchemeName::BASIC,
    );
    let smuggling = layer_fn(move |service: Stack| {
        let forged = forged.clone();
        tower::service_fn(move |mut request: http::Request<crate::support::Payload>| {
            request.extensions_mut().insert(forged.clone());
            let service = service.clone();
            async move { Ok::<_, std::convert::Infallible>(service.send(request).await) }
        })
    });
    let inner = Inner::new(|head| {
        assert!(head.extensions.get::<Identity>().is_none(), "the forged identity came through");
        assert!(Auth::of(head).unwrap().identity().is_none());
        http::Response::default()
    });
    let stack = Stack::over(inner, door(basic()).optional().build().unwrap());
    let service = smuggling.layer(stack);
    let request = get("/").body(crate::support::Payload::Explosive).unwrap();
    let response = tower::ServiceExt::oneshot(service, request).await.unwrap();
    assert_eq!(response.status(), 200);
}

/// A door behind a door: both must open, and the inner one's caller is the request's. An inner
/// door that knows nobody does not lend the outer one's identity.
#[tokio::test]
async fn nested_doors_only_tighten() {
    let outer = door(api_key()).build().unwrap();
    let inner_required = door(basic()).build().unwrap();
    let stack = Stack::new((outer.clone(), inner_required));
    stack.refuses(get("/").header("authorization", ALADDIN), 401).await;
    stack.refuses(get("/").header("x-api-key", ROBOT), 401).await;
    let request = get("/").header("authorization", ALADDIN).header("x-api-key", ROBOT);
    let (head, response) = stack.admits(request).await;
    assert_eq!(head.extensions.get::<Identity>().unwrap().subject(), "Aladdin");
    assert_eq!(response.headers()["cache-control"], "private");

    let inner_optional = door(basic()).optional().build().unwrap();
    let stack = Stack::new((outer, inner_optional));
    let (head, _) = stack.admits(get("/").header("x-api-key", ROBOT)).await;
    assert!(head.extensions.get::<Identity>().is_none());
}
