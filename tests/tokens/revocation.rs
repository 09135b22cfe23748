//! Revocation in front of any verifier, cached or not.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tower_auth::Eventual;
use tower_auth::rejection::Unavailable;
use tower_auth::store::{
    MemoryRevocations, Revocation, RevocationQuery, RevocationStore, Standing,
};
use tower_auth::testing::TokenMaker;
use tower_auth::token::jwt::Jwt;
use tower_auth::token::{Cached, IntoVerifier, Revocable, VerifyToken};

use crate::support::{Counting, NOW, at, clock, judge};

fn list() -> Arc<MemoryRevocations> {
    Arc::new(MemoryRevocations::new(1000).clock(clock()))
}

fn revoke(list: &MemoryRevocations, revocation: Revocation<'_>) {
    list.insert(&revocation.issuer("https://idp.example")).unwrap();
}

/// However it is combined with a cache, and whether the verifier answers at once or later.
fn combined(
    counting: &Counting,
    store: &Arc<impl RevocationStore>,
) -> Vec<(&'static str, Arc<dyn VerifyToken>)> {
    let (verifier, store) = (|| counting.clone(), || Arc::clone(store));
    let cached = |verifier| Cached::new(verifier).clock(clock());
    let inside = Cached::new(Revocable::new(verifier(), store())).clock(clock());
    let twice = Cached::new(Cached::new(Revocable::new(verifier(), store())).clock(clock()));
    vec![
        ("bare", Revocable::new(verifier(), store()).into_verifier().unwrap()),
        ("around", Revocable::new(cached(verifier()), store()).into_verifier().unwrap()),
        ("inside", inside.into_verifier().unwrap()),
        ("inside of two", twice.clock(clock()).into_verifier().unwrap()),
    ]
}

#[tokio::test]
async fn a_revoked_token_is_refused_at_once() {
    for counting in [Counting::new(), Counting::slow()] {
        let list = list();
        for (name, verifier) in combined(&counting, &list) {
            for what in ["token", "session", "subject"] {
                // A name for each combination, so that each begins anew.
                let token = format!("good-{what}-{name}");
                assert!(judge(&verifier, &token).await.is_ok(), "{name} {what}");
                assert!(judge(&verifier, &token).await.is_ok(), "{name} {what}");
                let session = format!("session of {token}");
                let revocation = match what {
                    "token" => Revocation::token(&token, at(NOW + 60)),
                    "session" => Revocation::session(&session, at(NOW + 60)),
                    _ => Revocation::subject(&token, at(NOW), at(NOW + 60)),
                };
                revoke(&list, revocation);
                let refused = judge(&verifier, &token).await;
                assert_eq!(refused.unwrap_err(), "token_revoked", "{name} {what}");
            }
            assert!(judge(&verifier, "good-other").await.is_ok(), "{name}");
            assert_eq!(judge(&verifier, "bad").await.unwrap_err(), "unknown_token", "{name}");
        }
    }
}

/// Answers later, or not at all.
#[derive(Default)]
struct Remote {
    is_down: AtomicBool,
    is_revoked: AtomicBool,
}

impl RevocationStore for Remote {
    fn check(&self, _: &RevocationQuery<'_>) -> Eventual<Result<Standing, Unavailable>> {
        let is_down = self.is_down.load(Ordering::SeqCst);
        let is_revoked = self.is_revoked.load(Ordering::SeqCst);
        Eventual::pending(async move {
            tokio::task::yield_now().await;
            match (is_down, is_revoked) {
                (true, _) => Err(Unavailable::new("the revocation store is down")),
                (false, true) => Ok(Standing::Revoked),
                (false, false) => Ok(Standing::Good),
            }
        })
    }

    fn revoke(&self, _: &Revocation<'_>) -> Eventual<Result<(), Unavailable>> {
        self.is_revoked.store(true, Ordering::SeqCst);
        Ok(()).into()
    }
}

/// 503 and never a pass, cached or not.
#[tokio::test]
async fn a_store_that_is_down_is_an_outage() {
    for counting in [Counting::new(), Counting::slow()] {
        let store = Arc::new(Remote::default());
        for (name, verifier) in combined(&counting, &store) {
            store.is_down.store(false, Ordering::SeqCst);
            store.is_revoked.store(false, Ordering::SeqCst);
            assert!(judge(&verifier, "good").await.is_ok(), "{name}");
            store.is_down.store(true, Ordering::SeqCst);
            assert_eq!(judge(&verifier, "good").await.unwrap_err(), "503", "{name}");
            // What is bad is bad, whatever the store would say.
            assert_eq!(judge(&verifier, "bad").await.unwrap_err(), "unknown_token", "{name}");
            store.is_down.store(false, Ordering::SeqCst);
            assert!(judge(&verifier, "good").await.is_ok(), "{name}");
            let Eventual::Ready(Ok(())) = store.revoke(&Revocation::token("good", at(NOW))) else {
                panic!()
            };
            assert_eq!(judge(&verifier, "good").await.unwrap_err(), "token_revoked", "{name}");
        }
    }
}

/// The caller who signs out has an identity, and nothing else is needed.
#[tokio::test]
async fn whoever_signs_out_is_out() {
    use tower_auth::header::SchemeName;
    use tower_auth::rejection::Verdict;

    let idp = TokenMaker::es256()
        .issuer("https://idp.example")
        .audience("https://api.example")
        .clock(clock());
    let list = list();
    let jwt = Jwt::issuer("https://idp.example")
        .audience("https://api.example")
        .keys(idp.keys())
        .clock(clock());
    let settings = Revocable::new(Cached::new(jwt).clock(clock()), Arc::clone(&list));
    let verifier = settings.into_verifier().unwrap();
    let token = idp.token("alice").claim("jti", "7f3a").claim("sid", "08a5").sign();
    let Eventual::Ready(Verdict::Valid(who)) = verifier.verify(&token) else { panic!() };
    let who = tower_auth::Identity::new(who, SchemeName::BEARER);
    assert_eq!((who.token_id(), who.session_id()), (Some("7f3a"), Some("08a5")));
    assert_eq!(who.issued_at(), Some(at(NOW)));
    list.insert(&Revocation::of(&who).unwrap()).unwrap();
    assert_eq!(judge(&verifier, &token).await.unwrap_err(), "token_revoked");
    let other = idp.token("alice").claim("jti", "7f3b").sign();
    assert!(judge(&verifier, &other).await.is_ok());

    for wrong in [serde_json::json!(5), serde_json::json!(["7f3a"])] {
        let token = idp.token("alice").claim("jti", &wrong).sign();
        assert_eq!(judge(&verifier, &token).await.unwrap_err(), "bad_claim", "{wrong}");
    }
}
