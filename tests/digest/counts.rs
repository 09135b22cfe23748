//! `nc`, [RFC 7616 §3.4](https://www.rfc-editor.org/rfc/rfc7616#section-3.4).

use crate::client::Login;
use crate::info::info;
use crate::support::{LIFETIME, SHA, Stack, clock, digest, stack};

/// Sends a request with this count.
async fn lets_in(stack: &Stack, login: &Login, count: u32) {
    stack.lets_in(&Login { nc: format!("{count:08x}"), ..login.clone() }).await;
}

async fn turns_away(stack: &Stack, login: &Login, count: u32) {
    let login = Login { nc: format!("{count:08x}"), ..login.clone() };
    stack.turns_away(&login, "nonce_reused").await;
}

#[tokio::test]
async fn counts_go_up_one_by_one() {
    let stack = stack(digest());
    let login = stack.login(SHA).await;
    for count in 1..=300 {
        lets_in(&stack, &login, count).await;
        turns_away(&stack, &login, count).await;
    }
}

/// Ruby's clients begin with 0. A gap is a request that was lost.
#[tokio::test]
async fn counts_may_begin_anywhere_and_have_gaps() {
    let stack = stack(digest());
    for counts in
        [[0, 1, 2], [1, 3, 70], [2, 1000, 1_000_000], [u32::MAX, u32::MAX - 1, 0xffff_fff0]]
    {
        let login = stack.login(SHA).await;
        for count in counts {
            lets_in(&stack, &login, count).await;
        }
        for count in counts {
            if count.abs_diff(counts[2]) < 1024 {
                turns_away(&stack, &login, count).await;
            }
        }
    }
}

/// Requests that are sent at once arrive in any order: within 1024 of the highest each counts once.
#[tokio::test]
async fn counts_may_come_in_any_order_within_a_window() {
    let stack = stack(digest());
    let login = stack.login(SHA).await;
    lets_in(&stack, &login, 2000).await;
    // 977 is the last that is remembered; below it nobody can tell.
    for count in [1999, 977, 1500, 1024, 978] {
        lets_in(&stack, &login, count).await;
        turns_away(&stack, &login, count).await;
    }
    for count in [976, 975, 1, 0] {
        turns_away(&stack, &login, count).await;
    }
    lets_in(&stack, &login, 2001).await;
    turns_away(&stack, &login, 977).await;
    lets_in(&stack, &login, 3000).await;
    for count in [2000, 2001, 1999, 1976] {
        turns_away(&stack, &login, count).await;
    }
    lets_in(&stack, &login, 1977).await;
}

/// After the last count there is no further; the client needs a new nonce.
#[tokio::test]
async fn the_last_count_is_the_last() {
    let stack = stack(digest());
    let login = stack.login(SHA).await;
    lets_in(&stack, &login, u32::MAX).await;
    for count in [u32::MAX, 0, 1, u32::MAX - 1024] {
        turns_away(&stack, &login, count).await;
    }
    lets_in(&stack, &login, u32::MAX - 1023).await;
}

/// Exactly eight hexadecimal digits.
#[tokio::test]
async fn other_than_eight_digits_is_malformed() {
    let stack = stack(digest());
    let login = stack.login(SHA).await;
    for nc in [
        "1",
        "0000001",
        "000000001",
        "0000000G",
        "0x000001",
        "+0000001",
        "-0000001",
        "\"00000001 \"",
        "\"\"",
        "\" 0000001\"",
        "0000.001",
        "１",
    ] {
        let forged = Login { nc: nc.trim_matches('"').into(), ..login.clone() };
        stack.finds_malformed(&login, &forged.header_with("nc", nc)).await;
    }
    // In either case, and quoted (RFC 9110 §11.2).
    lets_in(&stack, &login, 1).await;
    let quoted = Login { nc: "0000aBcD".into(), ..login };
    let header = quoted.header_with("nc", "\"0000aBcD\"");
    stack.admits(crate::support::request(&quoted, &header)).await;
    turns_away(&stack, &quoted, 0xabcd).await;
}

/// A wrong password uses nothing up.
#[tokio::test]
async fn only_who_has_the_password_uses_a_count_up() {
    let stack = stack(digest());
    let login = stack.login(SHA).await;
    let wrong = Login { password: "wrong".into(), ..login.clone() };
    for _ in 0..3 {
        stack.turns_away(&wrong, "wrong_password").await;
    }
    lets_in(&stack, &login, 1).await;
    stack.turns_away(&wrong, "wrong_password").await;
}

/// [RFC 7616 §3.5](https://www.rfc-editor.org/rfc/rfc7616#section-3.5): a nonce for each request,
/// the next of which comes with the answer.
#[tokio::test]
async fn one_time_nonces_bring_the_next() {
    let stack = stack(digest().one_time_nonces());
    let mut login = stack.login(SHA).await;
    for _ in 0..5 {
        let info = info(&stack.lets_in(&login).await.response);
        assert_eq!(info[4].0, "nextnonce");
        let next = info[4].1.trim_matches('"').to_owned();
        for count in [1, 2, 7] {
            turns_away(&stack, &login, count).await;
        }
        assert_ne!(next, login.nonce);
        login = Login { nonce: next, ..login };
    }
    // Several can be open at once: a client that did not heed the answer just asks again.
    let (first, second) = (stack.login(SHA).await, stack.login(SHA).await);
    stack.lets_in(&second).await;
    stack.lets_in(&first).await;
}

/// [RFC 7616 §5.5](https://www.rfc-editor.org/rfc/rfc7616#section-5.5): what is posted is posted
/// once, and who recorded it can't send it on under the next count.
#[tokio::test]
async fn a_post_with_a_one_time_nonce_is_done_once() {
    let stack = stack(digest().one_time_nonces());
    let login = Login { method: "DELETE".into(), ..stack.login(SHA).await };
    stack.lets_in(&login).await;
    stack.turns_away(&login, "nonce_reused").await;
    let forged = login.header().replace("nc=00000001", "nc=00000002");
    stack.turns_away_as(&login, &forged, "wrong_password").await;
}

/// In the last fifth of its life a nonce brings the next one, so that nobody has to ask.
#[tokio::test]
async fn an_old_nonce_brings_the_next() {
    let time = clock();
    let stack = stack(digest().clock(time.clone()));
    let mut login = stack.login(SHA).await;
    for (step, brings_next) in [(0, false), (240, false), (1, true), (58, true)] {
        time.advance(std::time::Duration::from_secs(step));
        let info = info(&stack.lets_in(&login).await.response);
        assert_eq!(info.len() == 5, brings_next, "after {step} s more");
        login.nc = format!("{:08x}", u32::from_str_radix(&login.nc, 16).unwrap() + 1);
        if step == 58 {
            let next = info[4].1.trim_matches('"').to_owned();
            login = Login { nonce: next, nc: "00000001".into(), ..login };
        }
    }
    time.advance(LIFETIME - std::time::Duration::from_secs(1));
    stack.lets_in(&login).await;
    time.advance(std::time::Duration::from_secs(1));
    turns_away_stale(&stack, &Login { nc: "00000002".into(), ..login }).await;
}

async fn turns_away_stale(stack: &Stack, login: &Login) {
    stack.turns_away(login, "stale_nonce").await;
}
