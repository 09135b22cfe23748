//! Three nodes: what is changed together lies together, and the rest is spread.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use tower_auth::rejection::Unavailable;
use tower_auth::store::{NearSessions, RedisStores, SessionStore as _, Use};
use tower_auth::testing::stores;

use super::near::soon;
use super::server::{Server, free_port};
use super::support::{HOUR, MINUTE, answer, fail, is_in, note, session, standing};

fn start() -> Option<Vec<Server>> {
    let node = || {
        let bus = free_port().to_string();
        let args = ["--cluster-enabled", "yes", "--cluster-node-timeout", "1000"];
        Server::start(&[&args[..], &["--appendonly", "yes", "--cluster-port", &bus]].concat())
    };
    let nodes = (0..3).map(|_| node()).collect::<Option<Vec<_>>>()?;
    let addresses = nodes.iter().map(|node| format!("127.0.0.1:{}", node.port));
    let made = Command::new("redis-cli")
        .args(["--cluster", "create"])
        .args(addresses)
        .args(["--cluster-yes"])
        .stdout(Stdio::null())
        .status();
    assert!(made.unwrap().success(), "the cluster was made");
    for node in &nodes {
        wait_until_ok(node);
    }
    Some(nodes)
}

fn wait_until_ok(node: &Server) {
    let start = Instant::now();
    while !node.cli(&["CLUSTER", "INFO"]).contains("cluster_state:ok") {
        assert!(start.elapsed() < Duration::from_secs(30), "the cluster did not form");
        std::thread::sleep(Duration::from_millis(50));
    }
}

async fn connect(nodes: &[Server], prefix: &str) -> RedisStores {
    let urls: Vec<String> = nodes.iter().take(1).map(Server::url).collect();
    let settings = RedisStores::cluster(urls.iter().map(|url| &**url)).prefix(prefix);
    let stores = settings.connect().unwrap();
    stores.danger_nothing_was_lost().await.unwrap();
    stores
}

#[tokio::test(flavor = "multi_thread")]
async fn all_promises_hold_in_a_cluster() {
    let Some(nodes) = start() else { return };
    let redis = connect(&nodes, "one").await;
    stores::check_attempts(redis.attempts()).await;
    stores::check_nonces(redis.nonces()).await;
    stores::check_replays(redis.replays(MINUTE)).await;
    stores::check_revocations(redis.revocations(HOUR)).await;
    stores::check_sessions(redis.sessions()).await;
    let other = connect(&nodes, "other").await;
    stores::check_sessions(NearSessions::new(other.sessions(), 1000)).await;
    for node in &nodes {
        for kind in ["one:s:*", "one:n:*", "one:o:*"] {
            assert!(!node.cli(&["KEYS", kind]).is_empty(), "{kind} is spread");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_of_sessions_that_lie_apart_are_refused() {
    let Some(nodes) = start() else { return };
    let sessions = connect(&nodes, "one").await.sessions();
    let (_, record) = session("alice");
    let apart = [7; 32].into();
    let why = answer(sessions.insert(&apart, &record, usize::MAX)).await.unwrap_err();
    assert!(
        why.detail().contains("make the keys of sessions with `SessionRecord::key`"),
        "{why:?}"
    );
}

/// Wherever in the cluster a change is made, all are told.
#[tokio::test(flavor = "multi_thread")]
async fn changes_arrive_from_each_node() {
    let Some(nodes) = start() else { return };
    let (here, there) = (connect(&nodes, "one").await, connect(&nodes, "one").await);
    let near = NearSessions::new(here.sessions(), 1000).stale_for(HOUR);
    let far = there.sessions();
    for n in 0..20 {
        let (key, record) = session(&format!("user {n}"));
        answer(far.insert(&key, &record, usize::MAX)).await.unwrap();
        assert!(is_in(&near, &key).await && is_in(&near, &key).await);
        answer(far.remove(&key)).await.unwrap();
        soon(async || !is_in(&near, &key).await, "the end").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_is_away_is_an_outage_of_its_keys() {
    let Some(mut nodes) = start() else { return };
    let redis = connect(&nodes, "one").await;
    let sessions = redis.sessions();
    let all: Vec<_> = (0..30).map(|n| session(&format!("user {n}"))).collect();
    for (key, record) in &all {
        answer(sessions.insert(key, record, usize::MAX)).await.unwrap();
    }
    // Written to the disk.
    tokio::time::sleep(Duration::from_millis(1200)).await;
    if let Some(node) = nodes.get_mut(1) {
        node.kill();
    }
    let mut away = 0;
    for (key, _) in &all {
        match answer(sessions.find(key)).await {
            Ok(found) => assert!(matches!(found, tower_auth::store::Lookup::Found(_))),
            Err(Unavailable { .. }) => away += 1,
        }
    }
    assert!(away > 0, "the keys of the node that is away");
    if let Some(node) = nodes.get_mut(1) {
        node.start_again();
    }
    for node in &nodes {
        wait_until_ok(node);
    }
    let start = Instant::now();
    while answer(sessions.find(&all.last().unwrap().0)).await.is_err()
        || note(&redis, "cluster").await.is_err()
    {
        assert!(start.elapsed() < Duration::from_secs(10), "service resumes");
    }
    for (key, _) in &all {
        assert!(is_in(&sessions, key).await, "no session is lost that Redis kept");
    }
    assert_eq!(note(&redis, "cluster").await.unwrap(), Use::Seen);
}

/// A failure counts for three keys in one step, so all of them are on one node.
#[tokio::test(flavor = "multi_thread")]
async fn attempts_lie_on_one_node_and_are_an_outage_with_it() {
    let Some(mut nodes) = start() else { return };
    let redis = connect(&nodes, "one").await;
    let names: Vec<String> = (0..10).map(|n| format!("user {n}")).collect();
    for name in &names {
        fail(&redis, name).await.unwrap();
    }
    // Written to the disk.
    tokio::time::sleep(Duration::from_millis(1200)).await;
    let holds = |node: &&mut Server| !node.cli(&["KEYS", "one:a:*"]).is_empty();
    let mut holders: Vec<_> = nodes.iter_mut().filter(holds).collect();
    assert_eq!(holders.len(), 1);
    let holder = holders.pop().unwrap();
    holder.kill();
    for name in &names {
        standing(&redis, name).await.unwrap_err();
        fail(&redis, name).await.unwrap_err();
    }
    holder.start_again();
    for node in &nodes {
        wait_until_ok(node);
    }
    let start = Instant::now();
    while standing(&redis, "user 0").await.is_err() {
        assert!(start.elapsed() < Duration::from_secs(10), "service resumes");
    }
    for name in &names {
        assert_eq!(standing(&redis, name).await.unwrap().pair.count(), 1, "{name}");
    }
}
