//! `Authentication-Info`.

use super::super::{AuthenticationInfo, ParseErrorKind as Kind};
use super::{kind_of, show_params};

/// [RFC 7616 §3.5](https://www.rfc-editor.org/rfc/rfc7616#section-3.5): which values are quoted.
#[test]
fn digest_quotes_as_its_definition_wants() {
    let info = AuthenticationInfo::builder()
        .param("nextnonce", "a\"1")
        .param("qop", "auth")
        .param("rspauth", "00")
        .param("cnonce", "c")
        .param("nc", "00000001")
        .build()
        .unwrap();
    assert_eq!(
        info.header_value(),
        r#"nextnonce="a\"1", qop=auth, rspauth="00", cnonce="c", nc=00000001"#,
    );
    let params = AuthenticationInfo::parse(info.header_value().as_bytes()).unwrap();
    assert_eq!(
        show_params(params),
        " nextnonce=<a\"1> qop=<auth> rspauth=<00> cnonce=<c> nc=<00000001>"
    );
}

#[test]
fn nothing_to_say_is_refused() {
    let refused = AuthenticationInfo::builder().build().unwrap_err();
    assert_eq!(refused.to_string(), "no parameter: give at least one");
}

#[test]
fn what_cannot_be_written_is_refused() {
    for (name, value) in [("a b", "x"), ("a", "x\r\n"), ("QOP", "a b"), ("nc", "")] {
        assert!(AuthenticationInfo::builder().param(name, value).build().is_err(), "{name}");
    }
    assert!(AuthenticationInfo::builder().param("a", "b").param("A", "b").build().is_err());
}

#[test]
fn only_params_are_read() {
    let rows: [(&[u8], Result<&str, Kind>); 7] = [
        (b"", Ok("")),
        (b" a=b ,, c = \"d\" ", Ok(" a=<b> c=<d>")),
        (b"Digest a=b", Err(Kind::ExpectedParam)),
        (b"a", Err(Kind::ExpectedParam)),
        (b"a=b, c", Err(Kind::ExpectedParam)),
        (b"a=b, a=c", Err(Kind::DuplicateParam)),
        (b"a=b c=d", Err(Kind::ExpectedComma)),
    ];
    for (value, want) in rows {
        let got = AuthenticationInfo::parse(value).map(show_params).map_err(|e| e.kind());
        assert_eq!(got.as_deref(), want.as_ref().map(|s| *s), "{value:?}");
    }
    let twice = AuthenticationInfo::parse(b"a=b, A=b");
    assert_eq!(kind_of(twice), Some(Kind::DuplicateParam));
}
