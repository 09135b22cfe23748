//! Digest beside other schemes, and behind a door that is open.

use tower_auth::scheme::api_key::ApiKeys;
use tower_auth::scheme::basic::Users;
use tower_auth::scheme::{ApiKey, Basic};
use tower_auth::{Auth, Identity};

use crate::client::Login;
use crate::info::{expected, info};
use crate::support::{Payload, SHA, Stack, digest, door, get, lines, request};

const NALA: &str = "Basic TmFsYTpsaW9uZXNz";

fn basic() -> Basic {
    Basic::new("pride lands", Users::new().user("Nala", "lioness"))
}

fn robots() -> ApiKey {
    ApiKey::header("X-API-Key", ApiKeys::new().key("robot-1", "key-of-robot-1"))
}

/// [RFC 9110 §11.6.3](https://www.rfc-editor.org/rfc/rfc9110#section-11.6.3): what the field means
/// is up to the scheme of the request, so it is Digest's alone.
#[tokio::test]
async fn only_digest_requests_get_a_proof() {
    let stack = Stack::new(door(digest().danger_md5()).scheme(basic()).build().unwrap());
    let refused = stack.refuses(get("/rock"), 401).await;
    let schemes: Vec<_> = refused.read.challenges.iter().map(|one| &*one.scheme).collect();
    assert_eq!(schemes, ["Digest", "Digest", "Basic"]);

    let admitted = stack.admits(get("/rock").header("authorization", NALA)).await;
    assert_eq!(admitted.head.extensions.get::<Identity>().unwrap().subject(), "Nala");
    assert!(lines(&admitted.response, "authentication-info").is_empty());

    let login = stack.login(SHA).await;
    let admitted = stack.lets_in(&login).await;
    assert_eq!(admitted.head.extensions.get::<Identity>().unwrap().scheme(), "Digest");
    assert_eq!(info(&admitted.response), expected(&login, "auth", b""));

    // `stale` is Digest's as well, and said only to who has tried it.
    stack.turns_away(&login, "nonce_reused").await;
    let refused = stack.refuses(get("/rock").header("authorization", "Basic TmFsYTp4"), 401).await;
    assert!(!refused.is_stale());
}

#[tokio::test]
async fn all_schemes_at_once_means_all() {
    let stack = Stack::new(door(digest()).scheme(robots()).all().build().unwrap());
    let login = stack.login(SHA).await;
    let with_key =
        |login: &Login, key: &str| request(login, &login.header()).header("x-api-key", key);

    let admitted = stack.admits(with_key(&login, "key-of-robot-1")).await;
    let auth = Auth::of(&admitted.head).unwrap();
    let subjects: Vec<_> = auth.identities().map(Identity::subject).collect();
    assert_eq!(subjects, ["Mufasa", "robot-1"]);
    assert_eq!(info(&admitted.response), expected(&login, "auth", b""));

    let login = Login { nc: "00000002".into(), ..login };
    stack.refuses(with_key(&login, "another"), 401).await;
    stack.refuses(get("/rock").header("x-api-key", "key-of-robot-1"), 401).await;
    let login = Login { nc: "00000003".into(), ..login };
    stack.refuses(request(&login, &login.header()), 401).await;
    let login = Login { nc: "00000001".into(), ..login };
    let refused = stack.refuses(with_key(&login, "key-of-robot-1"), 401).await;
    assert!(refused.is_stale());
}

/// The other scheme's content is not touched by `auth-int`, and the proof covers the answer.
#[tokio::test]
async fn all_schemes_at_once_with_content() {
    let door = door(digest().auth_int()).scheme(robots()).all();
    let stack = Stack::new(door.build_buffering(64).unwrap());
    let login = Login { qop: "auth-int", method: "POST".into(), ..stack.login(SHA).await };
    let login = Login { content: b"x".to_vec(), ..login };
    let request = request(&login, &login.header()).header("x-api-key", "key-of-robot-1");
    let admitted = stack.admits_whole(request.body(Payload::whole("x")).unwrap()).await;
    assert_eq!(admitted.content, "x");
    assert_eq!(info(&admitted.response), expected(&login, "auth-int", b"hello"));
}

/// Nobody is somebody in optional mode, and bad credentials are not nobody's.
#[tokio::test]
async fn in_optional_mode_bad_credentials_are_bad() {
    let stack = Stack::new(door(digest()).optional().build().unwrap());
    let admitted = stack.admits(get("/rock")).await;
    assert!(admitted.head.extensions.get::<Identity>().is_none());
    assert!(lines(&admitted.response, "authentication-info").is_empty());

    let foreign = Login::new(SHA, "x");
    let refused = stack.turns_away(&foreign, "stale_nonce").await;
    let nonce = refused.read.challenges[0].params["nonce"].clone();
    let login = Login { nonce, ..foreign };
    let admitted = stack.lets_in(&login).await;
    assert_eq!(info(&admitted.response), expected(&login, "auth", b""));
    stack.turns_away(&login, "nonce_reused").await;
    let wrong = Login { password: "wrong".into(), ..login.clone() };
    stack.turns_away(&wrong, "wrong_password").await;
    stack.finds_malformed(&login, "Digest nc=1").await;
}

/// What is stripped for those behind was read before.
#[tokio::test]
async fn credentials_can_be_stripped() {
    let stack = Stack::new(door(digest()).strip_credentials().build().unwrap());
    let login = stack.login(SHA).await;
    let admitted = stack.lets_in(&login).await;
    assert!(!admitted.head.headers.contains_key("authorization"));
    assert_eq!(info(&admitted.response), expected(&login, "auth", b""));
    let kept = crate::support::stack(digest());
    let admitted = kept.lets_in(&kept.login(SHA).await).await;
    assert!(admitted.head.headers["authorization"].is_sensitive());
}
