//! How often the layer allocates: exact, so that no change makes it more without being noticed.

#[path = "common/digest.rs"]
mod client;
#[path = "../benches/common/mod.rs"]
mod common;
#[path = "../benches/common/digest.rs"]
mod digest;

use std::hint::black_box;

use allocation_counter::measure;
use common::cases::{self, Case, SECRET};
use common::{Orders, Wire, answer};
use digest::Exchanges;
use tower::Layer as _;
use tower_auth::AuthenticateLayer;
use tower_auth::testing::TokenMaker;

/// Allocations of one exchange, without those of building the request and of the inner service.
fn allocations(case: &Case) -> u64 {
    let mut service = case.layer.layer(Orders);
    let [request, warm_up, bare] = [(); 3].map(|()| case.wire.request());
    answer(&mut service, warm_up);
    let inner = if case.want.is_success() { count(|| answer(&mut Orders, bare)) } else { 0 };
    count(|| answer(&mut service, request)).saturating_sub(inner)
}

fn count<T>(work: impl FnOnce() -> T) -> u64 {
    let mut made = None;
    let counted = measure(|| made = Some(black_box(work())));
    counted.count_total
}

/// A table of fields and its entries; with several challenges also the list of the further ones.
#[test]
fn a_refusal_costs_a_table_of_fields_and_nothing_else() {
    let want = [
        ("no credentials", 2),
        ("no credentials, eight schemes", 4),
        ("unknown kid", 7),
        ("alg none", 7),
        ("expired", 11),
        ("8 KiB of base64", 8),
        ("8 KiB of noise", 7),
    ];
    let counted =
        cases::refused().iter().map(|case| (case.name, allocations(case))).collect::<Vec<_>>();
    assert_eq!(counted, want);
}

/// Four for the extensions of the request: `http` boxes the map, its table and each value.
#[test]
fn credentials_that_are_good_cost_the_extensions_and_what_they_say() {
    // The password, decoded.
    assert_eq!(allocations(&cases::basic()), 5);
    // And decoded before that, to see whose it is.
    assert_eq!(allocations(&cases::basic_limited()), 6);

    // The principal: itself, the subject, the scopes, the list of roles and each role; `jti` and
    // `client_id`.
    for maker in [TokenMaker::es256(), TokenMaker::eddsa(), TokenMaker::hs256(SECRET)] {
        let maker = cases::maker(maker);
        let token = cases::token(&maker, |token| token);
        assert_eq!(allocations(&cases::signed("", &maker, &token)), 12);
    }
}

/// Two beyond what any scheme costs: the text of `Authentication-Info`, and the box in which it
/// waits for the answer. Then four for the extensions of the request, as above.
///
/// The first use of a nonce also makes its place in the store, and the 65th makes a larger one.
#[test]
fn a_digest_check_costs_what_it_says_and_the_box_it_waits_in() {
    let count_of = |layer: &AuthenticateLayer, of: &mut Exchanges| {
        let mut service = layer.layer(Orders);
        let request = of.next().request();
        count(|| answer(&mut service, request))
    };
    for algorithm in ["SHA-256", "MD5"] {
        let mut of = Exchanges::new(algorithm);
        let layer = of.layer.clone();
        count_of(&layer, &mut of);
        for _ in 0..30 {
            let believed = count_of(&digest::believing(), &mut of);
            assert_eq!(count_of(&layer, &mut of), believed + 2);
        }
    }
}

/// Nothing is kept of a question, nor of an answer that proves nothing.
#[test]
fn strangers_leave_nothing_in_memory() {
    let mut of = Exchanges::new("SHA-256");
    let mut service = of.layer.layer(Orders);
    let right = of.next();
    let wires = [Wire::new(None)].into_iter().chain(digest::refused().map(|case| case.wire));
    for wire in wires {
        let before = answer(&mut service, wire.request());
        let kept = measure(|| {
            for _ in 0..1_000 {
                assert_eq!(answer(&mut service, wire.request()), before);
            }
        });
        assert_eq!((before.as_u16(), kept.count_current, kept.bytes_current), (401, 0, 0));
    }
    let kept = measure(|| assert_eq!(answer(&mut service, right.request()).as_u16(), 200));
    assert!(kept.bytes_current > 0, "a nonce in use is remembered");
}

#[test]
fn making_and_cloning_a_service_allocates_nothing() {
    let layer = cases::basic().layer;
    let service = layer.layer(Orders);
    assert_eq!(count(|| layer.clone()), 0);
    assert_eq!(count(|| layer.layer(Orders)), 0);
    assert_eq!(count(|| service.clone()), 0);
}
