//! Settings that can't work don't build, and say what to do.

use std::time::Duration;

use tower_auth::scheme::digest::{Algorithm, Digest, DigestUsers, Ha1};
use tower_auth::scheme::{Basic, basic::Users};

use crate::client::{Login, h};
use crate::support::{SHA, digest, door, stack, users};

fn refusal(digest: Digest) -> String {
    door(digest).build().unwrap_err().to_string()
}

fn refusal_of(users: DigestUsers) -> String {
    refusal(Digest::new("pride lands", users))
}

/// [RFC 7616 §3.7](https://www.rfc-editor.org/rfc/rfc7616#section-3.7) for the first two.
#[test]
fn settings_that_cannot_work_are_refused_with_a_sentence() {
    let rows = [
        (
            digest().algorithms([Algorithm::Sha256, Algorithm::Sha256]),
            "Digest: SHA-256 is offered twice: name it once",
        ),
        (digest().danger_md5().danger_md5(), "Digest: MD5 is offered twice: name it once"),
        (
            digest().algorithms([Algorithm::Sha256, Algorithm::Md5]),
            "Digest: MD5 is weak, and is offered only where you say so: call `danger_md5` or \
             `danger_md5_sess` instead of naming it among the algorithms",
        ),
        (
            digest().algorithms([]),
            "Digest: no algorithm is offered, so nobody could ever log in: leave the default, or \
             name some",
        ),
        (
            digest().key([7; 31].to_vec()),
            "Digest: the key is shorter than 32 bytes, so nonces could be forged: take 32 random \
             ones",
        ),
        (
            digest().domain(["/a", "b c"]),
            "Digest: `b c` can't stand in `domain`: give a path that begins with `/`, or an \
             absolute URI",
        ),
        (
            digest().domain(["example.org/a"]),
            "Digest: `example.org/a` can't stand in `domain`: give a path that begins with `/`, \
             or an absolute URI",
        ),
        (
            digest().nonce_lifetime(Duration::from_millis(999)),
            "Digest: nonces must live between 1 s and 24 h",
        ),
        (
            digest().nonce_lifetime(Duration::from_secs(24 * 60 * 60 + 1)),
            "Digest: nonces must live between 1 s and 24 h",
        ),
    ];
    for (digest, want) in rows {
        assert_eq!(refusal(digest), want);
    }
    for digest in [Digest::new("", users()), Digest::new("a\nb", users()), digest().opaque("a\nb")]
    {
        assert!(refusal(digest).starts_with("Digest: "));
    }
}

#[test]
fn users_that_cannot_work_are_refused_with_a_sentence() {
    let digits = "7987c64c30e25f1b74be53f966b49b90f2808aa92faf9a00262392d7b4794232";
    let rows = [
        (
            DigestUsers::new(),
            "the table of users is empty, so nobody could ever log in: add one with \
             `DigestUsers::user`",
        ),
        (
            users().user("Nala", ""),
            "the password of `Nala` is empty, so anybody who knows the name could log in: was the \
             setting that holds it never set?",
        ),
        (users().user("Mufasa", "again"), "the user `Mufasa` is in the table twice: remove one"),
        (
            users().ha1("Mufasa", Algorithm::Sha256, digits),
            "the user `Mufasa` is in the table twice: remove one",
        ),
        (
            users().user("Na:la", "x"),
            "the user name `Na:la` can't be sent by Digest: leave out colons and control \
             characters (RFC 7616 §4)",
        ),
        (
            users().user("Nala\n", "x"),
            "the user name `Nala\\n` can't be sent by Digest: leave out colons and control \
             characters (RFC 7616 §4)",
        ),
        (
            users().user("Nala", "x\n"),
            "the password of `Nala` is no UTF-8 or has a control character, which Digest can't \
             work with: was a line break read along with it?",
        ),
        (
            users().user("Nala", vec![0xe9, 0xff]),
            "the password of `Nala` is no UTF-8 or has a control character, which Digest can't \
             work with: was a line break read along with it?",
        ),
        (
            users().ha1("Nala", Algorithm::Sha256, &digits[1..]),
            "what is given as H(A1) of `Nala` for SHA-256 is not 64 lower-case hexadecimal digits",
        ),
        (
            users().ha1("Nala", Algorithm::Sha256, digits.to_ascii_uppercase()),
            "what is given as H(A1) of `Nala` for SHA-256 is not 64 lower-case hexadecimal digits",
        ),
        (
            users().ha1("Nala", Algorithm::Sha512_256, digits),
            "nothing is known of `Nala` for SHA-256: add it with `DigestUsers::ha1`, give the \
             password, or don't offer that algorithm",
        ),
    ];
    for (users, want) in rows {
        assert_eq!(refusal_of(users), want);
    }
    // The same name in another normalization form is the same name.
    let twice = users().user("J\u{e4}s", "x").user("Ja\u{308}s", "y");
    assert!(refusal_of(twice).contains("twice"));
}

#[test]
fn content_is_buffered_where_and_only_where_it_is_asked_for() {
    for digest in [digest().auth_int(), digest().auth_int_only()] {
        let said = refusal(digest);
        assert!(said.contains("build it with `build_buffering`"), "{said}");
    }
    let said = door(digest()).build_buffering(9).unwrap_err().to_string();
    assert!(said.contains("nothing to buffer"), "{said}");
}

#[test]
fn two_digests_in_one_door_are_refused() {
    let said = door(digest()).scheme(digest()).build().unwrap_err().to_string();
    assert!(said.contains("claim the same place"), "{said}");
    let basic = Basic::new("orders", Users::new().user("Nala", "x"));
    assert!(door(digest()).scheme(basic).build().is_ok());
}

/// What stands in `domain` is a path or an absolute URI.
#[test]
fn settings_at_their_limits_are_fine() {
    let digest =
        digest().domain(["/", "/a?b", "http://b/c", "https://b:8080"]).key([7; 32].to_vec());
    for lifetime in [Duration::from_secs(1), Duration::from_secs(24 * 60 * 60)] {
        let digest = Digest::new("x", users()).nonce_lifetime(lifetime);
        assert!(door(digest).build().is_ok());
    }
    assert!(door(digest).build().is_ok());
}

/// [RFC 7616 §3.6](https://www.rfc-editor.org/rfc/rfc7616#section-3.6): `H(A1)` is all that is
/// needed of a password.
#[tokio::test]
async fn a_user_can_be_known_by_hashes_alone() {
    let of = |algorithm| h(algorithm, "Nala:pride lands:lioness");
    let users = DigestUsers::new()
        .ha1("Nala", Algorithm::Sha256, of("SHA-256"))
        .ha1("Nala", Algorithm::Sha512_256, of("SHA-512-256"))
        .ha1("Nala", Algorithm::Md5, of("MD5"));
    let digest = Digest::new("pride lands", users).danger_md5_sess();
    let stack = stack(digest.algorithms([Algorithm::Sha512_256, Algorithm::Sha256Sess]));
    for algorithm in ["SHA-512-256", "SHA-256-sess", "MD5-sess"] {
        let nala = Login { username: "Nala".into(), ..stack.login(algorithm).await };
        stack.turns_away(&nala, "wrong_password").await;
        stack.lets_in(&Login { password: "lioness".into(), ..nala }).await;
    }
    let ours = Ha1::new(Algorithm::Sha256, "Nala", "pride lands", "lioness");
    assert_eq!(ours.expose(), of(SHA));
    assert!(Ha1::from_hex(Algorithm::Sha256, ours.expose()).is_some());
    assert!(Ha1::from_hex(Algorithm::Md5, ours.expose()).is_none());
}

/// An empty password works where it was said so.
#[tokio::test]
async fn an_empty_password_needs_a_word() {
    let users = DigestUsers::new().danger_user_with_empty_password("Timon");
    let stack = stack(Digest::new("pride lands", users));
    let timon = Login { username: "Timon".into(), ..stack.login(SHA).await };
    stack.turns_away(&timon, "wrong_password").await;
    stack.lets_in(&Login { password: String::new(), ..timon }).await;
}
