//! Challenges to be sent.

use http::HeaderValue;

use super::super::{Challenge, InvalidChallenge, Realm, SchemeName};

fn basic(params: &[(&str, &str)]) -> Result<String, String> {
    let builder = params
        .iter()
        .fold(Challenge::builder(SchemeName::BASIC), |b, (name, value)| b.param(name, value));
    builder.build().map(|c| text(&c)).map_err(|e| e.to_string())
}

fn text(challenge: &Challenge) -> String {
    challenge.header_value().to_str().unwrap().to_owned()
}

#[test]
fn values_are_quoted_but_for_those_that_must_not_be() {
    let rows: &[(&[(&str, &str)], &str)] = &[
        (&[], "Basic"),
        (&[("realm", "x")], r#"Basic realm="x""#),
        (&[("realm", "")], r#"Basic realm="""#),
        (&[("charset", "UTF-8"), ("scope", "a b")], r#"Basic charset="UTF-8", scope="a b""#),
        // RFC 7616 §3.3: `qop` is quoted in a challenge, `algorithm` and `stale` never are.
        (&[("qop", "auth"), ("algorithm", "MD5")], r#"Basic qop="auth", algorithm=MD5"#),
        (&[("STALE", "true"), ("UserHash", "false")], "Basic STALE=true, UserHash=false"),
        // RFC 9470 §3 has this number in quotes.
        (&[("max_age", "5")], r#"Basic max_age="5""#),
    ];
    for (params, want) in rows {
        assert_eq!(basic(params).as_deref(), Ok(*want));
    }
}

#[test]
fn what_cannot_be_written_is_refused_in_a_sentence() {
    let names = "a parameter name is not a token: use letters, digits, `-` and `_`";
    let values = "parameter `x` has a byte outside printable US-ASCII: remove or encode it";
    let token = "parameter `stale` is always written as a token: use letters, digits, `-` and `_`";
    let twice = "parameter `Realm` occurs twice: give each parameter once, whatever its case";
    let rows: &[(&[(&str, &str)], &str)] = &[
        (&[("", "x")], names),
        (&[("a b", "x")], names),
        (&[("a=b", "x")], names),
        (&[("ä", "x")], names),
        (&[("x\r\n", "x")], names),
        (&[("x", "a\r\nSet-Cookie: y")], values),
        (&[("x", "a\0")], values),
        (&[("x", "a\tb")], values),
        (&[("x", "\x7f")], values),
        (&[("x", "ä")], values),
        (&[("stale", "")], token),
        (&[("stale", "a b")], token),
        (&[("realm", "a"), ("Realm", "a")], twice),
        (&[("realm", "a, realm=b"), ("x", "\n"), ("ok", "")], values),
    ];
    for (params, want) in rows {
        assert_eq!(basic(params), Err((*want).to_owned()), "{params:?}");
    }
}

#[test]
fn no_more_params_are_written_than_are_read() {
    let names: Vec<_> = (0..65).map(|n| format!("p{n}")).collect();
    let params: Vec<_> = names.iter().map(|name| (name.as_str(), "x")).collect();
    assert!(basic(&params[..64]).is_ok());
    let refused = basic(&params).unwrap_err();
    assert_eq!(refused, "more than 64 parameters: leave some out");
}

#[test]
fn a_bare_challenge_is_the_name_alone() {
    assert_eq!(Challenge::new(SchemeName::NEGOTIATE).header_value(), "Negotiate");
    let hawk = Challenge::new(SchemeName::new("Hawk").unwrap());
    assert_eq!(hawk.header_value(), "Hawk");
    assert_eq!(hawk.scheme(), &SchemeName::new("hawk").unwrap());
    assert_eq!(HeaderValue::from(hawk), "Hawk");
}

#[test]
fn token68_stands_alone() {
    let leg = Challenge::token68(SchemeName::NEGOTIATE, "YII=").unwrap();
    assert_eq!(leg.header_value(), "Negotiate YII=");
    for bad in ["", "=", "a b", "a=b", "a,", "a\r\n", "ä", " a", "a "] {
        let refused = Challenge::token68(SchemeName::NEGOTIATE, bad).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "not a token68: use letters, digits and `-._~+/`, then only `=`",
            "{bad:?}",
        );
    }
    assert_eq!(
        leg.with_params(&[("a", "b")]).unwrap_err().to_string(),
        "a challenge with a token68 takes no parameters: leave out one of them",
    );
}

#[test]
fn more_params_can_follow() -> Result<(), InvalidChallenge> {
    let realm = Realm::new("a \"b\", error=c").unwrap();
    let challenge = Challenge::builder(SchemeName::BEARER).realm(&realm).build()?;
    let refused = challenge.with_params(&[("error", "invalid_token"), ("error_uri", "x\\y")])?;
    assert_eq!(
        text(&refused),
        r#"Bearer realm="a \"b\", error=c", error="invalid_token", error_uri="x\\y""#,
    );
    assert_eq!(refused.scheme(), &SchemeName::BEARER);

    let bare = Challenge::new(SchemeName::BEARER);
    assert_eq!(text(&bare.with_params(&[("error", "x")])?), r#"Bearer error="x""#);
    assert_eq!(bare.with_params(&[])?, bare);

    assert!(challenge.with_params(&[("REALM", "x")]).is_err());
    assert!(bare.with_params(&[("a", "x"), ("A", "x")]).is_err());
    assert!(bare.with_params(&[("a", "x\n")]).is_err());
    Ok(())
}

#[test]
fn debug_shows_the_challenge() {
    let challenge = Challenge::token68(SchemeName::NEGOTIATE, "YII=").unwrap();
    assert_eq!(
        format!("{challenge:?}"),
        r#"Challenge { scheme: SchemeName("Negotiate"), value: "Negotiate YII=" }"#,
    );
}

#[test]
fn clones_share_the_text() {
    let built = Challenge::builder(SchemeName::BASIC).param("realm", "x").build().unwrap();
    for challenge in [built, Challenge::new(SchemeName::new("Hawk").unwrap())] {
        let clone = challenge.clone();
        assert_eq!(
            clone.header_value().as_bytes().as_ptr(),
            challenge.header_value().as_bytes().as_ptr(),
        );
    }
}
