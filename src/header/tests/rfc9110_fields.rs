//! What RFC 9110 §5 says about fields, one test for each rule.

use http::header::{AUTHORIZATION, HeaderMap, HeaderValue, WWW_AUTHENTICATE};

use super::super::{
    AuthenticationInfo, AuthorizationError, Challenge, Credentials, ParseErrorKind as Kind, Realm,
    SchemeName, authorization, challenges_in, parse_challenges,
};
use super::{kind_of, params_of, read, show};

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
        Challenge::builder(SchemeName::DIGEST).param("algorithm", algorithm).build().unwrap()
    };
    let mut headers = HeaderMap::new();
    for challenge in [digest("SHA-256"), digest("MD5"), Challenge::new(SchemeName::BASIC)] {
        headers.append(WWW_AUTHENTICATE, challenge.into());
    }
    let challenges: Vec<_> =
        challenges_in(&headers, &WWW_AUTHENTICATE).collect::<Result<_, _>>().unwrap();
    assert_eq!(show(&challenges), "[Digest algorithm=<SHA-256>] [Digest algorithm=<MD5>] [Basic]");
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
    assert_eq!(refused, AuthorizationError::TooLarge { scheme: Some(SchemeName::BEARER) });
}

/// [RFC 9110 §5.5](https://www.rfc-editor.org/rfc/rfc9110#section-5.5): CR, LF and NUL are
/// "invalid and dangerous".
#[test]
fn nothing_can_be_injected() {
    for text in ["a\r\nSet-Cookie: x", "a\n", "a\r", "a\0"] {
        assert!(Realm::new(text).is_err());
        for name in ["realm", "error_description", "algorithm"] {
            let built = Challenge::builder(SchemeName::BEARER).param(name, text).build();
            assert!(built.is_err(), "{name}");
        }
        assert!(Challenge::builder(SchemeName::BEARER).param(text, "x").build().is_err());
        assert!(Challenge::token68(SchemeName::NEGOTIATE, text).is_err());
        assert!(Challenge::new(SchemeName::BEARER).with_params(&[("error", text)]).is_err());
        assert!(AuthenticationInfo::builder().param("nextnonce", text).build().is_err());
    }
}

/// [RFC 9110 §5.5](https://www.rfc-editor.org/rfc/rfc9110#section-5.5): `obs-text` is opaque.
#[test]
fn bytes_outside_ascii_are_opaque() {
    let challenge = parse_challenges(b"Basic realm=\"foo-\xE4\"").next().unwrap().unwrap();
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
    assert_eq!(read(b",, Basic realm=\"x\" ,,"), ("[Basic realm=<x>]".to_owned(), None));
    let most = [",".repeat(256), "A".to_owned()].concat();
    assert_eq!(read(most.as_bytes()), ("[A]".to_owned(), None));
    let (challenges, error) = read(",".repeat(10_000).as_bytes());
    assert_eq!((challenges.as_str(), error.map(|e| e.kind())), ("", Some(Kind::TooMany)));
}

/// [RFC 9110 §5.6.2](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2): names are tokens.
#[test]
fn names_are_tokens() {
    assert_eq!(read(b"B@sic x").1.map(|e| e.kind()), Some(Kind::ExpectedSpace));
    assert_eq!(read(b"Basic r(e)alm=\"x\"").1.map(|e| e.kind()), Some(Kind::ExpectedParam));
    assert!(Credentials::parse(b"B@sic x").is_err());
    assert!(Challenge::builder(SchemeName::BASIC).param("a b", "x").build().is_err());
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
    assert_eq!(challenge.header_value(), r#"Basic realm="x", algorithm=MD5"#);
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
    let challenge = parse_challenges(br#"A a="\\\x\"", b="plain""#).next().unwrap().unwrap();
    let (a, b) = (challenge.param("a").unwrap(), challenge.param("b").unwrap());
    assert_eq!((a.raw(), a.value().as_ref()), (&br#"\\\x\""#[..], &br#"\x""#[..]));
    assert!(matches!(b.value(), std::borrow::Cow::Borrowed(b"plain")));
}

/// [RFC 9110 §5.6.4](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.4): nothing else is
/// escaped than needs to be.
#[test]
fn only_quotes_and_backslashes_are_escaped() {
    let realm = Realm::new(r#"a"b\c'd"#).unwrap();
    let challenge = Challenge::builder(SchemeName::BASIC).realm(&realm).build().unwrap();
    assert_eq!(challenge.header_value(), r#"Basic realm="a\"b\\c'd""#);
}
