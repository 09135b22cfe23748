//! The test cases for `WWW-Authenticate` that were collected for browsers.

use super::super::{ParseErrorKind as Kind, challenges_in};
use super::rows::{Row, check, err, ok};
use super::show;

#[test]
fn browser_cases_with_one_challenge() {
    check(ONE_CHALLENGE);
}

/// The test cases for `WWW-Authenticate` that Julian Reschke collected for browsers
/// (<http://test.greenbytes.de/tech/tc/httpauth/>). Where browsers are laxer than
/// [RFC 9110 §11](https://www.rfc-editor.org/rfc/rfc9110#section-11), this follows the text.
const ONE_CHALLENGE: &[Row] = &[
    ok("simplebasic", b"Basic realm=\"foo\"", "[Basic realm=<foo>]"),
    // A folded line never reaches us: `http` has no value with CR and LF in it. Unfolded, as
    // RFC 9112 §5.2 says, it is the value of `simplebasic`.
    err("simplebasiclf", b"Basic\r\n realm=\"foo\"", Kind::ExpectedSpace, 5),
    ok("simplebasiclf unfolded", b"Basic   realm=\"foo\"", "[Basic realm=<foo>]"),
    ok("simplebasicucase", b"BASIC REALM=\"foo\"", "[BASIC REALM=<foo>]"),
    ok("simplebasictok", b"Basic realm=foo", "[Basic realm=<foo>]"),
    err("simplebasictokbs", b"Basic realm=\\f\\o\\o", Kind::ExpectedValue, 12),
    ok("simplebasicsq", b"Basic realm='foo'", "[Basic realm=<'foo'>]"),
    ok("simplebasicpct", b"Basic realm=\"foo%20bar\"", "[Basic realm=<foo%20bar>]"),
    ok("simplebasiccomma", b"Basic , realm=\"foo\"", "[Basic realm=<foo>]"),
    err("simplebasiccomma2", b"Basic, realm=\"foo\"", Kind::StrayParam, 7),
    ok("simplebasicnorealm", b"Basic", "[Basic]"),
    err("simplebasic2realms", b"Basic realm=\"foo\", realm=\"bar\"", Kind::DuplicateParam, 19),
    ok("simplebasicwsrealm", b"Basic realm = \"foo\"", "[Basic realm=<foo>]"),
    ok("simplebasicrealmsqc", b"Basic realm=\"\\f\\o\\o\"", "[Basic realm=<foo>]"),
    ok("simplebasicrealmsqc2", b"Basic realm=\"\\\"foo\\\"\"", "[Basic realm=<\"foo\">]"),
    ok(
        "simplebasicnewparam1",
        b"Basic realm=\"foo\", bar=\"xyz\",, a=b,,,c=d",
        "[Basic realm=<foo> bar=<xyz> a=<b> c=<d>]",
    ),
    ok(
        "simplebasicnewparam2",
        b"Basic bar=\"xyz\", realm=\"foo\"",
        "[Basic bar=<xyz> realm=<foo>]",
    ),
    ok(
        "simplebasicrealmiso88591",
        b"Basic realm=\"foo-\xE4\"",
        "[Basic realm=0x[66, 6f, 6f, 2d, e4]]",
    ),
    ok("simplebasicrealmutf8", b"Basic realm=\"foo-\xC3\xA4\"", "[Basic realm=<foo-ä>]"),
    ok(
        "simplebasicrealmrfc2047",
        b"Basic realm=\"=?ISO-8859-1?Q?foo-=E4?=\"",
        "[Basic realm=<=?ISO-8859-1?Q?foo-=E4?=>]",
    ),
    err("missingquote", b"Basic realm=\"basic", Kind::UnterminatedString, 18),
];

#[test]
fn browser_cases_with_several_challenges() {
    check(SEVERAL_CHALLENGES);
}

/// The rest of the cases for browsers.
const SEVERAL_CHALLENGES: &[Row] = &[
    ok(
        "multibasicunknown",
        b"Basic realm=\"basic\", Newauth realm=\"newauth\"",
        "[Basic realm=<basic>] [Newauth realm=<newauth>]",
    ),
    ok(
        "multibasicunknownnoparam",
        b"Basic realm=\"basic\", Newauth",
        "[Basic realm=<basic>] [Newauth]",
    ),
    ok(
        "multibasicunknown2",
        b"Newauth realm=\"newauth\", Basic realm=\"basic\"",
        "[Newauth realm=<newauth>] [Basic realm=<basic>]",
    ),
    ok(
        "multibasicunknown2np",
        b"Newauth, Basic realm=\"basic\"",
        "[Newauth] [Basic realm=<basic>]",
    ),
    ok("multibasicempty", b",Basic realm=\"basic\"", "[Basic realm=<basic>]"),
    ok(
        "multibasicqs",
        b"Newauth realm=\"apps\", type=1, title=\"Login to \\\"apps\\\"\", Basic realm=\"simple\"",
        "[Newauth realm=<apps> type=<1> title=<Login to \"apps\">] [Basic realm=<simple>]",
    ),
    ok(
        "multidisgscheme",
        b"Newauth realm=\"Newauth Realm\", basic=foo, Basic realm=\"Basic Realm\"",
        "[Newauth realm=<Newauth Realm> basic=<foo>] [Basic realm=<Basic Realm>]",
    ),
    ok("unknown", b"Newauth realm=\"newauth\"", "[Newauth realm=<newauth>]"),
    ok("unknown, another copy", b"Newauth param=\"value\"", "[Newauth param=<value>]"),
    ok("parametersnotrequired", b"A, B", "[A] [B]"),
    ok(
        "disguisedrealm",
        b"Basic foo=\"realm=nottherealm\", realm=\"basic\"",
        "[Basic foo=<realm=nottherealm> realm=<basic>]",
    ),
    ok(
        "disguisedrealm2",
        b"Basic nottherealm=\"nottherealm\", realm=\"basic\"",
        "[Basic nottherealm=<nottherealm> realm=<basic>]",
    ),
];

/// `multibasicunknown2mf`: the same on two field lines.
#[test]
fn browser_case_with_two_lines() {
    use http::header::{HeaderMap, HeaderValue, WWW_AUTHENTICATE};
    let mut headers = HeaderMap::new();
    for line in ["Newauth realm=\"newauth\"", "Basic realm=\"basic\""] {
        headers.append(WWW_AUTHENTICATE, HeaderValue::from_static(line));
    }
    let challenges: Vec<_> =
        challenges_in(&headers, &WWW_AUTHENTICATE).collect::<Result<_, _>>().unwrap();
    assert_eq!(show(&challenges), "[Newauth realm=<newauth>] [Basic realm=<basic>]");
}
