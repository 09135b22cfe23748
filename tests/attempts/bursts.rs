//! Many requests at once, and clients that hang up.

use std::collections::BTreeMap;
use std::future::Future as _;
use std::task::{Context, Waker};
use std::time::Duration;

use http::request::Builder;
use tokio::task::JoinSet;
use tower_auth::store::MemoryAttempts;

use crate::guarded::{Guarded, HOME, OFFICE, People, right, wrong};
use crate::stores::Remote;
use crate::support::Payload;

/// How often each status is the answer to so many requests at once.
async fn at_once(guarded: &Guarded, requests: impl Iterator<Item = Builder>) -> BTreeMap<u16, u32> {
    let mut under_way = JoinSet::new();
    for request in requests {
        let stack = guarded.stack.clone();
        let request = request.body(Payload::Explosive).unwrap();
        under_way.spawn(async move { stack.send(request).await.status().as_u16() });
    }
    let mut statuses = BTreeMap::new();
    while let Some(status) = under_way.join_next().await {
        *statuses.entry(status.unwrap()).or_default() += 1;
    }
    statuses
}

fn memory() -> MemoryAttempts {
    MemoryAttempts::new(10_000)
}

fn guards() -> [(&'static str, Guarded); 2] {
    [
        ("memory", Guarded::by(People::slow(), memory())),
        ("remote", Guarded::by(People::slow(), Remote::new(memory()))),
    ]
}

#[tokio::test(start_paused = true)]
async fn wrong_guesses_at_once_cost_no_more_checks_than_one_after_the_other() {
    for (store, guarded) in guards() {
        let statuses = at_once(&guarded, (0..100).map(|_| wrong(HOME, "alice"))).await;
        assert_eq!(statuses, BTreeMap::from([(401, 5), (429, 95)]), "{store}");
        assert_eq!(guarded.people.asked(), 5, "{store}");
    }
}

#[tokio::test(start_paused = true)]
async fn right_passwords_at_once_all_succeed() {
    for (store, guarded) in guards() {
        for _ in 0..3 {
            let statuses = at_once(&guarded, (0..100).map(|_| right(HOME, "alice"))).await;
            assert_eq!(statuses, BTreeMap::from([(200, 100)]), "{store}");
        }
        // Also while others are wrong, up to what is free.
        let mixed = (0..100).map(|i| if i < 4 { wrong(HOME, "bob") } else { right(HOME, "bob") });
        let statuses = at_once(&guarded, mixed).await;
        assert_eq!(statuses, BTreeMap::from([(200, 96), (401, 4)]), "{store}");
    }
}

#[tokio::test(start_paused = true)]
async fn after_a_delay_one_of_many_is_checked() {
    let guarded = Guarded::by(People::slow(), memory());
    for (seconds, checked) in [(0, 5), (1, 6), (2, 7), (4, 8)] {
        guarded.after(seconds);
        at_once(&guarded, (0..50).map(|_| wrong(HOME, "alice"))).await;
        assert_eq!(guarded.people.asked(), checked);
    }
    // And if that one is right, all are.
    guarded.after(8);
    let statuses = at_once(&guarded, (0..50).map(|_| right(HOME, "alice"))).await;
    assert_eq!(statuses, BTreeMap::from([(200, 50)]));
}

#[tokio::test(start_paused = true)]
async fn many_accounts_at_once_are_still_one_source() {
    let guarded = Guarded::by(People::slow(), memory());
    let names = (0..500).map(|i| wrong(HOME, &format!("user-{i}")));
    let statuses = at_once(&guarded, names).await;
    assert_eq!(statuses, BTreeMap::from([(401, 100), (429, 400)]));
    assert_eq!(guarded.people.asked(), 100);
}

#[tokio::test(start_paused = true)]
async fn a_known_source_has_more_at_once_and_pays_for_it() {
    let guarded = Guarded::by(People::slow(), memory());
    guarded.right(HOME, "alice").await;
    let before = guarded.people.asked();
    at_once(&guarded, (0..200).map(|_| wrong(HOME, "alice"))).await;
    assert_eq!(guarded.people.asked() - before, 64);
    assert_eq!(guarded.too_early(HOME, "alice").await, 900);
}

#[tokio::test(start_paused = true)]
async fn those_who_wait_are_not_without_number() {
    let guarded = Guarded::by(People::slow(), memory());
    let statuses = at_once(&guarded, (0..1500).map(|_| right(HOME, "alice"))).await;
    assert_eq!(statuses, BTreeMap::from([(200, 1005), (429, 495)]));
}

/// A client that hangs up has had its guess.
#[tokio::test(start_paused = true)]
async fn hanging_up_makes_no_guess_free() {
    for (store, guarded) in guards() {
        for _ in 0..5 {
            let request = wrong(HOME, "alice").body(Payload::Explosive).unwrap();
            let hung_up =
                tokio::time::timeout(Duration::from_millis(50), guarded.stack.send(request));
            assert!(hung_up.await.is_err(), "{store}");
        }
        // What it told the store is on its way.
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert_eq!(guarded.people.asked(), 5, "{store}");
        assert_eq!(guarded.too_early(HOME, "alice").await, 1, "{store}");
    }
}

/// The price of that: who is impatient with the right password waits a second.
#[tokio::test(start_paused = true)]
async fn an_impatient_owner_waits_a_second_at_most() {
    let guarded = Guarded::by(People::slow(), memory());
    for _ in 0..5 {
        let request = right(HOME, "alice").body(Payload::Explosive).unwrap();
        let hung_up = tokio::time::timeout(Duration::from_millis(50), guarded.stack.send(request));
        assert!(hung_up.await.is_err());
    }
    assert_eq!(guarded.too_early(HOME, "alice").await, 1);
    guarded.after(1);
    guarded.right(HOME, "alice").await;
}

/// A page with many parts is left while its parts are checked: where the owner is known, that is no
/// sign of a guesser, and costs no more than a second either.
#[tokio::test(start_paused = true)]
async fn an_owner_who_leaves_a_page_with_many_parts_is_not_locked_out() {
    for (store, guarded) in guards() {
        guarded.right(HOME, "alice").await;
        let parts = (0..30).map(|_| {
            let (stack, request) = (guarded.stack.clone(), right(HOME, "alice"));
            async move { stack.send(request.body(Payload::Explosive).unwrap()).await }
        });
        let mut page = JoinSet::new();
        parts.for_each(|part| drop(page.spawn(part)));
        tokio::time::sleep(Duration::from_millis(50)).await;
        page.shutdown().await;
        tokio::time::sleep(Duration::from_millis(50)).await;
        // Nor was it free.
        assert_eq!(guarded.too_early(HOME, "alice").await, 1, "{store}");
        guarded.after(1);
        let again = guarded.stack.send(right(HOME, "alice").body(Payload::Explosive).unwrap());
        assert_eq!(again.await.status(), 200, "{store}");
    }
}

/// Who waits has made no guess, and leaves its place to others.
#[tokio::test(start_paused = true)]
async fn hanging_up_while_waiting_counts_as_nothing_and_blocks_nobody() {
    for (store, guarded) in guards() {
        let mut first = JoinSet::new();
        for _ in 0..5 {
            let (stack, request) = (guarded.stack.clone(), right(HOME, "alice"));
            first.spawn(async move {
                stack.send(request.body(Payload::Explosive).unwrap()).await.status()
            });
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
        // They get in line, and leave it.
        for _ in 0..20 {
            let request = wrong(HOME, "alice").body(Payload::Explosive).unwrap();
            let waiting =
                tokio::time::timeout(Duration::from_millis(2), guarded.stack.send(request));
            assert!(waiting.await.is_err(), "{store}");
        }
        let statuses = at_once(&guarded, (0..20).map(|_| right(HOME, "alice"))).await;
        assert_eq!(statuses, BTreeMap::from([(200, 20)]), "{store}");
        assert_eq!(guarded.people.asked(), 25, "{store}");
        while let Some(status) = first.join_next().await {
            assert_eq!(status.unwrap(), 200, "{store}");
        }
    }
}

/// One that is dropped just when it has been woken hands its turn on.
#[tokio::test(start_paused = true)]
async fn a_turn_that_comes_too_late_is_handed_on() {
    let guarded = Guarded::by(People::slow(), memory());
    let cx = &mut Context::from_waker(Waker::noop());
    let send = |request: Builder| {
        let stack = guarded.stack.clone();
        let request = request.body(Payload::Explosive).unwrap();
        Box::pin(async move { stack.send(request).await.status().as_u16() })
    };
    let mut running: Vec<_> = (0..5).map(|_| send(right(HOME, "alice"))).collect();
    for one in &mut running {
        assert!(one.as_mut().poll(cx).is_pending());
    }
    let mut waiting: Vec<_> = (0..8).map(|_| send(right(HOME, "alice"))).collect();
    for one in &mut waiting {
        assert!(one.as_mut().poll(cx).is_pending());
    }
    // All who run leave, which wakes some of those who wait; these are dropped unpolled.
    drop(running);
    let last = waiting.pop().unwrap();
    drop(waiting);
    // Five were dropped while they ran, so five failed.
    assert_eq!(last.await, 429);
    guarded.after(1);
    guarded.right(HOME, "alice").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_crowd_on_many_threads_comes_to_an_end() {
    let guarded = Guarded::by(People::default(), Remote::new(memory()));
    for round in 0..12 {
        let requests = (0..400).map(|i| {
            let from = if i % 2 == 0 { HOME } else { OFFICE };
            let name = format!("user-{round}-{}", i % 3);
            if i % 50 == 49 { wrong(from, &name) } else { right(from, &name) }
        });
        let statuses = at_once(&guarded, requests).await;
        assert_eq!(statuses.values().sum::<u32>(), 400);
        assert_eq!(statuses.get(&200), Some(&392), "{statuses:?}");
    }
}
