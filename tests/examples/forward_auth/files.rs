//! What is wrong in a file of settings is told, with the line, and nothing starts.

use std::fs;
use std::process::Output;

use super::Folder;
use crate::process::command;

const SETTINGS: &str = include_str!("../../../examples/forward_auth/forward_auth.toml");
const USERS: &str = include_str!("../../../examples/forward_auth/users.htpasswd");

const TOKENS_ONLY: &str = r#"
proxy = "caddy"
realm = "x"
rules = []
[[issuers]]
issuer = "https://a.example"
audience = "x"
[limits]
proxies = ["127.0.0.1"]
"#;

/// Runs `forward_auth ARGUMENTS FILE` with a file that has this text.
fn run(arguments: &[&str], settings: &str) -> Output {
    let folder = Folder::new("forward-auth-file");
    let file = folder.path().join("settings.toml");
    fs::write(&file, settings).unwrap();
    fs::write(folder.path().join("users.htpasswd"), USERS).unwrap();
    command("forward_auth").args(arguments).arg(&file).output().unwrap()
}

#[test]
fn the_documented_file_can_be_used_whole() {
    assert!(run(&["--check"], SETTINGS).status.success());
    // With what is only shown in it, too.
    let whole: Vec<&str> = SETTINGS
        .lines()
        .map(|line| match line.strip_prefix("# ") {
            Some(shown) if shown.starts_with('[') || shown.contains(" = ") => shown,
            _ => line,
        })
        .collect();
    let whole = whole.join("\n").replace("\njwks_url", "\n# jwks_url");
    assert!(whole.contains("\n[[issuers]]") && whole.contains("\n[digest.users]"), "{whole}");
    let output = run(&["--check"], &whole);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_wrong_file_is_refused_with_the_line_and_what_to_do() {
    let rule = |text: &str| format!("{SETTINGS}\n[[rules]]\n{text}\n");
    let line = SETTINGS.lines().count() + 2;
    let at = |what: &str| {
        let before = SETTINGS.lines().position(|line| line.starts_with(what)).unwrap();
        format!("line {}", before + 1)
    };
    let change = |from: &str, to: &str| {
        assert!(SETTINGS.contains(from), "{from}");
        SETTINGS.replace(from, to)
    };
    let issuers = |prefixes: &[&str]| {
        let name = |at: usize| format!("https://{at}.example");
        let one = |(at, prefix): (usize, &&str)| {
            let name = name(at);
            format!("\n[[issuers]]\nissuer = \"{name}\"\naudience = \"x\"\nprefix = \"{prefix}\"\n")
        };
        format!("{SETTINGS}{}", prefixes.iter().enumerate().map(one).collect::<String>())
    };
    for (settings, said) in [
        (change("realm =", "relam ="), &[at("realm").as_str(), "unknown field `relam`"][..]),
        (change("\"nginx\"\n", "\"apache\"\n"), &[&at("proxy"), "apache", "`nginx`"]),
        (change("proxy = \"nginx\"\n", ""), &["missing field `proxy`"]),
        (change("\"Remote-User\"", "\"Remote User\""), &[&at("subject"), "can't be the name"]),
        (change("\"Remote-User\"", "\"Host\""), &[&at("subject"), "means something else"]),
        (change("\"Remote-User\"", "\"remote_roles\""), &["the same to many programs"]),
        (change("\"X-API-Key\"", "\"Remote-User\""), &["`remote-user`", "another name"]),
        (change("robot-1 = \"", "robot-1 = \"0"), &[&at("robot-1"), "sha256sum"]),
        (
            change("users.htpasswd\"\n", "nobody.htpasswd\"\n"),
            &["nobody.htpasswd", "can't be read"],
        ),
        (change("[\"127.0.0.1\", \"::1\"]", "[]"), &["no proxy is trusted"]),
        (rule("path = \"/x\""), &[&format!("line {line}"), "doesn't say whom it lets through"]),
        (rule("path = \"x\"\nallow = \"nobody\""), &["begins without a slash"]),
        (rule("path = \"/x/*/y\"\nallow = \"nobody\""), &["`*` at its end only"]),
        (rule("path = \"/x%2f\"\nallow = \"nobody\""), &["as it is decoded"]),
        (rule("path = \"/x/../y\"\nallow = \"nobody\""), &["dots and spaces"]),
        (rule("path = \"/x//y\"\nallow = \"nobody\""), &["empty segment"]),
        (rule("path = \"/x\"\nallow = \"nobody\"\nroles = [\"a\"]"), &["leave it out"]),
        (rule("path = \"/x\"\nallow = \"anyone\""), &["`anyone`", "`everyone`"]),
        (rule("path = \"/x\"\nmethods = []\nallow = \"nobody\""), &["no method"]),
        (rule("path = \"/x\"\nmethods = [\"get\"]\nallow = \"nobody\""), &["`get` is no method"]),
        (rule("path = \"/x\"\nscopes = [\"a b\\\"\"]"), &["names no scope"]),
        (rule("path = \"/admin/*\"\nallow = \"everyone\""), &["two rules for `/admin/*`"]),
        (
            rule("path = \"/orders/*\"\nmethods = [\"HEAD\"]\nallow = \"everyone\""),
            &["same method"],
        ),
        (rule("path = \"/Admin/*\"\nallow = \"everyone\""), &["one path to many services"]),
        (
            format!("{SETTINGS}\n[[issuers]]\nissuer = \"https://a.example\"\naudience = \"x\"\n"),
            &["name of somebody else", "`prefix`"],
        ),
        (issuers(&["a"]), &["`a` doesn't part names", "`staff:`"]),
        (issuers(&["a:", "a:"]), &["another issuer's"]),
        (format!("{SETTINGS}\n[callers.'a:b']\n"), &["`a:b` is no name"]),
        (TOKENS_ONLY.to_owned(), &["`[limits]`", "take it out"]),
        ("proxy = ".to_owned(), &["line 1"]),
        ("proxy = \"caddy\"\nrealm = \"x\"\nrules = []".to_owned(), &["nobody could ever log in"]),
    ] {
        for arguments in [&["--check"][..], &[]] {
            let output = run(arguments, &settings);
            let text = String::from_utf8_lossy(&output.stderr);
            assert!(!output.status.success() && output.stdout.is_empty(), "{said:?}");
            assert!(text.contains("settings.toml: "), "{text}");
            assert!(
                !text.contains("097a1e"),
                "what stands in place of a digest is not told: {text}"
            );
            for part in said {
                assert!(text.contains(part), "`{part}` is not in: {text}");
            }
        }
    }
}

#[test]
fn wrong_arguments_are_told_how_it_is_used() {
    for arguments in [&[][..], &["--help"], &["a", "b"], &["--check"]] {
        let output = command("forward_auth").args(arguments).output().unwrap();
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && text.starts_with("usage: forward_auth"), "{text}");
    }
    let output = command("forward_auth").arg("/no/such/file").output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(text.starts_with("/no/such/file can't be read: "), "{text}");
    let mut port = command("forward_auth");
    port.env("PORT", "http").arg("examples/forward_auth/forward_auth.toml");
    let text = String::from_utf8_lossy(&port.output().unwrap().stderr).into_owned();
    assert!(text.contains("PORT is `http`: give it a number"), "{text}");
}
