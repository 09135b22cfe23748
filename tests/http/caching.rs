//! What caches are told, [RFC 9111](https://www.rfc-editor.org/rfc/rfc9111).

use http::Response;
use tower_auth::scheme::api_key::ApiKeys;
use tower_auth::scheme::{ApiKey, Bearer};

use crate::support::{
    ALADDIN, IMPORTER, Inner, ROBOT, Stack, api_key, basic, bearer, door, get, lines,
};

fn answering(fields: &'static [(&'static str, &'static str)]) -> Inner {
    Inner::new(move |_| {
        let mut response = Response::default();
        for (name, value) in fields {
            response.headers_mut().append(*name, value.parse().unwrap());
        }
        response
    })
}

/// [RFC 9111 §3.5](https://www.rfc-editor.org/rfc/rfc9111#section-3.5): caches know of
/// `Authorization`, so nothing is added; `Vary: Authorization` is of no use
/// ([RFC 9110 §12.5.5](https://www.rfc-editor.org/rfc/rfc9110#section-12.5.5)).
#[tokio::test]
async fn answers_to_authorization_are_left_as_they_are() {
    for fields in [&[][..], &[("cache-control", "public, max-age=60"), ("vary", "accept")]] {
        let stack = Stack::over(answering(fields), door(basic()).scheme(bearer()).build().unwrap());
        let (_, response) = stack.admits(get("/").header("authorization", ALADDIN)).await;
        let left: Vec<_> =
            response.headers().iter().map(|(n, v)| (n.as_str(), v.to_str().unwrap())).collect();
        assert_eq!(left, fields);
    }
}

/// [RFC 9110 §16.4.2](https://www.rfc-editor.org/rfc/rfc9110#section-16.4.2): credentials that
/// caches know nothing of make an answer private, in the form without an argument
/// ([RFC 9111 §5.2.2.7](https://www.rfc-editor.org/rfc/rfc9111#section-5.2.2.7)).
#[tokio::test]
async fn answers_to_callers_identified_elsewhere_are_private() {
    let stack = Stack::new(door(api_key()).scheme(bearer().danger_in_query()).build().unwrap());
    let (_, response) = stack.admits(get("/").header("x-api-key", ROBOT)).await;
    assert_eq!(lines(response.headers(), "cache-control"), ["private"]);
    assert_eq!(lines(response.headers(), "vary"), ["x-api-key"]);
    let (_, response) = stack.admits(get("/?access_token=mF_9.B5f-4.1JqM")).await;
    assert_eq!(lines(response.headers(), "cache-control"), ["private"]);
    let (_, response) = stack.admits(get("/").header("authorization", IMPORTER)).await;
    assert!(lines(response.headers(), "cache-control").is_empty(), "caches know of it");
    assert_eq!(lines(response.headers(), "vary"), ["x-api-key"]);
}

/// An anonymous answer depends on the field that was not there.
#[tokio::test]
async fn anonymous_answers_vary_by_the_field_and_are_not_private() {
    let stack = Stack::new(door(api_key()).optional().build().unwrap());
    let (_, response) = stack.admits(get("/")).await;
    assert!(lines(response.headers(), "cache-control").is_empty());
    assert_eq!(lines(response.headers(), "vary"), ["x-api-key"]);
}

/// Stripping the key does not make the answer look anonymous.
#[tokio::test]
async fn answers_are_private_also_where_credentials_are_stripped() {
    let scheme = bearer().danger_in_query();
    let layer = door(api_key()).scheme(scheme).strip_credentials().build().unwrap();
    let stack = Stack::new(layer);
    for request in [get("/").header("x-api-key", ROBOT), get("/?access_token=mF_9.B5f-4.1JqM")] {
        let (_, response) = stack.admits(request).await;
        assert_eq!(lines(response.headers(), "cache-control"), ["private"]);
    }
}

/// What the handler says of caches stands; what says nothing of who may store gets `private`.
#[tokio::test]
async fn the_word_of_the_handler_stands() {
    type Fields = &'static [(&'static str, &'static str)];
    let rows: [(Fields, &[&str]); 8] = [
        (&[("cache-control", "no-store")], &["no-store"]),
        (&[("cache-control", "public, max-age=60")], &["public, max-age=60"]),
        (&[("cache-control", "S-MAXAGE=60")], &["S-MAXAGE=60"]),
        (&[("cache-control", "max-age=60 , PRIVATE")], &["max-age=60 , PRIVATE"]),
        (
            &[("cache-control", "max-age=60"), ("cache-control", "private")],
            &["max-age=60", "private"],
        ),
        (&[("cache-control", "max-age=60")], &["max-age=60", "private"]),
        (&[("cache-control", "no-cache")], &["no-cache", "private"]),
        (&[("cache-control", "x-public, privately=1")], &["x-public, privately=1", "private"]),
    ];
    for (fields, left) in rows {
        let stack = Stack::over(answering(fields), door(api_key()).build().unwrap());
        let (_, response) = stack.admits(get("/").header("x-api-key", ROBOT)).await;
        assert_eq!(lines(response.headers(), "cache-control"), left, "{fields:?}");
    }
    let stack = Stack::over(answering(&[("vary", "accept")]), door(api_key()).build().unwrap());
    let (_, response) = stack.admits(get("/").header("x-api-key", ROBOT)).await;
    assert_eq!(lines(response.headers(), "vary"), ["accept", "x-api-key"]);
}

/// Every field that decides is named once.
#[tokio::test]
async fn vary_names_every_field_that_holds_credentials() {
    let second = ApiKey::header("X-Second", ApiKeys::new().key("second", "second-key"));
    let stack = Stack::new(door(api_key()).scheme(second).scheme(basic()).build().unwrap());
    let (_, response) = stack.admits(get("/").header("x-second", "second-key")).await;
    assert_eq!(lines(response.headers(), "vary"), ["x-api-key, x-second"]);
}

/// Nothing is ever made more public than it was.
#[tokio::test]
async fn public_and_its_kin_are_never_added() {
    for (name, value) in [("x-api-key", ROBOT), ("authorization", ALADDIN)] {
        let stack = Stack::new(door(api_key()).scheme(basic()).build().unwrap());
        let (_, response) = stack.admits(get("/").header(name, value)).await;
        let said = lines(response.headers(), "cache-control").join(",");
        for word in ["public", "s-maxage", "must-revalidate", "max-age"] {
            assert!(!said.contains(word), "{said}");
        }
    }
}

/// The answers to waiting requests are marked like the others.
#[tokio::test]
async fn answers_after_waiting_are_marked_too() {
    use tower_auth::identity::{Principal, Verified};
    let later = |_: &str| {
        tower_auth::Eventual::pending(async {
            tokio::task::yield_now().await;
            Verified::assertion(Principal::new("late")).into()
        })
    };
    let stack = Stack::new(door(Bearer::new(later).danger_in_query()).build().unwrap());
    let (_, response) = stack.admits(get("/?access_token=abc")).await;
    assert_eq!(lines(response.headers(), "cache-control"), ["private"]);
}
