//! What an identified caller may do, and how it is told that it may not.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use http::Request;
use http::request::Parts;
use tower_auth::policy::{Decision, Policy, PolicyExt, any_identity, any_role, role, scope};
use tower_auth::rejection::{StepUp, Unavailable, reason};
use tower_auth::scheme::Bearer;
use tower_auth::token::OpaqueTokens;
use tower_auth::{AuthorizeLayer, Eventual, Identity, Principal};

use crate::support::{ALADDIN, Stack, api_key, basic, door, get};

const TOKENS: [(&str, &str, &str); 3] = [
    ("reader", "read", "reader-token"),
    ("writer", "write read", "writer-token"),
    ("none", "", "none-token"),
];

fn guarded(policy: impl Policy) -> Stack {
    let tokens = TOKENS.into_iter().fold(OpaqueTokens::new(), |tokens, (name, scopes, token)| {
        tokens.token(Principal::new(name).scopes(scopes).role(name), token)
    });
    let scheme = Bearer::new(tokens).realm("example").scope("read write");
    let front_door = door(scheme).scheme(basic()).scheme(api_key()).build().unwrap();
    Stack::new((front_door, AuthorizeLayer::new(policy)))
}

fn decided(decision: Decision) -> impl Policy {
    move |_: &Identity, _: &Parts| Eventual::Ready(decision.clone())
}

fn of(name: &str) -> http::request::Builder {
    get("/").header("authorization", format!("Bearer {name}-token"))
}

/// [RFC 6750 §3.1](https://www.rfc-editor.org/rfc/rfc6750#section-3.1): 403, and the scopes that
/// this request needs in the place of the general hint.
#[tokio::test]
async fn a_missing_scope_is_403_insufficient_scope_with_the_scopes_needed() {
    let stack = guarded(scope("write").unwrap());
    stack.admits(of("writer")).await;
    for name in ["reader", "none"] {
        let refused = stack.refuses(of(name), 403).await;
        assert_eq!(
            refused.challenges(),
            [r#"Bearer realm="example", error="insufficient_scope", scope="write""#],
        );
        assert_eq!(refused.reason(), Some(reason::INSUFFICIENT_SCOPE));
    }
}

/// [RFC 6749 §3.3](https://www.rfc-editor.org/rfc/rfc6749#section-3.3): whole names, any order.
#[tokio::test]
async fn scopes_are_compared_whole_and_without_order() {
    for (needed, readers, writers) in [
        ("read", true, true),
        ("read write", false, true),
        ("write read", false, true),
        ("rea", false, false),
        ("READ", false, false),
        ("readwrite", false, false),
    ] {
        let stack = guarded(scope(needed).unwrap());
        for (name, allowed) in [("reader", readers), ("writer", writers)] {
            if allowed {
                stack.admits(of(name)).await;
            } else {
                stack.refuses(of(name), 403).await;
            }
        }
    }
}

/// What is no bearer token has no words for scopes: a plain 403.
#[tokio::test]
async fn callers_without_a_token_get_a_plain_403_for_a_scope() {
    let stack = guarded(scope("write").unwrap());
    let refused = stack.refuses(get("/").header("authorization", ALADDIN), 403).await;
    assert!(refused.challenges().is_empty());
}

/// [RFC 9110 §15.5.4](https://www.rfc-editor.org/rfc/rfc9110#section-15.5.4): a 403 does not ask
/// for other credentials.
#[tokio::test]
async fn a_refusal_of_who_may_not_asks_for_nothing() {
    for stack in [guarded(role("admin")), guarded(|_: &Identity, _: &Parts| false)] {
        let refused = stack.refuses(of("reader"), 403).await;
        assert!(refused.challenges().is_empty());
        assert_eq!(refused.reason(), Some(reason::NOT_PERMITTED));
    }
}

/// [RFC 9470 §9](https://www.rfc-editor.org/rfc/rfc9470#section-9), and
/// [RFC 6750 §3.1](https://www.rfc-editor.org/rfc/rfc6750#section-3.1): no policy is asked of
/// somebody unknown, so a bad token is told nothing of scopes or levels.
#[tokio::test]
async fn credentials_come_before_policies() {
    for decision in [
        Decision::InsufficientScope("write".into()),
        Decision::StepUp(StepUp::acr("gold")),
        Decision::Conceal,
        Decision::Allow,
    ] {
        let stack = guarded(decided(decision));
        assert_eq!(stack.refuses(of("forged"), 401).await.error(), Some("invalid_token"));
        assert_eq!(stack.refuses(get("/"), 401).await.error(), None);
    }
}

/// [RFC 9110 §15.5.5](https://www.rfc-editor.org/rfc/rfc9110#section-15.5.5): a hidden resource
/// looks like none, and is not stored, as other 404s might be.
#[tokio::test]
async fn a_concealed_resource_is_a_bare_404() {
    let refused = guarded(decided(Decision::Conceal)).refuses(of("reader"), 404).await;
    let names: Vec<_> = refused.response.headers().keys().map(|name| name.as_str()).collect();
    assert_eq!(names, ["cache-control", "vary"]);
    assert!(refused.response.body().is_empty());
}

/// [RFC 9470 §3](https://www.rfc-editor.org/rfc/rfc9470#section-3)
#[tokio::test]
async fn a_step_up_is_401_and_says_what_is_needed() {
    const START: &str =
        r#"Bearer realm="example", scope="read write", error="insufficient_user_authentication""#;
    for (step_up, rest) in [
        (
            StepUp::acr("myACR"),
            r#", error_description="A different authentication level is required", acr_values="myACR""#,
        ),
        (
            StepUp::acr("gold silver"),
            r#", error_description="A different authentication level is required", acr_values="gold silver""#,
        ),
        (
            StepUp::max_age(Duration::from_secs(5)),
            r#", error_description="More recent authentication is required", max_age="5""#,
        ),
        (
            StepUp::max_age(Duration::ZERO),
            r#", error_description="More recent authentication is required", max_age="0""#,
        ),
    ] {
        let stack = guarded(decided(Decision::StepUp(step_up)));
        let refused = stack.refuses(of("reader"), 401).await;
        assert_eq!(refused.challenges()[0], format!("{START}{rest}"));
        assert_eq!(refused.challenges().len(), 3);
        assert_eq!(refused.reason(), Some(reason::INSUFFICIENT_AUTHENTICATION));
    }
}

/// What a policy made of requests or claims writes can't break a challenge, nor make it lose the
/// error: without it a client would fetch the same token for ever.
#[tokio::test]
async fn values_that_no_parameter_may_hold_are_left_out_and_the_error_stays() {
    for value in ["a\"b", "a\\b", "é", "a\r\nset-cookie: x=y", "a  b", " ", "a\tb", ""] {
        let stack = guarded(decided(Decision::InsufficientScope(value.into())));
        let refused = stack.refuses(of("reader"), 403).await;
        assert_eq!(
            refused.challenges(),
            [r#"Bearer realm="example", error="insufficient_scope""#],
            "{value:?}"
        );
    }
    for value in ["é", "a\r\nset-cookie: x=y", "a\tb"] {
        let stack = guarded(decided(Decision::StepUp(StepUp::acr(value))));
        let refused = stack.refuses(of("reader"), 401).await;
        assert_eq!(refused.error(), Some("insufficient_user_authentication"), "{value:?}");
        assert!(!refused.read.challenges[0].params.contains_key("acr_values"));
    }
}

/// What is needed to decide is down: 503, when to come back, no challenge.
#[tokio::test]
async fn an_outage_while_deciding_is_503() {
    let outage = Unavailable::new("opa.internal").retry_after(Duration::from_millis(1500));
    let later = {
        let outage = outage.clone();
        move |_: &Identity, _: &Parts| {
            let outage = outage.clone();
            Eventual::pending(async move {
                tokio::task::yield_now().await;
                Decision::Unavailable(outage)
            })
        }
    };
    for stack in [guarded(decided(Decision::Unavailable(outage))), guarded(later)] {
        let refused = stack.refuses(of("writer"), 503).await;
        assert_eq!(refused.read.retry_after, Some(2));
        assert!(!refused.text().contains("opa"));
    }
}

/// A policy that counts how often it is asked, and answers now or later.
fn counted(decision: Decision, later: bool) -> (impl Policy, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let policy = move |_: &Identity, _: &Parts| {
        count.fetch_add(1, Ordering::SeqCst);
        let decision = decision.clone();
        if later {
            Eventual::pending(async move {
                tokio::task::yield_now().await;
                decision
            })
        } else {
            Eventual::Ready(decision)
        }
    };
    (policy, asked)
}

/// The second policy is asked only where its answer counts.
#[tokio::test]
async fn combinators_stop_as_soon_as_the_answer_is_known() {
    for later in [false, true] {
        for (first, both, one) in
            [(Decision::Allow, 1, 0), (Decision::Deny, 0, 1), (Decision::Conceal, 0, 1)]
        {
            let (second, asked) = counted(Decision::Deny, later);
            guarded(counted(first.clone(), later).0.and(second))
                .send(of("reader").body(crate::support::Payload::Explosive).unwrap())
                .await;
            assert_eq!(asked.load(Ordering::SeqCst), both, "and after {first:?}");
            let (second, asked) = counted(Decision::Deny, later);
            guarded(counted(first.clone(), later).0.or(second))
                .send(of("reader").body(crate::support::Payload::Explosive).unwrap())
                .await;
            assert_eq!(asked.load(Ordering::SeqCst), one, "or after {first:?}");
        }
    }
}

/// The truth table, with the statuses that come out of it.
#[tokio::test]
async fn combinators_decide_as_their_names_say() {
    let down = || Decision::Unavailable(Unavailable::new("x"));
    let scope = || Decision::InsufficientScope("a".into());
    for (first, second, and, or) in [
        (Decision::Allow, Decision::Allow, 200, 200),
        (Decision::Allow, Decision::Deny, 403, 200),
        (Decision::Deny, Decision::Allow, 403, 200),
        (Decision::Deny, Decision::Deny, 403, 403),
        (Decision::Deny, Decision::Conceal, 403, 404),
        (Decision::Conceal, Decision::Deny, 404, 404),
        (Decision::Allow, down(), 503, 200),
        (down(), Decision::Allow, 503, 200),
        (down(), Decision::Deny, 503, 503),
        (Decision::Deny, down(), 403, 503),
        (scope(), down(), 403, 503),
        (Decision::Conceal, down(), 404, 404),
    ] {
        for later in [false, true] {
            let policy = |decision: &Decision| counted(decision.clone(), later).0;
            for (stack, status) in [
                (guarded(policy(&first).and(policy(&second))), and),
                (guarded(policy(&first).or(policy(&second))), or),
            ] {
                let request = of("reader").body(crate::support::Payload::Explosive).unwrap();
                let response = stack.send(request).await;
                assert_eq!(response.status(), status, "{first:?} {second:?} later: {later}");
                assert_eq!(stack.calls(), usize::from(status == 200));
            }
        }
    }
}

/// Turned round, an outage is still no permission.
#[tokio::test]
async fn not_turns_round_answers_and_no_outage() {
    for (decision, status) in [
        (Decision::Allow, 403),
        (Decision::Deny, 200),
        (Decision::Conceal, 200),
        (Decision::Unavailable(Unavailable::new("x")), 503),
    ] {
        let stack = guarded(decided(decision).not());
        let request = of("reader").body(crate::support::Payload::Explosive).unwrap();
        assert_eq!(stack.send(request).await.status(), status);
    }
}

/// Roles are compared whole; none of none is nobody.
#[tokio::test]
async fn roles_are_compared_whole() {
    guarded(role("reader")).admits(of("reader")).await;
    guarded(any_role(["admin", "reader"])).admits(of("reader")).await;
    guarded(any_identity()).admits(of("reader")).await;
    for policy in [role("read"), role("Reader"), role(""), any_role::<&str>([])] {
        guarded(policy).refuses(of("reader"), 403).await;
    }
}

/// A policy sees the request as it was routed, with its method; HEAD is asked like GET.
#[tokio::test]
async fn head_is_decided_as_get_is() {
    let read_only = |_: &Identity, head: &Parts| head.method.is_safe() && head.uri.path() == "/a";
    let stack = guarded(read_only);
    let on = |method: &str, path: &str| {
        Request::builder().method(method).uri(path).header("authorization", "Bearer reader-token")
    };
    stack.admits(on("GET", "/a")).await;
    stack.admits(on("HEAD", "/a")).await;
    for (method, path) in
        [("HEAD", "/A"), ("GET", "/a/"), ("GET", "//a"), ("POST", "/a"), ("GET", "/%61")]
    {
        let refused = stack.refuses(on(method, path), 403).await;
        assert_eq!(refused.response.body().is_empty(), method == "HEAD");
    }
    let forged_method = on("POST", "/a").header("x-http-method-override", "GET");
    stack.refuses(forged_method, 403).await;
}
