//! What a client did at both servers, and what of it is wrong.

use std::net::SocketAddr;

use crate::apache::Apache;
use crate::client::{Answer, Client, Sees, Told};
use crate::plan::{Algorithm, Call, Http, Must, Route, Scheme, Server, calls};
use crate::process::Example;
use crate::wire::{Exchange, Wire};

#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) client: &'static Client,
    pub(crate) version: String,
    algorithms: Option<Vec<String>>,
    pub(crate) taken: Vec<Taken>,
}

/// A step that was taken.
#[derive(Debug)]
pub(crate) struct Taken {
    pub(crate) call: Call,
    pub(crate) answer: Answer,
    /// What went over the wire for it; empty for HTTP/2.
    pub(crate) exchanges: Vec<Exchange>,
}

impl Outcome {
    /// Runs the client against servers of its own.
    pub(crate) fn of(client: &'static Client) -> Self {
        let (apache, example) = (Apache::start(), Example::start("passwords"));
        let ours: SocketAddr = example.origin().trim_start_matches("http://").parse().unwrap();
        let mut places = Vec::new();
        for (server, address) in [(Server::Ours, ours), (Server::Apache, apache.address())] {
            for &http in client.http {
                let wire = Wire::to(address);
                let calls = calls(server, http, &wire, &|route| client.has_scheme(route));
                places.push((wire, calls));
            }
        }
        let (wires, calls): (Vec<_>, Vec<_>) = places.into_iter().unzip();
        let lengths: Vec<_> = calls.iter().map(Vec::len).collect();
        let calls: Vec<Call> = calls.into_iter().flatten().collect();
        let Told { version, algorithms, mut answers } =
            client.run(&calls.iter().map(|call| &call.request).collect::<Vec<_>>());

        let of_wire = wires.iter().zip(lengths).flat_map(|(w, n)| std::iter::repeat_n(w, n));
        let taken = calls.into_iter().zip(of_wire).map(|(call, wire)| {
            let answer = answers.remove(&call.request.id).unwrap();
            let exchanges = match call.request.http {
                Http::One => wire.exchanges(&call.path()),
                Http::Two => Vec::new(),
            };
            Taken { call, answer, exchanges }
        });
        Self { client, version, algorithms, taken: taken.collect() }
    }

    /// What must not be: at our server, and at Apache, where it would mean that the test is wrong.
    pub(crate) fn complaints(&self) -> Vec<String> {
        let wrong = self.taken.iter().filter(|taken| !self.is_right(taken));
        let wrong = wrong.map(|taken| format!("{}: {}", taken.call.request.id, taken.describe()));
        let ours = self.taken.iter().filter(|taken| taken.call.server == Server::Ours);
        let worse = ours.filter_map(|ours| {
            let theirs = self.counterpart(ours)?;
            let better = theirs.answer.is_accepted() && !ours.answer.is_accepted();
            let must_be_refused = ours.call.step.must == Must::BeRefused;
            (better && !must_be_refused).then(|| {
                format!("{}: Apache accepts it: {}", ours.call.request.id, ours.describe())
            })
        });
        wrong.chain(worse).collect()
    }

    fn is_right(&self, taken: &Taken) -> bool {
        let (call, answer) = (&taken.call, &taken.answer);
        let knows = self.speaks(call.route);
        let gives_up = !knows || self.is_known_fault(taken);
        match (call.step.must, call.server) {
            (Must::Nothing, _) => true,
            (Must::BeRefused, Server::Ours) => {
                answer.status == 401 || (gives_up && answer.status == 0)
            }
            (Must::BeRefused, Server::Apache) => !answer.is_accepted(),
            (Must::BeAccepted, _) if gives_up => true,
            (Must::BeAccepted, Server::Ours) => answer.is_accepted() && taken.is_complete(),
            // What Apache does beyond the first step is what is to be found out.
            (Must::BeAccepted, Server::Apache) => {
                answer.is_accepted() || call.request.http == Http::Two || call.step.name != "right"
            }
        }
    }

    /// Whether the client says that it speaks what the route demands. Where it speaks one of two
    /// schemes with another algorithm, it may or may not come to think of the second.
    pub(crate) fn speaks(&self, route: &Route) -> bool {
        let client = self.client;
        let needs_none = route.scheme == Scheme::Basic || !client.schemes.contains(&Scheme::Digest);
        let knows = |algorithm: &Algorithm| match &self.algorithms {
            Some(told) => told.iter().any(|name| name == algorithm.name()),
            None => client.algorithms.contains(algorithm),
        };
        let seen = match client.sees {
            Sees::All => route.algorithms,
            Sees::First => &route.algorithms[..route.algorithms.len().min(1)],
            Sees::Last => &route.algorithms[route.algorithms.len().saturating_sub(1)..],
        };
        client.has_scheme(route) && (needs_none || seen.iter().any(knows))
    }

    fn is_known_fault(&self, taken: &Taken) -> bool {
        let answer = &taken.answer;
        self.client.fault.is_some_and(|(http, texts)| {
            let is_told = texts.iter().any(|text| answer.detail.contains(text));
            taken.call.request.http == http && answer.status == 0 && is_told
        })
    }

    /// The same step at Apache, with the same scheme.
    fn counterpart(&self, ours: &Taken) -> Option<&Taken> {
        let is_digest = |route: &Route| route.scheme != Scheme::Basic;
        let knows = self.speaks(ours.call.route);
        self.taken.iter().find(|other| {
            other.call.server == Server::Apache
                && other.call.request.http == ours.call.request.http
                && other.call.step == ours.call.step
                && is_digest(other.call.route) == is_digest(ours.call.route)
                && knows
        })
    }

    /// The steps of one route at one server, where it has that route.
    pub(crate) fn steps(&self, server: Server, http: Http, route: &Route) -> Vec<&Taken> {
        let steps = self.taken.iter().filter(|taken| {
            let call = &taken.call;
            call.server == server && call.request.http == http && call.route == route
        });
        steps.collect()
    }
}

impl Taken {
    /// Whether our server has got the whole body.
    fn is_complete(&self) -> bool {
        let length = self.call.step.body.len();
        let said = format!("said {} with {length} bytes", self.call.step.method);
        self.answer.detail.contains(&said)
    }

    fn describe(&self) -> String {
        let Answer { status, detail, .. } = &self.answer;
        let wire: Vec<_> = self
            .exchanges
            .iter()
            .map(|exchange| {
                let Exchange { target, authorization, status } = exchange;
                format!("\n    {target} {authorization:?} -> {status:?}")
            })
            .collect();
        format!("{status} {detail:?}{}", wire.concat())
    }
}
