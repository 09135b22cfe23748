//! Several issuers, fixed and found.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::time::sleep;
use tower_auth::Eventual;
use tower_auth::rejection::Unavailable;
use tower_auth::testing::TokenMaker;
use tower_auth::token::jwt::{Issuers, Jwt, Tenants};
use tower_auth::token::keys::RemoteKeys;
use tower_auth::token::{IntoVerifier, VerifyToken};

use crate::support::{AUDIENCE, Answer, Idp, Told, UNKNOWN_KEY, secs, tokio_clock, told};

const A: &str = "https://a.example";
const B: &str = "https://b.example";

fn maker(issuer: &str) -> TokenMaker {
    TokenMaker::es256().issuer(issuer).audience(AUDIENCE).clock(tokio_clock())
}

fn remote(issuer: &str, idp: &Idp) -> Jwt {
    let url = format!("{issuer}/jwks");
    let keys = RemoteKeys::from_url(url, idp.clone()).clock(tokio_clock()).build().unwrap();
    Jwt::issuer(issuer).audience(AUDIENCE).keys(keys).clock(tokio_clock())
}

async fn judge(verifier: &Arc<dyn VerifyToken>, token: &str) -> Told {
    match verifier.verify(token) {
        Eventual::Ready(verdict) => told(verdict),
        Eventual::Pending(verdict) => told(verdict.await),
    }
}

const STRANGER: Told = Told::Rejected("wrong_issuer");

/// RFC 8725 §3.8: keys belong to the issuer of the token.
#[tokio::test(start_paused = true)]
async fn a_token_of_one_issuer_signed_by_another_is_refused() {
    let (a, b) = (maker(A), maker(B));
    let (idp_a, idp_b) = (Idp::with(&a), Idp::with(&b));
    let issuers = Issuers::new().issuer(remote(A, &idp_a)).issuer(remote(B, &idp_b));
    let verifier = issuers.into_verifier().unwrap();
    assert_eq!(judge(&verifier, &a.token("alice").sign()).await, Told::Accepted);
    assert_eq!((idp_a.asked(), idp_b.asked()), (1, 0), "only the token's own issuer is asked");
    assert_eq!(judge(&verifier, &b.token("alice").sign()).await, Told::Accepted);
    // Says A, is signed by B; with A's `kid`, too.
    let forged = b.token("alice").claim("iss", A);
    assert_eq!(judge(&verifier, &forged.clone().sign()).await, UNKNOWN_KEY);
    let forged = forged.kid(a.kid().unwrap()).sign();
    assert_eq!(judge(&verifier, &forged).await, Told::Rejected("bad_signature"));
}

#[tokio::test(start_paused = true)]
async fn nothing_is_fetched_for_an_issuer_that_is_not_listed() {
    let a = maker(A);
    let idp = Idp::with(&a);
    let verifier = Issuers::new().issuer(remote(A, &idp)).into_verifier().unwrap();
    for iss in ["https://a.example/", "https://A.example", "http://a.example", "", "https://evil"] {
        assert_eq!(
            judge(&verifier, &a.token("x").claim("iss", iss).sign()).await,
            STRANGER,
            "{iss}"
        );
    }
    for token in [
        a.token("x").without_claim("iss").sign(),
        a.token("x").claim("iss", [A]).sign(),
        a.token("x").claim("iss", 5).sign(),
        a.sign_raw(r#"{"alg":"ES256"}"#, r#"[{"iss":"https://a.example"}]"#),
        a.sign_raw(r#"{"alg":"ES256"}"#, r#"{"act":{"iss":"https://a.example"}}"#),
    ] {
        assert_eq!(judge(&verifier, &token).await, STRANGER);
    }
    for token in ["", "a.b", "a.b.c.d", "a.!.c"] {
        assert_eq!(judge(&verifier, token).await, Told::Rejected("malformed_token"), "{token}");
    }
    assert_eq!(idp.asked(), 0);
    // Which one is meant is told by the first; that there are two is refused by whoever checks.
    let twice = format!(r#"{{"iss":"{A}","iss":"{B}","aud":"{AUDIENCE}","sub":"x","exp":1}}"#);
    let header = format!(r#"{{"alg":"ES256","kid":"{}"}}"#, a.kid().unwrap());
    let twice = a.sign_raw(header, twice);
    assert_eq!(judge(&verifier, &twice).await, Told::Rejected("malformed_token"));
}

/// RFC 7519 §4, RFC 8725 §3.8: the first look at `iss` chooses the keys and nothing else. Where it
/// sees another issuer than the strict parser, or one where that sees none, the token is refused.
#[tokio::test(start_paused = true)]
async fn the_issuer_that_chooses_the_keys_is_the_one_that_is_checked() {
    let (a, b) = (maker(A), maker(B));
    let jwt = |maker: &TokenMaker, issuer| {
        Jwt::issuer(issuer).audience(AUDIENCE).keys(maker.keys()).clock(tokio_clock())
    };
    let listed = Issuers::new().issuer(jwt(&a, A)).issuer(jwt(&b, B)).into_verifier().unwrap();
    let found = [(A, jwt(&a, A)), (B, jwt(&b, B))];
    let tenants = Tenants::new(move |issuer: &str| {
        let jwt = found.iter().find(|(name, _)| *name == issuer).map(|(_, jwt)| jwt.clone());
        async { Ok(jwt) }
    });
    let verifiers = [listed, tenants.into_verifier().unwrap()];
    let malformed = Told::Rejected("malformed_token");
    for (claims, signed_by_a, signed_by_b) in [
        (r#""iss":"https://a.example""#, Told::Accepted, UNKNOWN_KEY),
        (r#""iss":"https:\/\/\u0061.example""#, Told::Accepted, UNKNOWN_KEY),
        (r#""\u0069ss":"https://a.example""#, Told::Accepted, UNKNOWN_KEY),
        (
            r#""x":{"iss":"https://b.example"},"iss":"https://a.example""#,
            Told::Accepted,
            UNKNOWN_KEY,
        ),
        (r#""x":"\",\"iss\":\"b","iss":"https://a.example""#, Told::Accepted, UNKNOWN_KEY),
        // Twice, in the open and in disguise.
        (r#""iss":"https://a.example","iss":"https://b.example""#, malformed, UNKNOWN_KEY),
        (r#""iss":"https://a.example","\u0069ss":"https://b.example""#, malformed, UNKNOWN_KEY),
        (r#""\u0069ss":"https://b.example","iss":"https://a.example""#, UNKNOWN_KEY, malformed),
        // Found by a look that does not read what stands before it; no JSON.
        (r#""x":tru,"iss":"https://a.example""#, malformed, UNKNOWN_KEY),
        (r#""x":[},"iss":"https://a.example""#, malformed, UNKNOWN_KEY),
        (r#""x":"\ud800","iss":"https://a.example""#, malformed, UNKNOWN_KEY),
        (r#""x":{"iss":"https://a.example"}"#, STRANGER, STRANGER),
        (r#""iss":["https://a.example"]"#, STRANGER, STRANGER),
    ] {
        let rest = format!(r#""aud":"{AUDIENCE}","sub":"alice","exp":1700000100"#);
        let claims = format!("{{{claims},{rest}}}");
        for (maker, want) in [(&a, signed_by_a), (&b, signed_by_b)] {
            let header = format!(r#"{{"alg":"ES256","kid":"{}"}}"#, maker.kid().unwrap());
            let token = maker.sign_raw(header, &claims);
            for verifier in &verifiers {
                assert_eq!(judge(verifier, &token).await, want, "{claims}");
            }
        }
    }
}

/// One slow issuer and one that fails: neither says anything of the other's tokens.
#[tokio::test(start_paused = true)]
async fn an_issuer_that_is_down_takes_no_other_with_it() {
    let (a, b) = (maker(A), maker(B));
    let (slow, dead) = (Idp::new(Answer::Slow(secs(4), a.jwk_set())), Idp::new(Answer::Broken));
    for order in [false, true] {
        let mut list = [remote(A, &slow), remote(B, &dead)];
        if order {
            list.reverse();
        }
        let issuers = list.into_iter().fold(Issuers::new(), Issuers::issuer);
        let verifier = issuers.into_verifier().unwrap();
        let (token_a, token_b) = (a.token("alice").sign(), b.token("bob").sign());
        let (one, two) = tokio::join!(judge(&verifier, &token_a), judge(&verifier, &token_b));
        assert_eq!((one, two), (Told::Accepted, Told::Down));
    }
}

#[test]
fn a_list_without_issuers_or_with_one_twice_is_refused() {
    let none = Issuers::new().into_verifier().err().unwrap();
    assert!(none.to_string().starts_with("no issuer is listed"), "{none}");
    let jwt = || Jwt::issuer(A).audience(AUDIENCE).keys(maker(A).keys());
    let twice = Issuers::new().issuer(jwt()).issuer(jwt()).into_verifier().err().unwrap();
    assert!(twice.to_string().starts_with("the issuer `https://a.example` is listed twice"));
}

/// Tenants a to z, and a count of how often somebody was looked up.
fn tenants(makers: &[TokenMaker]) -> (Tenants, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let (asked, makers) = (Arc::clone(&count), makers.to_vec());
    let tenants = Tenants::new(move |issuer: &str| {
        asked.fetch_add(1, Ordering::SeqCst);
        let keys = (0..makers.len())
            .find(|number| issuer == format!("https://{number}.example"))
            .map(|number| makers[number].keys());
        let settings =
            keys.map(|keys| Jwt::issuer(issuer).audience(AUDIENCE).keys(keys).clock(tokio_clock()));
        let down = issuer == "https://down.example";
        async move {
            sleep(secs(1)).await;
            if down { Err(Unavailable::new("the database is down")) } else { Ok(settings) }
        }
    });
    (tenants.clock(tokio_clock()), count)
}

fn numbered(count: usize) -> Vec<TokenMaker> {
    (0..count).map(|number| maker(&format!("https://{number}.example"))).collect()
}

#[tokio::test(start_paused = true)]
async fn a_tenant_is_looked_up_once_however_many_ask() {
    let makers = numbered(2);
    let (tenants, asked) = tenants(&makers);
    let verifier = tenants.clone().into_verifier().unwrap();
    let token = makers[0].token("alice").sign();
    let requests: Vec<_> = (0..1000)
        .map(|_| {
            let (verifier, token) = (Arc::clone(&verifier), token.clone());
            tokio::spawn(async move { judge(&verifier, &token).await })
        })
        .collect();
    for request in requests {
        assert_eq!(request.await.unwrap(), Told::Accepted);
    }
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    assert!(matches!(verifier.verify(&token), Eventual::Ready(_)), "known now");
    // Signed by another tenant's key.
    let forged = makers[1].token("alice").claim("iss", "https://0.example").sign();
    assert_eq!(judge(&verifier, &forged).await, UNKNOWN_KEY);
    tenants.forget("https://0.example");
    assert_eq!(judge(&verifier, &token).await, Told::Accepted);
    assert_eq!(asked.load(Ordering::SeqCst), 2);
}

#[tokio::test(start_paused = true)]
async fn strangers_are_remembered_for_a_while_and_crowd_out_no_tenant() {
    let makers = numbered(1);
    let (tenants, asked) = tenants(&makers);
    let verifier = tenants.clone().at_most(4).into_verifier().unwrap();
    let good = makers[0].token("alice").sign();
    assert_eq!(judge(&verifier, &good).await, Told::Accepted);
    for number in 0..50 {
        let iss = format!("https://stranger-{number}.example");
        let token = makers[0].token("alice").claim("iss", iss).sign();
        assert_eq!(judge(&verifier, &token).await, STRANGER);
        assert_eq!(judge(&verifier, &token).await, STRANGER);
    }
    assert_eq!(asked.load(Ordering::SeqCst), 51);
    assert_eq!((judge(&verifier, &good).await, tenants.len()), (Told::Accepted, 1));
    assert_eq!(asked.load(Ordering::SeqCst), 51);
    let down = makers[0].token("alice").claim("iss", "https://down.example").sign();
    assert_eq!(judge(&verifier, &down).await, Told::Down);
    assert_eq!(judge(&verifier, &down).await, Told::Down);
    assert_eq!(asked.load(Ordering::SeqCst), 53, "what could not be told is asked again");
}

#[tokio::test(start_paused = true)]
async fn only_so_many_tenants_are_kept() {
    let makers = numbered(6);
    let (tenants, asked) = tenants(&makers);
    let verifier = tenants.clone().at_most(4).into_verifier().unwrap();
    for maker in &makers {
        assert_eq!(judge(&verifier, &maker.token("alice").sign()).await, Told::Accepted);
    }
    assert_eq!((tenants.len(), asked.load(Ordering::SeqCst)), (4, 6));
    assert_eq!(judge(&verifier, &makers[5].token("alice").sign()).await, Told::Accepted);
    assert_eq!(asked.load(Ordering::SeqCst), 6);
}

#[tokio::test(start_paused = true)]
async fn settings_of_another_issuer_are_not_taken() {
    let a = maker(A);
    let keys = a.keys();
    let tenants = Tenants::new(move |_: &str| {
        let settings = Jwt::issuer(A).audience(AUDIENCE).keys(keys.clone());
        async { Ok(Some(settings)) }
    });
    let verifier = tenants.into_verifier().unwrap();
    let token = a.token("alice").claim("iss", B).sign();
    assert_eq!(judge(&verifier, &token).await, Told::Down);
}
