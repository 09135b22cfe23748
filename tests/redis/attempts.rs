//! Guesses at two front doors that share a Redis.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{AUTHORIZATION, RETRY_AFTER};
use http::{Request, Response, StatusCode};
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tower::{ServiceBuilder, ServiceExt as _, service_fn};
use tower_auth::attempts::{AttemptLimits, Guess, PeerAddr, Source};
use tower_auth::identity::{Principal, Verified};
use tower_auth::rejection::{Rejection, Verdict};
use tower_auth::scheme::Basic;
use tower_auth::scheme::basic::{Directory, Password};
use tower_auth::store::{AttemptKeys, AttemptStore as _, RedisStores};
use tower_auth::testing::FixedClock;
use tower_auth::{AuthenticateLayer, Eventual, Secret};

use super::server::Server;
use super::support::{SECRET, answer, standing, within_a_second};

/// Everybody's password is `right`; `slow` is checked when it is told so.
#[derive(Clone, Default)]
struct People {
    asked: Arc<AtomicUsize>,
    checked: Arc<Notify>,
}

impl People {
    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

impl Directory for People {
    fn verify(&self, name: &str, password: Password<'_>) -> Eventual<Verdict> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let verdict = if password.expose() == "right" {
            Verified::assertion(Principal::new(name)).into()
        } else {
            Rejection::invalid_credentials("wrong_password").into()
        };
        if name != "slow" {
            return Eventual::Ready(verdict);
        }
        let checked = Arc::clone(&self.checked);
        Eventual::pending(async move {
            checked.notified().await;
            verdict
        })
    }
}

/// Two machines.
struct Machines {
    doors: [AuthenticateLayer; 2],
    people: People,
    clock: FixedClock,
}

impl Machines {
    fn on(server: &Server) -> Self {
        let (people, clock) = (People::default(), FixedClock::at_unix(1_700_000_000));
        let door = |_| {
            // A connection of its own.
            let redis = RedisStores::at(&server.url());
            let redis = redis.answer_within(Duration::from_millis(300)).connect().unwrap();
            let limits = AttemptLimits::new(redis.attempts(), Source::connection());
            let limits = limits.secret(SECRET).clock(clock.clone());
            let builder = AuthenticateLayer::builder().scheme(Basic::new("shop", people.clone()));
            builder.limit_attempts(limits).build().unwrap()
        };
        Self { doors: [0, 1].map(door), people, clock }
    }

    async fn ask(&self, machine: usize, name: &str, password: &str) -> Response<()> {
        let door = self.doors.get(machine % 2).unwrap().clone();
        let handler =
            service_fn(|_: Request<String>| async { Ok::<_, Infallible>(Response::new(())) });
        let service = ServiceBuilder::new().layer(door).service(handler);
        let mut request = Request::new(String::new());
        let credentials = STANDARD.encode(format!("{name}:{password}"));
        let credentials = format!("Basic {credentials}").parse().unwrap();
        request.headers_mut().insert(AUTHORIZATION, credentials);
        request.extensions_mut().insert(PeerAddr(([192, 0, 2, 1], 4711).into()));
        service.oneshot(request).await.unwrap().map(drop)
    }

    async fn status(&self, machine: usize, name: &str, password: &str) -> StatusCode {
        self.ask(machine, name, password).await.status()
    }
}

#[tokio::test]
async fn guesses_at_one_machine_count_at_the_other() {
    let Some(server) = Server::start(&[]) else { return };
    let machines = Machines::on(&server);
    for guess in 0..5 {
        assert_eq!(machines.status(guess, "alice", "wrong").await, StatusCode::UNAUTHORIZED);
    }
    for machine in 0..2 {
        let early = machines.ask(machine, "alice", "right").await;
        assert_eq!(early.status(), StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(early.headers()[RETRY_AFTER], "1");
        assert_eq!(machines.status(machine, "bob", "right").await, StatusCode::OK);
    }
    assert_eq!(machines.people.asked(), 7);
    machines.clock.advance(Duration::from_secs(1));
    assert_eq!(machines.status(0, "alice", "right").await, StatusCode::OK);
    for guess in 0..5 {
        let status = machines.status(guess, "alice", "wrong").await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "a success at one is one at the other");
    }
    assert_eq!(machines.status(1, "alice", "right").await, StatusCode::TOO_MANY_REQUESTS);
}

/// Each machine lets as many run as would be free, and no more.
#[tokio::test(flavor = "multi_thread")]
async fn a_burst_at_two_machines_is_checked_a_few_times() {
    let Some(server) = Server::start(&[]) else { return };
    let machines = Arc::new(Machines::on(&server));
    let mut clients = JoinSet::new();
    for client in 0..200 {
        let machines = Arc::clone(&machines);
        clients.spawn(async move { machines.status(client, "alice", "wrong").await });
    }
    for status in clients.join_all().await {
        assert!([StatusCode::UNAUTHORIZED, StatusCode::TOO_MANY_REQUESTS].contains(&status));
    }
    let asked = machines.people.asked();
    assert!((5..=10).contains(&asked), "{asked} of 200");
}

#[tokio::test]
async fn a_guess_whose_client_hangs_up_counts() {
    let Some(server) = Server::start(&[]) else { return };
    let machines = Machines::on(&server);
    for guess in 1..=5 {
        let hung_up = Duration::from_millis(30);
        tokio::time::timeout(hung_up, machines.ask(guess, "slow", "right")).await.unwrap_err();
        assert_eq!(machines.people.asked(), guess);
    }
    for machine in 0..2 {
        let status = machines.status(machine, "slow", "right").await;
        assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);
    }
}

#[tokio::test]
async fn while_redis_is_away_nobody_passes_and_nothing_is_looked_up() {
    let args = ["--appendonly", "yes", "--appendfsync", "always"];
    let Some(mut server) = Server::start(&args) else { return };
    let machines = Machines::on(&server);
    assert_eq!(machines.status(0, "alice", "right").await, StatusCode::OK);
    for guess in 0..5 {
        assert_eq!(machines.status(guess, "bob", "wrong").await, StatusCode::UNAUTHORIZED);
    }
    let asked = machines.people.asked();
    for how in ["paused", "killed"] {
        match how {
            "paused" => server.pause(),
            _ => server.kill(),
        }
        for (machine, name, password) in
            [(0, "alice", "right"), (1, "alice", "wrong"), (0, "bob", "right"), (1, "new", "right")]
        {
            let told = machines.ask(machine, name, password).await;
            assert_eq!(told.status(), StatusCode::SERVICE_UNAVAILABLE, "{how}: {name}");
            assert!(told.headers().contains_key(RETRY_AFTER), "{how}: {name}");
        }
        assert_eq!(machines.people.asked(), asked, "{how}");
        match how {
            "paused" => server.resume(),
            _ => server.start_again(),
        }
    }
    let own = RedisStores::connect(&server.url()).unwrap();
    within_a_second(|| standing(&own, "alice")).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(machines.status(0, "alice", "right").await, StatusCode::OK);
    let early = machines.status(1, "bob", "right").await;
    assert_eq!(early, StatusCode::TOO_MANY_REQUESTS, "what Redis kept still counts");
}

/// What can't be counted would be a guess for free, so it is not answered.
#[tokio::test]
async fn a_guess_that_can_not_be_counted_is_not_answered() {
    let Some(server) = Server::start(&[]) else { return };
    let machines = Machines::on(&server);
    assert_eq!(machines.status(0, "alice", "right").await, StatusCode::OK);
    for password in ["right", "wrong"] {
        let request = machines.ask(0, "slow", password);
        let outage = async {
            while machines.people.asked() < 2 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            server.pause();
            machines.people.checked.notify_one();
        };
        let (told, ()) = tokio::join!(request, outage);
        assert_eq!(told.status(), StatusCode::SERVICE_UNAVAILABLE, "{password}");
        server.resume();
        tokio::time::sleep(Duration::from_millis(100)).await;
        machines.people.asked.store(1, Ordering::SeqCst);
    }
    server.cli(&["CONFIG", "SET", "maxmemory", "1"]);
    let full = [
        ("alice", "right", StatusCode::OK),
        ("alice", "wrong", StatusCode::SERVICE_UNAVAILABLE),
        ("bob", "right", StatusCode::SERVICE_UNAVAILABLE),
    ];
    for (name, password, want) in full {
        assert_eq!(machines.status(0, name, password).await, want, "full: {name}, {password}");
    }
}

/// Nobody who asks after a failure was told is answered as if it had not been.
#[tokio::test(flavor = "multi_thread")]
async fn a_failure_that_nobody_waits_for_is_known_to_whoever_asks_next() {
    let Some(server) = Server::start(&[]) else { return };
    let (stores, secret) = (server.stores().await.attempts(), Secret::from(SECRET));
    let of = AttemptKeys::from_source([192, 0, 2, 1].into(), &secret).on_account("alice");
    let now = SystemTime::now();
    // A Redis that does not know the script yet is told it first.
    answer(stores.failed(&of, now, Duration::from_secs(60))).await.unwrap();
    for count in 2..=500 {
        drop(stores.failed(&of, now, Duration::from_secs(60)));
        let known = answer(stores.standing(&of, now)).await.unwrap();
        assert_eq!(known.pair.count(), count);
    }
}

/// Who reads the data, or its backup, learns no name, no address and no key, and can try none.
#[tokio::test]
async fn redis_holds_only_keyed_digests() {
    let Some(server) = Server::start(&[]) else { return };
    let machines = Machines::on(&server);
    for (name, password) in [("alice", "right"), ("alice", "wrong"), ("bob", "wrong")] {
        machines.ask(0, name, password).await;
    }
    let keys = server.cli(&["KEYS", "tower-auth:a:*"]);
    assert_eq!(keys.lines().count(), 6, "a source, two pairs, two accounts and a success");
    for key in keys.lines() {
        let digest = key.strip_prefix("tower-auth:a:{a}:").unwrap();
        assert!(digest.len() == 64 && digest.bytes().all(|b| b.is_ascii_hexdigit()), "{key}");
        let value = server.cli(&["GET", key]);
        assert!(value.split(' ').all(|number| number.parse::<u64>().is_ok()), "{value}");
    }
    // Servers with another secret share nothing.
    let stores = RedisStores::connect(&server.url()).unwrap();
    let now = tower_auth::clock::Clock::now(&machines.clock);
    for (secret, want) in [(SECRET, 1), ("another secret of all", 0)] {
        let secret = Secret::from(secret);
        let of = AttemptKeys::from_source([192, 0, 2, 1].into(), &secret).on_account("alice");
        let known = answer(stores.attempts().standing(&of, now)).await.unwrap();
        assert_eq!((known.pair.count(), known.known_since.is_some()), (want, want == 1));
    }
}

/// Machines whose clocks differ agree on the later one; none takes a failure back.
#[tokio::test]
async fn a_clock_that_is_behind_takes_no_failure_back() {
    let Some(server) = Server::start(&[]) else { return };
    let (stores, secret) = (server.stores().await.attempts(), Secret::from(SECRET));
    let of = AttemptKeys::from_source([192, 0, 2, 1].into(), &secret).on_account("alice");
    let ahead = SystemTime::now();
    let (behind, keep) = (ahead - Duration::from_secs(5), Duration::from_secs(60));
    for (count, at) in [(1, ahead), (2, behind), (3, ahead)] {
        let told = answer(stores.failed(&of, at, keep)).await.unwrap();
        assert_eq!(told.pair.count(), count);
        let late = told.pair.last().duration_since(ahead - Duration::from_millis(1));
        assert!(late.is_ok(), "{told:?}");
    }
}

/// What is told outside of a runtime is an outage, and no panic.
#[test]
fn without_a_runtime_it_is_an_outage() {
    let stores = RedisStores::connect("redis://localhost").unwrap();
    let secret = Secret::from(SECRET);
    let of = AttemptKeys::from_source([192, 0, 2, 1].into(), &secret);
    let told = stores.attempts().failed(&of, SystemTime::now(), Duration::from_secs(1));
    let Eventual::Ready(Err(why)) = told else { panic!("{told:?}") };
    assert_eq!(
        why.detail(),
        "Redis needs a tokio runtime, and a failed attempt was told outside of one"
    );
}

/// A login form on each of two machines.
#[tokio::test(flavor = "multi_thread")]
async fn guesses_at_forms_of_two_machines_count_together() {
    let Some(server) = Server::start(&[]) else { return };
    let clock = FixedClock::at_unix(1_700_000_000);
    let form = || {
        let redis = RedisStores::connect(&server.url()).unwrap();
        let limits = AttemptLimits::new(redis.attempts(), Source::connection());
        limits.secret(SECRET).clock(clock.clone()).build().unwrap()
    };
    let forms = [form(), form()];
    let from = |last: u8| {
        let peer = PeerAddr(([192, 0, 2, last], 4711).into());
        Request::post("/login").extension(peer).body(()).unwrap().into_parts().0
    };
    let (home, office) = (from(1), from(2));
    let alice = || Guess::on_account("alice");
    for number in 0..4 {
        let attempt = forms[number % 2].begin(&home, alice()).await.unwrap();
        attempt.failed().await.unwrap();
    }
    // Who hangs up has failed: Redis is told, though nobody waits for it.
    drop(forms[0].begin(&home, alice()).await.unwrap());
    within_a_second(|| async {
        match forms[1].begin(&home, alice()).await {
            Err(denied) if denied.status() == StatusCode::TOO_MANY_REQUESTS => Ok(()),
            other => {
                if let Ok(attempt) = other {
                    attempt.cancelled().await;
                }
                Err(tower_auth::rejection::Unavailable::new("not counted yet"))
            }
        }
    })
    .await;
    forms[0].begin(&office, alice()).await.unwrap().succeeded().await.unwrap();
    clock.advance(Duration::from_secs(1));
    forms[0].begin(&home, alice()).await.unwrap().succeeded().await.unwrap();
    forms[1].begin(&home, alice()).await.unwrap().cancelled().await;
}
