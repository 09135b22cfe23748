//! curl: one command line a session, so that it may keep its connection and its nonce.

use std::collections::BTreeMap;
use std::process::Command;

use crate::client::{Answer, Told, output_of};
use crate::plan::{Call, Http, Scheme};

pub(crate) const MISSING: &str = "curl is part of these tests: run `apt-get install curl`";

pub(crate) fn run(calls: &[Call], any: bool) -> Told {
    let mut answers = BTreeMap::new();
    for session in calls.chunk_by(|one, other| one.session == other.session) {
        let text = output_of(&mut command(session, any), MISSING);
        let mut parts = text.split(END);
        for call in session {
            let body = parts.next().unwrap_or_default();
            let how = parts.next().unwrap_or_default();
            answers.insert(call.id.clone(), answer(body, how));
        }
    }
    let text = output_of(Command::new("curl").arg("--version"), MISSING);
    let version = text.split(' ').nth(1).unwrap_or_default().to_owned();
    Told { version, algorithms: None, answers }
}

fn command(session: &[Call], any: bool) -> Command {
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
        command.arg(match call.route.scheme {
            _ if any => "--anyauth",
            Scheme::Any => "--anyauth",
            Scheme::Basic => "--basic",
            Scheme::Digest => "--digest",
        });
        command.args(["--user", &format!("{}:{}", call.step.user, call.step.password)]);
        if !call.step.body.is_empty() {
            command.args(["--data", call.step.body]);
        }
        let format = format!("{END}%{{http_code}} %{{exitcode}} %{{errormsg}}{END}");
        command.args(["--write-out", &format, &call.url]);
    }
    command
}

/// A status counts only where curl has brought the step to an end.
fn answer(body: &str, how: &str) -> Answer {
    let mut words = how.splitn(3, ' ');
    let status = words.next().and_then(|word| word.parse().ok()).unwrap_or(0);
    match words.next() {
        Some("0") => Answer { status, detail: body.trim().to_owned() },
        code => {
            let (code, why) = (code.unwrap_or("?"), words.next().unwrap_or_default());
            Answer { status: 0, detail: format!("curl: ({code}) {why}") }
        }
    }
}

const END: &str = "\n@@@\n";
