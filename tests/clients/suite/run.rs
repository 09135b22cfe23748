//! What a client did at our server, and at Apache, and what of it is wrong.

use std::net::SocketAddr;

use crate::apache::Apache;
use crate::client::{Answer, Client, Told};
use crate::plan::{Http, Scheme, Server as Where};
use crate::request::{Request, content_type};
use crate::wire::{Exchange, Wire};

use super::columns::{COLUMNS, Column, Credentials, Must, Step};
use super::known::known;
use super::server::Server;

pub(crate) struct Run {
    pub(crate) client: &'static Client,
    pub(crate) version: String,
    taken: Vec<Taken>,
}

/// A step that was taken.
pub(crate) struct Taken {
    at: Where,
    column: &'static Column,
    pub(crate) step: &'static Step,
    request: Request,
    pub(crate) answer: Answer,
    /// What went over the wire for it; empty for HTTP/2.
    pub(crate) exchanges: Vec<Exchange>,
}

/// How a client gets along with a scheme.
pub(crate) enum Cell<'a> {
    /// Every step comes to what it must.
    Good,
    /// The client has nothing of the kind.
    Lacks,
    /// These don't, and where Apache was asked the same it got no further.
    Bad(Vec<&'a Taken>),
}

impl Run {
    /// Runs the client against servers of its own.
    pub(crate) fn of(client: &'static Client) -> Self {
        let (server, apache) = (Server::start(), Apache::start());
        let ours: SocketAddr =
            server.example.origin().trim_start_matches("http://").parse().unwrap();
        let wires = [(Where::Ours, Wire::to(ours)), (Where::Apache, Wire::to(apache.address()))];
        let mut planned = Vec::new();
        for (&http, (at, wire)) in
            client.http.iter().flat_map(|h| wires.iter().map(move |w| (h, w)))
        {
            for column in COLUMNS.iter().filter(|column| is_asked(client, column, *at)) {
                planned.extend(column.steps.iter().map(|step| {
                    (*at, wire, column, step, request(&server, wire, *at, http, column, step))
                }));
            }
        }
        let requests: Vec<&Request> = planned.iter().map(|(.., request)| request).collect();
        let Told { version, mut answers, .. } = client.run(&requests);
        let taken = planned.into_iter().map(|(at, wire, column, step, request)| {
            let answer = answers.remove(&request.id).unwrap();
            let origin = format!("http://{}", wire.address());
            let exchanges = match (request.http, request.url.strip_prefix(&origin)) {
                (Http::One, Some(target)) => wire.exchanges(target),
                _ => Vec::new(),
            };
            Taken { at, column, step, request, answer, exchanges }
        });
        Self { client, version, taken: taken.collect() }
    }

    pub(crate) fn cell(&self, http: Http, column: &Column) -> Cell<'_> {
        if !has_scheme(self.client, column) {
            return Cell::Lacks;
        }
        let bad: Vec<_> = self
            .steps(Where::Ours, http, column)
            .filter(|taken| !taken.is_as_it_must_be())
            .collect();
        if bad.is_empty() { Cell::Good } else { Cell::Bad(bad) }
    }

    pub(crate) fn taken(&self, http: Http, column: &str, step: &str) -> Option<&Taken> {
        let column = COLUMNS.iter().find(|other| other.name == column)?;
        self.steps(Where::Ours, http, column).find(|taken| taken.step.name == step)
    }

    /// Whether Apache, asked the same, does not let the client in either; nothing where it is not
    /// asked.
    pub(crate) fn is_so_at_apache(&self, taken: &Taken) -> Option<bool> {
        let mut there = self.steps(Where::Apache, taken.request.http, taken.column);
        let same = there.find(|other| other.step.name == taken.step.name)?;
        Some(same.answer.status != 200)
    }

    fn steps<'a>(
        &'a self,
        at: Where,
        http: Http,
        column: &Column,
    ) -> impl Iterator<Item = &'a Taken> + use<'a> {
        let name = column.name;
        self.taken.iter().filter(move |taken| {
            taken.at == at && taken.request.http == http && taken.column.name == name
        })
    }

    /// What must not be.
    pub(crate) fn complaints(&self) -> Vec<String> {
        let ours = self.taken.iter().filter(|taken| taken.at == Where::Ours);
        let wrong = ours.filter(|taken| {
            let is_known = known(self.client.name, taken.request.http, taken.column.name).is_some();
            let is_ours = self.is_so_at_apache(taken) == Some(false);
            let excused = is_known && !is_ours && !taken.is_our_fault();
            !taken.is_as_it_must_be() && !excused
        });
        wrong.map(|taken| taken.describe(self.is_so_at_apache(taken))).collect()
    }
}

impl Taken {
    fn is_as_it_must_be(&self) -> bool {
        let Answer { status, detail, challenge } = &self.answer;
        match self.step.must {
            Must::LetIn(subject) => {
                let said: serde_json::Value = serde_json::from_str(detail).unwrap_or_default();
                *status == 200
                    && said["subject"].as_str() == subject
                    && said["method"] == self.step.method
                    && said["body_bytes"] == self.step.body.len()
            }
            Must::Refuse(scheme) => {
                let shown = challenge.is_empty() || shows(challenge, scheme);
                *status == 401 && shown
            }
            Must::Get(wanted) => *status == wanted,
        }
    }

    /// Whatever a client sends: no error of the server's, and nobody gets in with what is wrong.
    fn is_our_fault(&self) -> bool {
        let is_in = self.step.must.is_refusal() && self.answer.status == 200;
        is_in || self.answer.status >= 500
    }

    fn describe(&self, at_apache: Option<bool>) -> String {
        let Answer { status, detail, challenge } = &self.answer;
        let wire = self.exchanges.iter().map(|exchange| {
            let Exchange { target, authorization, status } = exchange;
            format!("\n    {target} {authorization:?} -> {status:?}")
        });
        let wire: String = wire.collect();
        let apache = match at_apache {
            None => "",
            Some(true) => " (so at Apache)",
            Some(false) => " (not so at Apache)",
        };
        format!("{}: {status} {detail:?} {challenge:?}{apache}{wire}", self.request.id)
    }
}

fn shows(challenge: &str, scheme: &str) -> bool {
    challenge.to_ascii_lowercase().contains(&scheme.to_ascii_lowercase())
}

fn has_scheme(client: &Client, column: &Column) -> bool {
    matches!(column.scheme, Scheme::None | Scheme::Any) || client.schemes.contains(&column.scheme)
}

fn is_asked(client: &Client, column: &Column, at: Where) -> bool {
    has_scheme(client, column) && (at == Where::Ours || column.apache.is_some())
}

fn request(
    server: &Server,
    wire: &Wire,
    at: Where,
    http: Http,
    column: &Column,
    step: &Step,
) -> Request {
    let place = format!("{at:?}/{}/{}", http.name(), column.name);
    // So that the wire can tell one step from another.
    let name = step.name.replace(|c: char| !c.is_ascii_alphanumeric(), "-");
    let target = match column.apache {
        Some(folder) if at == Where::Apache => format!("/{folder}/{name}"),
        _ => format!("{}?{name},a=%22b=c%22", step.path),
    };
    let credentials = match step.credentials {
        Credentials::None => None,
        Credentials::Bearer(token) => {
            Some(format!("authorization: Bearer {}", server.token(token)))
        }
        Credentials::WrongPassword => Some("authorization: Basic YWxpY2U6eA==".to_owned()),
        Credentials::Key(key) => Some(format!("x-api-key: {key}")),
    };
    Request {
        id: format!("{place}/{name}"),
        session: format!("{place}/{}", step.session),
        http,
        scheme: column.scheme,
        method: step.method,
        url: format!("http://{}{target}", wire.address()),
        user: step.user,
        password: step.password,
        body: step.body,
        fields: content_type(step.body).into_iter().chain(credentials).collect(),
        wait: step.wait,
    }
}
