//! curl: one command line a session, so that it may keep its connection and its nonce.

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::Value;

use crate::client::{Answer, Told, output_of};
use crate::plan::{Http, Scheme};
use crate::request::Request;

pub(crate) const MISSING: &str = "curl is part of these tests: run `apt-get install curl`";

pub(crate) fn run(calls: &[&Request], any: bool) -> Told {
    let mut answers = BTreeMap::new();
    for session in calls.chunk_by(|one, other| one.session == other.session) {
        let text = output_of(&mut command(session, any), MISSING);
        let mut parts = text.split(END);
        for call in session {
            let body = parts.next().unwrap_or_default();
            let how = parts.next().unwrap_or_default();
            let head = parts.next().unwrap_or_default();
            answers.insert(call.id.clone(), answer(body, how, head));
        }
    }
    let text = output_of(Command::new("curl").arg("--version"), MISSING);
    let version = text.split(' ').nth(1).unwrap_or_default().to_owned();
    Told { version, algorithms: None, answers }
}

fn command(session: &[&Request], any: bool) -> Command {
    let mut command = Command::new("curl");
    for (index, call) in session.iter().enumerate() {
        if index > 0 {
            command.arg("--next");
        }
        command.args(["--silent", "--max-time", "20", "--noproxy", "*"]);
        command.arg(match call.http {
            Http::One => "--http1.1",
            Http::Two => "--http2-prior-knowledge",
        });
        let scheme = match call.scheme {
            Scheme::None => None,
            _ if any => Some("--anyauth"),
            Scheme::Any => Some("--anyauth"),
            Scheme::Basic => Some("--basic"),
            Scheme::Digest => Some("--digest"),
        };
        if let Some(scheme) = scheme {
            command.args([scheme, "--user", &format!("{}:{}", call.user, call.password)]);
        }
        // Of no file, but they are kept.
        command.args(["--cookie", ""]);
        if call.method != "GET" {
            command.args(["--data", call.body]);
        }
        for field in &call.fields {
            command.args(["--header", field]);
        }
        let format =
            format!("{END}%{{http_code}} %{{exitcode}} %{{errormsg}}{END}%{{header_json}}{END}");
        command.args(["--write-out", &format, &call.url]);
    }
    command
}

/// A status counts only where curl has brought the step to an end.
fn answer(body: &str, how: &str, head: &str) -> Answer {
    let head: Value = serde_json::from_str(head).unwrap_or_default();
    let challenges = head["www-authenticate"].as_array().into_iter().flatten();
    let challenges: Vec<_> = challenges.filter_map(Value::as_str).collect();
    let mut words = how.splitn(3, ' ');
    let status = words.next().and_then(|word| word.parse().ok()).unwrap_or(0);
    match words.next() {
        Some("0") => {
            let (detail, challenge) = (body.trim().to_owned(), challenges.join(", "));
            Answer { status, detail, challenge }
        }
        code => {
            let (code, why) = (code.unwrap_or("?"), words.next().unwrap_or_default());
            Answer { status: 0, detail: format!("curl: ({code}) {why}"), challenge: String::new() }
        }
    }
}

const END: &str = "\n@@@\n";
