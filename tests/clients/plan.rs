//! Who asks for what: servers, routes, and the steps that each client takes at each route.

use crate::request::{Request, content_type};
use crate::wire::Wire;

/// Whether `examples/passwords.rs` has the routes with Digest.
pub(crate) const DIGEST_IS_HERE: bool = true;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Server {
    Ours,
    Apache,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    Basic,
    Digest,
    /// Both are offered.
    Any,
    /// Nothing that the client would do by itself.
    None,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Algorithm {
    Md5,
    Sha256,
}

impl Algorithm {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::Sha256 => "SHA-256",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Http {
    One,
    /// In clear text, without being asked first.
    Two,
}

impl Http {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::One => "1.1",
            Self::Two => "2",
        }
    }
}

/// A folder of a server, and what it demands.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Route {
    pub(crate) name: &'static str,
    pub(crate) scheme: Scheme,
    /// Of its Digest challenges, in order.
    pub(crate) algorithms: &'static [Algorithm],
    pub(crate) servers: &'static [Server],
}

const BOTH: &[Server] = &[Server::Ours, Server::Apache];
const OURS: &[Server] = &[Server::Ours];
const OURS_WITH_DIGEST: &[Server] = if DIGEST_IS_HERE { OURS } else { &[] };
const BOTH_WITH_DIGEST: &[Server] = if DIGEST_IS_HERE { BOTH } else { &[Server::Apache] };

pub(crate) static ROUTES: [Route; 5] = [
    Route { name: "basic", scheme: Scheme::Basic, algorithms: &[], servers: BOTH },
    Route {
        name: "digest-md5",
        scheme: Scheme::Digest,
        algorithms: &[Algorithm::Md5],
        servers: BOTH_WITH_DIGEST,
    },
    Route {
        name: "digest-sha256",
        scheme: Scheme::Digest,
        algorithms: &[Algorithm::Sha256],
        servers: OURS_WITH_DIGEST,
    },
    Route {
        name: "digest",
        scheme: Scheme::Digest,
        algorithms: &[Algorithm::Sha256, Algorithm::Md5],
        servers: OURS_WITH_DIGEST,
    },
    Route {
        name: "any",
        scheme: Scheme::Any,
        algorithms: &[Algorithm::Sha256],
        servers: OURS_WITH_DIGEST,
    },
];

/// One request, which may take a client several.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) name: &'static str,
    /// Steps with the same letter share a session and what it remembers.
    session: &'static str,
    pub(crate) method: &'static str,
    /// Begins with the name of the step, by which the wire tells whose request it was.
    target: &'static str,
    pub(crate) user: &'static str,
    pub(crate) password: &'static str,
    pub(crate) body: &'static str,
    pub(crate) must: Must,
}

/// What a step is to come to at a server that the client can talk to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Must {
    BeAccepted,
    BeRefused,
    /// Clients do not agree how a name outside of ASCII is sent.
    Nothing,
}

const GET: Step = Step {
    name: "",
    session: "a",
    method: "GET",
    target: "",
    user: "alice",
    password: "wonderland",
    body: "",
    must: Must::BeAccepted,
};

pub(crate) static STEPS: [Step; 7] = [
    Step { name: "right", target: "right", ..GET },
    Step { name: "again", target: "again", ..GET },
    Step { name: "query", target: "query?a=1&b=two,three&c=x=y", ..GET },
    Step { name: "percent", target: "percent/%C3%A4%20b%2Fc?q=%C3%B6%26%22", ..GET },
    Step { name: "post", session: "b", method: "POST", target: "post", body: "a=hello", ..GET },
    Step {
        name: "wrong",
        session: "c",
        target: "wrong",
        password: "12345",
        must: Must::BeRefused,
        ..GET
    },
    Step {
        name: "umlaut",
        session: "d",
        target: "umlaut",
        user: "Jäsøn Doe",
        password: "Secret, or not?",
        must: Must::Nothing,
        ..GET
    },
];

/// A step at a route of a server.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) server: Server,
    pub(crate) route: &'static Route,
    pub(crate) step: &'static Step,
    pub(crate) request: Request,
}

impl Call {
    /// What the server has for a name in front of the name of the step.
    pub(crate) fn path(&self) -> String {
        format!("/{}/{}", self.route.name, self.step.name)
    }
}

/// Every step at every route that speaks one of these schemes, session after session.
pub(crate) fn calls(
    server: Server,
    http: Http,
    wire: &Wire,
    wanted: &dyn Fn(&Route) -> bool,
) -> Vec<Call> {
    let routes = ROUTES.iter().filter(|route| route.servers.contains(&server) && wanted(route));
    routes
        .flat_map(|route| STEPS.iter().map(move |step| (route, step)))
        .map(|(route, step)| {
            let place = format!("{server:?}/{}/{}", http.name(), route.name);
            let request = Request {
                id: format!("{place}/{}", step.name),
                session: format!("{place}/{}", step.session),
                http,
                scheme: route.scheme,
                method: step.method,
                url: format!("http://{}/{}/{}", wire.address(), route.name, step.target),
                user: step.user,
                password: step.password,
                body: step.body,
                fields: content_type(step.body).into_iter().collect(),
                wait: 0.0,
            };
            Call { server, route, step, request }
        })
        .collect()
}
