//! What RFC 9110 §11 and §16.4 say about the grammar, one test for each rule.

use super::super::{
    AuthenticationInfo, Challenge, Credentials, ParseErrorKind as Kind, Realm, SchemeName,
    parse_challenges,
};
use super::{kind_of, params_of, read};

/// [RFC 9110 §11.1](https://www.rfc-editor.org/rfc/rfc9110#section-11.1): "a case-insensitive
/// token".
#[test]
fn schemes_ignore_case() {
    for (value, scheme) in [
        ("bAsIc dGVzdDoxMjPCow==", SchemeName::BASIC),
        ("BEARER x", SchemeName::BEARER),
        ("dpop x", SchemeName::DPOP),
    ] {
        let credentials = Credentials::parse(value.as_bytes()).unwrap();
        assert!(credentials.is(&scheme), "{value}");
        assert!(!credentials.is(&SchemeName::DIGEST), "{value}");
    }
}

/// [RFC 9110 §11.2](https://www.rfc-editor.org/rfc/rfc9110#section-11.2): "matched
/// case-insensitively".
#[test]
fn parameter_names_ignore_case() {
    let credentials = Credentials::parse(b"Digest USERNAME=\"Mufasa\", REALM=x").unwrap();
    let params = credentials.params().unwrap();
    assert_eq!(params.get("username").unwrap().value_str().as_deref(), Some("Mufasa"));
    assert_eq!(params.get("rEALm").unwrap().value_str().as_deref(), Some("x"));
    assert!(params.get("nonce").is_none());
}

/// [RFC 9110 §11.2](https://www.rfc-editor.org/rfc/rfc9110#section-11.2): each name "MUST only
/// occur once per challenge".
#[test]
fn duplicates_are_neither_written_nor_read() {
    let builder = Challenge::builder(SchemeName::BEARER).param("scope", "a").param("SCOPE", "b");
    assert!(builder.build().is_err());
    let realm = Realm::new("a").unwrap();
    assert!(Challenge::builder(SchemeName::BASIC).realm(&realm).realm(&realm).build().is_err());
    let credentials = Credentials::parse(b"Digest username=\"a\", username=\"b\"").unwrap();
    assert_eq!(kind_of(credentials.params()), Some(Kind::DuplicateParam));
}

/// [RFC 9110 §11.2](https://www.rfc-editor.org/rfc/rfc9110#section-11.2): a token and a quoted
/// string mean the same, for every parameter.
#[test]
fn tokens_and_quoted_strings_are_the_same() {
    let quoted = params_of("Digest qop=\"auth\", algorithm=\"MD5\", charset=\"UTF-8\"");
    assert_eq!(quoted, params_of("Digest qop=auth, algorithm=MD5, charset=UTF-8"));
    let quoted = Credentials::parse(b"A b=\"c\", d=e").unwrap().params().unwrap();
    assert_eq!(quoted.map(|param| param.is_quoted()).collect::<Vec<_>>(), [true, false]);
}

/// [RFC 9110 §11.2](https://www.rfc-editor.org/rfc/rfc9110#section-11.2): `token68`.
#[test]
fn token68_has_no_white_space_and_padding_only_at_its_end() {
    for (value, want) in [("ab==", true), ("a=b", false), ("a b", false), ("", false), ("=", false)]
    {
        let value = format!("Bearer {value}");
        let token = Credentials::parse(value.as_bytes()).unwrap().token68();
        assert_eq!(token.is_ok(), want, "{value}");
    }
}

/// [RFC 9110 §11.3](https://www.rfc-editor.org/rfc/rfc9110#section-11.3): `1*SP`.
#[test]
fn spaces_follow_the_scheme_and_tabs_do_not() {
    assert_eq!(Credentials::parse(b"Bearer   tok").unwrap().token68(), Ok("tok"));
    assert_eq!(kind_of(Credentials::parse(b"Bearer\ttok")), Some(Kind::ExpectedSpace));
    let joined = Credentials::parse(b"Bearertok").unwrap();
    assert_eq!((joined.scheme(), joined.is_bare()), ("Bearertok", true));
}

/// [RFC 9110 §11.5](https://www.rfc-editor.org/rfc/rfc9110#section-11.5): "For historical reasons,
/// a sender MUST only generate the quoted-string syntax".
#[test]
fn realm_is_always_written_in_quotes() {
    let realm = Realm::new("token").unwrap();
    let challenge = Challenge::builder(SchemeName::BASIC).realm(&realm).build().unwrap();
    assert_eq!(challenge.header_value(), r#"Basic realm="token""#);
    let challenge = Challenge::builder(SchemeName::BASIC).param("REALM", "x").build().unwrap();
    assert_eq!(challenge.header_value(), r#"Basic REALM="x""#);
}

/// [RFC 9110 §11.5](https://www.rfc-editor.org/rfc/rfc9110#section-11.5): recipients may have to
/// take realm in either form.
#[test]
fn realm_is_read_as_a_token_too() {
    let challenge = parse_challenges(b"Basic realm=foo").next().unwrap().unwrap();
    assert_eq!(challenge.realm().as_deref(), Some(&b"foo"[..]));
}

/// [RFC 9110 §11.5](https://www.rfc-editor.org/rfc/rfc9110#section-11.5): several challenges of
/// one scheme, with realms of their own.
#[test]
fn one_scheme_can_have_several_realms() {
    let line = ["a", "b"].map(|realm| {
        let realm = Realm::new(realm).unwrap();
        let challenge = Challenge::builder(SchemeName::DIGEST).realm(&realm).build().unwrap();
        challenge.header_value().to_str().unwrap().to_owned()
    });
    assert_eq!(read(line.join(", ").as_bytes()).0, "[Digest realm=<a>] [Digest realm=<b>]");
}

/// [RFC 9110 §11.6.1](https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1): its example.
#[test]
fn params_belong_to_the_scheme_before_them() {
    let value = br#"Basic realm="simple", Newauth realm="apps", type=1, title="Login to \"apps\"""#;
    let want = r#"[Basic realm=<simple>] [Newauth realm=<apps> type=<1> title=<Login to "apps">]"#;
    assert_eq!(read(value), (want.to_owned(), None));
}

/// [RFC 9110 §11.6.3](https://www.rfc-editor.org/rfc/rfc9110#section-11.6.3): parameters and no
/// scheme.
#[test]
fn authentication_info_has_no_scheme() {
    let info = AuthenticationInfo::builder().param("nextnonce", "x").param("qop", "auth").build();
    assert_eq!(info.unwrap().header_value(), r#"nextnonce="x", qop=auth"#);
    assert!(AuthenticationInfo::parse(b"Digest nextnonce=\"x\"").is_err());
}

/// [RFC 9110 §16.4.2](https://www.rfc-editor.org/rfc/rfc9110#section-16.4.2): no scheme changes
/// the grammar.
#[test]
fn all_schemes_are_read_alike() {
    for scheme in ["Basic", "Bearer", "Digest", "Negotiate", "vapid", "NTLM", "x"] {
        let list = format!("{scheme} a = \"\\b\",, c=d");
        assert_eq!(read(list.as_bytes()).0, format!("[{scheme} a=<b> c=<d>]"));
        assert_eq!(params_of(&list), " a=<b> c=<d>");
        let token68 = format!("{scheme} ab=");
        assert_eq!(read(token68.as_bytes()).0, format!("[{scheme} token68:ab=]"));
        assert_eq!(Credentials::parse(token68.as_bytes()).unwrap().token68(), Ok("ab="));
    }
}

/// [RFC 9110 §16.4.2](https://www.rfc-editor.org/rfc/rfc9110#section-16.4.2): parameters that
/// nobody knows do no harm.
#[test]
fn unknown_params_are_read() {
    assert_eq!(read(b"Basic realm=\"x\", foo=bar").0, "[Basic realm=<x> foo=<bar>]");
    assert_eq!(params_of("Digest username=a, foo=\"x\""), " username=<a> foo=<x>");
}
