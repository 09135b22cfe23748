//! What operators see: every decision, and no secret.

use std::future::Future as _;
use std::sync::{Arc, Mutex};
use std::task::{Context, Waker};
use std::time::Duration;

use http::Request;
use http::request::Builder;
use tower_auth::identity::{Principal, Verified};
use tower_auth::observe::Event;
use tower_auth::policy::{Decision, role};
use tower_auth::rejection::{Rejection, StepUp, Unavailable, Verdict, reason};
use tower_auth::scheme::Bearer;
use tower_auth::{AuthorizeLayer, Eventual, Identity};

use crate::support::{
    ALADDIN, IMPORTER, Log, Payload, ROBOT, Stack, api_key, basic, basic_of, bearer, door, get,
};

async fn send(stack: &Stack, request: Builder) -> u16 {
    stack.send(request.body(Payload::Explosive).unwrap()).await.status().as_u16()
}

fn three(log: &Log) -> Stack {
    let builder = door(basic()).scheme(bearer().danger_in_query()).scheme(api_key());
    let builder = builder.max_credentials(64).observer(log.clone());
    Stack::new(builder.build().unwrap())
}

/// One decision, one event, one stable code.
#[tokio::test]
async fn every_decision_at_the_door_is_one_event() {
    let log = Log::default();
    let stack = three(&log);
    let with = |value: &str| get("/").header("authorization", value);
    for (request, code) in [
        (with(ALADDIN), "authenticated"),
        (with(IMPORTER), "authenticated"),
        (get("/").header("x-api-key", ROBOT), "authenticated"),
        (get("/"), reason::NO_CREDENTIALS),
        (with("Digest x=y"), reason::UNSUPPORTED_SCHEME),
        (with("Basic !"), reason::MALFORMED_CREDENTIALS),
        (with("Bearer !"), reason::MALFORMED_CREDENTIALS),
        (with(""), reason::MALFORMED_CREDENTIALS),
        (with(&basic_of("Aladdin:wrong-password")), reason::WRONG_PASSWORD),
        (with(&basic_of("nobody:wrong-password")), reason::UNKNOWN_USER),
        (with("Bearer stolen"), reason::UNKNOWN_TOKEN),
        (get("/").header("x-api-key", "stolen"), reason::UNKNOWN_KEY),
        (with(ALADDIN).header("authorization", ALADDIN), reason::SEVERAL_CREDENTIALS),
        (with(ALADDIN).header("x-api-key", ROBOT), reason::SEVERAL_CREDENTIALS),
        (with(&format!("Bearer {}", "a".repeat(99))), reason::CREDENTIALS_TOO_LARGE),
    ] {
        send(&stack, request).await;
        assert_eq!(log.codes(), [code]);
    }
}

/// Anonymous is a decision too.
#[tokio::test]
async fn an_anonymous_request_is_an_event() {
    let log = Log::default();
    let stack = Stack::new(door(basic()).optional().observer(log.clone()).build().unwrap());
    assert_eq!(send(&stack, get("/")).await, 200);
    assert_eq!(log.codes(), ["anonymous"]);
}

/// The policies behind a door report to its observer.
#[tokio::test]
async fn every_decision_of_a_policy_is_an_event_of_its_door() {
    for (decision, status, code) in [
        (Decision::Allow, 200, "permitted"),
        (Decision::Deny, 403, reason::NOT_PERMITTED),
        (Decision::Conceal, 404, reason::NOT_PERMITTED),
        (Decision::InsufficientScope("a".into()), 403, reason::INSUFFICIENT_SCOPE),
        (Decision::StepUp(StepUp::acr("a")), 401, reason::INSUFFICIENT_AUTHENTICATION),
        (Decision::Unavailable(Unavailable::new("x")), 503, reason::UNAVAILABLE),
    ] {
        let log = Log::default();
        let layer = door(bearer()).observer(log.clone()).build().unwrap();
        let policy = move |_: &Identity, _: &_| Eventual::Ready(decision.clone());
        let stack = Stack::new((layer, AuthorizeLayer::new(policy)));
        assert_eq!(send(&stack, get("/").header("authorization", IMPORTER)).await, status);
        assert_eq!(log.codes(), ["authenticated", code]);
    }
}

/// An audit log must be able to say whom a policy turned away, and says nobody where nobody is
/// known.
#[tokio::test]
async fn a_refusal_by_a_policy_says_who_was_refused() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let refused = Arc::clone(&seen);
    let observer = move |event: &Event<'_>| {
        if let Event::Refused { identity, .. } = event {
            refused.lock().unwrap().push(identity.map(|who| who.subject().to_owned()));
        }
    };
    let layer = door(bearer()).observer(observer).build().unwrap();
    let stack = Stack::new((layer, AuthorizeLayer::new(|_: &Identity, _: &_| false)));
    assert_eq!(send(&stack, get("/").header("authorization", IMPORTER)).await, 403);
    assert_eq!(send(&stack, get("/").header("authorization", "Bearer wrong")).await, 401);
    assert_eq!(*seen.lock().unwrap(), [Some("importer".to_owned()), None]);
}

/// The status of an event is HTTP's, also where a gRPC call is told its own.
#[tokio::test]
async fn events_of_grpc_calls_carry_the_status_of_http() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let statuses = Arc::clone(&seen);
    let observer = move |event: &Event<'_>| {
        if let Event::Refused { status, rejection, .. } = event {
            statuses.lock().unwrap().push((status.as_u16(), rejection.reason()));
        }
    };
    let stack = Stack::new(door(basic()).observer(observer).build().unwrap());
    let call = Request::post("/").header("content-type", "application/grpc");
    assert_eq!(send(&stack, call).await, 200);
    assert_eq!(*seen.lock().unwrap(), [(401, "no_credentials")]);
}

/// Everything that can hold a secret, in every way to present it, and then each place where the
/// crate shows anything.
#[tokio::test]
async fn no_secret_stands_in_an_event_or_what_can_be_printed() {
    const SECRETS: [&str; 6] =
        ["open sesame", "b3BlbiBzZXNhbWU", "mF_9.B5f", "key-of-robot", "hunter2", "aHVudGVyM"];
    let log = Log::default();
    let stack = three(&log);
    for request in [
        get("/").header("authorization", ALADDIN),
        get("/").header("authorization", IMPORTER),
        get("/").header("x-api-key", ROBOT),
        get("/?access_token=mF_9.B5f-4.1JqM"),
        get("/?access_token=hunter2&access_token=hunter2"),
        get("/").header("authorization", "hunter2"),
        get("/").header("authorization", "hunter2 hunter2"),
        get("/").header("authorization", format!("hunter2 {}", "hunter2".repeat(20))),
        get("/").header("authorization", format!("Bearer {}", "hunter2".repeat(20))),
        get("/").header("authorization", "Bearer hunter2 hunter2"),
        get("/").header("authorization", "Bearer hunter2"),
        get("/").header("authorization", "Basic hunter2"),
        get("/").header("authorization", basic_of("Aladdin:hunter2")),
        get("/").header("authorization", basic_of("hunter2")),
        get("/").header("authorization", "\"hunter2\""),
        get("/").header("x-api-key", "hunter2"),
        get("/").header("x-api-key", "hunter2 hunter2"),
        get("/").header("x-api-key", ROBOT).header("authorization", ALADDIN),
    ] {
        let response = stack.send(request.body(Payload::Explosive).unwrap()).await;
        let rejection = response.extensions().get::<Rejection>();
        let shown = format!("{} {response:?} {rejection:?}", log.text());
        for secret in SECRETS {
            assert!(!shown.contains(secret), "`{secret}` is in {shown}");
        }
    }
}

/// What schemes are handed does not print itself either.
#[tokio::test]
async fn what_is_handed_to_schemes_does_not_print_credentials() {
    use tower_auth::header::{Challenge, SchemeName};
    use tower_auth::respond::ChallengeList;
    use tower_auth::scheme::basic::{Basic, Directory, Password};
    use tower_auth::scheme::{Attempt, Outcome, Place, Presented, Scheme};

    struct Printing(SchemeName, Arc<Mutex<String>>);
    impl Scheme for Printing {
        fn name(&self) -> &SchemeName {
            &self.0
        }
        fn places(&self) -> &[Place] {
            &[Place::Authorization]
        }
        fn authenticate(&self, presented: &Presented<'_>) -> Attempt {
            let shown =
                format!("{presented:?} {:?} {:?}", presented.credentials(), presented.head());
            *self.1.lock().unwrap() = shown;
            Outcome::authenticated(Verified::assertion(Principal::new("x")), &self.0).into()
        }
        fn challenges(&self, _: Option<&Rejection>, list: &mut ChallengeList<'_>) {
            list.push(&Challenge::new(self.0.clone()));
        }
    }
    struct Users(Arc<Mutex<String>>);
    impl Directory for Users {
        fn verify(&self, _: &str, password: Password<'_>) -> Eventual<Verdict> {
            *self.0.lock().unwrap() = format!("{password:?} {:?}", password.to_secret());
            Eventual::Ready(Rejection::invalid_credentials("x").into())
        }
    }
    let shown = Arc::new(Mutex::new(String::new()));
    let scheme = Printing(SchemeName::new("Pin").unwrap(), Arc::clone(&shown));
    let stack = Stack::new(door(scheme).build().unwrap());
    send(&stack, get("/").header("authorization", "Pin hunter2")).await;
    assert!(shown.lock().unwrap().contains("Pin") && !shown.lock().unwrap().contains("hunter2"));
    let stack = Stack::new(door(Basic::new("r", Users(Arc::clone(&shown)))).build().unwrap());
    send(&stack, get("/").header("authorization", basic_of("a:hunter2"))).await;
    assert!(shown.lock().unwrap().contains("***") && !shown.lock().unwrap().contains("hunter2"));
}

/// Waiting changes neither the number of events nor their order; one that never came is none.
#[tokio::test]
async fn a_slow_decision_is_one_event_and_a_dropped_one_is_none() {
    let log = Log::default();
    let slow = Bearer::new(|_: &str| {
        Eventual::pending(async {
            tokio::time::sleep(Duration::from_millis(1)).await;
            Verified::assertion(Principal::new("x")).into()
        })
    });
    let layer = door(slow).observer(log.clone()).build().unwrap();
    let stack = Stack::new((layer, AuthorizeLayer::new(role("admin"))));
    let request =
        || get("/").header("authorization", "Bearer abc").body(Payload::Explosive).unwrap();
    let mut given_up = Box::pin(stack.send(request()));
    assert!(given_up.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    drop(given_up);
    assert!(log.codes().is_empty());
    stack.send(request()).await;
    assert_eq!(log.codes(), ["authenticated", "not_permitted"]);
}
