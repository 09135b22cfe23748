//! Names of schemes and of protection spaces.

use std::collections::HashSet;

use super::super::{Realm, SchemeName};
use crate::error::ConfigError;

/// The [IANA registry](https://www.iana.org/assignments/http-authschemes/http-authschemes.xhtml).
#[test]
fn registered_schemes_are_known_in_any_case() {
    let rows = [
        ("Basic", SchemeName::BASIC),
        ("Bearer", SchemeName::BEARER),
        ("Concealed", SchemeName::CONCEALED),
        ("Digest", SchemeName::DIGEST),
        ("DPoP", SchemeName::DPOP),
        ("GNAP", SchemeName::GNAP),
        ("HOBA", SchemeName::HOBA),
        ("Mutual", SchemeName::MUTUAL),
        ("Negotiate", SchemeName::NEGOTIATE),
        ("OAuth", SchemeName::OAUTH),
        ("PrivateToken", SchemeName::PRIVATE_TOKEN),
        ("SCRAM-SHA-1", SchemeName::SCRAM_SHA_1),
        ("SCRAM-SHA-256", SchemeName::SCRAM_SHA_256),
        ("vapid", SchemeName::VAPID),
        ("ApiKey", SchemeName::API_KEY),
        ("Cookie", SchemeName::COOKIE),
    ];
    for (canonical, constant) in rows {
        for name in [canonical, &canonical.to_lowercase(), &canonical.to_uppercase()] {
            let scheme = SchemeName::new(name).unwrap();
            assert_eq!(scheme, constant, "{name}");
            assert_eq!(scheme.as_str(), canonical, "{name}");
            assert!(scheme.as_static().is_some(), "{name}: must not allocate");
            assert!(constant.matches(name), "{name}");
        }
    }
}

/// Schemes that are in use without being registered need no constant.
#[test]
fn other_schemes_keep_their_spelling() {
    for name in ["NTLM", "Kerberos", "AWS4-HMAC-SHA256", "Hawk", "Token", "Signature"] {
        let scheme: SchemeName = name.parse().unwrap();
        assert_eq!(scheme.to_string(), name);
        assert_eq!(scheme, SchemeName::new(&name.to_lowercase()).unwrap());
        assert_eq!(scheme, *name.to_lowercase());
        assert_eq!(format!("{scheme:?}"), format!("SchemeName({name:?})"));
    }
}

#[test]
fn equal_names_have_equal_hashes() {
    let names = ["HAWK", "hawk", "Hawk", "Token"].map(|name| SchemeName::new(name).unwrap());
    assert_eq!(names.into_iter().collect::<HashSet<_>>().len(), 2);
}

#[test]
fn what_is_no_token_is_no_scheme() {
    for name in ["", "B@sic", "two words", "tab\t", "line\r\n", "a=b", "a,b", "ä", "a\0"] {
        let refused = SchemeName::new(name).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "not the name of an authentication scheme: use one or more letters, digits and `-` \
             (a token, RFC 9110 §5.6.2)",
            "{name:?}",
        );
    }
}

#[test]
fn a_realm_is_printable() {
    for name in ["orders", "a b", "\"quoted\" \\ 'name'", " ~"] {
        assert_eq!(Realm::new(name).unwrap().as_str(), name);
    }
    assert_eq!(format!("{:?}", Realm::new("orders").unwrap()), "Realm(\"orders\")");
    assert_eq!(
        Realm::new("").unwrap_err().to_string(),
        "the realm is empty: give it a name that tells people what they sign in to",
    );
    for name in ["abc\r\nSet-Cookie: x", "abc\0", "abc\t", "abc\x7f", "abcä"] {
        let refused = Realm::new(name).unwrap_err();
        assert_eq!(
            ConfigError::from(refused).to_string(),
            "the realm has a byte outside printable US-ASCII at offset 3: \
             use only spaces and printable US-ASCII characters",
            "{name:?}",
        );
    }
}
