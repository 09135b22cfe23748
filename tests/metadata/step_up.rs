//! Stronger or more recent authentication, [RFC 9470](https://www.rfc-editor.org/rfc/rfc9470).

use std::time::Duration;

use http::StatusCode;
use tower_auth::Principal;
use tower_auth::policy::{PolicyExt as _, StepUpPolicy, acr_values, max_age};
use tower_auth::scheme::Bearer;
use tower_auth::testing::{FixedClock, TokenMaker, assert_refused};
use tower_auth::token::jwt::Jwt;

use crate::support::{TOKEN, ask, bad_news, challenge, known, line};

const NOW: u64 = 1_700_000_000;

fn clock() -> FixedClock {
    FixedClock::at_unix(NOW)
}

fn since(seconds: u64) -> StepUpPolicy {
    max_age(Duration::from_secs(seconds)).unwrap().clock(clock())
}

/// [RFC 9470 §3](https://www.rfc-editor.org/rfc/rfc9470#section-3), both examples to the letter,
/// behind the realm that this crate always sends.
#[tokio::test]
async fn the_challenges_of_the_rfc_are_sent() {
    let low = || Principal::new("a").acr("low");
    let strong = known(low(), acr_values(["myACR"]).unwrap()).await;
    assert_eq!(strong.status(), 401);
    assert_eq!(
        line(strong.headers()),
        "Bearer realm=\"example\", error=\"insufficient_user_authentication\", \
         error_description=\"A different authentication level is required\", acr_values=\"myACR\"",
    );
    let recent = known(low(), since(5)).await;
    assert_eq!(recent.status(), 401);
    assert_eq!(
        line(recent.headers()),
        "Bearer realm=\"example\", error=\"insufficient_user_authentication\", \
         error_description=\"More recent authentication is required\", max_age=\"5\"",
    );
}

/// RFC 9470 §3: space-separated, in order of preference; one of them will do.
#[tokio::test]
async fn one_of_several_classes_will_do() {
    let policy = || acr_values(["phrh", "phr"]).unwrap();
    for (acr, permitted) in [
        (Some("phr"), true),
        (Some("phrh"), true),
        (Some("PHR"), false),
        (Some("phrh phr"), false),
        (Some("ph"), false),
        (Some(""), false),
        (None, false),
    ] {
        let principal = acr.into_iter().fold(Principal::new("a"), Principal::acr);
        let answer = known(principal, policy()).await;
        assert_eq!(answer.status() == StatusCode::OK, permitted, "{acr:?}");
        if !permitted {
            assert_eq!(challenge(&answer, 401).params["acr_values"], "phrh phr");
        }
    }
}

/// [RFC 9470 §6.1](https://www.rfc-editor.org/rfc/rfc9470#section-6.1): `auth_time` against now;
/// without one the requirement is not met.
#[tokio::test]
async fn age_is_counted_from_auth_time_by_the_injected_clock() {
    let idp = TokenMaker::es256().issuer("https://idp").audience("api").clock(clock());
    for (auth_time, permitted) in [
        (Some(NOW), true),
        (Some(NOW - 5), true),
        (Some(NOW - 6), false),
        (Some(0), false),
        (Some(NOW + 30), true),
        (Some(NOW + 31), false),
        (Some(4_000_000_000), false),
        (None, false),
    ] {
        let jwt = Jwt::issuer("https://idp").audience("api").keys(idp.keys()).clock(clock());
        let token = auth_time
            .into_iter()
            .fold(idp.token("alice"), |token, at| token.claim("auth_time", at))
            .sign();
        let answer = ask(Bearer::new(jwt), since(5), "/", &[&format!("Bearer {token}")]).await;
        assert_eq!(answer.status() == StatusCode::OK, permitted, "{auth_time:?}");
        if !permitted {
            assert_eq!(challenge(&answer, 401).params["max_age"], "5");
        }
    }
}

/// RFC 9470 §3: `max_age` is a non-negative integer.
#[tokio::test]
async fn max_age_is_sent_in_whole_seconds() {
    let policy = max_age(Duration::from_millis(5_999)).unwrap().clock(clock());
    let answer = known(Principal::new("a"), policy).await;
    assert_eq!(challenge(&answer, 401).params["max_age"], "5");
    for age in [Duration::ZERO, Duration::from_millis(999)] {
        let said = max_age(age).unwrap_err().to_string();
        assert!(said.starts_with("max_age: less than a second is never met"), "{said}");
    }
}

/// RFC 9470 §3: both in one challenge, so that a person logs in once.
#[tokio::test]
async fn strong_and_recent_is_one_challenge() {
    let both = || acr_values(["gold"]).unwrap().and_max_age(Duration::from_secs(60)).unwrap();
    let at = |ago| std::time::UNIX_EPOCH + Duration::from_secs(NOW - ago);
    for principal in [
        Principal::new("a"),
        Principal::new("a").acr("gold"),
        Principal::new("a").acr("gold").authenticated_at(at(61)),
        Principal::new("a").acr("silver").authenticated_at(at(1)),
    ] {
        let answer = known(principal, both().clock(clock())).await;
        let challenge = challenge(&answer, 401);
        assert_eq!(challenge.params["acr_values"], "gold");
        assert_eq!(challenge.params["max_age"], "60");
    }
    let good = Principal::new("a").acr("gold").authenticated_at(at(60));
    assert_eq!(known(good, both().clock(clock())).await.status(), 200);
}

/// [RFC 9470 §9](https://www.rfc-editor.org/rfc/rfc9470#section-9): what a route needs is told to
/// those with a valid token only.
#[tokio::test]
async fn a_bad_token_learns_nothing_of_the_requirement() {
    for (lines, error) in [(&["Bearer stolen"][..], Some("invalid_token")), (&[], None)] {
        let answer = ask(bad_news(), acr_values(["gold"]).unwrap(), "/", lines).await;
        let read = assert_refused(&answer, StatusCode::UNAUTHORIZED);
        assert_eq!(read.error(), error);
        assert!(!read.challenges[0].params.contains_key("acr_values"));
    }
}

/// RFC 9470 §3: `scope` may stand in the challenge, too.
#[tokio::test]
async fn the_scope_hint_stays_in_a_step_up() {
    let authorization = format!("Bearer {TOKEN}");
    let bearer = crate::support::bearer_of(Principal::new("a")).scope("orders:read");
    let answer = ask(bearer, since(5), "/", &[&authorization]).await;
    assert_eq!(challenge(&answer, 401).params["scope"], "orders:read");
}

#[tokio::test]
async fn a_step_up_combines_with_other_policies() {
    let policy = || acr_values(["gold"]).unwrap().or(tower_auth::policy::role("root"));
    assert_eq!(known(Principal::new("a").role("root"), policy()).await.status(), 200);
    assert_eq!(known(Principal::new("a").acr("gold"), policy()).await.status(), 200);
    let answer = known(Principal::new("a"), policy()).await;
    assert_eq!(challenge(&answer, 401).params["acr_values"], "gold");
}

#[test]
fn a_class_that_no_challenge_can_hold_is_refused() {
    for value in ["", "a b", "\"", "\\", "é", "a\n"] {
        let said = acr_values(["ok", value]).unwrap_err().to_string();
        assert!(said.contains("can't be asked for in a challenge"), "{said}");
    }
    let said = acr_values([] as [&str; 0]).unwrap_err().to_string();
    assert_eq!(
        said,
        "acr_values: the list is empty, so nobody could ever pass: name at least one class"
    );
}
