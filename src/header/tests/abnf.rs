//! Rows made from the ABNF of RFC 9110 §11, and limits.

use super::super::{
    Credentials, ParseErrorKind as Kind, parse_challenges,
    table::{is_escapable, is_qdtext, is_tchar, is_token68},
};
use super::kind_of;
use super::rows::{Row, check, err, ok};

#[test]
fn abnf_cases_that_are_well_formed() {
    check(WELL_FORMED);
}

/// Cases made from the ABNF of
/// [RFC 9110 §11](https://www.rfc-editor.org/rfc/rfc9110#section-11): what is accepted.
const WELL_FORMED: &[Row] = &[
    ok("G01 empty value", b"", ""),
    ok("G02 empty elements", b",  ,", ""),
    ok("G03 token68", b"Negotiate YII=", "[Negotiate token68:YII=]"),
    ok(
        "G04 token68, then a challenge",
        b"Negotiate YII=, Basic realm=\"x\"",
        "[Negotiate token68:YII=] [Basic realm=<x>]",
    ),
    ok("G05 bare at the end", b"Basic realm=\"x\", Negotiate", "[Basic realm=<x>] [Negotiate]"),
    ok(
        "G06 comma inside quotes",
        b"Basic realm=\"a, b\", Digest realm=\"c\"",
        "[Basic realm=<a, b>] [Digest realm=<c>]",
    ),
    ok("G07 two lists", b"A b=c, d=e, F g=h", "[A b=<c> d=<e>] [F g=<h>]"),
    ok("G08 token68 without padding", b"A b, C d=e", "[A token68:b] [C d=<e>]"),
    ok("G09 not an empty parameter", b"A b=, C", "[A token68:b=] [C]"),
    ok("G10 the same at the end", b"A b=", "[A token68:b=]"),
    ok("G18 several spaces", b"A    b=c", "[A b=<c>]"),
    ok("G20 comma at the end", b"A b=c,", "[A b=<c>]"),
    ok("G21 empty elements between", b"A b=c , , , D", "[A b=<c>] [D]"),
    ok(
        "G23 one scheme twice",
        b"Digest realm=\"a\", Digest realm=\"b\"",
        "[Digest realm=<a>] [Digest realm=<b>]",
    ),
    ok("G24 empty quoted string", b"A b=\"\"", "[A b=<>]"),
    ok("G25 escaped backslash", b"A b=\"\\\\\"", "[A b=<\\>]"),
    ok("G27 white space around =", b"A b = c ,d\t=\t\"e\"", "[A b=<c> d=<e>]"),
    ok(
        "G32 escaped quote",
        b"Digest username=\"x\\\"y\", realm=z",
        "[Digest username=<x\"y> realm=<z>]",
    ),
    ok("param after a space that looks like token68", b"A b= c", "[A b=<c>]"),
    ok("white space around the value", b" \tA b=c\t ", "[A b=<c>]"),
    ok("space, then an empty element", b"A \t, b=c", "[A b=<c>]"),
    ok("space, then another challenge", b"A , B", "[A] [B]"),
    ok("tab before a comma", b"A\t, B\t,", "[A] [B]"),
];

#[test]
fn abnf_cases_that_are_malformed() {
    check(MALFORMED);
}

/// Cases made from the ABNF of
/// [RFC 9110 §11](https://www.rfc-editor.org/rfc/rfc9110#section-11): what is refused, and where.
const MALFORMED: &[Row] = &[
    err("G11 token68 with more after =", b"A b==c", Kind::ExpectedValue, 4),
    err("G12 no comma", b"A b=c d=e", Kind::ExpectedComma, 5),
    err("G13 no name", b"A =b", Kind::StrayParam, 0),
    err("G14 no name but quotes", b"A \"b\"", Kind::ExpectedParam, 2),
    err("G15 escape at the end", b"A b=\"c\\", Kind::UnterminatedString, 7),
    err("G16 two quoted strings", b"A b=\"c\"\"d\"", Kind::ExpectedComma, 7),
    err("G17 tab after the scheme", b"A\tb=c", Kind::ExpectedSpace, 1),
    err("G19 semicolon", b"A b=c;d=e", Kind::ExpectedComma, 5),
    err("G22 parameter after token68", b"A x68==, c=d", Kind::StrayParam, 9),
    err("tab after the space", b"A \tb=c", Kind::ExpectedParam, 2),
    err("two words", b"A b c", Kind::ExpectedParam, 2),
    err("parameter without a scheme", b"realm=\"x\"", Kind::StrayParam, 0),
    err("nothing but a value", b"\"x\"", Kind::ExpectedScheme, 0),
    err("nothing that begins a challenge after one", b"A, \"x\"", Kind::ExpectedScheme, 3),
    err("the same after parameters", b"A b=c, \"x\"", Kind::ExpectedParam, 7),
    err("no value", b"A b=c, d=", Kind::ExpectedValue, 9),
    err("control character in quotes", b"A b=\"c\x7f\"", Kind::InvalidQuotedString, 6),
    err("escaped control character", b"A b=\"\\\0\"", Kind::InvalidQuotedString, 6),
    err("duplicate far away", b"A b=c, d=e, f=g, D=h", Kind::DuplicateParam, 17),
    Row {
        name: "what came before is whole",
        value: b"A b=c, B, Basic realm=\"x",
        want: "[A b=<c>] [B]",
        error: Some((Kind::UnterminatedString, 24)),
    },
];

/// `G26`: names ignore case, values keep it.
#[test]
fn abnf_case_of_names() {
    let challenge = parse_challenges(b"A B=\"x\"").next().unwrap().unwrap();
    assert_eq!(challenge.param("b").unwrap().value_str().as_deref(), Some("x"));
    assert_eq!(challenge.param("b").unwrap().name(), "B");
}

/// `G28` to `G30`: credentials are one item, not a list.
#[test]
fn abnf_cases_of_credentials() {
    let two = Credentials::parse(b"Digest a=b, Digest c=d").unwrap();
    assert_eq!(kind_of(two.params()), Some(Kind::ExpectedParam), "G28");

    let joined = Credentials::parse(b"Basic QQ==, Basic Qg==").unwrap();
    assert_eq!(kind_of(joined.token68()), Some(Kind::ExpectedToken68), "G29");
    assert!(joined.params().is_err(), "G29");

    let bare = Credentials::parse(b"Bearer").unwrap();
    assert!(bare.is_bare(), "G30");
    assert_eq!(kind_of(bare.token68()), Some(Kind::ExpectedToken68), "G30");
    assert_eq!(bare.params().unwrap().count(), 0, "G30");
}

/// `G31`: 1 MiB of `a,`, and of other things that repeat.
#[test]
fn long_values_are_read_in_bounded_time() {
    for (name, unit, most) in [
        ("schemes", "a,", 64),
        ("commas", ",", 0),
        ("spaced commas", " \t,", 0),
        ("token68", "a b,", 64),
        ("challenges with a parameter", "a b=c,", 64),
        ("challenges that could take parameters", "a ,", 64),
    ] {
        let value = unit.repeat(1024 * 1024 / unit.len());
        let items: Vec<_> = parse_challenges(value.as_bytes()).collect();
        assert_eq!(items.len(), most + 1, "{name}");
        let last = items.last().unwrap().clone();
        assert_eq!(kind_of(last), Some(Kind::TooMany), "{name}");
    }
    let many: String = (0..100_000).map(|n| format!("p{n}=1,")).collect();
    let params = ["Digest ", &many].concat();
    assert_eq!(
        kind_of(Credentials::parse(params.as_bytes()).unwrap().params()),
        Some(Kind::TooMany)
    );
    for value in ["a".repeat(1 << 20), ["a ", &" ".repeat(1 << 20), "b"].concat()] {
        assert_eq!(parse_challenges(value.as_bytes()).filter(Result::is_ok).count(), 1);
    }
}

/// The table says what the ABNF lists, for all 256 bytes.
#[test]
fn byte_classes_are_those_of_the_abnf() {
    for byte in 0..=u8::MAX {
        let listed = byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        assert_eq!(is_tchar(byte), listed, "{byte:#x}");
        let in_token68 = byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte);
        assert_eq!(is_token68(byte), in_token68, "{byte:#x}");
        let is_control = (byte < 0x20 && byte != b'\t') || byte == 0x7F;
        assert_eq!(is_escapable(byte), !is_control, "{byte:#x}");
        let in_quotes = !is_control && !b"\"\\".contains(&byte);
        assert_eq!(is_qdtext(byte), in_quotes, "{byte:#x}");
    }
}
