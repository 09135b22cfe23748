//! Strictness, and a second opinion.

use proptest::prelude::*;
use serde_json::Value;

use super::*;

fn read(text: &str) -> Result<[Option<Json<'_>>; 2], NotStrictJson> {
    members(text.as_bytes(), &["a", "b"])
}

#[test]
fn wanted_members_are_found_and_others_dropped() {
    let [a, b] = read(r#" {"x": {"a": 1}, "b": ["p", 2.5, null], "y": "\n"} "#).unwrap();
    assert_eq!(a, None);
    let want = vec![Json::Text("p".into()), Json::Number(2.5), Json::Null];
    assert_eq!(b, Some(Json::List(want)));
}

#[test]
fn a_name_without_escapes_is_borrowed() {
    let [a, _] = read(r#"{"a":"text"}"#).unwrap();
    assert!(matches!(a, Some(Json::Text(Cow::Borrowed("text")))));
    let [a, _] = read(r#"{"\u0061":"te\u0078t"}"#).unwrap();
    assert_eq!(a, Some(Json::Text("text".into())));
}

/// RFC 7519 §4 lets a parser refuse duplicate names, and no other choice is safe.
#[test]
fn a_name_that_stands_twice_is_refused_at_any_depth() {
    for text in [
        r#"{"a":1,"a":1}"#,
        r#"{"a":1,"\u0061":2}"#,
        r#"{"x":1,"x":1}"#,
        r#"{"x":1,"\u0078":1}"#,
        r#"{"x":{"k":1,"k":2}}"#,
        r#"{"a":{"k":1,"l":{},"k":2}}"#,
        r#"{"x":[[{"k":1,"k":2}]]}"#,
    ] {
        assert_eq!(read(text), Err(NotStrictJson), "{text}");
    }
    assert!(read(r#"{"a":{"x":1},"b":{"x":2},"x":{"a":1,"b":[{"a":1},{"a":1}]}}"#).is_ok());
}

/// RFC 8725 §3.7: UTF-8 and nothing else.
#[test]
fn only_utf_8_without_a_mark_is_read() {
    let utf_16: Vec<u8> = r#"{"a":1}"#.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for text in [
        b"\xef\xbb\xbf{}".as_slice(),
        b"{\"x\":\"\xff\"}",
        b"{\"\xc3\x28\":1}",
        br#"{"x":"\ud800"}"#,
        br#"{"x":"\udc00\ud800"}"#,
        br#"{"a":"\ud800"}"#,
        br#"{"x":{"\ud800":1}}"#,
        &utf_16,
    ] {
        assert_eq!(members(text, &["a"]), Err(NotStrictJson), "{text:?}");
    }
    assert!(read(r#"{"a":"\ud83d\ude00"}"#).is_ok());
}

#[test]
fn only_a_complete_object_is_read() {
    for text in ["", "[]", "null", "1", r#""a""#, "{", "{}{}", "{} x", "{'a':1}", r#"{"a":}"#] {
        assert_eq!(read(text), Err(NotStrictJson), "{text}");
    }
}

#[test]
fn depth_members_and_numbers_have_a_limit() {
    let nested = |depth: usize| format!(r#"{{"x":{}{}}}"#, "[".repeat(depth), "]".repeat(depth));
    assert!(read(&nested(100)).is_ok());
    assert_eq!(read(&nested(10_000)), Err(NotStrictJson));
    let many = |count: usize| {
        let list: Vec<_> = (0..count).map(|n| format!(r#""n{n}":0"#)).collect();
        format!("{{{}}}", list.join(","))
    };
    assert!(read(&many(256)).is_ok());
    assert_eq!(read(&many(257)), Err(NotStrictJson));
    for number in ["1e999", "-1e999", "NaN", "Infinity", "01", "+1", "0x1"] {
        assert_eq!(read(&format!(r#"{{"x":{number}}}"#)), Err(NotStrictJson), "{number}");
    }
    let [a, _] = read(r#"{"a":18446744073709551616}"#).unwrap();
    assert_eq!(a, Some(Json::Number(18_446_744_073_709_551_616.0)));
}

/// What is only looked for: the first member of the name, at the top, whatever else stands there.
#[test]
fn the_first_text_of_a_name_is_found_at_the_top_alone() {
    for (text, want) in [
        (r#"{"iss":"a"}"#, Some("a")),
        (" {\n\"x\" : 1 ,\t\"iss\" :\r\"a\" } ", Some("a")),
        (r#"{"x":{"iss":"b"},"iss":"a"}"#, Some("a")),
        (r#"{"x":[{"iss":"b"},["iss","b"]],"iss":"a"}"#, Some("a")),
        (r#"{"x":"\",\"iss\":\"b\"","iss":"a"}"#, Some("a")),
        (r#"{"x":"\\","iss":"a"}"#, Some("a")),
        (r#"{"x":"]}{[","iss":"a"}"#, Some("a")),
        (r#"{"x":-1.5e3,"y":true,"z":null,"iss":"a"}"#, Some("a")),
        (r#"{"iss":"a","iss":"b"}"#, Some("a")),
        (r#"{"\u0069ss":"a","iss":"b"}"#, Some("a")),
        (r#"{"iss":"\u0061"}"#, Some("a")),
        (r#"{"iss":"a\/b"}"#, Some("a/b")),
        (r#"{"iss":""}"#, Some("")),
        (r#"{"iss":"ä"}"#, Some("ä")),
        (r#"{"ISS":"a","iss ":"a","is":"a","isss":"a","x":"iss"}"#, None),
        (r#"{"x":{"iss":"b"}}"#, None),
        (r#"[{"iss":"b"}]"#, None),
        (r#"{"iss":["a"]}"#, None),
        (r#"{"iss":5}"#, None),
        (r#"{"iss":null,"iss":"a"}"#, None),
        (r#"{"iss":"a"#, None),
        (r#"{"x":1}"#, None),
        ("{}", None),
        ("", None),
    ] {
        let found = first_text(text.as_bytes(), "iss");
        assert_eq!(found.as_deref(), want.map(str::as_bytes), "{text}");
    }
}

fn as_value(json: &Json<'_>) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(value) => Value::from(*value),
        Json::Text(text) => Value::from(text.as_ref()),
        Json::List(list) => list.iter().map(as_value).collect(),
        Json::Object(members) => {
            members.iter().map(|(name, value)| (name.to_string(), as_value(value))).collect()
        }
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(|number| Value::from(f64::from(number) / 4.0)),
        ".*".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map("[a-c\"\\\\é]{0,2}", inner, 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    /// `serde_json::Value` reads the same text, and must not see anything else in it.
    #[test]
    fn what_is_read_is_what_others_read(a in any_json(), x in any_json(), b in any_json()) {
        let text = format!(r#"{{"x":{x},"a":{a},"b":{b}}}"#);
        let [read_a, read_b] = read(&text).unwrap();
        prop_assert_eq!(as_value(&read_a.unwrap()), a);
        prop_assert_eq!(as_value(&read_b.unwrap()), b);
    }

    /// Whatever is read strictly is found at the first look, too, and the same.
    #[test]
    fn what_is_found_at_first_is_what_is_read(x in any_json(), iss in any_json(), y in any_json()) {
        let text = format!(r#"{{"x":{x},"iss":{iss},"y":{y}}}"#);
        let [read] = members(text.as_bytes(), &["iss"]).unwrap();
        let read = read.as_ref().and_then(Json::as_text);
        let found = first_text(text.as_bytes(), "iss");
        prop_assert_eq!(found.as_deref(), read.map(str::as_bytes));
        let parsed = first_text_parsed(text.as_bytes(), "iss");
        prop_assert_eq!(parsed.as_deref(), read);
    }

    /// Whatever the bytes are: no panic, and nothing is read that is not JSON.
    #[test]
    fn hostile_bytes_do_no_harm(bytes in "[{}\\[\\]:,\"ab\\\\u0-9de.\\- ]{0,40}") {
        let _ = first_text(bytes.as_bytes(), "a");
        if read(&bytes).is_ok() {
            prop_assert!(serde_json::from_str::<Value>(&bytes).is_ok());
        }
    }
}
