//! Redis over TLS: who is trusted, who is not, and what is said then.

use std::process::Command;
use std::time::Duration;
use std::{env, fs};

use tokio::runtime::Handle;
use tokio_rustls::rustls::crypto::CryptoProvider;
use tower_auth::rejection::Unavailable;
use tower_auth::store::{NearRevocations, RedisSettings, RedisStores, Use};

use super::authority::Authority;
use super::server::Server;
use super::support::{GOOD, HOUR, MINUTE, REVOKED, check, note, revoke, token, within_a_second};

const NO_CLIENTS: [&str; 2] = ["--tls-auth-clients", "no"];

const HERE: &str = "DNS:localhost,IP:127.0.0.1";

fn at(server: &Server, host: &str) -> RedisSettings {
    RedisStores::at(&format!("rediss://{host}:{}", server.port)).connect_within(HOUR)
}

/// Connected, where nothing was remembered before.
async fn used(settings: RedisSettings) -> Result<RedisStores, Unavailable> {
    let stores = settings.connect().unwrap();
    stores.danger_nothing_was_lost().await?;
    Ok(stores)
}

async fn detail(settings: RedisSettings) -> String {
    let stores = settings.connect().unwrap();
    note(&stores, "a").await.unwrap_err().detail().to_owned()
}

#[tokio::test]
async fn a_redis_is_used_whose_authority_is_given() {
    let Some(authority) = Authority::new() else { return };
    let Some(server) = authority.server(HERE, &NO_CLIENTS) else { return };
    // An authority beside others, as in a bundle.
    let bundle = [Authority::new().unwrap().pem(), authority.pem()].concat();
    for host in ["localhost", "127.0.0.1"] {
        let stores = used(at(&server, host).roots(&bundle).prefix(host)).await.unwrap();
        assert_eq!(note(&stores, "a").await.unwrap(), Use::New);
        assert_eq!(note(&stores, "a").await.unwrap(), Use::Seen);
    }
    // This is where redis-rs would have installed one, or would have panicked.
    assert!(CryptoProvider::get_default().is_none());
}

#[tokio::test]
async fn changes_are_told_over_tls() {
    let Some(authority) = Authority::new() else { return };
    let Some(server) = authority.server(HERE, &NO_CLIENTS) else { return };
    let here = used(at(&server, "localhost").roots(authority.pem())).await.unwrap();
    let there = used(at(&server, "localhost").roots(authority.pem())).await.unwrap();
    let near = NearRevocations::new(here.revocations(HOUR), 1000).stale_for(MINUTE);
    assert_eq!(check(&near, token("t")).await.unwrap(), GOOD);
    revoke(&there.revocations(HOUR), "t").await.unwrap();
    within_a_second(async || {
        let told = check(&near, token("t")).await? == REVOKED;
        told.then_some(()).ok_or_else(|| Unavailable::new("not told yet"))
    })
    .await;
}

#[tokio::test]
async fn a_certificate_that_proves_nothing_is_refused() {
    let Some(authority) = Authority::new() else { return };
    let Some(server) = authority.server("DNS:localhost", &NO_CLIENTS) else {
        return;
    };
    let unknown = "the certificate of Redis is not trusted: name its certificate authority with \
                   `RedisSettings::roots`";
    let other_host = "the certificate of Redis is for another host name than that of the address";
    let secret = |host: &str| at(&server, &format!(":hunter2@{host}"));
    for (settings, why) in [
        (secret("localhost").roots(Authority::new().unwrap().pem()), unknown),
        (secret("localhost"), unknown),
        (secret("127.0.0.1").roots(authority.pem()), other_host),
    ] {
        assert_eq!(detail(settings).await, why);
    }
    // Nobody came in.
    assert_eq!(server.cli(&["KEYS", "*"]), "");
    used(at(&server, "localhost").roots(authority.pem())).await.unwrap();
}

/// An address with TLS at a Redis without, and the other way round.
#[tokio::test]
async fn plain_and_tls_do_not_meet() {
    let Some(authority) = Authority::new() else { return };
    let Some(plain) = Server::start(&[]) else { return };
    let tls = authority.server(HERE, &NO_CLIENTS).unwrap();
    let settings = at(&plain, "localhost").connect_within(Duration::from_millis(200));
    let why = detail(settings.roots(authority.pem())).await;
    let whys = [
        "Redis can't be reached within 200 ms",
        "Redis can't be reached: the connection broke",
        "Redis does not speak TLS at this address",
    ];
    assert!(whys.contains(&&*why), "{why}");
    let why = detail(RedisStores::at(&tls.url())).await;
    assert_eq!(why, "Redis can't be reached: the connection broke");
}

#[tokio::test]
async fn a_password_goes_over_tls_and_is_shown_nowhere() {
    let Some(authority) = Authority::new() else { return };
    let args = [&NO_CLIENTS[..], &["--requirepass", "correct"]].concat();
    let Some(server) = authority.server(HERE, &args) else { return };
    let with = |password| at(&server, &format!(":{password}@localhost")).roots(authority.pem());
    let stores = used(with("correct")).await.unwrap();
    assert_eq!(note(&stores, "a").await.unwrap(), Use::New);
    let wrong = with("hunter2");
    let (shown, stores) = (format!("{wrong:?}"), wrong.connect().unwrap());
    let why = note(&stores, "a").await.unwrap_err();
    assert_eq!(why.detail(), "Redis does not take our user name and password");
    assert!(!format!("{shown} {stores:?} {why:?}").contains("hunter2"));
}

#[tokio::test]
async fn a_redis_that_was_away_is_used_again() {
    let Some(authority) = Authority::new() else { return };
    let args = [&NO_CLIENTS[..], &["--appendonly", "yes", "--appendfsync", "always"]].concat();
    let Some(mut server) = authority.server(HERE, &args) else { return };
    let stores = used(at(&server, "localhost").roots(authority.pem())).await.unwrap();
    for n in 0..3 {
        let name = n.to_string();
        assert_eq!(note(&stores, &name).await.unwrap(), Use::New);
        server.kill();
        note(&stores, &name).await.unwrap_err();
        server.start_again();
        assert_eq!(within_a_second(|| note(&stores, &name)).await, Use::Seen);
    }
}

/// Nothing goes on waiting for it.
#[tokio::test]
async fn a_redis_that_is_silent_is_left() {
    let Some(authority) = Authority::new() else { return };
    let Some(server) = authority.server(HERE, &NO_CLIENTS) else { return };
    let settings = at(&server, "localhost").roots(authority.pem());
    let stores = used(settings.answer_within(Duration::from_millis(200))).await.unwrap();
    let tasks = || Handle::current().metrics().num_alive_tasks();
    assert_eq!(tasks(), 1);
    server.pause();
    for _ in 0..3 {
        note(&stores, "a").await.unwrap_err();
    }
    within_a_second(async || {
        (tasks() == 0).then_some(()).ok_or_else(|| Unavailable::new("it is still waited for"))
    })
    .await;
    server.resume();
    within_a_second(|| note(&stores, "b")).await;
}

#[test]
fn the_authorities_of_the_machine_are_trusted() {
    let Some(authority) = Authority::new() else { return };
    let Some(server) = authority.server(HERE, &NO_CLIENTS) else { return };
    let output = Command::new(env::current_exe().unwrap())
        .args(["--exact", "--ignored", "tls::on_a_machine_that_trusts_the_authority"])
        .env("SSL_CERT_FILE", authority.file())
        .env("REDIS_PORT", server.port.to_string())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

#[tokio::test]
#[ignore = "`the_authorities_of_the_machine_are_trusted` runs it, in an environment of its own"]
async fn on_a_machine_that_trusts_the_authority() {
    let port = env::var("REDIS_PORT").unwrap();
    used(RedisStores::at(&format!("rediss://localhost:{port}"))).await.unwrap();
}

#[tokio::test]
async fn a_redis_that_wants_a_certificate_is_shown_one() {
    let Some(authority) = Authority::new() else { return };
    for versions in ["TLSv1.2", "TLSv1.3"] {
        let args = ["--tls-protocols", versions];
        let Some(server) = authority.server(HERE, &args) else { return };
        let here = || at(&server, "localhost").roots(authority.pem());
        let why = "Redis ends the TLS handshake: it may want a certificate of ours, given with \
                   `RedisSettings::client_certificate`";
        assert_eq!(detail(here()).await, why, "{versions}");
        let ours = authority.issue("DNS:service");
        let (chain, key) = (fs::read(ours.certificate).unwrap(), fs::read(ours.key).unwrap());
        let stores = used(here().client_certificate(chain, key)).await.unwrap();
        assert_eq!(note(&stores, "a").await.unwrap(), Use::New);
    }
}

#[test]
fn a_set_up_without_sense_is_refused() {
    let Some(authority) = Authority::new() else { return };
    let files = authority.issue(HERE);
    let chain = fs::read(files.certificate).unwrap();
    let key = fs::read(authority.issue(HERE).key).unwrap();
    let other = fs::read(Authority::new().unwrap().issue(HERE).key).unwrap();
    let at = || RedisStores::at("rediss://:hunter2@host").roots(authority.pem());
    let cluster = |url| RedisStores::cluster(["redis://a", url]);
    let in_cluster = "TLS to a Redis cluster (`rediss://`) is not supported: use a private network, \
                      or a Redis that is no cluster";
    let insecure =
        "the certificate of Redis is always looked at: leave `#insecure` out of its address";
    let plain = "certificates are for TLS, and the address of Redis is without: write `rediss://`";
    for (settings, why) in [
        (cluster("rediss://:hunter2@b"), in_cluster),
        (cluster("VALKEYS://:hunter2@b"), in_cluster),
        (RedisStores::at("rediss://:hunter2@host/#insecure"), insecure),
        (RedisStores::at("redis://:hunter2@host").roots(authority.pem()), plain),
        (cluster("redis://:hunter2@b").roots(authority.pem()), plain),
        (at().roots("hunter2"), "the certificate authorities are no PEM certificates"),
        (
            at().client_certificate("hunter2", key),
            "the client certificate for Redis is no PEM certificate",
        ),
        (
            at().client_certificate(&chain, "hunter2"),
            "the key of the client certificate for Redis is no PEM private key",
        ),
        (
            at().client_certificate(&chain, other),
            "the client certificate for Redis and its key do not belong together",
        ),
        (
            RedisStores::at("rediss://:hunter2@host/db"),
            "the address of Redis is not like `redis://[user[:password]@]host[:port][/number]`",
        ),
    ] {
        assert_eq!(settings.connect().unwrap_err().to_string(), why);
    }
}
