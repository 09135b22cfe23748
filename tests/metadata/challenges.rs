//! Bearer challenges, [RFC 6750 §3](https://www.rfc-editor.org/rfc/rfc6750#section-3), with
//! `resource_metadata`, [RFC 9728 §5.1](https://www.rfc-editor.org/rfc/rfc9728#section-5.1).

use tower_auth::Principal;
use tower_auth::metadata::BearerMethod;
use tower_auth::policy::{acr_values, scope};
use tower_auth::testing::assert_refused;

use crate::support::{
    METADATA_URL, RESOURCE, TOKEN, anybody, ask, bad_news, bearer_of, challenge, door, line,
    metadata, orders,
};

/// [RFC 9728 §5.1](https://www.rfc-editor.org/rfc/rfc9728#section-5.1): the example, with a realm.
#[tokio::test]
async fn the_challenge_of_the_rfc_is_sent() {
    let metadata = metadata("https://resource.example.com").build().unwrap();
    let bearer = bearer_of(Principal::new("a")).resource_metadata(&metadata);
    let refused = anybody(bearer, "/", &[]).await;
    assert_eq!(refused.status(), 401);
    assert_eq!(
        line(refused.headers()),
        "Bearer realm=\"example\", resource_metadata=\
         \"https://resource.example.com/.well-known/oauth-protected-resource\"",
    );
}

/// RFC 9728 §5.1: whatever the challenge says else, once each.
#[tokio::test]
async fn every_challenge_names_the_metadata() {
    let known = format!("Bearer {TOKEN}");
    for (lines, status, error, more) in [
        (&[][..], 401, None, &["scope"][..]),
        (&["Basic QWxhZGRpbjpvcGVu"], 401, None, &["scope"]),
        (&["Bearer bad-token"], 401, Some("invalid_token"), &["scope", "error_description"]),
        (&["Bearer a b"], 400, Some("invalid_request"), &["scope", "error_description"]),
        (&["Bearer a", "Bearer b"], 400, Some("invalid_request"), &["scope"]),
        (&[known.as_str()], 403, Some("insufficient_scope"), &["scope"]),
    ] {
        let bearer = bearer_of(Principal::new("a").scopes("orders:list"));
        let bearer = bearer.scope("orders:read").resource_metadata(&orders());
        let refused = ask(bearer, scope("orders:write").unwrap(), "/", lines).await;
        let challenge = challenge(&refused, status);
        assert_eq!(challenge.params["resource_metadata"], METADATA_URL, "{lines:?}");
        assert_eq!(challenge.params.get("error").map(String::as_str), error, "{lines:?}");
        for name in more {
            assert!(challenge.params.contains_key(*name), "{lines:?}: {name}");
        }
        let sent = line(refused.headers());
        for name in ["realm=", "scope=", "resource_metadata=", "error=", "error_description="] {
            assert!(sent.matches(name).count() <= 1, "{sent}");
        }
    }
}

/// [RFC 9728 §5.1](https://www.rfc-editor.org/rfc/rfc9728#section-5.1): combined with RFC 9470.
#[tokio::test]
async fn metadata_stands_beside_a_step_up() {
    let bearer = bearer_of(Principal::new("a")).scope("orders:read").resource_metadata(&orders());
    let strong = acr_values(["myACR"]).unwrap().and_max_age(std::time::Duration::from_secs(5));
    let known = format!("Bearer {TOKEN}");
    let refused = ask(bearer, strong.unwrap(), "/", &[&known]).await;
    let challenge = challenge(&refused, 401);
    let names: Vec<&str> = challenge.params.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "acr_values",
            "error",
            "error_description",
            "max_age",
            "realm",
            "resource_metadata",
            "scope"
        ]
    );
}

/// [RFC 6750 §3.1](https://www.rfc-editor.org/rfc/rfc6750#section-3.1)
#[tokio::test]
async fn an_outage_says_nothing_of_the_token() {
    let refused = anybody(bad_news().resource_metadata(&orders()), "/", &["Bearer down"]).await;
    assert!(assert_refused(&refused, http::StatusCode::SERVICE_UNAVAILABLE).challenges.is_empty());
    let refused = anybody(bad_news().resource_metadata(&orders()), "/", &["Bearer expired"]).await;
    let challenge = challenge(&refused, 401);
    assert_eq!(challenge.params["error"], "invalid_token");
    assert_eq!(challenge.params["error_description"], "The access token expired");
}

/// [RFC 9728 §2](https://www.rfc-editor.org/rfc/rfc9728#section-2): what the metadata says of the
/// scheme is what the scheme does.
#[test]
fn a_scheme_that_does_otherwise_than_its_metadata_is_refused() {
    let with =
        |methods: &[BearerMethod]| metadata(RESOURCE).bearer_methods(methods).build().unwrap();
    let (header, query) = (BearerMethod::Header, BearerMethod::Query);
    let plain = || bearer_of(Principal::new("a"));
    let both = with(&[query, header]);
    assert!(door(plain().danger_in_query().resource_metadata(&both)).is_ok());
    for (scheme, shown) in [
        (plain().danger_in_query().resource_metadata(&orders()), "[Header, Query]"),
        (plain().resource_metadata(&both), "[Header]"),
        (plain().resource_metadata(&with(&[])), "[Header]"),
        (plain().resource_metadata(&with(&[BearerMethod::Body])), "[Header]"),
    ] {
        let said = door(scheme).unwrap_err().to_string();
        assert_eq!(
            said,
            format!(
                "Bearer takes tokens from {shown}, and its metadata says otherwise: give the \
                 metadata `.bearer_methods(..)` with just these"
            )
        );
    }
    let dpop = metadata(RESOURCE).dpop_required().build().unwrap();
    let said = door(plain().resource_metadata(&dpop)).unwrap_err().to_string();
    assert!(said.contains("leave out `dpop_bound_access_tokens_required`"), "{said}");
}
