//! `quickstart`: what it prints is true.

use std::collections::BTreeSet;

use crate::curl::{curl, shell};
use crate::process::Example;

#[test]
fn every_printed_command_ends_with_the_status_printed_above_it() {
    let mut example = Example::start("quickstart");
    let printed = example.paragraph();
    let mut seen = BTreeSet::new();
    for pair in printed.chunks(2) {
        let [comment, command] = pair else { panic!("{pair:?} is no pair") };
        let (status, why) =
            comment.strip_prefix("# ").and_then(|text| text.split_once(": ")).unwrap();
        let status: u16 = status.parse().unwrap();
        assert!(command.starts_with("curl -i ") && !why.is_empty(), "{comment}\n{command}");

        let answer = shell(command);
        assert_eq!(answer.status(), status, "{comment}\n{command}\n{answer:?}");
        assert_eq!(answer.offers().is_empty(), status == 200 || why.contains("role"), "{comment}");
        if status != 200 {
            assert_eq!(answer.field("cache-control"), ["no-store"], "{comment}");
        }
        seen.insert(status);
    }
    assert!(printed.len() >= 28, "{printed:#?}");
    assert_eq!(seen, BTreeSet::from([200, 400, 401, 403]));
}

#[test]
fn challenges_say_what_happened() {
    let mut example = Example::start("quickstart");
    let printed = example.paragraph();
    let challenges = |why: &str| {
        let at = printed.iter().position(|line| line.ends_with(why)).unwrap();
        let command = printed.get(at.saturating_add(1)).unwrap();
        shell(command).field("www-authenticate").join("\n")
    };
    let basic = r#"Basic realm="quickstart", charset="UTF-8""#;
    let key = r#"ApiKey in="header", name="x-api-key""#;
    assert_eq!(
        challenges(": no credentials"),
        format!("{basic}\nBearer realm=\"quickstart\"\n{key}")
    );
    assert!(challenges("has expired").contains(r#"error="invalid_token""#));
    assert!(challenges("at once").contains(r#"error="invalid_request""#));
    assert!(
        challenges("lacks the scope")
            .ends_with(r#"error="insufficient_scope", scope="orders:read""#)
    );
    assert_eq!(challenges("not taken here"), challenges(": no credentials"));
    assert_eq!(challenges("only Basic is taken"), basic);
    assert_eq!(challenges("only Bearer is taken"), r#"Bearer realm="quickstart""#);
}

#[test]
fn head_gets_the_fields_of_get_and_no_body() {
    let example = Example::start("quickstart");
    let url = format!("{}/me", example.origin());
    let (get, head) = (curl(&[&url]), curl(&["--head", &url]));
    assert_eq!((get.status(), head.status()), (401, 401));
    for field in ["content-length", "content-type", "www-authenticate"] {
        assert_eq!(get.field(field), head.field(field), "{field}");
    }
    assert_eq!(head.body(), "");
}

#[test]
fn the_page_is_served_with_its_callers() {
    let example = Example::start("quickstart");
    let page = curl(&[example.origin()]);
    assert_eq!(page.status(), 200);
    assert_eq!(page.field("content-type"), ["text/html; charset=utf-8"]);
    assert!(page.body().contains("alice:wonderland") && !page.body().contains("{{"));
}
