//! What a Digest check costs, beside the hashes that it is made of; and what a wrong password costs
//! beside a name that nobody has.
//!
//! In the group *digest check*:
//!
//! - *bare hashes + HMAC* are the four hashes of a check (H(A2) and the response, the same two of
//!   `rspauth`), and the HMAC of the nonce, over the same bytes, which lie ready. There is less that
//!   a check could do.
//! - *scheme* is `Scheme::authenticate` and nothing else: reading the credentials, looking up the
//!   user, the nonce, the hashes, the comparison, noting the count, writing `Authentication-Info`.
//! - *layer* is a whole exchange, as in `middleware`; *layer, believing* is the same exchange with a
//!   scheme that checks nothing. What lies between them is Digest's.
//!
//! A count is never used twice: each iteration is let in.

#![expect(clippy::expect_used, reason = "a benchmark may panic")]

#[path = "../tests/common/digest.rs"]
mod client;
mod common;
#[path = "common/digest.rs"]
mod digest;

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use common::{Orders, exchange, timed};
use criterion::measurement::WallTime;
use criterion::{BatchSize, BenchmarkGroup, Criterion, criterion_group, criterion_main};
use digest::{Exchanges, believing};
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use md5::Md5;
use sha2::{Digest as _, Sha256};
use tower::{Layer, Service};
use tower_auth::Eventual;
use tower_auth::header::SchemeName;
use tower_auth::rejection::{Rejection, Unavailable};
use tower_auth::respond::{ChallengeList, EitherBody};
use tower_auth::scheme::{Attempt, IntoScheme as _, Outcome, Place, Presented, Scheme};
use tower_auth::store::{MemoryNonces, NonceStore, NonceUse, Use};

fn check(c: &mut Criterion) {
    let mut group = c.benchmark_group("digest check");
    for algorithm in ["SHA-256", "MD5"] {
        bare(&mut group, algorithm);
        scheme(&mut group, algorithm);
        let mut of = Exchanges::new(algorithm);
        let layer = of.layer.clone();
        exchanges(&mut group, &format!("layer, digest {algorithm}"), &layer, &mut of);
        exchanges(&mut group, &format!("layer, believing {algorithm}"), &believing(), &mut of);
    }
    group.finish();
}

/// The hashes over bytes that lie ready, and the MAC under a key that is prepared.
fn bare(group: &mut BenchmarkGroup<'_, WallTime>, algorithm: &'static str) {
    let login = Exchanges::new(algorithm).login;
    let a2 = format!("GET:{}", login.uri);
    let of = |a2: &str| {
        let client::Login { nonce, nc, cnonce, .. } = &login;
        let ha2 = client::h(algorithm, a2);
        format!("{}:{nonce}:{nc}:{cnonce}:auth:{ha2}", login.ha1())
    };
    let said = format!(":{}", login.uri);
    let texts = [of(&a2), a2, of(&said), said];
    let mac = Hmac::<Sha256>::new_from_slice(&[7; 32]).expect("any length is fine");
    group.bench_function(format!("bare hashes + HMAC {algorithm}"), |b| {
        b.iter(|| {
            for text in &texts {
                match algorithm {
                    "MD5" => drop(black_box(Md5::digest(black_box(text)))),
                    _ => drop(black_box(Sha256::digest(black_box(text)))),
                }
            }
            let mut mac = mac.clone();
            mac.update(black_box(&[7; 15]));
            mac.finalize()
        });
    });
}

/// The scheme, asked again and again of one request; each time its store is told another count.
fn scheme(group: &mut BenchmarkGroup<'_, WallTime>, algorithm: &'static str) {
    let store = Counting { store: MemoryNonces::new(1000), count: AtomicU32::new(0) };
    let scheme = digest::digest(algorithm).store(store).into_scheme().expect("it can work");
    let run = Arc::new(Run::default());
    let mut exchanges = Exchanges::with(algorithm, Repeating { scheme, run: Arc::clone(&run) });
    let mut service = exchanges.layer.layer(Orders);
    let wire = exchanges.next();
    group.bench_function(format!("scheme {algorithm}"), |b| {
        b.iter_custom(|times| {
            run.times.store(times, Ordering::Relaxed);
            assert_eq!(exchange(&mut service, &wire), StatusCode::OK);
            Duration::from_nanos(run.nanos.load(Ordering::Relaxed))
        });
    });
}

/// Whole exchanges, each with the next count.
fn exchanges<S>(group: &mut BenchmarkGroup<'_, WallTime>, name: &str, layer: &S, of: &mut Exchanges)
where
    S: Layer<Orders>,
    S::Service: Service<Request<Full<Bytes>>, Response = Response<EitherBody<Full<Bytes>>>>,
{
    let mut service = layer.layer(Orders);
    group.bench_function(name, |b| {
        b.iter_batched_ref(
            || of.next(),
            |wire| assert_eq!(exchange(&mut service, wire), StatusCode::OK),
            BatchSize::SmallInput,
        );
    });
}

/// Both are refused with the same words; it should take the same time.
fn refusal(c: &mut Criterion) {
    let mut group = c.benchmark_group("digest refusal");
    for case in digest::refused() {
        timed(&mut group, case.name, case.layer.layer(Orders), &case.wire, case.want);
    }
    group.finish();
}

/// How often a [`Repeating`] scheme is to repeat itself, and how long that took.
#[derive(Default)]
struct Run {
    times: AtomicU64,
    nanos: AtomicU64,
}

struct Repeating {
    scheme: Arc<dyn Scheme>,
    run: Arc<Run>,
}

impl Scheme for Repeating {
    fn name(&self) -> &SchemeName {
        self.scheme.name()
    }

    fn places(&self) -> &[Place] {
        self.scheme.places()
    }

    #[expect(clippy::disallowed_methods, reason = "a benchmark tells the time")]
    fn authenticate(&self, presented: &Presented<'_>) -> Attempt {
        let times = self.run.times.load(Ordering::Relaxed);
        let began = Instant::now();
        for _ in 0..times {
            let attempt = black_box(self.scheme.authenticate(black_box(presented)));
            assert!(matches!(attempt, Eventual::Ready(Outcome::Authenticated(_))));
        }
        let took = u64::try_from(began.elapsed().as_nanos()).expect("not that long");
        self.run.nanos.store(took, Ordering::Relaxed);
        self.scheme.authenticate(presented)
    }

    fn challenges(&self, why: Option<&Rejection>, list: &mut ChallengeList<'_>) {
        self.scheme.challenges(why, list);
    }
}

/// Memory that is told a new count each time, whatever the request says.
struct Counting {
    store: MemoryNonces,
    count: AtomicU32,
}

impl NonceStore for Counting {
    fn note(&self, used: &NonceUse<'_>) -> Eventual<Result<Use, Unavailable>> {
        let mut used = used.clone();
        used.count = self.count.fetch_add(1, Ordering::Relaxed);
        self.store.note(&used)
    }

    fn first_cnonce(&self, nonce: u128) -> Eventual<Result<Option<Box<[u8]>>, Unavailable>> {
        self.store.first_cnonce(nonce)
    }
}

criterion_group! {
    name = benches;
    config = common::criterion();
    targets = check, refusal
}
criterion_main!(benches);
