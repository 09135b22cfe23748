//! How long who waits.

use std::time::Duration;

use crate::guarded::{Guarded, HOME, OFFICE, attempt, right, wrong};
use crate::support::get;

/// [RFC 6585 §4](https://www.rfc-editor.org/rfc/rfc6585#section-4).
#[tokio::test]
async fn delays_grow_from_a_second_to_a_quarter_of_an_hour() {
    let guarded = Guarded::new();
    for _ in 0..5 {
        guarded.wrong(HOME, "alice").await;
    }
    for delay in [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900] {
        assert_eq!(guarded.too_early(HOME, "alice").await, delay);
        guarded.after(delay - 1);
        assert_eq!(guarded.too_early(HOME, "alice").await, 1, "to the second");
        guarded.after(1);
        guarded.wrong(HOME, "alice").await;
    }
}

#[tokio::test]
async fn what_is_refused_for_being_too_early_makes_no_delay_longer() {
    let guarded = Guarded::new();
    for _ in 0..5 {
        guarded.wrong(HOME, "alice").await;
    }
    for _ in 0..1000 {
        assert_eq!(guarded.too_early(HOME, "alice").await, 1);
    }
    guarded.after(1);
    guarded.right(HOME, "alice").await;
}

#[tokio::test]
async fn a_part_of_a_second_is_rounded_up() {
    let guarded = Guarded::new();
    guarded.wrong_times(6, HOME, "alice").await;
    guarded.wrong(HOME, "alice").await;
    guarded.clock.advance(Duration::from_millis(1500));
    assert_eq!(guarded.too_early(HOME, "alice").await, 3);
    guarded.clock.advance(Duration::from_millis(2500));
    guarded.right(HOME, "alice").await;
}

#[tokio::test]
async fn a_success_forgets_the_failures_of_the_account_at_its_source() {
    let guarded = Guarded::new();
    for _ in 0..4 {
        for _ in 0..4 {
            guarded.wrong(HOME, "alice").await;
        }
        guarded.right(HOME, "alice").await;
    }
    for _ in 0..5 {
        guarded.wrong(HOME, "alice").await;
    }
    assert_eq!(guarded.too_early(HOME, "alice").await, 1);
}

#[tokio::test]
async fn an_account_of_ones_own_is_no_way_to_go_on_guessing() {
    let guarded = Guarded::new();
    for victim in 0..100 {
        guarded.wrong(HOME, &format!("user-{victim}")).await;
        guarded.right(HOME, "mallory").await;
    }
    assert_eq!(guarded.too_early(HOME, "user-100").await, 1);
    for _ in 0..5 {
        guarded.wrong(OFFICE, "alice").await;
    }
    guarded.right(OFFICE, "mallory").await;
    assert_eq!(guarded.too_early(OFFICE, "alice").await, 1);
}

#[tokio::test]
async fn failures_are_forgotten_an_hour_after_the_last_one() {
    let guarded = Guarded::new();
    for _ in 0..5 {
        guarded.wrong(HOME, "alice").await;
        guarded.after(3599);
    }
    guarded.wrong(HOME, "alice").await;
    assert_eq!(guarded.too_early(HOME, "alice").await, 2, "six of them");
    guarded.after(3600);
    for _ in 0..5 {
        guarded.wrong(HOME, "alice").await;
    }
    assert_eq!(guarded.too_early(HOME, "alice").await, 1, "five of them");
}

/// [RFC 6585 §4](https://www.rfc-editor.org/rfc/rfc6585#section-4): no cache stores it; and it
/// tells nobody who has an account.
#[tokio::test]
async fn accounts_that_do_not_exist_look_the_same() {
    let guarded = Guarded::new();
    let mut answers = Vec::new();
    for (name, from) in [("alice", HOME), ("nobody", OFFICE)] {
        for _ in 0..5 {
            guarded.wrong(from, name).await;
        }
        let refused = guarded.stack.refuses(wrong(from, name), 429).await;
        assert_eq!(refused.lines("cache-control"), ["no-store"]);
        answers.push((refused.read, refused.response.into_body()));
    }
    let [known, unknown] = &answers[..] else { panic!("two answers") };
    assert_eq!(known, unknown);
}

#[tokio::test]
async fn malformed_credentials_outages_and_what_is_said_to_be_none_are_no_failures() {
    let guarded = Guarded::new();
    for _ in 0..200 {
        let malformed = right(HOME, "alice").header("authorization", "Basic Og==");
        guarded.stack.refuses(malformed, 400).await;
        let control = attempt(HOME, "alice", "a\0b");
        guarded.stack.refuses(control, 401).await;
        guarded.stack.refuses(attempt(HOME, "outage", "x"), 503).await;
        guarded.stack.refuses(attempt(HOME, "alice", "expired-nonce"), 401).await;
        guarded.stack.refuses(get("/"), 401).await;
    }
    guarded.right(HOME, "alice").await;
}

#[tokio::test]
async fn an_operator_sees_who_is_limited_and_why() {
    let guarded = Guarded::new();
    guarded.wrong_times(49, HOME, "alice").await;
    guarded.log.codes();
    guarded.wrong(HOME, "alice").await;
    assert_eq!(guarded.log.codes(), ["account_attacked", "wrong_password"]);
    guarded.too_early(HOME, "alice").await;
    assert_eq!(guarded.log.codes(), ["too_many_attempts"]);

    for user in 0..100 {
        guarded.wrong(OFFICE, &format!("user-{user}")).await;
    }
    let text = guarded.log.text();
    let limited: Vec<_> = text.lines().filter(|line| line.contains("SourceLimited")).collect();
    assert_eq!(limited, ["SourceLimited { source: 198.51.100.2, failures: 100 }"]);
}
