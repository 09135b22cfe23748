//! Attempts at a login form of one's own.

use std::sync::Arc;
use std::time::Duration;

use axum::response::IntoResponse as _;
use http::request::Parts;
use tower_auth::AuthenticateLayer;
use tower_auth::attempts::{AttemptLimits, Attempts, Denied, Guess, OpenAttempt, Source};
use tower_auth::rejection::{Rejection, Unavailable, Verdict, reason};
use tower_auth::scheme::Basic;
use tower_auth::scheme::basic::Directory as _;
use tower_auth::store::{AttemptStore, MemoryAttempts};
use tower_auth::testing::FixedClock;

use crate::guarded::{HOME, OFFICE, People, peer, right, wrong};
use crate::stores::Remote;
use crate::support::{Log, Stack, basic, bearer, get};

struct Form {
    attempts: Attempts,
    people: People,
    clock: FixedClock,
    log: Log,
}

impl Form {
    fn new() -> Self {
        Self::on(MemoryAttempts::new(1000))
    }

    fn on(store: impl AttemptStore) -> Self {
        let (clock, log) = (FixedClock::at_unix(1_700_000_000), Log::default());
        let limits = AttemptLimits::new(store, Source::connection())
            .secret("a secret of all servers")
            .observer(log.clone())
            .clock(clock.clone());
        Self { attempts: limits.build().unwrap(), people: People::default(), clock, log }
    }

    async fn begin(&self, from: &str, name: &str) -> Result<OpenAttempt, Denied> {
        self.attempts.begin(&posted(from), Guess::on_account(name)).await
    }

    /// Whether the password was right.
    async fn log_in(&self, from: &str, name: &str, password: &str) -> Result<bool, Denied> {
        let attempt = self.begin(from, name).await?;
        let verdict = self.people.verify(name, password.into()).await;
        attempt.settle(&verdict).await.unwrap();
        Ok(matches!(verdict, Verdict::Valid(_)))
    }

    async fn wrong_times(&self, times: u32, from: &str, name: &str) {
        for _ in 0..times {
            assert!(!self.log_in(from, name, "guess").await.unwrap());
        }
    }

    /// The right password is refused, and nothing is looked up.
    async fn too_early(&self, from: &str, name: &str) -> Denied {
        let before = self.people.asked();
        let denied = self.log_in(from, name, &format!("right-{name}")).await.unwrap_err();
        assert_eq!(self.people.asked(), before);
        assert_eq!(denied.status(), 429);
        denied
    }

    async fn lets_in(&self, from: &str, name: &str) {
        assert!(self.log_in(from, name, &format!("right-{name}")).await.unwrap());
    }
}

fn posted(from: &str) -> Parts {
    get("/login")
        .extension(peer(from))
        .header("content-length", "30")
        .body(())
        .unwrap()
        .into_parts()
        .0
}

#[tokio::test]
async fn who_guesses_has_to_wait_and_others_do_not() {
    let form = Form::new();
    form.wrong_times(5, HOME, "alice").await;
    let denied = form.too_early(HOME, "alice").await;
    assert_eq!(denied.retry_after(), Some(Duration::from_secs(1)));
    assert_eq!(form.log.codes().last().map(|it| &**it), Some("too_many_attempts"));
    let response = denied.into_response();
    assert_eq!(
        (response.status().as_u16(), &response.headers()["retry-after"]),
        (429, &"1".parse().unwrap())
    );
    assert_eq!(response.headers()["cache-control"], "no-store");
    assert!(!response.headers().contains_key("connection"), "the form was read");
    form.lets_in(OFFICE, "alice").await;
    form.lets_in(HOME, "bob").await;
    // Nobody is told apart from somebody.
    form.wrong_times(5, HOME, "nobody").await;
    form.too_early(HOME, "nobody").await;
    form.clock.advance(Duration::from_secs(1));
    form.lets_in(HOME, "alice").await;
}

#[tokio::test]
async fn a_success_forgets_failures() {
    let form = Form::new();
    for _ in 0..3 {
        form.wrong_times(4, HOME, "alice").await;
        form.lets_in(HOME, "alice").await;
    }
}

/// Who hangs up has had the guess.
#[tokio::test]
async fn an_attempt_that_is_dropped_has_failed() {
    let form = Form::new();
    for _ in 0..5 {
        drop(form.begin(HOME, "alice").await.unwrap());
    }
    form.too_early(HOME, "alice").await;
}

#[tokio::test]
async fn an_outage_and_what_is_no_guess_are_no_failures() {
    let form = Form::new();
    for _ in 0..7 {
        form.begin(HOME, "alice").await.unwrap().cancelled().await;
        let down = Verdict::from(Unavailable::new("the directory"));
        form.begin(HOME, "alice").await.unwrap().settle(&down).await.unwrap();
        let stale = Rejection::invalid_credentials(reason::STALE_NONCE).uncounted().into();
        form.begin(HOME, "alice").await.unwrap().settle(&stale).await.unwrap();
    }
    for _ in 0..5 {
        form.begin(HOME, "alice").await.unwrap().failed().await.unwrap();
    }
    form.too_early(HOME, "alice").await;
    form.clock.advance(Duration::from_secs(1));
    form.begin(HOME, "alice").await.unwrap().succeeded().await.unwrap();
    form.wrong_times(4, HOME, "alice").await;
}

/// As many run as would be free if all failed; the others wait for what becomes of them.
#[tokio::test]
async fn guesses_at_once_are_no_more_than_are_free() {
    let form = Arc::new(Form::new());
    let guesses: Vec<_> = (0..50)
        .map(|_| {
            let form = Arc::clone(&form);
            tokio::spawn(async move {
                let attempt = form.begin(HOME, "alice").await.ok()?;
                tokio::task::yield_now().await;
                attempt.failed().await.ok()
            })
        })
        .collect();
    let mut made = 0;
    for guess in guesses {
        made += usize::from(guess.await.unwrap().is_some());
    }
    assert_eq!(made, 5);
}

/// One count for a scheme and a form of the same accounts.
#[tokio::test]
async fn a_layer_and_a_form_share_their_counts() {
    let form = Form::new();
    let layer = AuthenticateLayer::builder()
        .scheme(Basic::new("orders", form.people.clone()))
        .limit_attempts(form.attempts.clone())
        .build();
    let stack = Stack::new(layer.unwrap());
    for _ in 0..3 {
        stack.refuses(wrong(HOME, "alice"), 401).await;
    }
    form.wrong_times(2, HOME, "alice").await;
    form.too_early(HOME, "alice").await;
    stack.refuses(right(HOME, "alice"), 429).await;
    stack.admits(right(OFFICE, "alice")).await;
}

/// What can't be counted is no guess for free.
#[tokio::test]
async fn while_the_store_is_down_nobody_may_try() {
    let remote = Remote::new(MemoryAttempts::new(1000));
    let form = Form::on(remote.clone());
    form.lets_in(HOME, "alice").await;
    let attempt = form.begin(HOME, "bob").await.unwrap();
    remote.set_up(false);
    assert!(attempt.failed().await.is_err());
    let denied = form.begin(HOME, "alice").await.unwrap_err();
    assert_eq!(denied.status(), 503);
    remote.set_up(true);
    form.wrong_times(5, HOME, "alice").await;
    form.too_early(HOME, "alice").await;
}

/// The server is to say it.
#[tokio::test]
async fn a_request_from_nowhere_is_the_operators_fault() {
    let form = Form::new();
    let nowhere = get("/login").body(()).unwrap().into_parts().0;
    let denied = form.attempts.begin(&nowhere, Guess::on_account("alice")).await.unwrap_err();
    assert_eq!((denied.status().as_u16(), denied.rejection().reason()), (500, "no_source"));
    assert!(!format!("{denied:?}").contains("alice"));
}

#[test]
fn limits_of_a_door_where_nobody_can_guess_refuse_to_build() {
    let limits = || AttemptLimits::new(MemoryAttempts::new(1000), Source::connection());
    let said = AuthenticateLayer::builder().scheme(bearer()).limit_attempts(limits()).build();
    let said = said.unwrap_err().to_string();
    assert!(said.contains("`limit_attempts` would limit nothing: leave it out"), "{said}");
    let door = AuthenticateLayer::builder().scheme(bearer()).scheme(basic());
    door.limit_attempts(limits()).build().unwrap();
}

#[test]
fn limits_that_can_not_work_refuse_to_build_without_a_layer_too() {
    let limits = AttemptLimits::new(MemoryAttempts::new(1000), Source::connection());
    let said = limits.attacked_after(0).build().unwrap_err().to_string();
    assert!(said.contains("give `attacked_after`"), "{said}");
}
