//! How often the layer allocates: exact, so that no change makes it more without being noticed.

#[path = "../benches/common/mod.rs"]
mod common;

use std::hint::black_box;

use allocation_counter::measure;
use common::cases::{self, Case, SECRET};
use common::{Orders, answer};
use tower::Layer as _;
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

#[test]
fn making_and_cloning_a_service_allocates_nothing() {
    let layer = cases::basic().layer;
    let service = layer.layer(Orders);
    assert_eq!(count(|| layer.clone()), 0);
    assert_eq!(count(|| layer.layer(Orders)), 0);
    assert_eq!(count(|| service.clone()), 0);
}
