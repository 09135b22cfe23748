//! wget: one command line for requests of a session that are alike. It asks without credentials
//! first, as it does by itself.

use std::collections::BTreeMap;
use std::env::temp_dir;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::client::{Answer, Told, output_of};
use crate::plan::Scheme;
use crate::request::Request;

const MISSING: &str = "wget is part of these tests: run `apt-get install wget`";

pub(crate) fn run(calls: &[&Request]) -> Told {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let mut answers = BTreeMap::new();
    for session in calls.chunk_by(|one, other| one.session == other.session) {
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let jar = format!("tower-auth-wget-{}-{count}.cookies", std::process::id());
        let jar = temp_dir().join(jar);
        fs::write(&jar, "").unwrap();
        for alike in session.chunk_by(|one, other| options(one) == options(other)) {
            // `--server-response` goes to the standard error, bodies to the standard output.
            let output = command(alike, &jar).output();
            let output = output.unwrap_or_else(|why| panic!("{MISSING} ({why})"));
            let log = String::from_utf8_lossy(&output.stderr);
            let bodies = String::from_utf8_lossy(&output.stdout);
            // They come one after the other, where they have no end of line of their own.
            let bodies = bodies.replace("}{", "}\n{");
            let mut bodies = bodies.lines();
            for call in alike {
                let answer = answer(&log, call, &mut bodies);
                answers.insert(call.id.clone(), answer);
            }
        }
        fs::remove_file(jar).unwrap();
    }
    let text = output_of(Command::new("wget").arg("--version"), MISSING);
    let version = text.split(' ').nth(2).unwrap_or_default();
    Told { version: version.to_owned(), algorithms: None, answers }
}

fn command(alike: &[&Request], jar: &Path) -> Command {
    let mut command = Command::new("wget");
    command.args(["--no-config", "--no-proxy", "--no-hsts", "--tries=1", "--timeout=20"]);
    command.args(["--server-response", "--output-document=-", "--keep-session-cookies"]);
    command.args(["--load-cookies".as_ref(), jar, "--save-cookies".as_ref(), jar]);
    command.args(options(alike[0])).args(alike.iter().map(|call| &call.url));
    command
}

/// What holds for all URLs of a command line.
fn options(call: &Request) -> Vec<String> {
    let mut options = Vec::new();
    if call.scheme != Scheme::None {
        options.push(format!("--user={}", call.user));
        options.push(format!("--password={}", call.password));
    }
    if call.method == "POST" {
        options.push(format!("--post-data={}", call.body));
    }
    options.extend(call.fields.iter().map(|field| format!("--header={field}")));
    options
}

/// The last status below the line that says `--TIME--  URL`.
fn answer<'a>(log: &str, call: &Request, bodies: &mut impl Iterator<Item = &'a str>) -> Answer {
    let own = log.split("\n--").find(|part| {
        part.lines().next().is_some_and(|line| line.ends_with(&format!("--  {}", call.url)))
    });
    let own = own.unwrap_or(log);
    let Some((_, last)) = own.rsplit_once("  HTTP/1.1 ") else {
        return Answer { status: 0, detail: own.trim().to_owned(), challenge: String::new() };
    };
    let status = last.get(..3).and_then(|digits| digits.parse().ok()).unwrap_or(0);
    let detail = match status {
        200 => bodies.next().unwrap_or_default(),
        _ => own.lines().last().unwrap_or_default(),
    };
    let fields = last.lines().filter_map(|line| line.trim().split_once(": "));
    let challenges = fields.filter(|(name, _)| name.eq_ignore_ascii_case("www-authenticate"));
    let challenges: Vec<_> = challenges.map(|(_, value)| value).collect();
    Answer { status, detail: detail.to_owned(), challenge: challenges.join(", ") }
}
