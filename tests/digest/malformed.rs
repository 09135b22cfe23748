//! Credentials that are not what they must be,
//! [RFC 7616 §3.4](https://www.rfc-editor.org/rfc/rfc7616#section-3.4): 400 for what is missing or
//! improper, 401 for what was not offered, and never anything worse.

use std::sync::OnceLock;

use http::HeaderValue;
use proptest::prelude::*;
use tokio::runtime::Runtime;

use crate::client::{Login, quoted, written};
use crate::judge::proves;
use crate::support::{Payload, SHA, Stack, digest, get, request, stack};

/// The status for what is wrong, and what was presented.
async fn answer(stack: &Stack, login: &Login, header: &str) -> (u16, Option<&'static str>) {
    let request = request(login, header).body(Payload::Explosive).unwrap();
    let response = stack.send(request).await;
    let status = response.status().as_u16();
    if status == 200 {
        return (status, None);
    }
    let refused = crate::support::Refused {
        read: tower_auth::testing::assert_refused(&response, response.status()),
        response,
    };
    assert!(!refused.is_stale(), "{header}");
    (status, refused.reason())
}

const MALFORMED: (u16, Option<&str>) = (400, Some("malformed_credentials"));
const NOT_OFFERED: (u16, Option<&str>) = (401, Some("not_offered"));
const WRONG: (u16, Option<&str>) = (401, Some("wrong_password"));

/// Each parameter left out; without `algorithm` it is MD5.
#[tokio::test]
async fn what_is_missing_is_malformed() {
    let stack = stack(digest());
    let login = stack.login(SHA).await;
    for (name, want) in [
        ("username", MALFORMED),
        ("realm", MALFORMED),
        ("nonce", MALFORMED),
        ("uri", MALFORMED),
        ("response", MALFORMED),
        ("algorithm", NOT_OFFERED),
        ("qop", MALFORMED),
        ("nc", MALFORMED),
        ("cnonce", MALFORMED),
    ] {
        assert_eq!(answer(&stack, &login, &login.header_with(name, "")).await, want, "{name}");
    }
    stack.lets_in(&login).await;
}

/// Each parameter empty.
#[tokio::test]
async fn what_is_empty_is_malformed() {
    let stack = stack(digest());
    let login = stack.login(SHA).await;
    for (name, want) in [
        ("username", (401, Some("unknown_user"))),
        ("realm", NOT_OFFERED),
        ("nonce", MALFORMED),
        ("uri", MALFORMED),
        ("response", MALFORMED),
        ("algorithm", NOT_OFFERED),
        ("qop", MALFORMED),
        ("nc", MALFORMED),
        ("cnonce", MALFORMED),
        ("userhash", MALFORMED),
        ("username*", MALFORMED),
    ] {
        let header = login.header_with(name, "\"\"");
        assert_eq!(answer(&stack, &login, &header).await, want, "{name}");
        let header = format!("{}, {name}=", login.header_with(name, ""));
        assert_eq!(answer(&stack, &login, &header).await, MALFORMED, "{name}=");
    }
    stack.lets_in(&login).await;
}

/// Each parameter twice, in any case, with the same value or with another.
#[tokio::test]
async fn what_stands_twice_is_malformed() {
    let stack = stack(digest());
    let login = Login { opaque: Some(String::new()), ..stack.login(SHA).await };
    for (name, raw) in login.params() {
        for again in [raw, "x".to_owned()] {
            for name in [name.to_owned(), name.to_ascii_uppercase()] {
                let header = format!("{}, {name}={again}", login.header());
                assert_eq!(answer(&stack, &login, &header).await, MALFORMED, "{name}={again}");
            }
        }
    }
    stack.lets_in(&login).await;
}

/// [RFC 7616 §3.4](https://www.rfc-editor.org/rfc/rfc7616#section-3.4): without `qop`, without
/// `cnonce` and `nc`, what is left is RFC 2069.
#[tokio::test]
async fn less_protection_than_was_offered_is_refused() {
    let stack = stack(digest().danger_md5());
    for algorithm in [SHA, "MD5"] {
        let login = stack.login(algorithm).await;
        let without = |names: &[&str]| {
            let mut params = login.params();
            params.retain(|(name, _)| !names.contains(name));
            written(&params)
        };
        let rows = [
            (without(&["qop", "nc", "cnonce"]), NOT_OFFERED),
            (without(&["qop"]), MALFORMED),
            (without(&["qop", "nc"]), MALFORMED),
            (without(&["qop", "cnonce"]), MALFORMED),
            (without(&["nc"]), MALFORMED),
            (without(&["cnonce"]), MALFORMED),
        ];
        for (header, want) in rows {
            assert_eq!(answer(&stack, &login, &header).await, want, "{header}");
        }
    }
}

/// [RFC 7616 §3.1.3](https://www.rfc-editor.org/rfc/rfc7616#section-3.1.3): digests have
/// lower-case digits, and no other.
#[tokio::test]
async fn a_response_in_other_digits_is_wrong() {
    let stack = stack(digest());
    let login = stack.login(SHA).await;
    let response = login.response();
    for other in [
        response.to_ascii_uppercase(),
        response[..63].to_owned(),
        response[1..].to_owned(),
        format!("{response}0"),
        format!("0{response}"),
        format!("{response}{response}"),
        response[..32].to_owned(),
        "0".repeat(64),
        "g".repeat(64),
        "é".repeat(32),
        "0".repeat(4000),
        " ".to_owned(),
    ] {
        let header = login.header_with("response", &quoted(&other));
        assert_eq!(answer(&stack, &login, &header).await, WRONG, "{other}");
    }
    for at in 0..64 {
        let mut other = response.clone().into_bytes();
        other[at] = if other[at] == b'0' { b'1' } else { b'0' };
        let header = login.header_with("response", &quoted(std::str::from_utf8(&other).unwrap()));
        assert_eq!(answer(&stack, &login, &header).await, WRONG, "digit {at}");
    }
    stack.lets_in(&login).await;
}

/// [RFC 9110 §11.2](https://www.rfc-editor.org/rfc/rfc9110#section-11.2): order, case of names,
/// white space, quotes where there need be none; and parameters that nobody knows.
#[tokio::test]
async fn the_form_of_a_parameter_does_not_matter() {
    let stack = stack(digest());
    let login = stack.login(SHA).await;
    let mut count = 0;
    type Form = Box<dyn Fn(&Login) -> String>;
    let mut forms: Vec<Form> = vec![
        Box::new(|login| {
            let mut params = login.params();
            params.reverse();
            written(&params)
        }),
        Box::new(|login| {
            let params = login.params().into_iter();
            let params: Vec<_> =
                params.map(|(name, raw)| format!("{}={raw}", name.to_ascii_uppercase())).collect();
            format!("digest   {}", params.join(","))
        }),
        Box::new(|login| {
            let params = login.params().into_iter();
            let params: Vec<_> = params.map(|(name, raw)| format!("{name} =\t{raw}")).collect();
            format!("DIGEST ,, {} ,", params.join(" ,\t, "))
        }),
        Box::new(|login| format!("{}, stale=false, x=\"y, z=\\\"\", auth-param=1", login.header())),
        Box::new(|login| {
            login.header().replace("qop=auth", "qop=\"auth\"").replace("SHA-256", "\"SHA-256\"")
        }),
        Box::new(|login| login.header().replace("\"Mufasa\"", "Mufasa")),
        Box::new(|login| login.header_with("cnonce", &login.cnonce)),
        Box::new(|login| login.header_with("nonce", &login.nonce)),
        Box::new(|login| login.header_with("response", &login.response())),
        Box::new(|login| login.header_with("nc", &quoted(&login.nc))),
        Box::new(|login| login.header_with("userhash", "false")),
        Box::new(|login| login.header_with("uri", r#""\/\r\o\c\k""#)),
    ];
    // As many parameters as are read, and one more.
    forms.push(Box::new(|login| {
        let more: String = (0..55).map(|number| format!(", x{number}=y")).collect();
        format!("{}{more}", login.header())
    }));
    for form in forms {
        count += 1;
        let login = Login { nc: format!("{count:08x}"), ..login.clone() };
        let header = form(&login);
        assert_eq!(answer(&stack, &login, &header).await, (200, None), "{header}");
    }
    let more: String = (0..56).map(|number| format!(", x{number}=y")).collect();
    let header = format!("{}{more}", login.header());
    assert_eq!(answer(&stack, &login, &header).await, MALFORMED);
}

/// What is no list of parameters at all.
#[tokio::test]
async fn what_is_no_list_is_malformed() {
    let stack = stack(digest());
    let login = stack.login(SHA).await;
    let header = login.header();
    for value in [
        "Digest =",
        "Digest abc",
        "Digest a=b c=d",
        "Digest \"",
        "Digest username=\"Mufasa",
        "Digest username=\"Mufasa\\",
        "Digest username*",
        &header.replace(", ", "; "),
        &header.replace(", ", " "),
        &format!("{header}, Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="),
        &format!("{header}, {header}"),
        &format!("{header} x"),
        &format!("{header}="),
    ] {
        assert_eq!(answer(&stack, &login, value).await, MALFORMED, "{value}");
    }
    for value in ["Digest", "Digest ", "Digest ,", "Digest a=b"] {
        assert_eq!(answer(&stack, &login, value).await, NOT_OFFERED, "{value}");
    }
    let long = login.header_with("x", &quoted(&"x".repeat(16 * 1024)));
    let request = get("/rock").header("authorization", long);
    assert_eq!(stack.refuses(request, 400).await.reason(), Some("credentials_too_large"));
    let twice = get("/rock").header("authorization", &header).header("authorization", &header);
    assert_eq!(stack.refuses(twice, 400).await.reason(), Some("several_credentials"));
    stack.lets_in(&login).await;
}

/// What is done to credentials that are right.
#[derive(Clone, Debug)]
enum Change {
    Replace(prop::sample::Index, u8),
    Insert(prop::sample::Index, u8),
    Remove(prop::sample::Index),
    Cut(prop::sample::Index),
    /// One stretch of the value again, elsewhere.
    Copy(prop::sample::Index, prop::sample::Index, usize),
    /// Two parameters change places.
    Swap(prop::sample::Index, prop::sample::Index),
    /// The case of a letter.
    Case(prop::sample::Index),
}

fn change() -> impl Strategy<Value = Change> {
    let at = any::<prop::sample::Index>;
    let byte = || prop_oneof![Just(b'"'), Just(b'\\'), Just(b','), Just(b'='), any::<u8>()];
    prop_oneof![
        (at(), byte()).prop_map(|(at, byte)| Change::Replace(at, byte)),
        (at(), byte()).prop_map(|(at, byte)| Change::Insert(at, byte)),
        at().prop_map(Change::Remove),
        at().prop_map(Change::Cut),
        (at(), at(), 1..40_usize).prop_map(|(from, to, len)| Change::Copy(from, to, len)),
        (at(), at()).prop_map(|(a, b)| Change::Swap(a, b)),
        at().prop_map(Change::Case),
    ]
}

fn changed(mut value: Vec<u8>, changes: &[Change]) -> Vec<u8> {
    for change in changes {
        if value.is_empty() {
            return value;
        }
        let len = value.len();
        match change {
            Change::Replace(at, byte) => value[at.index(len)] = *byte,
            Change::Insert(at, byte) => value.insert(at.index(len), *byte),
            Change::Remove(at) => drop(value.remove(at.index(len))),
            Change::Cut(at) => value.truncate(at.index(len)),
            Change::Copy(from, to, count) => {
                let from = from.index(len);
                let piece = value[from..len.min(from + count)].to_vec();
                let to = to.index(len);
                value.splice(to..to, piece);
            }
            Change::Swap(a, b) => {
                let mut params: Vec<_> = value.split(|byte| *byte == b',').collect();
                let count = params.len();
                params.swap(a.index(count), b.index(count));
                value = params.join(&b","[..]);
            }
            Change::Case(at) => value[at.index(len)] ^= 0x20,
        }
    }
    value
}

/// One server for all cases.
fn shared() -> &'static (Runtime, Stack) {
    static SHARED: OnceLock<(Runtime, Stack)> = OnceLock::new();
    SHARED.get_or_init(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        (runtime, stack(digest()))
    })
}

/// Sends these bytes as credentials for the login.
fn status_of(value: &[u8]) -> Option<u16> {
    let (runtime, stack) = shared();
    let value = HeaderValue::from_bytes(value).ok()?;
    let request = get("/rock").header("authorization", value).body(Payload::Explosive).unwrap();
    Some(runtime.block_on(stack.send(request)).status().as_u16())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// Whatever is changed, it is let in if and only if a reader that shares no code finds the same
    /// meaning in it.
    #[test]
    fn what_is_changed_is_let_in_only_if_it_means_the_same(
        changes in prop::collection::vec(change(), 1..4)
    ) {
        let (runtime, stack) = shared();
        let login = runtime.block_on(stack.login(SHA));
        let value = changed(login.header().into_bytes(), &changes);
        let Some(status) = status_of(&value) else { return Ok(()) };
        let shown = String::from_utf8_lossy(&value);
        prop_assert!([200, 400, 401].contains(&status), "{status} for {shown}");
        // White space at the ends of a field is no part of its value, and a server takes it off.
        prop_assert_eq!(status == 200, proves(&value, &login), "{}", shown);
    }

    #[test]
    fn noise_is_never_worse_than_a_400(noise in prop::collection::vec(any::<u8>(), 0..200)) {
        let value = [&b"Digest "[..], &noise].concat();
        if let Some(status) = status_of(&value) {
            prop_assert!([400, 401].contains(&status));
        }
    }
}
