//! wget: one command line a session. It asks without credentials first, as it does by itself.

use std::collections::BTreeMap;
use std::process::Command;

use crate::client::{Answer, Told, output_of};
use crate::plan::Call;

const MISSING: &str = "wget is part of these tests: run `apt-get install wget`";

pub(crate) fn run(calls: &[Call]) -> Told {
    let mut answers = BTreeMap::new();
    for session in calls.chunk_by(|one, other| one.session == other.session) {
        // `--server-response` goes to the standard error, bodies to the standard output.
        let output = command(session).output().unwrap_or_else(|why| panic!("{MISSING} ({why})"));
        let log = String::from_utf8_lossy(&output.stderr);
        let bodies = String::from_utf8_lossy(&output.stdout);
        let mut bodies = bodies.lines();
        for call in session {
            let answer = answer(&log, call, &mut bodies);
            answers.insert(call.id.clone(), answer);
        }
    }
    let text = output_of(Command::new("wget").arg("--version"), MISSING);
    let version = text.split(' ').nth(2).unwrap_or_default();
    Told { version: version.to_owned(), algorithms: None, answers }
}

fn command(session: &[Call]) -> Command {
    let mut command = Command::new("wget");
    command.args(["--no-config", "--no-proxy", "--no-hsts", "--tries=1", "--timeout=20"]);
    command.args(["--server-response", "--output-document=-"]);
    for call in session {
        command.arg(format!("--user={}", call.step.user));
        command.arg(format!("--password={}", call.step.password));
        if !call.step.body.is_empty() {
            command.arg(format!("--post-data={}", call.step.body));
        }
        command.arg(&call.url);
    }
    command
}

/// The last status below the line that says `--TIME--  URL`.
fn answer<'a>(log: &str, call: &Call, bodies: &mut impl Iterator<Item = &'a str>) -> Answer {
    let own = log.split("\n--").find(|part| {
        part.lines().next().is_some_and(|line| line.ends_with(&format!("--  {}", call.url)))
    });
    let own = own.unwrap_or(log);
    let last = own.lines().filter_map(|line| line.trim().strip_prefix("HTTP/1.1 ")).next_back();
    match last.and_then(|line| line.get(..3)?.parse().ok()) {
        Some(200) => Answer { status: 200, detail: bodies.next().unwrap_or_default().to_owned() },
        Some(status) => {
            Answer { status, detail: own.lines().last().unwrap_or_default().to_owned() }
        }
        None => Answer { status: 0, detail: own.trim().to_owned() },
    }
}
