//! Two processes of `examples/replicas` under load, while the Redis that they share is paused,
//! resumed, killed and started again.

#![expect(clippy::print_stdout, reason = "a run says what came of it")]

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Barrier, Mutex};
use std::thread;
use std::time::Duration;

use tokio::runtime::Runtime;
use tower_auth::testing::TokenMaker;

use crate::digest::Login;
use crate::raw::{Client, Reply};
use crate::redis::Server;
use crate::replicas::Replicas;

const CLIENTS: usize = 40;
const REQUESTS: usize = 10_000;

/// What is asked, and how often it was answered by which status.
type Tally = BTreeMap<(&'static str, u16), usize>;

/// Credentials of before the outage.
struct Known {
    kept: String,
    ended: String,
    good: String,
    revoked: String,
}

#[derive(Default)]
struct Run {
    asked: AtomicUsize,
    tally: Mutex<Tally>,
    /// Sessions that replicas say to have begun, and those that they say to have ended.
    begun: Mutex<Vec<String>>,
    ended: Mutex<Vec<String>>,
}

impl Run {
    /// A request that may be answered by this status, and by 503; `None` if it was the latter.
    fn judge(&self, what: &'static str, want: u16, reply: Reply) -> Option<Reply> {
        let status = reply.status;
        assert!([want, 503].contains(&status), "{what}: {status} for {want}, {reply:?}");
        assert_eq!(reply.field("retry-after").is_some(), status == 503, "{what}: {reply:?}");
        assert_eq!(reply.field("www-authenticate").is_some(), status == 401, "{what}: {reply:?}");
        assert!(status != 503 || reply.field("set-cookie").is_none(), "{what}: {reply:?}");
        self.asked.fetch_add(1, Ordering::Relaxed);
        *self.tally.lock().unwrap().entry((what, status)).or_default() += 1;
        if status == 503 {
            // Else the outage would be all that is seen.
            thread::sleep(Duration::from_millis(20));
            return None;
        }
        Some(reply)
    }

    fn go(&self, client: &mut Client, known: &Known) {
        for round in 0.. {
            if self.asked.load(Ordering::Relaxed) >= REQUESTS {
                return;
            }
            let account = |cookie| [("cookie", cookie)];
            let token = |token| [("authorization", token)];
            let reply = client.get("/account", &account(&*known.kept));
            self.judge("a session", 200, reply);
            let reply = client.get("/account", &account(&*known.ended));
            self.judge("an ended session", 401, reply);
            let reply = client.get("/token", &token(&*known.good));
            self.judge("a token", 200, reply);
            let reply = client.get("/token", &token(&*known.revoked));
            self.judge("a revoked token", 401, reply);
            self.judge("nobody", 401, client.get("/account", &[]));
            // Redis waits for the disk each time.
            if round % 4 == 0 {
                self.come_and_go(client);
            }
        }
    }

    /// Logs in, and every second time out again. What was answered by 503 may have been done.
    fn come_and_go(&self, client: &mut Client) {
        let reply = client.post("/login", &[], "name=alice&password=wonderland");
        let Some(begun) = self.judge("a log-in", 303, reply) else { return };
        let cookie = begun.cookie();
        if self.asked.load(Ordering::Relaxed).is_multiple_of(2) {
            return self.begun.lock().unwrap().push(cookie);
        }
        let reply = client.post("/logout", &[("cookie", &*cookie)], "");
        if self.judge("a log-out", 303, reply).is_some() {
            self.ended.lock().unwrap().push(cookie);
        }
    }
}

/// What is known before the outage, made at one replica.
fn known(replicas: &Replicas) -> Known {
    let mut client = Client::of(&replicas.origins[0]);
    let form = "name=alice&password=wonderland";
    let [kept, ended] = [(); 2].map(|()| client.post("/login", &[], form).cookie());
    assert_eq!(client.post("/logout", &[("cookie", &*ended)], "").status, 303);
    let [good, revoked] = ["good", "stolen"].map(|name| format!("Bearer {}", token(name)));
    let revoking = [("authorization", &*revoked)];
    assert_eq!(client.send("DELETE", "/token", &revoking, "").status, 204);
    Known { kept, ended, good, revoked }
}

/// A token that the replicas take, of the issuer that they know.
fn token(name: &str) -> String {
    TokenMaker::hs256("the same 32 bytes at each replica")
        .issuer("https://idp.example")
        .audience("https://api.example")
        .token("reader")
        .claim("jti", name)
        .sign()
}

/// As the program does with a Redis of its own.
fn set_up(redis: &Server) {
    Runtime::new().unwrap().block_on(redis.stores());
}

/// Waits until so many requests were answered.
fn wait_for(run: &Run, requests: usize) {
    while run.asked.load(Ordering::Relaxed) < requests {
        thread::sleep(Duration::from_millis(5));
    }
}

fn disturb(run: &Run, redis: &mut Server) {
    wait_for(run, REQUESTS / 5);
    redis.pause();
    thread::sleep(Duration::from_millis(1500));
    redis.resume();
    for part in [2, 3] {
        wait_for(run, part * REQUESTS / 5);
        redis.kill();
        thread::sleep(Duration::from_millis(300));
        redis.start_again();
    }
}

/// No request passes that should not, none gets a 401 where a 503 belongs, and no session is lost
/// that Redis kept.
#[test]
fn ten_thousand_requests_to_two_processes_while_redis_comes_and_goes() {
    let args = ["--appendonly", "yes", "--appendfsync", "always"];
    let Some(mut redis) = Server::start(&args) else { return };
    set_up(&redis);
    let Some(replicas) = Replicas::start(&[("REDIS_URL", &redis.url())]) else { return };
    let known = known(&replicas);
    let run = Run::default();
    thread::scope(|scope| {
        for n in 0..CLIENTS {
            let (run, known, origin) = (&run, &known, &replicas.origins[n % 2]);
            scope.spawn(move || run.go(&mut Client::of(origin), known));
        }
        disturb(&run, &mut redis);
    });
    let tally = run.tally.lock().unwrap();
    println!("{tally:#?}");
    let of = |what| tally.get(&what).copied().unwrap_or_default();
    for (what, want) in [("a session", 200), ("an ended session", 401), ("a revoked token", 401)] {
        assert!(of((what, want)) > 300 && of((what, 503)) > 10, "{what}: {tally:?}");
    }
    assert_eq!(of(("nobody", 503)), 0, "there is nothing to look up");

    let (begun, ended) = (run.begun.lock().unwrap(), run.ended.lock().unwrap());
    println!("{} sessions begun, {} ended", begun.len(), ended.len());
    assert!(begun.len() > 50 && ended.len() > 50);
    for origin in &replicas.origins {
        let mut client = Client::of(origin);
        let mut status = |cookie: &str| client.get("/account", &[("cookie", cookie)]).status;
        assert!(begun.iter().all(|cookie| status(cookie) == 200));
        assert!(ended.iter().all(|cookie| status(cookie) == 401));
    }
    redis.restart_empty();
    after_a_loss(&replicas, &known);
}

/// Everybody is logged out, and no token can be told from a revoked one.
fn after_a_loss(replicas: &Replicas, known: &Known) {
    for origin in &replicas.origins {
        let mut client = Client::of(origin);
        let mut settled = |path: &str, field: (&str, &str)| {
            for _ in 0..100 {
                let status = client.get(path, &[field]).status;
                if status != 503 {
                    return status;
                }
                thread::sleep(Duration::from_millis(10));
            }
            503
        };
        assert_eq!(settled("/account", ("cookie", &known.kept)), 401);
        assert_eq!(settled("/account", ("cookie", &known.ended)), 401);
        assert_eq!(settled("/token", ("authorization", &known.good)), 503);
        assert_eq!(settled("/token", ("authorization", &known.revoked)), 503);
        let again = client.post("/login", &[], "name=alice&password=wonderland").cookie();
        assert_eq!(client.get("/account", &[("cookie", &*again)]).status, 200);
    }
}

/// A captured request of Digest, sent a hundred times at once, half of them to each process.
#[test]
fn of_a_hundred_uses_of_one_count_at_two_processes_exactly_one_passes() {
    let Some(redis) = Server::start(&[]) else { return };
    set_up(&redis);
    let Some(replicas) = Replicas::start(&[("REDIS_URL", &redis.url())]) else { return };
    for round in 0..10 {
        let challenge = Client::of(&replicas.origins[round % 2]).get("/digest", &[]);
        let challenge = challenge.field("www-authenticate").unwrap();
        let nonce = challenge.split("nonce=\"").nth(1).unwrap().split('"').next().unwrap();
        let login = Login {
            username: "alice".into(),
            password: "wonderland".into(),
            realm: "replicas".into(),
            uri: "/digest".into(),
            ..Login::new("SHA-256", nonce)
        };
        let (credentials, barrier) = (login.header(), Barrier::new(100));
        let statuses: Mutex<BTreeMap<u16, usize>> = Mutex::default();
        thread::scope(|scope| {
            for n in 0..100 {
                let (credentials, barrier, statuses) = (&credentials, &barrier, &statuses);
                let mut client = Client::of(&replicas.origins[n % 2]);
                scope.spawn(move || {
                    barrier.wait();
                    let reply = client.get("/digest", &[("authorization", credentials)]);
                    let is_stale = |it: &str| it.contains("stale=true");
                    assert_eq!(
                        reply.field("www-authenticate").is_some_and(is_stale),
                        reply.status == 401
                    );
                    *statuses.lock().unwrap().entry(reply.status).or_default() += 1;
                });
            }
        });
        let statuses = statuses.into_inner().unwrap();
        println!("round {round}: {statuses:?}");
        assert_eq!(statuses, BTreeMap::from([(200, 1), (401, 99)]));
    }
}
