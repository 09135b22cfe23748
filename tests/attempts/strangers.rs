//! What strangers can do to an owner, and what they can't.

use crate::guarded::{Guarded, HOME, OFFICE};

/// Attacks the account from so many sources, each as often as it can at once.
async fn botnet(guarded: &Guarded, sources: u32) {
    for bot in 0..sources {
        let from = std::net::Ipv4Addr::from_bits(0x0a00_0000 + bot).to_string();
        for _ in 0..6 {
            guarded.stack.send(crate::guarded::wrong(&from, "alice").body(none()).unwrap()).await;
        }
    }
}

fn none() -> crate::support::Payload {
    crate::support::Payload::Explosive
}

#[tokio::test]
async fn an_owner_at_a_known_source_is_not_held_up_by_a_botnet() {
    let guarded = Guarded::new();
    guarded.right(HOME, "alice").await;
    for _ in 0..3 {
        botnet(&guarded, 1000).await;
        guarded.right(HOME, "alice").await;
        guarded.wrong(HOME, "alice").await;
        guarded.wrong(HOME, "alice").await;
        guarded.right(HOME, "alice").await;
    }
    // Known for 30 days.
    guarded.after(29 * 24 * 60 * 60);
    botnet(&guarded, 100).await;
    for _ in 0..4 {
        guarded.wrong(HOME, "alice").await;
    }
    guarded.right(HOME, "alice").await;
}

#[tokio::test]
async fn a_source_is_known_for_a_month_after_the_last_success() {
    for (days, free) in [(29, 5), (31, 1)] {
        let guarded = Guarded::new();
        guarded.right(HOME, "alice").await;
        guarded.after(20 * 24 * 60 * 60);
        guarded.right(HOME, "alice").await;
        guarded.after(days * 24 * 60 * 60);
        botnet(&guarded, 100).await;
        for _ in 0..free {
            guarded.wrong(HOME, "alice").await;
        }
        assert_eq!(guarded.too_early(HOME, "alice").await, 1, "{days}");
    }
}

#[tokio::test]
async fn an_owner_at_a_new_source_always_has_a_first_attempt() {
    let guarded = Guarded::new();
    botnet(&guarded, 1000).await;
    guarded.right(HOME, "alice").await;
    // One mistake, and a short delay.
    guarded.wrong(OFFICE, "alice").await;
    assert_eq!(guarded.too_early(OFFICE, "alice").await, 1);
    guarded.after(1);
    guarded.right(OFFICE, "alice").await;
    // And none for anybody else.
    for _ in 0..4 {
        guarded.wrong(OFFICE, "bob").await;
    }
    guarded.right(OFFICE, "bob").await;
}

#[tokio::test]
async fn a_botnet_has_fifty_guesses_and_then_one_for_each_of_its_sources() {
    let guarded = Guarded::new();
    botnet(&guarded, 1000).await;
    assert_eq!(guarded.people.asked(), 50 + 990);
}

#[tokio::test]
async fn a_source_that_tries_many_accounts_is_slowed_down() {
    let guarded = Guarded::new();
    guarded.right(OFFICE, "alice").await;
    for account in 0..100 {
        guarded.wrong(OFFICE, &format!("user-{account}")).await;
    }
    for (account, delay) in (100..).zip([1, 2, 4, 8, 16, 32, 60, 60, 60]) {
        assert_eq!(guarded.too_early(OFFICE, &format!("user-{account}")).await, delay);
        guarded.after(delay);
        guarded.wrong(OFFICE, &format!("user-{account}")).await;
    }
    // Who has logged in there before goes on, and other sources do.
    guarded.right(OFFICE, "alice").await;
    guarded.right(HOME, "user-1").await;
    assert_eq!(guarded.too_early(OFFICE, "bob").await, 60);
}
