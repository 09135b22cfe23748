//! What RFC 9110 says about the grammar, one test for each rule.

use http::header::{AUTHORIZATION, HeaderMap, HeaderValue, WWW_AUTHENTICATE};

use super::super::{
    AuthenticationInfo, AuthorizationError, Challenge, Credentials, ParseErrorKind as Kind, Realm,
    SchemeName, authorization, challenges_in, parse_challenges,
};
use super::{kind_of, read, show, show_params};

fn params_of(credentials: &str) -> String {
    show_params(
        Credentials::parse(credentials.as_bytes())
            .unwrap()
            .params()
            .unwrap(),
    )
}

/// [RFC 9110 §5.3](https://www.rfc-editor.org/rfc/rfc9110#section-5.3): `Authorization` is no list.
#[test]
fn two_authorization_lines_are_refused() {
    let mut headers = HeaderMap::new();
    headers.append(AUTHORIZATION, HeaderValue::from_static("Basic QQ=="));
    headers.append(AUTHORIZATION, HeaderValue::from_static("Basic Qg=="));
    let refused = authorization(&headers, &AUTHORIZATION, 16 * 1024).unwrap_err();
    assert_eq!(refused, AuthorizationError::SeveralLines);
}

/// [RFC 9110 §5.3](https://www.rfc-editor.org/rfc/rfc9110#section-5.3): the order of field lines
/// is significant.
#[test]
fn the_order_of_challenge_lines_is_kept() {
    let digest = |algorithm| {
        Challenge::builder(SchemeName::DIGEST)
            .param("algorithm", algorithm)
            .build()
            .unwrap()
    };
    let mut headers = HeaderMap::new();
    for challenge in [
        digest("SHA-256"),
        digest("MD5"),
        Challenge::new(SchemeName::BASIC),
    ] {
        headers.append(WWW_AUTHENTICATE, challenge.into());
    }
    let challenges: Vec<_> = challenges_in(&headers, &WWW_AUTHENTICATE)
        .collect::<Result<_, _>>()
        .unwrap();
    assert_eq!(
        show(&challenges),
        "[Digest algorithm=<SHA-256>] [Digest algorithm=<MD5>] [Basic]"
    );
}

/// A malformed line does not hide the lines after it: each could stand alone.
#[test]
fn an_error_ends_its_line_only() {
    let mut headers = HeaderMap::new();
    for line in ["A, B \"x", "C"] {
        headers.append(WWW_AUTHENTICATE, HeaderValue::from_static(line));
    }
    let items: Vec<_> = challenges_in(&headers, &WWW_AUTHENTICATE)
        .map(|item| item.map(|c| c.scheme()).map_err(|e| e.kind()))
        .collect();
    assert_eq!(items, [Ok("A"), Err(Kind::ExpectedParam), Ok("C")]);
}

/// [RFC 9110 §5.4](https://www.rfc-editor.org/rfc/rfc9110#section-5.4): what is too large is
/// refused, not ignored.
#[test]
fn a_field_that_is_too_large_is_refused() {
    let value = ["Bearer ", &"a".repeat(1024 * 1024)].concat();
    let mut headers = HeaderMap::new();
    headers.append(AUTHORIZATION, HeaderValue::try_from(value).unwrap());
    let refused = authorization(&headers, &AUTHORIZATION, 16 * 1024).unwrap_err();
    assert_eq!(
        refused,
        AuthorizationError::TooLarge {
            scheme: Some(SchemeName::BEARER)
        }
    );
}

/// [RFC 9110 §5.5](https://www.rfc-editor.org/rfc/rfc9110#section-5.5): CR, LF and NUL are
/// "invalid and dangerous".
#[test]
fn nothing_can_be_injected() {
    for text in ["a\r\nSet-Cookie: x", "a\n", "a\r", "a\0"] {
        assert!(Realm::new(text).is_err());
        for name in ["realm", "error_description", "algorithm"] {
            let built = Challenge::builder(SchemeName::BEARER)
                .param(name, text)
                .build();
            assert!(built.is_err(), "{name}");
        }
        assert!(
            Challenge::builder(SchemeName::BEARER)
                .param(text, "x")
                .build()
                .is_err()
        );
        assert!(Challenge::token68(SchemeName::NEGOTIATE, text).is_err());
        assert!(
            Challenge::new(SchemeName::BEARER)
                .with_params(&[("error", text)])
                .is_err()
        );
        assert!(
            AuthenticationInfo::builder()
                .param("nextnonce", text)
                .build()
                .is_err()
        );
    }
}

/// [RFC 9110 §5.5](https://www.rfc-editor.org/rfc/rfc9110#section-5.5): `obs-text` is opaque.
#[test]
fn bytes_outside_ascii_are_opaque() {
    let challenge = parse_challenges(b"Basic realm=\"foo-\xE4\"")
        .next()
        .unwrap()
        .unwrap();
    assert_eq!(challenge.realm().as_deref(), Some(&b"foo-\xE4"[..]));
    assert_eq!(challenge.param("realm").unwrap().value_str(), None);
    let credentials = Credentials::parse(b"Basic \xE4\xE4").unwrap();
    assert_eq!(kind_of(credentials.token68()), Some(Kind::ExpectedToken68));
    assert!(credentials.params().is_err());
}

/// [RFC 9110 §5.6.1.1](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.1.1): a sender must not
/// generate empty list elements.
#[test]
fn empty_elements_are_never_written() {
    let bare = Challenge::builder(SchemeName::NEGOTIATE).build().unwrap();
    assert_eq!(bare.header_value(), "Negotiate");
    let two = bare.with_params(&[("a", ""), ("b", "")]).unwrap();
    assert_eq!(two.header_value(), r#"Negotiate a="", b="""#);
}

/// [RFC 9110 §5.6.1.2](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.1.2): a recipient must
/// ignore "a reasonable number of empty list elements".
#[test]
fn empty_elements_are_skipped_but_not_without_end() {
    assert_eq!(
        read(b",, Basic realm=\"x\" ,,"),
        ("[Basic realm=<x>]".to_owned(), None)
    );
    let most = [",".repeat(256), "A".to_owned()].concat();
    assert_eq!(read(most.as_bytes()), ("[A]".to_owned(), None));
    let (challenges, error) = read(",".repeat(10_000).as_bytes());
    assert_eq!(
        (challenges.as_str(), error.map(|e| e.kind())),
        ("", Some(Kind::TooMany))
    );
}

/// [RFC 9110 §5.6.2](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2): names are tokens.
#[test]
fn names_are_tokens() {
    assert_eq!(
        read(b"B@sic x").1.map(|e| e.kind()),
        Some(Kind::ExpectedSpace)
    );
    assert_eq!(
        read(b"Basic r(e)alm=\"x\"").1.map(|e| e.kind()),
        Some(Kind::ExpectedParam)
    );
    assert!(Credentials::parse(b"B@sic x").is_err());
    assert!(
        Challenge::builder(SchemeName::BASIC)
            .param("a b", "x")
            .build()
            .is_err()
    );
}

/// [RFC 9110 §5.6.3](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.3): "A sender MUST NOT
/// generate BWS".
#[test]
fn white_space_around_the_equals_sign_is_never_written() {
    let challenge = Challenge::builder(SchemeName::BASIC)
        .param("realm", "x")
        .param("algorithm", "MD5")
        .build()
        .unwrap();
    assert_eq!(
        challenge.header_value(),
        r#"Basic realm="x", algorithm=MD5"#
    );
}

/// [RFC 9110 §5.6.3](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.3): "A recipient MUST
/// parse for such bad whitespace and remove it".
#[test]
fn white_space_around_the_equals_sign_is_dropped() {
    let spaced = params_of("Digest username = \"a\" ,\tnc =\t00000001");
    assert_eq!(spaced, params_of("Digest username=\"a\",nc=00000001"));
    assert_eq!(spaced, " username=<a> nc=<00000001>");
}

/// [RFC 9110 §5.6.4](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.4): an escaped byte means
/// itself.
#[test]
fn escapes_are_undone() {
    assert_eq!(read(br#"A realm="\f\o\o""#).0, "[A realm=<foo>]");
    assert_eq!(read(br#"A realm="\"foo\"""#).0, "[A realm=<\"foo\">]");
    let challenge = parse_challenges(br#"A a="\\\x\"", b="plain""#)
        .next()
        .unwrap()
        .unwrap();
    let (a, b) = (challenge.param("a").unwrap(), challenge.param("b").unwrap());
    assert_eq!(
        (a.raw(), a.value().as_ref()),
        (&br#"\\\x\""#[..], &br#"\x""#[..])
    );
    assert!(matches!(b.value(), std::borrow::Cow::Borrowed(b"plain")));
}

/// [RFC 9110 §5.6.4](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.4): nothing else is
/// escaped than needs to be.
#[test]
fn only_quotes_and_backslashes_are_escaped() {
    let realm = Realm::new(r#"a"b\c'd"#).unwrap();
    let challenge = Challenge::builder(SchemeName::BASIC)
        .realm(&realm)
        .build()
        .unwrap();
    assert_eq!(challenge.header_value(), r#"Basic realm="a\"b\\c'd""#);
}

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
    assert_eq!(
        params.get("username").unwrap().value_str().as_deref(),
        Some("Mufasa")
    );
    assert_eq!(
        params.get("rEALm").unwrap().value_str().as_deref(),
        Some("x")
    );
    assert!(params.get("nonce").is_none());
}

/// [RFC 9110 §11.2](https://www.rfc-editor.org/rfc/rfc9110#section-11.2): each name "MUST only
/// occur once per challenge".
#[test]
fn duplicates_are_neither_written_nor_read() {
    let builder = Challenge::builder(SchemeName::BEARER)
        .param("scope", "a")
        .param("SCOPE", "b");
    assert!(builder.build().is_err());
    let realm = Realm::new("a").unwrap();
    assert!(
        Challenge::builder(SchemeName::BASIC)
            .realm(&realm)
            .realm(&realm)
            .build()
            .is_err()
    );
    let credentials = Credentials::parse(b"Digest username=\"a\", username=\"b\"").unwrap();
    assert_eq!(kind_of(credentials.params()), Some(Kind::DuplicateParam));
}

/// [RFC 9110 §11.2](https://www.rfc-editor.org/rfc/rfc9110#section-11.2): a token and a quoted
/// string mean the same, for every parameter.
#[test]
fn tokens_and_quoted_strings_are_the_same() {
    let quoted = params_of("Digest qop=\"auth\", algorithm=\"MD5\", charset=\"UTF-8\"");
    assert_eq!(
        quoted,
        params_of("Digest qop=auth, algorithm=MD5, charset=UTF-8")
    );
    let quoted = Credentials::parse(b"A b=\"c\", d=e")
        .unwrap()
        .params()
        .unwrap();
    assert_eq!(
        quoted.map(|param| param.is_quoted()).collect::<Vec<_>>(),
        [true, false]
    );
}

/// [RFC 9110 §11.2](https://www.rfc-editor.org/rfc/rfc9110#section-11.2): `token68`.
#[test]
fn token68_has_no_white_space_and_padding_only_at_its_end() {
    for (value, want) in [
        ("ab==", true),
        ("a=b", false),
        ("a b", false),
        ("", false),
        ("=", false),
    ] {
        let value = format!("Bearer {value}");
        let token = Credentials::parse(value.as_bytes()).unwrap().token68();
        assert_eq!(token.is_ok(), want, "{value}");
    }
}

/// [RFC 9110 §11.3](https://www.rfc-editor.org/rfc/rfc9110#section-11.3): `1*SP`.
#[test]
fn spaces_follow_the_scheme_and_tabs_do_not() {
    assert_eq!(
        Credentials::parse(b"Bearer   tok").unwrap().token68(),
        Ok("tok")
    );
    assert_eq!(
        kind_of(Credentials::parse(b"Bearer\ttok")),
        Some(Kind::ExpectedSpace)
    );
    let joined = Credentials::parse(b"Bearertok").unwrap();
    assert_eq!((joined.scheme(), joined.is_bare()), ("Bearertok", true));
}

/// [RFC 9110 §11.5](https://www.rfc-editor.org/rfc/rfc9110#section-11.5): "For historical reasons,
/// a sender MUST only generate the quoted-string syntax".
#[test]
fn realm_is_always_written_in_quotes() {
    let realm = Realm::new("token").unwrap();
    let challenge = Challenge::builder(SchemeName::BASIC)
        .realm(&realm)
        .build()
        .unwrap();
    assert_eq!(challenge.header_value(), r#"Basic realm="token""#);
    let challenge = Challenge::builder(SchemeName::BASIC)
        .param("REALM", "x")
        .build()
        .unwrap();
    assert_eq!(challenge.header_value(), r#"Basic REALM="x""#);
}

/// [RFC 9110 §11.5](https://www.rfc-editor.org/rfc/rfc9110#section-11.5): recipients may have to
/// take realm in either form.
#[test]
fn realm_is_read_as_a_token_too() {
    let challenge = parse_challenges(b"Basic realm=foo")
        .next()
        .unwrap()
        .unwrap();
    assert_eq!(challenge.realm().as_deref(), Some(&b"foo"[..]));
}

/// [RFC 9110 §11.5](https://www.rfc-editor.org/rfc/rfc9110#section-11.5): several challenges of
/// one scheme, with realms of their own.
#[test]
fn one_scheme_can_have_several_realms() {
    let line = ["a", "b"].map(|realm| {
        let realm = Realm::new(realm).unwrap();
        let challenge = Challenge::builder(SchemeName::DIGEST)
            .realm(&realm)
            .build()
            .unwrap();
        challenge.header_value().to_str().unwrap().to_owned()
    });
    assert_eq!(
        read(line.join(", ").as_bytes()).0,
        "[Digest realm=<a>] [Digest realm=<b>]"
    );
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
    let info = AuthenticationInfo::builder()
        .param("nextnonce", "x")
        .param("qop", "auth")
        .build();
    assert_eq!(info.unwrap().header_value(), r#"nextnonce="x", qop=auth"#);
    assert!(AuthenticationInfo::parse(b"Digest nextnonce=\"x\"").is_err());
}

/// [RFC 9110 §16.4.2](https://www.rfc-editor.org/rfc/rfc9110#section-16.4.2): no scheme changes
/// the grammar.
#[test]
fn all_schemes_are_read_alike() {
    for scheme in [
        "Basic",
        "Bearer",
        "Digest",
        "Negotiate",
        "vapid",
        "NTLM",
        "x",
    ] {
        let list = format!("{scheme} a = \"\\b\",, c=d");
        assert_eq!(read(list.as_bytes()).0, format!("[{scheme} a=<b> c=<d>]"));
        assert_eq!(params_of(&list), " a=<b> c=<d>");
        let token68 = format!("{scheme} ab=");
        assert_eq!(
            read(token68.as_bytes()).0,
            format!("[{scheme} token68:ab=]")
        );
        assert_eq!(
            Credentials::parse(token68.as_bytes()).unwrap().token68(),
            Ok("ab=")
        );
    }
}

/// [RFC 9110 §16.4.2](https://www.rfc-editor.org/rfc/rfc9110#section-16.4.2): parameters that
/// nobody knows do no harm.
#[test]
fn unknown_params_are_read() {
    assert_eq!(
        read(b"Basic realm=\"x\", foo=bar").0,
        "[Basic realm=<x> foo=<bar>]"
    );
    assert_eq!(
        params_of("Digest username=a, foo=\"x\""),
        " username=<a> foo=<x>"
    );
}
