//! Examples in a real browser. What is checked stands in `tests/browser/`.

#![expect(clippy::print_stderr, reason = "a test that is skipped says so")]

use std::process::{Command, Stdio};

use crate::process::Example;
use crate::redis::Server;

#[test]
fn a_browser_asks_for_a_password_where_it_should_and_the_page_explains() {
    check("quickstart", 7, || Example::start("quickstart"));
}

#[test]
fn a_browser_logs_in_and_out_and_does_nothing_for_other_sites() {
    check("sessions", 11, || Example::start("sessions"));
}

#[test]
fn a_browser_does_the_same_where_sessions_are_in_redis() {
    let Some(redis) = Server::start(&[]) else { return };
    let url = redis.url();
    check("sessions", 11, || Example::start_with("sessions", &[("REDIS_URL", &url)]));
}

#[test]
fn scripts_of_other_origins_read_refusals_and_nobody_is_asked() {
    check("cors", 6, || Example::start("conformance_server"));
}

/// Runs at least so many checks of an example.
fn check(name: &str, checks: usize, start: impl FnOnce() -> Example) {
    let chromium = std::env::var("CHROMIUM").unwrap_or_else(|_| "chromium".to_owned());
    let missing: Vec<&str> =
        ["node", &chromium].into_iter().filter(|program| !runs(program)).collect();
    if !missing.is_empty() {
        let message = format!("needs {missing:?}, see tests/browser/README.md");
        if std::env::var_os("CI").is_some() {
            panic!("{message}");
        }
        eprintln!("skipped: {message}");
        return;
    }
    let example = start();
    let script = format!("{}/tests/browser/{name}.mjs", env!("CARGO_MANIFEST_DIR"));
    let mut node = Command::new("node");
    let output = node.args([&script, example.origin()]).env("CHROMIUM", chromium).output();
    let output = output.unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{complaints}");
    assert!(said.lines().count() >= checks, "{said}");
}

fn runs(program: &str) -> bool {
    let mut command = Command::new(program);
    command.arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
