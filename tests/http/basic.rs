//! The `Basic` scheme over HTTP, [RFC 7617](https://www.rfc-editor.org/rfc/rfc7617).

use std::time::Duration;

use tower_auth::Eventual;
use tower_auth::clock::Clock as _;
use tower_auth::identity::{Identity, Principal, Verified};
use tower_auth::rejection::{Rejection, Unavailable, Verdict, reason};
use tower_auth::scheme::Basic;
use tower_auth::scheme::basic::{Directory, Password, Users};
use tower_auth::testing::FixedClock;

use crate::support::{Stack, basic_of, door, get};

fn stack_of(users: Users) -> Stack {
    Stack::new(door(Basic::new("orders", users)).build().unwrap())
}

/// [RFC 7617 §2](https://www.rfc-editor.org/rfc/rfc7617#section-2)
#[tokio::test]
async fn a_password_is_compared_whole_with_its_colons() {
    let stack = stack_of(Users::new().user("whole", "a:b:c").user("part", "a"));
    stack.admits(get("/").header("authorization", basic_of("whole:a:b:c"))).await;
    for pair in ["part:a:b:c", "whole:a", "whole:a:b", "whole:a:b:c:", "whole", "whole:"] {
        stack.refuses(get("/").header("authorization", basic_of(pair)), 401).await;
    }
}

/// What a principal says of its end is heeded, to the second.
#[tokio::test]
async fn a_user_is_one_until_the_principal_expires() {
    let clock = FixedClock::at_unix(1_700_000_000);
    let guest = Principal::new("guest").expires_at(clock.now() + Duration::from_secs(60));
    let stack = stack_of(Users::new().user(guest, "brief").user("u", "p").clock(clock.clone()));
    let as_guest = || get("/").header("authorization", basic_of("guest:brief"));
    clock.advance(Duration::from_secs(59));
    stack.admits(as_guest()).await;
    clock.advance(Duration::from_secs(1));
    let refused = stack.refuses(as_guest(), 401).await;
    assert_eq!(refused.reason(), Some("unknown_user"));
    stack.admits(get("/").header("authorization", basic_of("u:p"))).await;
}

/// [RFC 7617 §2](https://www.rfc-editor.org/rfc/rfc7617#section-2): no control characters; one
/// that ends a string elsewhere must not end it here.
#[tokio::test]
async fn what_follows_a_control_character_is_not_cut_off() {
    let stack = stack_of(Users::new().user("user", "good-one"));
    stack.admits(get("/").header("authorization", basic_of("user:good-one"))).await;
    for pair in
        ["user:good-one\0evil", "user\0x:good-one", "user:good-one\n", "user:good-one\r", "\0user:"]
    {
        stack.refuses(get("/").header("authorization", basic_of(pair)), 401).await;
    }
}

/// [RFC 7617 §2](https://www.rfc-editor.org/rfc/rfc7617#section-2) and
/// [RFC 4648 §4](https://www.rfc-editor.org/rfc/rfc4648#section-4)
#[tokio::test]
async fn credentials_are_exactly_one_canonical_base64_text() {
    // "test:123£" is "dGVzdDoxMjPCow==".
    let stack = stack_of(Users::new().user("test", "123£").user("u", "p?>"));
    stack.admits(get("/").header("authorization", "Basic dGVzdDoxMjPCow==")).await;
    stack.admits(get("/").header("authorization", "Basic dTpwPz4=")).await;
    for token in [
        "dGVzdDoxMjPCow",
        "dGVzdDoxMjPCow=",
        "dGVzdDoxMjPCow===",
        "dGVzdDoxMjPCox==",
        "dGVzdDoxMjPCow==, x=y",
        "dGVzdDoxMjPCow==,dGVzdDoxMjPCow==",
        "dGVzdDox MjPCow==",
        "dTpwPz4",
        "dGVzdDoxMjOj",
        "=",
        "QQ==",
        "Og==",
        "username=test",
        "username=\"test\", password=\"123\"",
        "\"dGVzdDoxMjPCow==\"",
        "test:123",
    ] {
        let request = get("/").header("authorization", format!("Basic {token}"));
        let refused = stack.refuses(request, 401).await;
        assert_eq!(refused.challenges(), [r#"Basic realm="orders", charset="UTF-8""#], "{token}");
    }
}

/// [RFC 7617 §2.1](https://www.rfc-editor.org/rfc/rfc7617#section-2.1): both spellings of a letter
/// are one name; all else is compared byte for byte.
#[tokio::test]
async fn names_are_equal_in_normal_form_and_in_nothing_else() {
    let stack = stack_of(Users::new().user("Jäsøn", "Grüße 🔑").user("имя", "пароль"));
    for pair in ["Jäsøn:Grüße 🔑", "Ja\u{308}søn:Gru\u{308}ße 🔑", "имя:пароль"]
    {
        let (head, _) = stack.admits(get("/").header("authorization", basic_of(pair))).await;
        let subject = head.extensions.get::<Identity>().unwrap().subject().to_owned();
        assert!(["Jäsøn", "имя"].contains(&&*subject), "{subject}");
    }
    for pair in ["jäsøn:Grüße 🔑", "Jäsøn :Grüße 🔑", "Jasøn:Grüße 🔑", "Jäsøn:grüße 🔑"]
    {
        stack.refuses(get("/").header("authorization", basic_of(pair)), 401).await;
    }
    stack.refuses(get("/").header("authorization", basic_of(b"J\xe4s\xf8n:x")), 401).await;
}

/// An unknown name and a wrong password give the same answer, to the byte: whoever asks must not
/// learn who has an account.
#[tokio::test]
async fn unknown_name_and_wrong_password_look_the_same() {
    let stack = stack_of(Users::new().user("alice", "wonderland"));
    let wrong = [
        ("alice:wrong-password", reason::WRONG_PASSWORD),
        ("mallory:wrong-password", reason::UNKNOWN_USER),
        ("alice\0:wrong-password", reason::MALFORMED_CREDENTIALS),
        ("no colon", reason::MALFORMED_CREDENTIALS),
    ];
    let mut answers = Vec::new();
    for (pair, reason) in wrong {
        let request = get("/").header("authorization", basic_of(pair));
        let refused = stack.refuses(request, 401).await;
        assert_eq!(refused.reason(), Some(reason), "operators see the difference");
        answers.push((refused.response.headers().clone(), refused.response.body().clone()));
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
}

/// A directory that answers later, and sometimes not at all.
struct Remote;

impl Directory for Remote {
    fn verify(&self, name: &str, password: Password<'_>) -> Eventual<Verdict> {
        let (name, password) = (name.to_owned(), password.to_secret());
        Eventual::pending(async move {
            tokio::task::yield_now().await;
            match (&*name, password.matches(b"right-password")) {
                ("down", _) => Unavailable::new("ldap.internal:636 refuses").into(),
                (_, true) => Verified::assertion(Principal::new(name)).into(),
                (_, false) => Rejection::invalid_credentials(reason::WRONG_PASSWORD).into(),
            }
        })
    }
}

/// What can't be known is 503: no challenge, so that nobody's password is asked for again.
#[tokio::test]
async fn an_outage_of_the_directory_is_503_and_names_no_part_of_it() {
    let stack = Stack::new(door(Basic::new("orders", Remote)).build().unwrap());
    stack.admits(get("/").header("authorization", basic_of("ann:right-password"))).await;
    stack.refuses(get("/").header("authorization", basic_of("ann:wrong-password")), 401).await;
    let request = get("/").header("authorization", basic_of("down:right-password"));
    let refused = stack.refuses(request, 503).await;
    assert_eq!(refused.read.retry_after, Some(5));
    assert!(!refused.text().contains("ldap"));
    assert!(refused.challenges().is_empty());
}

/// [RFC 7617 §2](https://www.rfc-editor.org/rfc/rfc7617#section-2): "user-id" and "password" may
/// be empty. A user with an empty password must be asked for by a name that shows the danger.
#[tokio::test]
async fn an_empty_name_and_an_empty_password_can_be_presented() {
    let users = Users::new().user("", "p").danger_user_with_empty_password("u").user("v", "q");
    let stack = stack_of(users);
    for pair in [":p", "u:"] {
        stack.admits(get("/").header("authorization", basic_of(pair))).await;
    }
    for pair in [":", "u:x", ":x", "v:"] {
        stack.refuses(get("/").header("authorization", basic_of(pair)), 401).await;
    }
}
