//! Nothing that is printed, logged or sent holds a password or what is as good as one;
//! [RFC 7616 §3.4](https://www.rfc-editor.org/rfc/rfc7616#section-3.4) of failed logins, where a
//! password may have been typed as a name.

use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use tower_auth::observe::{Event, Observer};
use tower_auth::rejection::Unavailable;
use tower_auth::scheme::IntoScheme as _;
use tower_auth::scheme::digest::{
    Algorithm, Digest, DigestDirectory, DigestEntry, DigestQuery, DigestUsers, Ha1,
};
use tower_auth::store::{MemoryNonces, NonceStore, NonceUse, Use};
use tower_auth::{Eventual, Principal};

use crate::client::{Login, h};
use crate::support::{KEY, LIFETIME, Payload, REALM, SHA, Stack, digest, door, request};

/// What must not be seen, of Mufasa and of the server.
fn secrets() -> Vec<String> {
    let mut secrets = vec!["Circle of Life".to_owned(), String::from_utf8(KEY.to_vec()).unwrap()];
    secrets.extend([SHA, "MD5"].map(|of| h(of, format!("Mufasa:{REALM}:Circle of Life"))));
    secrets
}

fn shows_nothing(shown: &str) {
    for secret in secrets() {
        assert!(!shown.contains(&secret), "{secret} is in {shown}");
    }
}

fn is_silent(thing: &impl Debug) {
    shows_nothing(&format!("{thing:?} {thing:#?}"));
}

#[test]
fn nothing_prints_a_secret() {
    let ha1 = Ha1::new(Algorithm::Sha256, "Mufasa", REALM, "Circle of Life");
    assert_eq!(format!("{ha1:?}"), "Ha1(***)");
    is_silent(&DigestEntry::new(Principal::new("Mufasa"), ha1.clone()));
    let users = DigestUsers::new().user("Mufasa", "Circle of Life");
    let users = users.ha1("Nala", Algorithm::Sha256, ha1.expose());
    assert_eq!(format!("{users:?}"), "DigestUsers { count: 2, .. }");
    let digest = Digest::new(REALM, users.clone()).key(KEY).opaque("x").store(MemoryNonces::new(9));
    assert_eq!(format!("{digest:?}"), "Digest { realm: \"pride lands\", .. }");
    is_silent(&MemoryNonces::new(9));
    let layer = door(Digest::new(REALM, users).key(KEY));
    is_silent(&layer);
    is_silent(&layer.build().unwrap());
    let buffering = door(self::digest().key(KEY).auth_int()).build_buffering(9).unwrap();
    is_silent(&buffering);
    is_silent(&digest.into_scheme().map(|_| ()).is_ok());
}

/// A store and a directory see what they must, and can print it.
#[test]
fn what_stores_and_directories_see_prints_nothing() {
    #[derive(Clone, Default)]
    struct Seen(Arc<Mutex<String>>);
    impl NonceStore for Seen {
        fn note(&self, used: &NonceUse<'_>) -> Eventual<Result<Use, Unavailable>> {
            assert_eq!(used.issued + LIFETIME, used.expires);
            *self.0.lock().unwrap() += &format!("{used:?}");
            Eventual::Ready(Ok(Use::New))
        }
        fn first_cnonce(&self, _: u128) -> Eventual<Result<Option<Box<[u8]>>, Unavailable>> {
            Eventual::Ready(Ok(None))
        }
    }
    impl DigestDirectory for Seen {
        fn find(
            &self,
            query: &DigestQuery<'_>,
        ) -> Eventual<Result<Option<DigestEntry>, Unavailable>> {
            *self.0.lock().unwrap() += &format!("{query:?}");
            let ha1 = Ha1::new(query.algorithm(), "Mufasa", query.realm(), "Circle of Life");
            Eventual::Ready(Ok(Some(DigestEntry::new(Principal::new("Mufasa"), ha1))))
        }
    }
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let seen = Seen::default();
        let digest = Digest::new(REALM, seen.clone()).store(seen.clone()).key(KEY);
        let stack = Stack::new(door(digest).build().unwrap());
        let login = stack.login(SHA).await;
        stack.lets_in(&login).await;
        let shown = seen.0.lock().unwrap().clone();
        assert!(shown.contains("Mufasa") && shown.contains("count: 1"), "{shown}");
        shows_nothing(&shown);
        assert!(!shown.contains(&login.response()) && !shown.contains(&login.cnonce));
    });
}

/// Keeps everything that an event shows of itself.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<String>>);

impl Observer for Log {
    fn on_event(&self, event: &Event<'_>) {
        *self.0.lock().unwrap() += &format!("{} {event:?}\n", event.code());
    }
}

/// [RFC 7616 §3.4](https://www.rfc-editor.org/rfc/rfc7616#section-3.4) asks for a log of failed
/// logins that has no password in it, typed as a name or not. Names that nobody has are left out.
#[tokio::test]
async fn failed_logins_are_logged_without_what_was_presented() {
    let log = Log::default();
    let builder = door(digest().key(KEY)).observer(log.clone());
    let stack = Stack::new(builder.build().unwrap());
    let login = stack.login(SHA).await;
    let typed = Login { username: "Circle of Life".into(), ..login.clone() };
    let wrong = Login { password: "wrong".into(), ..login.clone() };
    stack.lets_in(&login).await;
    stack.turns_away(&login, "nonce_reused").await;
    stack.turns_away(&typed, "unknown_user").await;
    stack.turns_away(&wrong, "wrong_password").await;
    let stale = Login { nonce: "of-somebody-else".into(), ..login.clone() };
    stack.turns_away(&stale, "stale_nonce").await;
    stack.finds_malformed(&login, &typed.header_with("nc", "1")).await;
    let request = request(&typed, &typed.header()).uri("/other");
    stack.refuses(request, 400).await;

    let shown = log.0.lock().unwrap().clone();
    shows_nothing(&shown);
    for reason in
        ["nonce_reused", "unknown_user", "wrong_password", "stale_nonce", "malformed", "wrong_uri"]
    {
        assert!(shown.contains(reason), "{reason} is not in {shown}");
    }
    for presented in [&login.nonce, &login.cnonce, "of-somebody-else", &wrong.response()] {
        assert!(!shown.contains(presented), "{presented} is in {shown}");
    }
}

/// A refusal, with all that travels with it, repeats nothing of what was presented.
#[tokio::test]
async fn a_refusal_repeats_nothing() {
    let stack = Stack::new(door(digest().key(KEY)).build().unwrap());
    let login = stack.login(SHA).await;
    let typed = Login { username: "Circle of Life".into(), cnonce: "my-cnonce".into(), ..login };
    for header in [
        typed.header(),
        typed.header_with("uri", "\"/Circle of Life\""),
        typed.header_with("nc", "\"Circle of Life\""),
        typed.header_with("algorithm", "\"Circle of Life\""),
        typed.header_with("realm", "\"Circle of Life\""),
        typed.header_with("opaque", "\"Circle of Life\""),
        typed.header_with("userhash", "\"Circle of Life\""),
        format!("{}, Circle of Life", typed.header()),
    ] {
        let request = request(&typed, &header).body(Payload::Explosive).unwrap();
        let response = stack.send(request).await;
        assert!([400, 401].contains(&response.status().as_u16()));
        let shown = format!("{response:?}");
        shows_nothing(&shown);
        assert!(!shown.contains("my-cnonce") && !shown.contains(&typed.response()), "{shown}");
    }
}
