//! Scopes that are missing, [RFC 6750 §3.1](https://www.rfc-editor.org/rfc/rfc6750#section-3.1).

use http::request::Parts;
use tower_auth::policy::{Decision, Policy, PolicyExt as _, ScopeHierarchy, role, scope};
use tower_auth::{Eventual, Identity, Principal};

use crate::support::{challenge, known};

async fn missing(held: &str, policy: impl Policy) -> Option<String> {
    let answer = known(Principal::new("a").scopes(held), policy).await;
    (answer.status() != 200).then(|| challenge(&answer, 403).params["scope"].clone())
}

/// MCP 2026-07-28: all that the operation needs, in one challenge.
#[tokio::test]
async fn all_scopes_of_a_request_are_named_at_once() {
    let both = || scope("files:read mail:read").unwrap();
    let all = Some("files:read mail:read".to_owned());
    assert_eq!(missing("", both()).await, all);
    assert_eq!(missing("files:read", both()).await, all);
    assert_eq!(missing("mail:read files:read", both()).await, None);
}

/// However they are put together: two policies on scopes ask for all of them in one go.
#[tokio::test]
async fn scopes_that_two_policies_miss_are_named_at_once() {
    let needs = |scopes: &str| scope(scopes).unwrap();
    let later = |scopes: &'static str| {
        move |_: &Identity, _: &Parts| {
            Eventual::pending(async move { Decision::InsufficientScope(scopes.into()) })
        }
    };
    let both = "files:read mail:read";
    assert_eq!(missing("", needs("files:read").and(needs("mail:read"))).await.unwrap(), both);
    assert_eq!(missing("", needs("files:read").and(later("mail:read"))).await.unwrap(), both);
    assert_eq!(missing("", later("files:read").and(needs("mail:read"))).await.unwrap(), both);
    assert_eq!(missing("", later("files:read").and(later("mail:read"))).await.unwrap(), both);
    let three = scope(["a", "b"].join(" ")).unwrap().and(needs("b c")).and(needs("c d"));
    assert_eq!(missing("", three).await.unwrap(), "a b c d", "each once");
    let one = || needs("files:read").and(needs("mail:read"));
    assert_eq!(missing("files:read", one()).await.unwrap(), "mail:read");
    assert_eq!(missing("mail:read", one()).await.unwrap(), "files:read");
    assert_eq!(missing(both, one()).await, None);
    // What else the second one says is not the first refusal.
    assert_eq!(missing("", needs("files:read").and(role("clerk"))).await.unwrap(), "files:read");
}

/// MCP 2025-11-25 recommends that a challenge also names what was granted; MCP 2026-07-28 and RFC
/// 6750 §3.1 have it name what is needed.
#[tokio::test]
async fn granted_scopes_are_named_only_where_asked_for() {
    let write = || scope("files:write").unwrap();
    let held = "files:read offline_access mail:read files:read";
    assert_eq!(missing(held, write()).await.unwrap(), "files:write");
    let union = missing(held, write().with_granted()).await.unwrap();
    assert_eq!(union, "files:write files:read mail:read");
    assert_eq!(missing("files:write", write().with_granted()).await, None);
}

/// A token can hold names that are no scope-tokens; a challenge can't.
#[tokio::test]
async fn a_granted_name_that_no_challenge_can_hold_is_left_out() {
    let union = missing("é \"x\" a\\b ok", scope("need").unwrap().with_granted()).await;
    assert_eq!(union.unwrap(), "need ok");
}

/// MCP 2026-07-28: a broader scope counts for what it implies.
#[tokio::test]
async fn a_broader_scope_stands_for_the_narrower() {
    let hierarchy = ScopeHierarchy::new()
        .implies("admin", "files:write")
        .implies("files:write", "files:read")
        .implies("files:read", "files:write")
        .implies("files:read", "files:read");
    let read = || scope("files:read mail:read").unwrap().hierarchy(&hierarchy);
    for (held, permitted) in [
        ("admin mail:read", true),
        ("files:write mail:read", true),
        ("files:read mail:read", true),
        ("admin", false),
        ("mail:read", false),
        ("adm mail:read", false),
        ("files mail:read", false),
        ("", false),
    ] {
        assert_eq!(missing(held, read()).await.is_none(), permitted, "{held}");
    }
    let upwards = scope("admin").unwrap().hierarchy(&hierarchy);
    assert_eq!(missing("files:write", upwards).await.unwrap(), "admin");
}

/// The alternative without a hierarchy: the first one's scope is asked for.
#[tokio::test]
async fn either_of_two_scopes_will_do() {
    let either = || scope("read").unwrap().or(scope("write").unwrap());
    let answer = known(Principal::new("a").scopes("write"), either()).await;
    assert_eq!(answer.status(), 200);
    let answer = known(Principal::new("a"), either()).await;
    assert_eq!(challenge(&answer, 403).params["scope"], "read");
}
