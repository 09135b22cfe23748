//! `COMPATIBILITY.md`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{fs, thread};

use crate::apache;
use crate::client::{self, Client};
use crate::outcome::{Outcome, Taken};
use crate::plan::{Http, Must, ROUTES, Route, Scheme, Server};
use crate::suite::matrix;
use crate::suite::run::Run;
use crate::wire::{Exchange, param};

/// Runs every client, two at a time, and writes what they do.
pub(crate) fn write() {
    let outcomes = for_each_client(Outcome::of);
    let runs = for_each_client(Run::of);
    fs::write(path(), text(&outcomes, &runs)).unwrap();
}

fn for_each_client<T: Send + 'static>(run: fn(&'static Client) -> T) -> Vec<T> {
    let all = move |clients: &[&'static Client]| {
        clients.iter().map(|client| run(client)).collect::<Vec<_>>()
    };
    let (one, other) = client::ALL.split_at(client::ALL.len() / 2);
    let other = thread::spawn(move || all(other));
    let mut done = all(one);
    done.extend(other.join().unwrap());
    done
}

/// The clients and routes that the table does not have.
pub(crate) fn missing_lines() -> Vec<String> {
    let table = fs::read_to_string(path()).unwrap_or_default();
    let places = client::ALL.iter().flat_map(|client| {
        let routes = ROUTES.iter().filter(|route| !route.servers.is_empty());
        routes
            .flat_map(move |route| client.http.iter().map(move |http| place(client, route, *http)))
    });
    let missing = places.filter(|place| !table.contains(place));
    missing.chain(matrix::missing(&table)).collect()
}

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("COMPATIBILITY.md")
}

fn text(outcomes: &[Outcome], runs: &[Run]) -> String {
    let mut text = HEAD.to_owned() + &matrix::text(runs);
    text += &COMPARISON.replace("{apache}", &apache::version());
    for outcome in outcomes {
        let client = outcome.client;
        for route in ROUTES.iter().filter(|route| !route.servers.is_empty()) {
            for &http in client.http {
                let cell = |server| cell(outcome, server, http, route);
                let (ours, theirs) = (cell(Server::Ours), cell(Server::Apache));
                let place = place(client, route, http);
                let _ = writeln!(text, "{place} {} | {ours} | {theirs} |", outcome.version);
            }
        }
    }
    text += WIRE;
    for outcome in outcomes {
        for route in &ROUTES {
            for &server in route.servers {
                let steps = outcome.steps(server, Http::One, route);
                if !steps.is_empty() {
                    let _ = writeln!(text, "{}", on_the_wire(outcome, server, route, &steps));
                }
            }
        }
    }
    text
}

/// The beginning of a line, which has no version in it.
fn place(client: &Client, route: &Route, http: Http) -> String {
    let scheme = match route.scheme {
        Scheme::Basic => "Basic",
        Scheme::Digest => "Digest",
        Scheme::Any => "Digest or Basic",
        Scheme::None => "none",
    };
    let names: Vec<_> = route.algorithms.iter().map(|algorithm| algorithm.name()).collect();
    let algorithms = if names.is_empty() { "–".to_owned() } else { names.join(", ") };
    format!("| {} | {scheme} | {algorithms} | {} |", client.name, http.name())
}

fn cell(outcome: &Outcome, server: Server, http: Http, route: &Route) -> String {
    if !outcome.client.has_scheme(route) {
        return "not supported by the client".to_owned();
    }
    if !route.servers.contains(&server) {
        return "–".to_owned();
    }
    let steps = outcome.steps(server, http, route);
    let first = steps.first().map(|first| &first.answer);
    if first.is_none_or(|first| !first.is_accepted()) && !outcome.speaks(route) {
        return "not supported by the client".to_owned();
    }
    let (good, bad): (Vec<&Taken>, Vec<&Taken>) =
        steps.into_iter().partition(|taken| is_as_it_must_be(taken));
    if bad.is_empty() {
        return "accepted".to_owned();
    }
    let accepted = good.iter().filter(|taken| taken.call.step.must == Must::BeAccepted);
    let mut ends: Vec<(String, Vec<&str>)> = Vec::new();
    let accepted = accepted.map(|taken| (taken, "accepted".to_owned()));
    for (taken, end) in accepted.chain(bad.iter().map(|taken| (taken, end_of(taken)))) {
        let name = taken.call.step.name;
        match ends.iter_mut().find(|(other, _)| *other == end) {
            Some((_, names)) => names.push(name),
            None => ends.push((end, vec![name])),
        }
    }
    let ends: Vec<_> =
        ends.iter().map(|(end, names)| format!("{end}: {}", names.join(", "))).collect();
    ends.join("; ")
}

fn is_as_it_must_be(taken: &Taken) -> bool {
    match taken.call.step.must {
        Must::BeAccepted => taken.answer.is_accepted(),
        Must::BeRefused => taken.answer.status == 401,
        Must::Nothing => true,
    }
}

fn end_of(taken: &Taken) -> String {
    match taken.answer.status {
        0 => {
            let last = taken.answer.detail.rsplit(": ").next().unwrap_or_default();
            format!("the client fails (`{}`)", last.replace('|', "/"))
        }
        200 => "accepted".to_owned(),
        401 => "refused".to_owned(),
        other => other.to_string(),
    }
}

fn on_the_wire(outcome: &Outcome, server: Server, route: &Route, steps: &[&Taken]) -> String {
    let exchanges = |name: &str| {
        let taken = steps.iter().find(|taken| taken.call.step.name == name);
        taken.map_or(&[][..], |taken| &taken.exchanges)
    };
    let last = |name: &str| {
        let last = exchanges(name).last();
        last.and_then(|exchange| exchange.authorization.clone()).unwrap_or_default()
    };
    let again = last("again");
    let scheme = again.split(' ').next().unwrap_or_default();
    let sent = match param(&again, "algorithm") {
        Some(algorithm) => format!("{scheme} {algorithm}"),
        None => scheme.to_owned(),
    };
    let cells = [
        outcome.client.name.to_owned(),
        route.name.to_owned(),
        name(server).to_owned(),
        sent,
        statuses(exchanges("right")),
        statuses(exchanges("again")),
        param(&again, "nc").map_or("", |nc| nc.trim_start_matches('0')).to_owned(),
        statuses(exchanges("post")),
        statuses(exchanges("wrong")),
        format!("{}{}", encoding(&last("umlaut")), statuses(exchanges("umlaut"))),
    ];
    format!("| {} |", cells.join(" | "))
}

fn name(server: Server) -> &'static str {
    match server {
        Server::Ours => "tower-auth",
        Server::Apache => "Apache",
    }
}

/// `401, 200`, and `4 × 401` where it goes on and on.
fn statuses(exchanges: &[Exchange]) -> String {
    let runs = exchanges.chunk_by(|one, other| one.status == other.status);
    let runs = runs.map(|run| {
        let status = run[0].status.map_or("nothing".to_owned(), |status| status.to_string());
        if run.len() == 1 { status } else { format!("{} × {status}", run.len()) }
    });
    runs.collect::<Vec<_>>().join(", ")
}

/// Of the name with the umlaut, as it was sent.
fn encoding(credentials: &str) -> &'static str {
    // With Basic: `J`, then the two bytes of UTF-8 or the one of ISO-8859-1.
    let basic = credentials.strip_prefix("Basic ").and_then(|pair| pair.get(..4));
    let digest = param(credentials, "username");
    match (basic, digest) {
        (Some("SsOk"), _) | (_, Some("Jäsøn Doe")) => "UTF-8: ",
        // What was no UTF-8 was replaced when it was read.
        (Some("SuRz"), _) | (_, Some("J\u{fffd}s\u{fffd}n Doe")) => "ISO-8859-1: ",
        _ if param(credentials, "username*").is_some() => "`username*`: ",
        _ if credentials.is_empty() => "not sent: ",
        _ => "something else: ",
    }
}

const HEAD: &str = "# What HTTP clients make of it

Written by a command, so don't edit it:

```sh
cargo build --examples
TOWER_AUTH_WRITE_TABLE=1 cargo test --test clients table
```

";

const COMPARISON: &str = "
## Beside Apache

Each client asks our own server (`examples/passwords.rs`) and {apache} beside it.

*Accepted* means that the right password was let in each time, and that a wrong one was refused with
401. The steps: `right`; `again`, `query` and `percent` in the same session, with commas, equals
signs and percent-encoded characters in the URL; `post`, with a body; `wrong`. A dash: the server has
no such route. HTTP/2 is in clear text, with prior knowledge; but Java's client asks for an upgrade,
which our server does not take, so it stays with HTTP/1.1 there.

| Client | Scheme | Algorithms offered | HTTP | Version | tower-auth | Apache |
|---|---|---|---|---|---|---|
";

const WIRE: &str = "
## On the wire

Of HTTP/1.1: the statuses that a client got for a step, one for each request that it sent; the `nc`
of `again`, where 2 says that it used the nonce of `right` again; and how the name `Jäsøn Doe` was
sent, of which nothing is demanded.

| Client | Route | Server | Sent | right | again | nc | post | wrong | `Jäsøn Doe` |
|---|---|---|---|---|---|---|---|---|---|
";
