//! How long the grammar takes, beside `http-auth`.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use http::{HeaderMap, HeaderValue, header::AUTHORIZATION};
use tower_auth::header::{authorization, parse_challenges};

/// Three challenges, twelve parameters, one of them with escapes.
const CHALLENGES: &str = concat!(
    r#"Bearer realm="orders", scope="orders:read orders:write", error="invalid_token", "#,
    r#"error_description="The access token expired", "#,
    r#"Digest realm="orders@api.example", qop="auth, auth-int", algorithm=SHA-256, "#,
    r#"nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", "#,
    r#"opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS", stale=false, "#,
    r#"Basic realm="the \"orders\" service", charset="UTF-8""#,
);

fn challenges(c: &mut Criterion) {
    let mut group = c.benchmark_group("challenges");
    group.bench_function("tower-auth", |b| {
        b.iter(|| {
            let mut bytes = 0;
            for challenge in parse_challenges(black_box(CHALLENGES).as_bytes()) {
                let challenge = challenge.expect("well-formed");
                bytes += challenge.scheme().len();
                for param in challenge.params() {
                    bytes += param.name().len() + param.value().len();
                }
            }
            black_box(bytes)
        });
    });
    group.bench_function("http-auth", |b| {
        b.iter(|| {
            let mut bytes = 0;
            for challenge in
                http_auth::parse_challenges(black_box(CHALLENGES)).expect("well-formed")
            {
                bytes += challenge.scheme.len();
                for (name, value) in &challenge.params {
                    bytes += name.len() + value.to_unescaped().len();
                }
            }
            black_box(bytes)
        });
    });
    group.bench_function("http-auth, parsing only", |b| {
        b.iter(|| black_box(http_auth::parse_challenges(black_box(CHALLENGES))));
    });
    group.finish();
}

fn credentials(c: &mut Criterion) {
    let mut group = c.benchmark_group("credentials");
    for (name, value) in [
        ("bearer", ["Bearer ", &"mF_9.B5f-4.1JqM".repeat(16)].concat()),
        ("basic", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==".to_owned()),
    ] {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, HeaderValue::try_from(value).expect("valid"));
        group.bench_function(name, |b| {
            b.iter(|| {
                let read = authorization(black_box(&headers), &AUTHORIZATION, 16 * 1024);
                read.expect("well-formed").expect("present").token68().map(str::len)
            });
        });
    }
    group.finish();
}

criterion_group!(benches, challenges, credentials);
criterion_main!(benches);
