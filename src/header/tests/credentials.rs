//! Credentials, and the field lines of a request.

use http::header::{AUTHORIZATION, HeaderMap, HeaderValue};

use super::super::{
    AuthorizationError, Credentials, ParseErrorKind as Kind, SchemeName, authorization,
};
use super::{kind_of, show_params};

fn lines(values: &[&[u8]]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for value in values {
        headers.append(AUTHORIZATION, HeaderValue::from_bytes(value).unwrap());
    }
    headers
}

#[test]
fn only_no_line_means_that_nothing_was_presented() {
    assert!(authorization(&HeaderMap::new(), &AUTHORIZATION, 100).unwrap().is_none());
    let empty = authorization(&lines(&[b""]), &AUTHORIZATION, 100).unwrap_err();
    assert!(matches!(empty, AuthorizationError::Malformed(e) if e.kind() == Kind::ExpectedScheme));
    let two_empty = authorization(&lines(&[b"", b""]), &AUTHORIZATION, 100).unwrap_err();
    assert_eq!(two_empty, AuthorizationError::SeveralLines);
}

#[test]
fn size_is_checked_to_the_byte_and_names_the_scheme() {
    let value = b"bearer 12345";
    assert!(authorization(&lines(&[value]), &AUTHORIZATION, 12).unwrap().is_some());

    let rows: [(&str, &[u8], Option<SchemeName>); 5] = [
        ("known", value, Some(SchemeName::BEARER)),
        ("no scheme", b"\"x\", y, z", None),
        ("nothing but a token", &[b'a'; 80], None),
        ("name too long", &[&[b'a'; 65][..], b" x"].concat(), None),
        ("longest name", &[&[b'a'; 64][..], b" x"].concat(), SchemeName::new(&"a".repeat(64)).ok()),
    ];
    for (name, value, scheme) in rows {
        let refused = authorization(&lines(&[value]), &AUTHORIZATION, 3).unwrap_err();
        assert_eq!(refused, AuthorizationError::TooLarge { scheme }, "{name}");
    }
}

#[test]
fn debug_shows_the_scheme_and_nothing_else() {
    let credentials = Credentials::parse(b"Bearer s3cret").unwrap();
    assert_eq!(format!("{credentials:?}"), r#"Credentials { scheme: "Bearer", .. }"#);

    let credentials = Credentials::parse(b"Digest response=s3cret, nc=s3cret").unwrap();
    assert_eq!(format!("{:?}", credentials.params().unwrap()), "[response=.., nc=..]");
}

#[test]
fn errors_say_where_and_never_what() {
    let refused = Credentials::parse(b"Bearer s3cret s3cret").unwrap().token68().unwrap_err();
    assert_eq!(refused.to_string(), "expected one token68 at byte 13");

    let refused = authorization(&lines(&[b"s3cret\"s3cret"]), &AUTHORIZATION, 100).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "the credentials are malformed: expected a space after the authentication scheme at byte 6",
    );
}

#[test]
fn token68_is_all_that_follows() {
    let rows: [(&str, &[u8], Result<&str, Kind>); 9] = [
        ("plain", b"Bearer abc", Ok("abc")),
        ("padded", b"Bearer ab==", Ok("ab==")),
        ("all bytes", b"Bearer aZ09-._~+/=", Ok("aZ09-._~+/=")),
        ("nothing", b"Bearer ", Err(Kind::ExpectedToken68)),
        ("only padding", b"Bearer ==", Err(Kind::ExpectedToken68)),
        ("parameter", b"Bearer a=b", Err(Kind::ExpectedToken68)),
        ("space after it", b"Bearer a ", Err(Kind::ExpectedToken68)),
        ("tab before it", b"Bearer \ta", Err(Kind::ExpectedToken68)),
        ("comma after it", b"Bearer a,", Err(Kind::ExpectedToken68)),
    ];
    for (name, value, want) in rows {
        let got = Credentials::parse(value).unwrap().token68();
        assert_eq!(got.map_err(|e| e.kind()), want, "{name}");
    }
}

#[test]
fn params_are_all_that_follows() {
    let rows: [(&str, &[u8], Result<&str, Kind>); 12] = [
        ("two", b"Digest a=b, c=\"d\"", Ok(" a=<b> c=<d>")),
        ("none", b"Digest", Ok("")),
        ("none, with a space", b"Digest ", Ok("")),
        ("empty elements", b"Digest ,, a=b , ,c=d,", Ok(" a=<b> c=<d>")),
        ("white space after a comma", b"Digest a=b, ", Ok(" a=<b>")),
        ("white space at the end", b"Digest a=b ", Err(Kind::ExpectedComma)),
        ("tab at the start", b"Digest \ta=b", Err(Kind::ExpectedParam)),
        ("token68", b"Digest abc", Err(Kind::ExpectedParam)),
        ("padded token68", b"Digest abc=", Err(Kind::ExpectedValue)),
        ("another scheme", b"Digest a=b, Basic", Err(Kind::ExpectedParam)),
        ("duplicate", b"Digest a=b, A=c", Err(Kind::DuplicateParam)),
        ("no closing quote", b"Digest a=\"b", Err(Kind::UnterminatedString)),
    ];
    for (name, value, want) in rows {
        let got = Credentials::parse(value).unwrap().params();
        let got = got.map(show_params).map_err(|e| e.kind());
        assert_eq!(got.as_deref(), want.as_ref().map(|s| *s), "{name}");
    }
}

#[test]
fn limits_are_exact() {
    let params = |n: usize| (0..n).map(|i| format!("p{i}=1")).collect::<Vec<_>>().join(",");
    let most = format!("Digest {}", params(64));
    assert_eq!(Credentials::parse(most.as_bytes()).unwrap().params().unwrap().count(), 64);
    let more = format!("Digest {}", params(65));
    assert_eq!(kind_of(Credentials::parse(more.as_bytes()).unwrap().params()), Some(Kind::TooMany));

    let most = format!("Digest {}a=b", ",".repeat(256));
    assert_eq!(Credentials::parse(most.as_bytes()).unwrap().params().unwrap().count(), 1);
    let more = format!("Digest {}a=b", ",".repeat(257));
    assert_eq!(kind_of(Credentials::parse(more.as_bytes()).unwrap().params()), Some(Kind::TooMany));
}

#[test]
fn duplicates_are_found_among_the_most_params() {
    // 64 names of which only the last repeats the first, in another case.
    let names: String = (1..63).map(|i| format!("p{i}=1,")).collect();
    let value = format!("Digest abc=1,{names}ABC=2");
    let refused = Credentials::parse(value.as_bytes()).unwrap().params().unwrap_err();
    assert_eq!(refused.kind(), Kind::DuplicateParam);
    assert_eq!(refused.position(), value.len() - "ABC=2".len());
}
