//! What a client is asked,
//! [RFC 7616 §3.3](https://www.rfc-editor.org/rfc/rfc7616#section-3.3).

use std::collections::HashSet;

use http::StatusCode;
use tower_auth::scheme::digest::{Algorithm, Digest};
use tower_auth::testing::assert_refused;

use crate::client::Login;
use crate::support::{
    KEY, Payload, SHA, Stack, digest, door, get, lines, raw_params, stack, users,
};

const MOST: [Algorithm; 4] =
    [Algorithm::Sha256, Algorithm::Sha512_256Sess, Algorithm::Sha256Sess, Algorithm::Sha512_256];

/// A server that offers all that there is.
fn everything() -> Digest {
    let digest = digest().danger_md5_sess().algorithms(MOST).danger_md5().userhash();
    digest.domain(["/a", "https://b.example/c"]).opaque("5ccc069c403ebaf9f0171e9517f40e41")
}

/// Parameters of the challenges as they are written, in order.
async fn asked(stack: &Stack) -> Vec<Vec<(String, String)>> {
    let refused = stack.refuses(get("/"), 401).await;
    let challenges = refused.challenges().into_iter();
    challenges.map(|line| raw_params(line.strip_prefix("Digest ").unwrap())).collect()
}

fn value<'a>(params: &'a [(String, String)], name: &str) -> Option<&'a str> {
    params.iter().find(|(other, _)| other == name).map(|(_, raw)| &**raw)
}

/// [RFC 7616 §3.7](https://www.rfc-editor.org/rfc/rfc7616#section-3.7): SHA-256 is what every
/// implementation has, and MD5 is not recommended.
#[tokio::test]
async fn by_default_the_challenge_is_one_with_sha_256() {
    let asked = asked(&stack(digest())).await;
    assert_eq!(asked.len(), 1);
    let names: Vec<_> = asked[0].iter().map(|(name, _)| &**name).collect();
    assert_eq!(names, ["realm", "qop", "algorithm", "charset", "nonce"]);
    assert_eq!(value(&asked[0], "realm"), Some(r#""pride lands""#));
    assert_eq!(value(&asked[0], "qop"), Some(r#""auth""#));
    assert_eq!(value(&asked[0], "algorithm"), Some("SHA-256"));
}

/// [RFC 7616 §3.7](https://www.rfc-editor.org/rfc/rfc7616#section-3.7): each with another
/// algorithm, the most preferred first; here the strongest, whatever the order of the settings.
#[tokio::test]
async fn there_is_one_challenge_for_each_algorithm_the_strongest_first() {
    let asked = asked(&stack(everything())).await;
    let algorithms: Vec<_> = asked.iter().map(|one| value(one, "algorithm").unwrap()).collect();
    let sorted = ["SHA-512-256", "SHA-512-256-sess", "SHA-256", "SHA-256-sess", "MD5", "MD5-sess"];
    assert_eq!(algorithms, sorted);
}

/// [RFC 7616 §3.3](https://www.rfc-editor.org/rfc/rfc7616#section-3.3) wants `realm`, `domain`,
/// `nonce`, `opaque` and `qop` quoted, and `stale` and `algorithm` not.
#[tokio::test]
async fn what_must_be_quoted_is_and_what_must_not_is_not() {
    let auth_int = Stack::new(door(everything().auth_int()).build_buffering(9).unwrap());
    let mut asked = asked(&auth_int).await;
    let reused = Login::new("MD5", &auth_int.nonce("MD5").await);
    let reused = Login { opaque: Some("5ccc069c403ebaf9f0171e9517f40e41".into()), ..reused };
    auth_int.lets_in(&reused).await;
    let refused = auth_int.turns_away(&reused, "nonce_reused").await;
    asked.extend(refused.challenges().iter().map(|line| raw_params(&line["Digest ".len()..])));
    assert_eq!(asked.len(), 12);
    for params in asked {
        for (name, raw) in &params {
            let is_quoted = raw.len() > 2 && raw.starts_with('"') && raw.ends_with('"');
            let must_be = !["stale", "algorithm", "userhash"].contains(&&**name);
            assert_eq!(is_quoted, must_be, "{name}={raw}");
        }
        assert_eq!(value(&params, "domain"), Some(r#""/a https://b.example/c""#));
        assert_eq!(value(&params, "opaque"), Some(r#""5ccc069c403ebaf9f0171e9517f40e41""#));
        assert_eq!(value(&params, "qop"), Some(r#""auth, auth-int""#));
        assert_eq!(value(&params, "userhash"), Some("true"));
        assert_eq!(value(&params, "charset"), Some(r#""UTF-8""#));
        assert!([None, Some("true")].contains(&value(&params, "stale")));
    }
}

/// [RFC 7616 §3.3](https://www.rfc-editor.org/rfc/rfc7616#section-3.3): `qop` is sent always.
#[tokio::test]
async fn qop_says_what_is_offered() {
    for (digest, qop) in
        [(digest().auth_int(), r#""auth, auth-int""#), (digest().auth_int_only(), r#""auth-int""#)]
    {
        let stack = Stack::new(door(digest).build_buffering(9).unwrap());
        assert_eq!(value(&asked(&stack).await[0], "qop"), Some(qop));
    }
}

/// [RFC 7616 §3.3](https://www.rfc-editor.org/rfc/rfc7616#section-3.3) and
/// [§5.12](https://www.rfc-editor.org/rfc/rfc7616#section-5.12): new for each 401, and nothing that
/// could be guessed: 128 bits of a MAC stand at its end.
#[tokio::test]
async fn no_two_nonces_are_the_same() {
    let stacks = [stack(everything()), stack(everything().key(KEY)), stack(everything().key(KEY))];
    let (mut nonces, mut ends) = (HashSet::new(), HashSet::new());
    for _ in 0..100 {
        for stack in &stacks {
            for params in asked(stack).await {
                let nonce = value(&params, "nonce").unwrap().trim_matches('"').to_owned();
                let is_letter = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
                assert!(nonce.len() == 40 && nonce.chars().all(is_letter), "{nonce}");
                assert!(ends.insert(nonce[19..].to_owned()));
                assert!(nonces.insert(nonce));
            }
        }
    }
    assert_eq!(nonces.len(), 100 * 3 * 6);
}

/// [RFC 9110 §11.4](https://www.rfc-editor.org/rfc/rfc9110#section-11.4): the same question for no
/// credentials, credentials of another scheme, and bad ones; only in a 401, or in a 400 that says
/// what is malformed.
#[tokio::test]
async fn whatever_is_wrong_the_client_is_asked_again() {
    let stack = stack(everything());
    let nothing = asked(&stack).await;
    for (credentials, status) in
        [("Bearer abc", 401), ("Digest realm=\"other\", nc=1", 400), ("Digest", 401)]
    {
        let refused = stack.refuses(get("/").header("authorization", credentials), status).await;
        let challenges = refused.challenges();
        assert_eq!(challenges.len(), nothing.len());
        for (line, params) in challenges.iter().zip(&nothing) {
            let again = raw_params(line.strip_prefix("Digest ").unwrap());
            assert_eq!(again[..again.len() - 1], params[..params.len() - 1]);
        }
    }
}

/// A realm is written so that it reads the same.
#[tokio::test]
async fn a_realm_with_quotes_is_escaped() {
    let realm = r#"the "pride\lands""#;
    let stack = stack(Digest::new(realm, users()));
    let refused = stack.refuses(get("/"), 401).await;
    assert_eq!(refused.read.challenges[0].params["realm"], realm);
    let login = Login { realm: realm.into(), ..stack.login(SHA).await };
    stack.lets_in(&login).await;
}

/// [RFC 7616 §3.3](https://www.rfc-editor.org/rfc/rfc7616#section-3.3): `domain` "is not
/// meaningful" on a proxy.
#[tokio::test]
async fn a_proxy_sends_no_domain() {
    let stack = Stack::new(door(everything()).proxy().build().unwrap());
    let response = stack.send(get("/").body(Payload::Explosive).unwrap()).await;
    assert_refused(&response, StatusCode::PROXY_AUTHENTICATION_REQUIRED);
    assert!(lines(&response, "www-authenticate").is_empty());
    let asked = lines(&response, "proxy-authenticate");
    assert_eq!(asked.len(), 6);
    for line in asked {
        assert!(!line.contains("domain") && line.contains("opaque="), "{line}");
    }
}

/// [RFC 7616 §3.3](https://www.rfc-editor.org/rfc/rfc7616#section-3.3): `opaque` is to come back
/// unchanged.
#[tokio::test]
async fn an_opaque_that_is_not_ours_is_refused() {
    let stack = stack(digest().opaque("FQhe/qaU925kfnzjCev0ciny"));
    let login = stack.login(SHA).await;
    for opaque in
        [None, Some(""), Some("fqhe/QAu925kfnzjCev0ciny"), Some("FQhe/qaU925kfnzjCev0cin")]
    {
        let other = Login { opaque: opaque.map(Into::into), ..login.clone() };
        stack.turns_away(&other, "not_offered").await;
    }
    stack.lets_in(&Login { opaque: Some("FQhe/qaU925kfnzjCev0ciny".into()), ..login }).await;
}

/// Some clients send an empty `opaque` where they got none; none can have got another one.
#[tokio::test]
async fn without_an_opaque_only_an_empty_one_may_come() {
    let stack = stack(digest());
    let login = Login { opaque: Some("x".into()), ..stack.login(SHA).await };
    stack.turns_away(&login, "not_offered").await;
    stack.lets_in(&Login { opaque: Some(String::new()), ..login }).await;
}

/// [RFC 7616 §3.4](https://www.rfc-editor.org/rfc/rfc7616#section-3.4): realm, algorithm and `qop`
/// are those of the challenge. A client can't be talked down to what was not offered.
#[tokio::test]
async fn what_was_not_offered_is_refused() {
    let stack = stack(digest());
    let login = stack.login(SHA).await;
    for algorithm in ["MD5", "MD5-sess", "SHA-256-sess", "SHA-512-256", "SHA-512-256-sess"] {
        stack.turns_away(&Login { algorithm, ..login.clone() }, "not_offered").await;
    }
    let other = Login { realm: "Pride lands".into(), ..login.clone() };
    stack.turns_away(&other, "not_offered").await;
    stack.turns_away(&Login { qop: "auth-int", ..login.clone() }, "not_offered").await;
    for (name, raw) in [
        ("algorithm", "SHA-1"),
        ("algorithm", "\"\""),
        ("qop", "auth-conf"),
        ("qop", "\"auth,auth-int\""),
        ("qop", "AUTH"),
        ("realm", "\"\""),
    ] {
        let header = login.header_with(name, raw);
        stack.turns_away_as(&login, &header, "not_offered").await;
    }
    // Nothing of that used the nonce up.
    stack.lets_in(&login).await;
}

/// [RFC 7616 §3.3](https://www.rfc-editor.org/rfc/rfc7616#section-3.3): without `algorithm` it is
/// MD5.
#[tokio::test]
async fn without_an_algorithm_it_is_md5() {
    let stack = stack(digest().danger_md5());
    let login = stack.login(SHA).await;
    stack.turns_away_as(&login, &login.header_with("algorithm", ""), "wrong_password").await;
    let md5 = stack.login("MD5").await;
    stack.admits(get("/rock").header("authorization", md5.header_with("algorithm", ""))).await;
    let other = self::stack(digest());
    let login = Login { algorithm: "MD5", ..other.login(SHA).await };
    other.turns_away_as(&login, &login.header_with("algorithm", ""), "not_offered").await;
}

/// Names of algorithms and of the scheme are read without regard to case.
#[tokio::test]
async fn the_case_of_names_does_not_matter() {
    let stack = stack(digest());
    let login = stack.login(SHA).await;
    let header = login.header_with("algorithm", "sha-256").replace("Digest ", "dIGEST  ");
    stack.admits(get("/rock").header("authorization", header)).await;
}
