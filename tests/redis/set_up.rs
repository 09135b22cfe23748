//! What is wrong is said while building, and without secrets.

use std::time::Duration;

use tower_auth::store::RedisStores;

use super::server::Server;
use super::support::note;

#[test]
fn a_wrong_address_is_a_sentence_without_the_password() {
    let like = "the address of Redis is not like `redis://[user[:password]@]host[:port][/number]`";
    for url in [
        "",
        "localhost",
        "http://:hunter2@host",
        "redis://:hunter2@host:port",
        "redis:///",
        "redis://:hunter2@host/db",
        "unix:///run/redis.sock",
        "redis://:hunter2@0.0.0.0",
    ] {
        assert_eq!(RedisStores::connect(url).unwrap_err().to_string(), like, "{url}");
    }
    assert_eq!(
        RedisStores::connect("rediss://:hunter2@host").unwrap_err().to_string(),
        "TLS to Redis (`rediss://`) is not supported: use a private network or a TLS tunnel"
    );
}

#[test]
fn wrong_settings_are_refused() {
    let at = || RedisStores::at("redis://localhost");
    for prefix in ["", "a b", "{a}", "ä"] {
        assert_eq!(
            at().prefix(prefix).connect().unwrap_err().to_string(),
            "the prefix of keys in Redis is visible ASCII without braces, at least one character"
        );
    }
    for zero in [at().answer_within(Duration::ZERO), at().connect_within(Duration::ZERO)] {
        assert_eq!(
            zero.connect().unwrap_err().to_string(),
            "Redis needs some time to answer: a time-out is zero"
        );
    }
    assert_eq!(
        RedisStores::cluster([]).connect().unwrap_err().to_string(),
        "a Redis cluster needs the address of at least one node"
    );
}

#[tokio::test]
async fn nothing_shows_the_password() {
    let Some(server) = Server::start(&["--requirepass", "correct"]) else { return };
    let url = |password| format!("redis://:{password}@127.0.0.1:{}", server.port);
    for (wrong, why) in [
        (url("hunter2"), "Redis does not take our user name and password"),
        (server.url(), "Redis does not take our user name and password"),
        ("redis://:hunter2@127.0.0.1:1".to_owned(), "Redis can't be reached: connection refused"),
    ] {
        let stores = RedisStores::connect(&wrong).unwrap();
        assert_eq!(note(&stores, "a").await.unwrap_err().detail(), why);
        assert!(!format!("{stores:?} {:?}", RedisStores::at(&wrong)).contains("hunter2"));
    }
    let right = RedisStores::connect(&url("correct")).unwrap();
    right.danger_nothing_was_lost().await.unwrap();
}

/// A password that is wrong for a while does not keep the service out for ever.
#[tokio::test]
async fn a_password_that_is_set_right_is_enough() {
    let Some(server) = Server::start(&["--requirepass", "correct"]) else { return };
    let url = format!("redis://:new@127.0.0.1:{}", server.port);
    let stores = RedisStores::connect(&url).unwrap();
    stores.danger_nothing_was_lost().await.unwrap_err();
    server.cli(&["-a", "correct", "CONFIG", "SET", "requirepass", "new"]);
    super::support::within_a_second(|| stores.danger_nothing_was_lost()).await;
}
