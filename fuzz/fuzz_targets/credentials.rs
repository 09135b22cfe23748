//! Any value: the reader of credentials and the naive one agree.
//!
//! `cargo +nightly fuzz run credentials fuzz/corpus/credentials fuzz/seeds/credentials`

#![no_main]
#![allow(dead_code, reason = "the other target uses the rest of the naive reader")]

use libfuzzer_sys::fuzz_target;
use tower_auth::header::{Credentials, ParseErrorKind};

#[path = "../../tests/common/naive.rs"]
mod naive;

fuzz_target!(|value: &[u8]| {
    let Ok(credentials) = Credentials::parse(value) else {
        assert_eq!(naive::credentials(value), None);
        return;
    };
    let (scheme, rest) = naive::credentials(value).expect("the naive reader refuses this");
    assert_eq!(credentials.scheme().as_bytes(), scheme);
    assert_eq!(credentials.is_bare(), rest.is_empty());

    let token68 = credentials.token68().ok().map(str::as_bytes);
    assert_eq!(token68, naive::is_token68(&rest).then_some(&rest[..]));

    match credentials.params() {
        Err(error) if error.kind() == ParseErrorKind::TooMany => {}
        read => {
            let read = read.ok().map(|params| {
                params.map(|param| (param.name().into(), param.value().into_owned())).collect()
            });
            assert_eq!(read, naive::params(&rest));
        }
    }
    // Whatever was read, only the scheme is shown.
    assert_eq!(
        format!("{credentials:?}"),
        format!("Credentials {{ scheme: {:?}, .. }}", credentials.scheme()),
    );
});
