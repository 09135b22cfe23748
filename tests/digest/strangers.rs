//! What somebody without a password can do to the server, and find out: nothing.

use std::sync::Arc;

use http::Request;
use tower_auth::scheme::digest::{Algorithm, Digest};
use tower_auth::store::MemoryNonces;
use tower_auth::testing::FixedClock;

use crate::client::{Login, h};
use crate::replays::{Slow, SlowUsers};
use crate::support::{Payload, REALM, SHA, Stack, clock, digest, get, request, stack};

/// As many as a test can wait for without optimizations; each request takes the same way, so a
/// million would show nothing more.
const MANY: usize = 100_000;

fn remembered() -> (Arc<MemoryNonces>, Stack) {
    let uses = Arc::new(MemoryNonces::new(1000));
    let stack = stack(digest().store(Slow(Arc::clone(&uses))));
    (uses, stack)
}

/// Questions cost no memory: nothing is kept of a nonce before somebody has used it. So none that
/// is in use is pushed out either.
#[tokio::test]
async fn challenges_are_not_remembered() {
    let (uses, stack) = remembered();
    let login = stack.login(SHA).await;
    stack.lets_in(&login).await;
    for _ in 0..MANY {
        let response = stack.send(get("/").body(Payload::Explosive).unwrap()).await;
        assert_eq!(response.status(), 401);
    }
    assert_eq!(uses.len(), 1);
    stack.turns_away(&login, "nonce_reused").await;
    stack.lets_in(&Login { nc: "00000002".into(), ..login }).await;
}

/// Answers without the password cost none either, whatever is wrong with them, and with nonces that
/// are good.
#[tokio::test]
async fn forged_credentials_are_not_remembered() {
    let (uses, stack) = remembered();
    let login = stack.login(SHA).await;
    let wrong = Login { password: "wrong".into(), ..login.clone() };
    let nobody = Login { username: "nobody".into(), ..login.clone() };
    let foreign = Login { nonce: "A".repeat(40), ..login.clone() };
    let headers = [
        login.header().replace("nc=00000001", "nc=00000002"),
        wrong.header(),
        nobody.header(),
        foreign.header(),
        login.header_with("response", "\"\""),
    ];
    for number in 0..MANY {
        let header = &headers[number % headers.len()];
        let request = get("/rock").header("authorization", header.as_str());
        let response = stack.send(request.body(Payload::Explosive).unwrap()).await;
        assert!([400, 401].contains(&response.status().as_u16()));
    }
    assert!(uses.is_empty());
    stack.lets_in(&login).await;
    assert_eq!(uses.len(), 1);
}

/// The secret that nobody has is not one that could be computed.
#[tokio::test]
async fn an_unknown_user_has_no_secret_that_could_be_guessed() {
    let all = [Algorithm::Sha256, Algorithm::Sha256Sess];
    for digest in [digest(), Digest::new(REALM, SlowUsers)] {
        let stack = stack(digest.algorithms(all).danger_md5());
        for algorithm in [SHA, "SHA-256-sess", "MD5"] {
            let nobody = Login { username: "nobody".into(), ..stack.login(algorithm).await };
            let empty = Login { password: String::new(), ..nobody.clone() };
            stack.turns_away(&empty, "unknown_user").await;
            let zeros = "0".repeat(h(algorithm, "").len());
            for ha1 in [
                String::new(),
                h(algorithm, ""),
                h(algorithm, ":"),
                h(algorithm, "::"),
                h(algorithm, format!("nobody:{REALM}:")),
                h(algorithm, format!("nobody:{REALM}")),
                h(algorithm, format!(":{REALM}:")),
                zeros,
                "null".to_owned(),
            ] {
                let header =
                    nobody.header_with("response", &format!("\"{}\"", nobody.response_with(&ha1)));
                stack.turns_away_as(&nobody, &header, "unknown_user").await;
                let session = h(algorithm, format!("{ha1}:{}:{}", nobody.nonce, nobody.cnonce));
                let header = nobody
                    .header_with("response", &format!("\"{}\"", nobody.response_with(&session)));
                stack.turns_away_as(&nobody, &header, "unknown_user").await;
            }
        }
    }
}

/// Byte for byte, but for the nonces, which are new each time.
#[tokio::test]
async fn an_unknown_user_looks_like_a_wrong_password() {
    let time: FixedClock = clock();
    let all = [Algorithm::Sha256, Algorithm::Sha512_256Sess];
    for digest in [digest(), Digest::new(REALM, SlowUsers)] {
        let digest = digest.algorithms(all).danger_md5().userhash().opaque("x");
        let stack = stack(digest.clock(time.clone()));
        for (algorithm, nonce) in [(SHA, None), (SHA, Some("forged")), ("SHA-512-256-sess", None)] {
            let login = Login { opaque: Some("x".into()), ..stack.login(algorithm).await };
            let nonce = nonce.map_or(login.nonce.clone(), str::to_owned);
            let wrong = Login { password: "wrong".into(), nonce, ..login };
            let nobody = Login { username: "nobody".into(), ..wrong.clone() };
            let mut seen = Vec::new();
            for (login, reason) in [(wrong, "wrong_password"), (nobody, "unknown_user")] {
                for method in ["GET", "HEAD", "POST"] {
                    let login = Login { method: method.into(), ..login.clone() };
                    let refused = stack.turns_away(&login, reason).await;
                    let (mut head, body) = refused.response.into_parts();
                    for line in
                        head.headers.values_mut().filter(|v| v.as_bytes().starts_with(b"Digest"))
                    {
                        let text = line.to_str().unwrap();
                        let at = text.find("nonce=\"").unwrap() + 7;
                        let text = format!("{}{}", &text[..at], &text[at + 40..]);
                        *line = text.parse().unwrap();
                    }
                    let fields = format!("{:?}", head.headers);
                    seen.push((head.status, head.version, fields, body));
                }
            }
            assert_eq!(seen[..3], seen[3..]);
        }
    }
}

/// [RFC 9110 §3.3](https://www.rfc-editor.org/rfc/rfc9110#section-3.3): who sent a request over the
/// same connection before means nothing.
#[tokio::test]
async fn each_request_stands_for_itself() {
    let stack = stack(digest());
    for _ in 0..3 {
        stack.lets_in(&stack.login(SHA).await).await;
        stack.refuses(get("/rock"), 401).await;
    }
}

/// NTLM authenticates connections, and is not offered; who tries it is asked for Digest.
#[tokio::test]
async fn ntlm_is_a_scheme_that_is_not_taken() {
    let stack = stack(digest());
    for credentials in ["NTLM TlRMTVNTUAABAAAAB4IIogAAAAAAAAAAAAAAAAAAAAA=", "Negotiate YII="] {
        let refused = stack.refuses(get("/").header("authorization", credentials), 401).await;
        assert_eq!(refused.reason(), Some("unsupported_scheme"));
        let schemes: Vec<_> = refused.read.challenges.iter().map(|one| &*one.scheme).collect();
        assert_eq!(schemes, ["Digest"]);
    }
}

/// Credentials of another scheme are not read as ours.
#[tokio::test]
async fn what_is_not_called_digest_is_not_digest() {
    let stack = stack(digest());
    let login = stack.login(SHA).await;
    let params = login.header();
    for name in ["Basic", "Bearer", "Digestive", "Dig", "X-Digest", "NotDigest"] {
        let header = params.replacen("Digest", name, 1);
        let refused = stack.refuses(request(&login, &header), 401).await;
        assert_eq!(refused.reason(), Some("unsupported_scheme"), "{header}");
    }
    let basic = Request::get("/rock").header("authorization", "Basic TXVmYXNhOkNpcmNsZSBvZiBMaWZl");
    assert_eq!(stack.refuses(basic, 401).await.reason(), Some("unsupported_scheme"));
    stack.lets_in(&login).await;
}
