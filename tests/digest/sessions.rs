//! The `-sess` algorithms,
//! [RFC 7616 §3.4.2](https://www.rfc-editor.org/rfc/rfc7616#section-3.4.2).

use std::sync::Arc;

use tower_auth::scheme::digest::{Algorithm, Digest};
use tower_auth::store::MemoryNonces;

use crate::client::Login;
use crate::info::{expected, info};
use crate::replays::{Slow, SlowUsers};
use crate::support::{REALM, Stack, digest, stack};

const SESSIONS: [&str; 3] = ["SHA-512-256-sess", "SHA-256-sess", "MD5-sess"];

/// The same with users and uses at hand, and elsewhere.
fn stacks() -> [Stack; 2] {
    [digest(), Digest::new(REALM, SlowUsers).store(Slow(Arc::new(MemoryNonces::new(1000))))].map(
        |digest| {
            let both = [Algorithm::Sha256Sess, Algorithm::Sha512_256Sess];
            stack(digest.algorithms(both).danger_md5_sess())
        },
    )
}

/// The request after this one.
fn next(login: &Login, nc: u32, cnonce: &str) -> Login {
    Login { nc: format!("{nc:08x}"), cnonce: cnonce.into(), ..login.clone() }
}

/// As the RFC has it: the session keeps the `cnonce` of its first request.
#[tokio::test]
async fn a_client_may_keep_the_first_cnonce_of_a_session() {
    for stack in stacks() {
        for algorithm in SESSIONS {
            let mut login = stack.login(algorithm).await;
            login.first_cnonce = Some(login.cnonce.clone());
            for (nc, cnonce) in [(1, "0a4f113b"), (2, "second"), (3, "third"), (4, "second")] {
                let login = next(&login, nc, cnonce);
                let admitted = stack.lets_in(&login).await;
                assert_eq!(info(&admitted.response), expected(&login, "auth", b""));
                stack.turns_away(&login, "nonce_reused").await;
            }
        }
    }
}

/// As most clients do it: each request with its own.
#[tokio::test]
async fn a_client_may_take_a_new_cnonce_for_each_request() {
    for stack in stacks() {
        for algorithm in SESSIONS {
            let login = stack.login(algorithm).await;
            for (nc, cnonce) in [(1, "first"), (2, "second"), (3, "third"), (4, "second")] {
                let login = next(&login, nc, cnonce);
                let admitted = stack.lets_in(&login).await;
                assert_eq!(info(&admitted.response), expected(&login, "auth", b""));
            }
        }
    }
}

/// The `cnonce` of a request that was turned away begins nothing.
#[tokio::test]
async fn a_session_begins_with_the_first_request_that_is_let_in() {
    for stack in stacks() {
        let login = stack.login(SESSIONS[1]).await;
        let wrong = Login { password: "wrong".into(), cnonce: "theirs".into(), ..login.clone() };
        stack.turns_away(&wrong, "wrong_password").await;
        let first_cnonce = Some("theirs".to_owned());
        stack.turns_away(&Login { first_cnonce, ..login.clone() }, "wrong_password").await;
        stack.lets_in(&login).await;
        let first_cnonce = Some(login.cnonce.clone());
        let second = Login { first_cnonce, ..next(&login, 2, "second") };
        stack.lets_in(&second).await;
        // Only the first is kept.
        let first_cnonce = Some("second".to_owned());
        let third = Login { first_cnonce, ..next(&login, 3, "third") };
        stack.turns_away(&third, "wrong_password").await;
    }
}

#[tokio::test]
async fn a_wrong_password_is_wrong_with_either_cnonce() {
    for stack in stacks() {
        for algorithm in SESSIONS {
            let login = stack.login(algorithm).await;
            stack.lets_in(&login).await;
            let first = Some(login.cnonce.clone());
            for first_cnonce in [None, first] {
                let other = Login { first_cnonce, ..next(&login, 2, "second") };
                let wrong = Login { password: "wrong".into(), ..other.clone() };
                stack.turns_away(&wrong, "wrong_password").await;
                let nobody = Login { username: "nobody".into(), ..other };
                stack.turns_away(&nobody, "unknown_user").await;
            }
        }
    }
}

/// Another user of the same nonce begins with another secret.
#[tokio::test]
async fn a_session_is_no_other_users() {
    let stack = stack(digest().algorithms([Algorithm::Sha256Sess]));
    let login = stack.login(SESSIONS[1]).await;
    stack.lets_in(&login).await;
    let scar = Login { username: "Scar".into(), ..next(&login, 2, "second") };
    let scar = Login { first_cnonce: Some(login.cnonce), ..scar };
    stack.turns_away(&scar, "wrong_password").await;
    stack.lets_in(&Login { password: "Be prepared".into(), ..scar }).await;
}

/// A `cnonce` of any length proves the password; an endless one is not kept.
#[tokio::test]
async fn an_endless_cnonce_is_not_kept() {
    let stack = stack(digest().algorithms([Algorithm::Sha256Sess]));
    for (length, is_kept) in [(128, true), (129, false), (9000, false)] {
        let login = Login { cnonce: "c".repeat(length), ..stack.login(SESSIONS[1]).await };
        stack.lets_in(&login).await;
        stack.lets_in(&next(&login, 2, "second")).await;
        let kept = Login { first_cnonce: Some(login.cnonce.clone()), ..next(&login, 3, "third") };
        if is_kept {
            stack.lets_in(&kept).await;
        } else {
            stack.turns_away(&kept, "wrong_password").await;
        }
    }
}
