//! Schemes, and ways to put them together.

use http::request::Builder;
use tower::Layer as _;
use tower_auth::attempts::{AttemptLimits, Delays, Guess, Source};
use tower_auth::header::{Challenge, SchemeName};
use tower_auth::identity::{Principal, Verified};
use tower_auth::rejection::Rejection;
use tower_auth::respond::ChallengeList;
use tower_auth::scheme::{ApiKey, Attempt, Basic, Outcome, Place, Presented, Scheme, api_key};
use tower_auth::store::MemoryAttempts;
use tower_auth::testing::FixedClock;
use tower_auth::{AuthenticateLayer, Eventual};

use crate::guarded::{Guarded, HOME, OFFICE, People, attempt, peer, right, wrong};
use crate::support::{IMPORTER, Inner, Payload, Stack, api_key, basic_of, bearer, get};

fn guarded(
    change: impl FnOnce(
        tower_auth::authenticate::Builder<tower_auth::authenticate::SomeScheme>,
    ) -> tower_auth::authenticate::Builder<tower_auth::authenticate::SomeScheme>,
) -> Guarded {
    Guarded::with(People::default(), MemoryAttempts::new(1000), Source::connection(), change)
}

fn key(from: &str, key: &str) -> Builder {
    get("/").extension(peer(from)).header("x-api-key", key)
}

#[tokio::test]
async fn wrong_api_keys_count_for_their_source() {
    let guarded = guarded(|builder| builder.scheme(api_key()));
    guarded.stack.admits(key(OFFICE, "key-of-robot-1")).await;
    for number in 0..100 {
        guarded.stack.refuses(key(HOME, &format!("guessed-key-{number}")), 401).await;
        guarded.stack.refuses(key(OFFICE, "key-of-last-year"), 401).await;
    }
    let refused = guarded.stack.refuses(key(HOME, "key-of-robot-1"), 429).await;
    assert_eq!(refused.read.retry_after, Some(1));
    // A robot that was let in before is not held up by another one at the same address.
    guarded.stack.refuses(key(OFFICE, "key-of-last-year"), 429).await;
    guarded.stack.admits(key(OFFICE, "key-of-robot-1")).await;
    // What no key can be is not looked up, and counts as nothing.
    guarded.stack.refuses(key(HOME, ""), 401).await;
}

/// One place for all schemes: what is guessed at by one counts for the other.
#[tokio::test]
async fn schemes_share_their_sources_and_their_accounts() {
    let guarded = guarded(|builder| builder.scheme(api_key()).scheme(Pin::new()));
    for number in 0..50 {
        guarded.stack.refuses(key(HOME, &format!("guessed-key-{number}")), 401).await;
        guarded.wrong(HOME, &format!("user-{number}")).await;
    }
    assert_eq!(guarded.too_early(HOME, "bob").await, 1);
    guarded.stack.refuses(key(HOME, "key-of-robot-1"), 429).await;

    for _ in 0..3 {
        guarded.stack.refuses(pin(OFFICE, "alice", "0000"), 401).await;
    }
    guarded.wrong(OFFICE, "alice").await;
    guarded.wrong(OFFICE, "alice").await;
    assert_eq!(guarded.too_early(OFFICE, "alice").await, 1);
    guarded.stack.refuses(pin(OFFICE, "alice", "1234"), 429).await;
    guarded.stack.admits(pin(OFFICE, "bob", "1234")).await;
}

/// Nobody can guess them.
#[tokio::test]
async fn tokens_are_not_limited() {
    let guarded = guarded(|builder| builder.scheme(bearer()));
    for _ in 0..200 {
        let stolen = get("/").extension(peer(HOME)).header("authorization", "Bearer stolen-token");
        guarded.stack.refuses(stolen, 401).await;
    }
    guarded.stack.admits(get("/").header("authorization", IMPORTER)).await;
    guarded.right(HOME, "alice").await;
}

#[tokio::test]
async fn who_presents_nothing_is_not_limited_in_optional_mode() {
    let guarded = guarded(|builder| builder.optional());
    for _ in 0..5 {
        guarded.wrong(HOME, "alice").await;
    }
    assert_eq!(guarded.too_early(HOME, "alice").await, 1);
    guarded.stack.admits(get("/").extension(peer(HOME))).await;
    guarded.stack.admits(get("/")).await;
}

#[tokio::test]
async fn a_proxy_limits_what_is_for_the_proxy() {
    let guarded = guarded(|builder| builder.proxy());
    let ask = |password: &str| {
        get("/")
            .extension(peer(HOME))
            .header("proxy-authorization", basic_of(format!("alice:{password}")))
            .header("authorization", basic_of("alice:for-the-origin"))
    };
    for _ in 0..5 {
        guarded.stack.refuses(ask("guessed-by-a-stranger"), 407).await;
    }
    let refused = guarded.stack.refuses(ask("right-alice"), 429).await;
    assert!(refused.lines("proxy-authenticate").is_empty());
    guarded.after(1);
    guarded.stack.admits(ask("right-alice")).await;
}

#[tokio::test]
async fn where_several_are_demanded_each_is_limited() {
    let guarded = guarded(|builder| builder.scheme(api_key()).all());
    let both =
        |password: &str, key: &str| attempt(HOME, "alice", password).header("x-api-key", key);
    for _ in 0..5 {
        guarded.stack.refuses(both("guessed-by-a-stranger", "key-of-robot-1"), 401).await;
    }
    guarded.stack.refuses(both("right-alice", "key-of-robot-1"), 429).await;
    guarded.after(1);
    guarded.stack.admits(both("right-alice", "key-of-robot-1")).await;
}

/// Whoever waits for two turns in one request can't wait for themselves.
#[tokio::test(start_paused = true)]
async fn two_crowds_that_name_each_others_accounts_do_not_wait_for_ever() {
    let people = People::slow();
    let layer = AuthenticateLayer::builder()
        .scheme(Basic::new("orders", people))
        .scheme(Pin::new())
        .all()
        .limit_attempts(AttemptLimits::new(MemoryAttempts::new(1000), Source::connection()))
        .build()
        .unwrap();
    let stack = Stack::new(layer);
    let mut under_way = tokio::task::JoinSet::new();
    for number in 0..60 {
        let (one, other) = if number % 2 == 0 { ("alice", "bob") } else { ("bob", "alice") };
        let request = right(HOME, one).header("x-pin", format!("{other}:1234"));
        let (stack, request) = (stack.clone(), request.body(Payload::Explosive).unwrap());
        under_way.spawn(async move { stack.send(request).await.status() });
    }
    let all = async {
        while let Some(status) = under_way.join_next().await {
            assert_eq!(status.unwrap(), 200);
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(60), all).await.unwrap();
}

/// axum clones a layer for every route, and a service for every request.
#[tokio::test]
async fn clones_count_together() {
    let clock = FixedClock::at_unix(1_700_000_000);
    let limits = AttemptLimits::new(MemoryAttempts::new(1000), Source::connection())
        .per_account_and_source(Delays::after(2))
        .clock(clock);
    let layer = AuthenticateLayer::builder()
        .scheme(Basic::new("orders", People::default()))
        .limit_attempts(limits)
        .build()
        .unwrap();
    let _ = layer.layer(Inner::default());
    Stack::new(layer.clone()).refuses(wrong(HOME, "alice"), 401).await;
    Stack::new(layer.clone()).refuses(wrong(HOME, "alice"), 401).await;
    Stack::new(layer).refuses(right(HOME, "alice"), 429).await;
}

#[tokio::test]
async fn without_limits_nothing_is_counted_and_no_source_is_needed() {
    let layer = AuthenticateLayer::builder().scheme(Basic::new("orders", People::default()));
    let stack = Stack::new(layer.build().unwrap());
    for _ in 0..200 {
        stack.refuses(get("/").header("authorization", basic_of("alice:guess")), 401).await;
    }
    stack.admits(get("/").header("authorization", basic_of("alice:right-alice"))).await;
}

/// A key in a query, where it can be encoded.
#[tokio::test]
async fn api_keys_in_a_query_count_too() {
    let keys = api_key::ApiKeys::new().key("robot-1", "key+of/robot-1");
    let guarded = guarded(|builder| builder.scheme(ApiKey::danger_in_query("key", keys)));
    let ask = |query: &str| get(&format!("/?key={query}")).extension(peer(HOME));
    guarded.stack.admits(ask("key%2Bof%2Frobot-1")).await;
    for _ in 0..100 {
        guarded.stack.refuses(ask("guessed%2Bkey"), 401).await;
    }
    guarded.stack.refuses(ask("guessed%2Bkey"), 429).await;
    guarded.stack.admits(ask("key%2Bof%2Frobot-1")).await;
}

/// A scheme of one's own: `X-PIN: name:1234`.
struct Pin(SchemeName, [Place; 1]);

impl Pin {
    fn new() -> Self {
        let place = Place::Header("x-pin".parse().unwrap());
        Self(SchemeName::new("Pin").unwrap(), [place])
    }

    fn read<'a>(presented: &Presented<'a>) -> Option<(&'a str, &'a str)> {
        presented.head().headers.get("x-pin")?.to_str().ok()?.split_once(':')
    }
}

fn pin(from: &str, name: &str, pin: &str) -> Builder {
    get("/").extension(peer(from)).header("x-pin", format!("{name}:{pin}"))
}

impl Scheme for Pin {
    fn name(&self) -> &SchemeName {
        &self.0
    }

    fn places(&self) -> &[Place] {
        &self.1
    }

    fn authenticate(&self, presented: &Presented<'_>) -> Attempt {
        let outcome = match Self::read(presented) {
            Some((name, "1234")) => {
                Outcome::authenticated(Verified::assertion(Principal::new(name)), &self.0)
            }
            _ => Outcome::Rejected(Rejection::invalid_credentials("wrong_pin")),
        };
        Eventual::pending(async move {
            tokio::task::yield_now().await;
            outcome
        })
    }

    fn can_be_guessed(&self) -> bool {
        true
    }

    fn guess<'a>(&self, presented: &Presented<'a>) -> Option<Guess<'a>> {
        let (name, _) = Self::read(presented)?;
        Some(Guess::on_account(name))
    }

    fn challenges(&self, _: Option<&Rejection>, list: &mut ChallengeList<'_>) {
        list.push(&Challenge::new(self.0.clone()));
    }
}
