//! The `ApiKey` scheme over HTTP.

use std::time::Duration;

use http::HeaderValue;
use tower_auth::clock::Clock as _;
use tower_auth::identity::{Identity, Principal};
use tower_auth::rejection::{Unavailable, Verdict, reason};
use tower_auth::scheme::ApiKey;
use tower_auth::scheme::api_key::{ApiKeys, KeyDirectory};
use tower_auth::testing::FixedClock;
use tower_auth::{Eventual, SecretDigest};

use crate::support::{ROBOT, Stack, api_key, bearer, door, get};

/// Each must be answered as a key that nobody has.
#[tokio::test]
async fn what_is_no_key_of_ours_is_refused() {
    let stack = Stack::new(door(api_key()).optional().build().unwrap());
    stack.admits(get("/").header("x-api-key", ROBOT)).await;
    let huge = "k".repeat(1025);
    for key in [
        &b"key-of-robot-2"[..],
        b"KEY-OF-ROBOT-1",
        b"key-of-robot-1 ",
        b" key-of-robot-1",
        b"key-of-robot-1,",
        b"key-of-robot-1, key-of-robot-1",
        b"\"key-of-robot-1\"",
        b"ApiKey key-of-robot-1",
        b"key-of-robot-1\xff",
        b"key-of-robot-",
        b"",
        huge.as_bytes(),
    ] {
        let value = HeaderValue::from_bytes(key).unwrap();
        let refused = stack.refuses(get("/").header("x-api-key", value), 401).await;
        assert_eq!(refused.challenges(), [r#"ApiKey in="header", name="x-api-key""#]);
    }
}

/// A table that was filled with digests knows the keys as one that was filled with keys does.
#[tokio::test]
async fn a_key_of_which_only_the_digest_is_known_is_taken() {
    let digest = SecretDigest::of(ROBOT.as_bytes());
    let keys = ApiKeys::new().digest("robot-1", digest);
    let stack = Stack::new(door(ApiKey::header("X-API-Key", keys.clone())).build().unwrap());
    let (head, _) = stack.admits(get("/").header("x-api-key", ROBOT)).await;
    assert_eq!(head.extensions.get::<Identity>().unwrap().subject(), "robot-1");
    stack.refuses(get("/").header("x-api-key", "key-of-robot-2"), 401).await;

    // `printf %s "$KEY" | sha256sum` where no such variable is set.
    let unset = ApiKeys::new().digest("robot-1", SecretDigest::of(b""));
    let error = door(ApiKey::header("X-API-Key", unset)).build().err().unwrap().to_string();
    assert!(error.starts_with("the API key of `robot-1` is empty: "), "{error}");

    let twice = ApiKey::header("X-API-Key", keys.key("robot-2", ROBOT));
    let error = door(twice).build().err().unwrap().to_string();
    assert!(error.starts_with("the API key of `robot-2` is in the table twice: "), "{error}");
}

/// What a principal says of its end is heeded, to the second.
#[tokio::test]
async fn a_key_is_good_until_it_expires() {
    let clock = FixedClock::at_unix(1_700_000_000);
    let end = clock.now() + Duration::from_secs(60);
    let guest = Principal::new("guest").expires_at(end);
    let keys = ApiKeys::new().key(guest, "brief-key").key("robot-1", ROBOT).clock(clock.clone());
    let stack = Stack::new(door(ApiKey::header("X-API-Key", keys)).build().unwrap());
    let brief = || get("/").header("x-api-key", "brief-key");
    clock.advance(Duration::from_secs(59));
    stack.admits(brief()).await;
    clock.advance(Duration::from_secs(1));
    let refused = stack.refuses(brief(), 401).await;
    assert_eq!(refused.reason(), Some("unknown_key"));
    stack.admits(get("/").header("x-api-key", ROBOT)).await;
}

/// Neither of two lines wins, not even two equal ones.
#[tokio::test]
async fn a_field_that_stands_twice_is_refused() {
    let stack = Stack::new(door(api_key()).build().unwrap());
    for other in [ROBOT, "key-of-robot-2", ""] {
        let twice = get("/").header("x-api-key", ROBOT).header("X-API-KEY", other);
        let refused = stack.refuses(twice, 400).await;
        assert_eq!(refused.reason(), Some(reason::SEVERAL_CREDENTIALS));
    }
}

/// A key in the query, in any spelling of its name; two of them are refused.
#[tokio::test]
async fn a_key_in_the_query_is_one_key() {
    let keys = ApiKeys::new().key("robot-1", ROBOT);
    let stack = Stack::new(door(ApiKey::danger_in_query("key", keys)).build().unwrap());
    for query in ["key=key-of-robot-1", "a=b&k%65y=key-of-robot-1"] {
        let (head, _) = stack.admits(get(&format!("/?{query}"))).await;
        assert_eq!(head.extensions.get::<Identity>().unwrap().subject(), "robot-1");
    }
    for (query, status) in [
        ("key=key-of-robot-1&key=key-of-robot-1", 400),
        ("key=&k%65y=key-of-robot-1", 400),
        ("key=", 401),
        ("KEY=key-of-robot-1", 401),
        ("key=key-of-robot-1%20", 401),
    ] {
        stack.refuses(get(&format!("/?{query}")), status).await;
    }
    stack.refuses(get("/").header("key", ROBOT), 401).await;
}

/// Only the places configured are read: a service that knows API keys only has no opinion of
/// `Authorization`, which may be meant for something behind it.
#[tokio::test]
async fn authorization_is_no_business_of_a_service_with_api_keys_only() {
    let stack = Stack::new(door(api_key()).build().unwrap());
    let request = get("/").header("x-api-key", ROBOT).header("authorization", "Digest whatever");
    let (head, _) = stack.admits(request).await;
    assert_eq!(head.headers["authorization"], "Digest whatever");
    let stack = Stack::new(door(api_key()).scheme(bearer()).build().unwrap());
    let request = get("/").header("x-api-key", ROBOT).header("authorization", "Digest whatever");
    stack.refuses(request, 400).await;
}

/// A store is asked by digest, so that none ever holds a key.
struct Store;

impl KeyDirectory for Store {
    fn find(&self, key: &SecretDigest) -> Eventual<Verdict> {
        assert_eq!(key.as_bytes()[..4], [0x97, 0xa1, 0xe3, 0x84]);
        Eventual::pending(async { Unavailable::new("redis.internal").into() })
    }
}

#[tokio::test]
async fn an_outage_of_the_key_store_is_503() {
    let stack = Stack::new(door(ApiKey::header("X-Key", Store)).optional().build().unwrap());
    let refused = stack.refuses(get("/").header("x-key", ROBOT), 503).await;
    assert!(refused.challenges().is_empty());
    assert!(!refused.text().contains("redis"));
}
