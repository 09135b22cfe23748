//! What keys that change, and several issuers, cost beside fixed keys of one.
//!
//! The tokens that are refused show it best: no signature is checked for them.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a benchmark may panic")]

use std::hint::black_box;
use std::sync::Arc;

use bytes::Bytes;
use criterion::{Criterion, criterion_group, criterion_main};
use http::{Request, Response};
use tower_auth::Eventual;
use tower_auth::testing::TokenMaker;
use tower_auth::token::jwt::{Issuers, Jwt};
use tower_auth::token::keys::RemoteKeys;
use tower_auth::token::{IntoVerifier as _, VerifyToken};

fn idp(number: usize) -> TokenMaker {
    TokenMaker::eddsa().issuer(issuer(number)).audience("https://api.example")
}

fn issuer(number: usize) -> String {
    format!("https://idp-{number}.example")
}

fn settings(number: usize) -> Jwt {
    Jwt::issuer(issuer(number)).audience("https://api.example")
}

/// Keys that are fetched from memory, at hand, and asked for an unknown `kid` a moment ago.
fn live(
    runtime: &tokio::runtime::Runtime,
    maker: &TokenMaker,
    unknown: &str,
) -> Arc<dyn VerifyToken> {
    let set = maker.jwk_set();
    let client = move |_: Request<Bytes>| {
        let answer = Response::new(Bytes::from(set.clone()));
        async { Ok(answer) }
    };
    let url = "https://idp-0.example/jwks";
    let keys = RemoteKeys::from_url(url, client)
        .cooldown(std::time::Duration::from_secs(600))
        .build()
        .unwrap();
    let verifier = settings(0).keys(keys.clone()).into_verifier().unwrap();
    runtime.block_on(async {
        assert!(keys.ready().await.is_ok());
        if let Eventual::Pending(answer) = verifier.verify(unknown) {
            answer.await;
        }
    });
    verifier
}

fn keys(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let makers: Vec<TokenMaker> = (0..8).map(idp).collect();
    let good = makers[0].token("5ba552d67").scope("openid profile").sign();
    let unknown = makers[0].token("5ba552d67").kid("invented").sign();
    let fixed = settings(0).keys(makers[0].keys()).into_verifier().unwrap();
    let changing = live(&runtime, &makers[0], &unknown);
    let eight = makers.iter().enumerate().fold(Issuers::new(), |issuers, (number, maker)| {
        issuers.issuer(settings(number).keys(maker.keys()))
    });
    let eight = eight.into_verifier().unwrap();

    for (name, token) in [("EdDSA", &good), ("unknown kid", &unknown)] {
        let mut group = criterion.benchmark_group(name);
        for (whose, verifier) in
            [("fixed keys", &fixed), ("remote keys", &changing), ("eight issuers", &eight)]
        {
            group.bench_function(whose, |bencher| {
                bencher.iter(|| assert!(is_ready(&verifier.verify(black_box(token)))));
            });
        }
        group.finish();
    }
}

fn is_ready<T>(answer: &Eventual<T>) -> bool {
    matches!(answer, Eventual::Ready(_))
}

criterion_group!(benches, keys);
criterion_main!(benches);
