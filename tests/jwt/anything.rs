//! Whatever a peer sends: no panic, and no entry.

use proptest::prelude::*;

use crate::support::{HEADER, claims_and, idp, judge, reason};

proptest! {
    #[test]
    fn no_string_is_a_token(token in ".{0,200}") {
        prop_assert_eq!(reason(judge(&token)), "malformed_token");
    }

    #[test]
    fn no_parts_without_our_signature_are_a_token(
        header in "[A-Za-z0-9_-]{0,80}",
        payload in "[A-Za-z0-9_-]{0,80}",
        signature in "[A-Za-z0-9_-]{0,90}",
    ) {
        prop_assert_ne!(reason(judge(&format!("{header}.{payload}.{signature}"))), "ok");
    }

    /// Even whoever has the key gets in only with claims that say who they are.
    #[test]
    fn no_bytes_are_claims(payload in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert_ne!(reason(judge(&idp().sign_raw(HEADER, payload))), "ok");
    }

    #[test]
    fn no_bytes_are_a_header(header in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert_ne!(reason(judge(&idp().sign_raw(header, claims_and("")))), "ok");
    }
}
