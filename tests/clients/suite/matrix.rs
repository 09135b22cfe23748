//! The table: a line for each client and version of HTTP, a column for each scheme.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::client::{self, Client};
use crate::plan::Http;

use super::columns::{COLUMNS, Column};
use super::known::known;
use super::run::{Cell, Run, Taken};

pub(crate) fn text(runs: &[Run]) -> String {
    let (mut lines, mut refusals) = (String::new(), String::new());
    let mut notes = Notes::default();
    for run in runs {
        for &http in run.client.http {
            let cells = COLUMNS.iter().map(|column| cell(run, http, column, &mut notes));
            let cells: Vec<_> = cells.collect();
            let place = place(run.client, http);
            let _ = writeln!(lines, "{place} {} | {} |", run.version, cells.join(" | "));
            let shown = REFUSALS.map(|(column, step)| shown(run, http, column, step));
            let _ = writeln!(refusals, "{place} {} |", shown.join(" | "));
        }
    }
    let names: Vec<_> = COLUMNS.iter().map(|column| column.name).collect();
    let head = format!("| Client | Version | {} |\n", names.join(" | "));
    let rule = format!("{}\n", "|---".repeat(names.len() + 2) + "|");
    let shown = REFUSALS.map(|(column, _)| column).join(" | ");
    let shown_head = format!("| Client | {shown} |\n{}|\n", "|---".repeat(REFUSALS.len() + 1));
    [HEAD, &head, &rule, &lines, "\n", &notes.text(), SHOWN, &shown_head, &refusals].concat()
}

/// The lines and columns that the table does not have.
pub(crate) fn missing(table: &str) -> Vec<String> {
    let lines = client::ALL.iter().flat_map(|client| client.http.iter().map(|&h| place(client, h)));
    let columns = COLUMNS.iter().map(|column| format!(" {} |", column.name));
    lines.chain(columns).filter(|part| !table.contains(part)).collect()
}

/// The beginning of a line, which has no version in it.
fn place(client: &Client, http: Http) -> String {
    format!("| {} over HTTP/{} |", client.name, http.name())
}

fn cell(run: &Run, http: Http, column: &Column, notes: &mut Notes) -> String {
    let bad = match run.cell(http, column) {
        Cell::Good => return "yes".to_owned(),
        Cell::Lacks => return "–".to_owned(),
        Cell::Bad(bad) => bad,
    };
    let note = notes.of(known(run.client.name, http, column.name).unwrap_or("unknown"));
    note.at_apache.extend(bad.iter().filter_map(|taken| run.is_so_at_apache(taken)));
    if http == Http::One {
        note.sent.insert(sent(&bad));
    }
    let wanted = column.steps.iter().filter(|step| !step.must.is_refusal()).count();
    let word = if bad.len() < wanted {
        let names: Vec<_> = bad.iter().map(|taken| taken.step.name).collect();
        format!("not {}", names.join(", "))
    } else {
        "no".to_owned()
    };
    format!("{word} [{}]", note.number)
}

/// The last credentials that went over the wire, without what is never the same twice.
fn sent(bad: &[&Taken]) -> String {
    let all = bad.iter().flat_map(|taken| &taken.exchanges);
    let last = all.filter_map(|exchange| exchange.authorization.as_deref()).next_back();
    let Some(last) = last else { return "nothing".to_owned() };
    let (scheme, params) = last.split_once(' ').unwrap_or((last, ""));
    let of = |name: &str| {
        let mut params = params.split(", ").filter_map(|param| param.split_once('='));
        params
            .find(|(other, _)| *other == name)
            .map(|(_, value)| value.trim_matches('"').to_owned())
    };
    let parts = ["algorithm", "qop"]
        .into_iter()
        .filter_map(|name| of(name).map(|value| format!("{name} {value}")));
    let parts: Vec<_> = std::iter::once(scheme.to_owned()).chain(parts).collect();
    format!("`{}`", parts.join(", "))
}

/// Why clients do not manage something, each said once.
#[derive(Default)]
struct Notes(Vec<Note>);

struct Note {
    number: usize,
    why: &'static str,
    /// For each step that Apache was asked too, whether it does not let the client in either.
    at_apache: Vec<bool>,
    sent: BTreeSet<String>,
}

impl Notes {
    fn of(&mut self, why: &'static str) -> &mut Note {
        let place = self.0.iter().position(|note| note.why == why);
        let place = place.unwrap_or_else(|| {
            let number = self.0.len() + 1;
            self.0.push(Note { number, why, at_apache: Vec::new(), sent: BTreeSet::new() });
            number - 1
        });
        &mut self.0[place]
    }

    fn text(&self) -> String {
        let lines = self.0.iter().map(|note| {
            let apache = match &*note.at_apache {
                [] => "Apache has nothing of the kind",
                all if all.iter().all(|same| *same) => "Apache does not let it in either",
                _ => "Apache lets it in",
            };
            let sent: Vec<_> = note.sent.iter().map(String::as_str).collect();
            let sent = if sent.is_empty() { "" } else { &format!(" Sent: {}.", sent.join("; ")) };
            format!("{}. {}. {apache}.{sent}\n", note.number, note.why)
        });
        lines.collect()
    }
}

/// The status, and the schemes of the challenges, as a client shows them to the program.
fn shown(run: &Run, http: Http, column: &str, step: &str) -> String {
    let Some(taken) = run.taken(http, column, step) else { return "–".to_owned() };
    let names = ["Basic", "Digest", "Bearer", "ApiKey", "Cookie"];
    let parts = taken.answer.challenge.split(", ").filter_map(|part| part.split(' ').next());
    let schemes = parts.filter_map(|word| names.into_iter().find(|n| n.eq_ignore_ascii_case(word)));
    let schemes: Vec<_> = schemes.collect();
    match taken.answer.status {
        0 => "no status".to_owned(),
        status => format!("{status} {}", schemes.join(", ")).trim_end().to_owned(),
    }
}

const REFUSALS: [(&str, &str); 6] = [
    ("Basic", "wrong"),
    ("Digest", "wrong"),
    ("Bearer JWT", "other key"),
    ("API key", "revoked"),
    ("Session", "after"),
    ("Several offered", "wrong"),
];

const HEAD: &str = "## Every scheme

Each client asks `examples/conformance_server`. *Yes*: it was let in with the right credentials each
time, and refused with wrong ones. A dash: the client has no such scheme. *Not* these: what else is asked
for in this column it manages. A number leads to the note that says why, whether Apache httpd, asked the
same, lets it in, and what the client sent over HTTP/1.1.

What a client does not do by itself its program does: a bearer token, an API key, and with `fetch` and
`node:http2` Basic too, are fields that the program writes; the clients for Node.js and Ruby keep no
cookies. *Basic* and *Digest, names* are the users `alice`, `Mufasa`, `colon` (password `a:b:c`) and
`quo\"te\\back`; *UTF-8* are `test` (password `123£`) and `Jäsøn Doe`. *Digest* offers SHA-256 and MD5,
*Several offered* both of them, Basic and Bearer. *Digest stale* goes on with a nonce that has expired.
*Session* logs in, is used, logs out, and is refused. Digest, Basic and *Several offered* are tried with
a body as well. HTTP/2 is in clear text, with prior knowledge; but Java's client asks for an upgrade,
which the server does not take, so it stays with HTTP/1.1.

";

const SHOWN: &str = "
What a program sees of a refusal, status and challenges:

";
