//! Whoever can't log in looks the same, whatever the cause.

use http::Response;
use tower_auth::password::{Formats, Htpasswd};

use crate::support::{Service, WONDERLAND, hashed, reason};

const BCRYPT: &str = "$2y$04$v0c7ItAs.TLi3cAWReJKM.GxbMq5g2e7YjsBROqoipyuvNEGamDjC";

fn shown(response: &Response<bytes::Bytes>) -> String {
    format!("{} {:?} {:?}", response.status(), response.headers(), response.body())
}

/// Byte for byte, while the operator sees why.
#[tokio::test]
async fn whoever_cannot_log_in_is_answered_the_same() {
    let directory = hashed(&[
        ("alice", Some(WONDERLAND)),
        ("locked", None),
        ("empty", Some("")),
        ("broken", Some("$argon2id$v=19$m=32")),
        ("plain", Some("wonderland")),
        ("other", Some(BCRYPT)),
        ("endless", Some("$argon2id$v=19$m=4294967295,t=1,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAA")),
    ]);
    let service = Service::new(directory);
    assert_eq!(service.status("alice", "wonderland").await, 200);
    let usual = service.ask("alice", "looking-glass").await;
    assert_eq!((usual.status().as_u16(), reason(&usual)), (401, "wrong_password"));
    let long = "x".repeat(73);
    let longer = "x".repeat(2000);
    for (name, password, why) in [
        ("nobody", "wonderland", "unknown_user"),
        ("", "wonderland", "unknown_user"),
        ("locked", "wonderland", "account_locked"),
        ("locked", "", "account_locked"),
        ("empty", "", "unusable_hash"),
        ("broken", "wonderland", "unusable_hash"),
        ("plain", "wonderland", "unusable_hash"),
        ("other", "wonderland", "unusable_hash"),
        ("endless", "wonderland", "unusable_hash"),
        ("alice", "", "wrong_password"),
        ("alice", &long, "wrong_password"),
        ("alice", &longer, "wrong_password"),
        ("nobody", &long, "unknown_user"),
        ("nobody", &longer, "unknown_user"),
    ] {
        let response = service.ask(name, password).await;
        assert_eq!(shown(&response), shown(&usual), "{name}");
        assert_eq!(reason(&response), why, "{name}");
    }
}

/// One hash each: none is skipped, and none is made twice.
#[tokio::test]
async fn whoever_cannot_log_in_costs_one_hash() {
    let pool = tower_auth::password::HashPool::default();
    let directory = hashed(&[("alice", Some(WONDERLAND)), ("locked", None), ("broken", Some("x"))]);
    let accounts = Service::new(directory.pool(&pool));
    let file = format!("alice:{WONDERLAND}\nbob:{BCRYPT}");
    let file = Service::new(Htpasswd::settings().pool(&pool).from_text(&file).unwrap());
    let mut made = 0;
    for service in [&accounts, &file] {
        for name in ["alice", "locked", "broken", "bob", "nobody", "somebody"] {
            for length in [0, 1, 71, 72, 73, 1024, 1025, 8000] {
                assert_eq!(service.status(name, "x".repeat(length)).await, 401);
                made += 1;
                assert_eq!(pool.stats().hashes, made, "{name} {length}");
            }
        }
    }
}

/// What is taken is what was asked for, whatever features are on.
#[tokio::test]
async fn kinds_of_hashes_are_taken_where_they_are_named() {
    let entries = [("alice", Some(BCRYPT))];
    assert_eq!(Service::new(hashed(&entries)).status("alice", "wonderland").await, 401);
    let strong = Service::new(hashed(&entries).formats(Formats::strong()));
    assert_eq!(strong.status("alice", "wonderland").await, 200);
    let sha1 = [("alice", Some("{SHA}tiY7sUhYKUwI5L3866kDY+ENcrQ="))];
    assert_eq!(Service::new(hashed(&sha1)).status("alice", "wonderland").await, 401);
    let strong = Service::new(hashed(&sha1).formats(Formats::strong()));
    assert_eq!(strong.status("alice", "wonderland").await, 401);
    let weak = Service::new(hashed(&sha1).formats(Formats::danger_weak()));
    assert_eq!(weak.status("alice", "wonderland").await, 200);
}
