//! How many sessions a user can have.

use tower_auth::scheme::session::Sessions;
use tower_auth::store::{MemorySessions, NearSessions};
use tower_auth::testing::FixedClock;

use crate::site::{MINUTE, Site, holding};

#[tokio::test]
async fn with_one_more_the_one_used_the_longest_ago_ends() {
    let site = Site::with(|it| it.max_per_subject(3));
    let bob = site.login("bob").await;
    let mut pairs = Vec::new();
    for _ in 0..3 {
        site.clock.advance(MINUTE);
        pairs.push(site.login("alice").await.pair().to_owned());
    }
    site.clock.advance(MINUTE);
    site.admits(&pairs[0]).await;
    let fourth = site.login("alice").await;
    site.refuses(&pairs[1]).await;
    for pair in [&pairs[0], &pairs[2], fourth.pair(), bob.pair()] {
        site.admits(pair).await;
    }
    // A renewal is no more than there was.
    let renewed = site.sessions.renew(&holding(&pairs[0])).await.unwrap().unwrap();
    for pair in [renewed.pair(), &pairs[2], fourth.pair()] {
        site.admits(pair).await;
    }
}

/// As with a password that somebody else may know: they are out.
#[tokio::test]
async fn where_there_can_be_one_a_login_ends_the_other() {
    let site = Site::with(|it| it.max_per_subject(1));
    let old = site.login("alice").await;
    site.admits(old.pair()).await;
    let new = site.login("alice").await;
    site.refuses(old.pair()).await;
    site.admits(new.pair()).await;
}

/// A near cache knows that a session ended for another one.
#[tokio::test]
async fn what_ended_for_another_is_not_remembered_nearby() {
    let clock = FixedClock::at_unix(1_700_000_000);
    let near = |store| NearSessions::new(store, 100).clock(clock);
    let site = Site::on(near, |it| it.max_per_subject(1));
    let old = site.login("alice").await;
    site.admits(old.pair()).await;
    let _ = site.login("alice").await;
    site.refuses(old.pair()).await;
}

/// So one account can't fill the store for all others.
#[tokio::test]
async fn by_default_there_are_a_hundred() {
    let site = Site::new();
    for _ in 0..105 {
        let _ = site.login("alice").await;
    }
    assert_eq!(site.store.len(), 100);
}

#[test]
fn none_at_all_refuses_to_build() {
    let builder = Sessions::builder(MemorySessions::new(10)).max_per_subject(0);
    let said = builder.build().unwrap_err().to_string();
    assert!(said.contains("give `max_per_subject` at least 1"), "{said}");
}
