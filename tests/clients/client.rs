//! The clients: what each can do, and how it is made to do it.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;

use crate::plan::{Algorithm, Http, Route, Scheme};
use crate::request::Request;
use crate::{curl, wget};

#[derive(Debug)]
pub(crate) struct Client {
    pub(crate) name: &'static str,
    pub(crate) schemes: &'static [Scheme],
    pub(crate) algorithms: &'static [Algorithm],
    pub(crate) sees: Sees,
    pub(crate) http: &'static [Http],
    pub(crate) tool: Tool,
    /// What it is known not to manage with any server: parts of what it says when it fails.
    pub(crate) fault: Option<(Http, &'static [&'static str])>,
}

/// Which of several challenges it looks at. The best comes first.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Sees {
    All,
    First,
    Last,
}

#[derive(Debug)]
pub(crate) enum Tool {
    Curl { any: bool },
    Wget,
    Script { program: &'static str, script: &'static str, install: &'static str },
}

/// How a step ended: with the last status, or with none and why.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) detail: String,
    /// The challenges, as the client shows them to its user.
    pub(crate) challenge: String,
}

impl Answer {
    pub(crate) fn is_accepted(&self) -> bool {
        self.status == 200
    }
}

/// What a client tells.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) version: String,
    /// The names of those that it speaks, where that depends on the version.
    pub(crate) algorithms: Option<Vec<String>>,
    /// By the name of the call.
    pub(crate) answers: BTreeMap<String, Answer>,
}

impl Client {
    pub(crate) fn has_scheme(&self, route: &Route) -> bool {
        route.scheme == Scheme::Any || self.schemes.contains(&route.scheme)
    }

    pub(crate) fn run(&self, calls: &[&Request]) -> Told {
        match self.tool {
            Tool::Curl { any } => curl::run(calls, any),
            Tool::Wget => wget::run(calls),
            Tool::Script { program, script, install } => {
                run_script(self.name, program, script, install, calls)
            }
        }
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Line {
    Version {
        version: String,
        algorithms: Option<Vec<String>>,
    },
    Step {
        step: String,
        status: u16,
        detail: String,
        #[serde(default)]
        challenge: String,
    },
}

fn run_script(name: &str, program: &str, script: &str, install: &str, calls: &[&Request]) -> Told {
    let missing = format!("{name} is part of these tests: run `{install}`");
    let program = if program == PYTHON { folder().join(program) } else { program.into() };
    let mut command = Command::new(program);
    command.arg(folder().join("scripts").join(script));
    for name in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
        command.env_remove(name);
    }
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap_or_else(|why| panic!("{missing} ({why})"));
    let plan: String = calls.iter().map(|call| call.line()).collect();
    // It fits into a pipe, and where the program is gone already its output says why.
    let _ = child.stdin.take().unwrap().write_all(plan.as_bytes());
    let output = child.wait_with_output().unwrap();
    let (said, complaints) = (output.stdout, String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8(said).unwrap();
    assert!(output.status.success(), "{missing}\n{said}\n{complaints}");

    let mut told = Told { version: String::new(), algorithms: None, answers: BTreeMap::new() };
    for line in said.lines() {
        match serde_json::from_str(line).unwrap_or_else(|why| panic!("{why}: {line}")) {
            Line::Version { version, algorithms } => {
                (told.version, told.algorithms) = (version, algorithms);
            }
            Line::Step { step, status, detail, challenge } => {
                told.answers.insert(step, Answer { status, detail, challenge });
            }
        }
    }
    let silent: Vec<_> = calls.iter().filter(|call| !told.answers.contains_key(&call.id)).collect();
    assert!(silent.is_empty(), "{name} says nothing of {silent:?}\n{complaints}");
    told
}

/// What a program prints, which has to be there.
pub(crate) fn output_of(command: &mut Command, missing: &str) -> String {
    let output = command.output().unwrap_or_else(|why| panic!("{missing} ({why})"));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients")
}

const PYTHON: &str = ".venv/bin/python";
const VENV: &str = "python3 -m venv tests/clients/.venv && \
                    tests/clients/.venv/bin/pip install -r tests/clients/requirements.txt";
const NODE: &str = "npm ci --prefix tests/clients";
const JAVA: &str = "apt-get install default-jdk-headless";

const BASIC_AND_DIGEST: &[Scheme] = &[Scheme::Basic, Scheme::Digest];
const MD5: &[Algorithm] = &[Algorithm::Md5];
const MD5_AND_SHA_256: &[Algorithm] = &[Algorithm::Md5, Algorithm::Sha256];

/// Both schemes and both algorithms over HTTP/1.1, by a script in Python.
const ANY_PYTHON: Client = Client {
    name: "",
    schemes: BASIC_AND_DIGEST,
    algorithms: MD5_AND_SHA_256,
    sees: Sees::All,
    http: &[Http::One],
    tool: Tool::Wget,
    fault: None,
};

const fn python(script: &'static str) -> Tool {
    Tool::Script { program: PYTHON, script, install: VENV }
}

pub(crate) const CURL: Client = Client {
    name: "curl",
    http: &[Http::One, Http::Two],
    tool: Tool::Curl { any: false },
    // curl 7.88 can't use a connection of HTTP/2 with prior knowledge again, so it never gets to
    // answer a challenge. Mostly it calls that (16).
    fault: Some((Http::Two, &["(16)", "(52)", "(92)"])),
    ..ANY_PYTHON
};

pub(crate) const CURL_ANYAUTH: Client =
    Client { name: "curl --anyauth", tool: Tool::Curl { any: true }, ..CURL };

pub(crate) const REQUESTS: Client =
    Client { name: "requests", sees: Sees::Last, tool: python("requests_client.py"), ..ANY_PYTHON };

pub(crate) const HTTPX: Client = Client {
    name: "httpx",
    http: &[Http::One, Http::Two],
    tool: python("httpx_client.py"),
    ..ANY_PYTHON
};

pub(crate) const AIOHTTP: Client =
    Client { name: "aiohttp", tool: python("aiohttp_client.py"), ..ANY_PYTHON };

pub(crate) const WGET: Client = Client { name: "wget", algorithms: MD5, ..ANY_PYTHON };

pub(crate) const LWP: Client = Client {
    name: "libwww-perl",
    algorithms: MD5,
    tool: Tool::Script {
        program: "perl",
        script: "lwp.pl",
        install: "apt-get install libwww-perl",
    },
    ..ANY_PYTHON
};

pub(crate) const JAVA_HTTP_CLIENT: Client = Client {
    name: "java.net.http.HttpClient",
    schemes: &[Scheme::Basic],
    algorithms: &[],
    http: &[Http::One, Http::Two],
    tool: Tool::Script { program: "java", script: "HttpClientSteps.java", install: JAVA },
    ..ANY_PYTHON
};

pub(crate) const JAVA_URL_CONNECTION: Client = Client {
    name: "java.net.HttpURLConnection",
    sees: Sees::Last,
    tool: Tool::Script { program: "java", script: "UrlConnectionSteps.java", install: JAVA },
    ..ANY_PYTHON
};

pub(crate) const CHROMIUM: Client = Client {
    name: "Chromium",
    tool: Tool::Script {
        program: "node",
        script: "chromium.mjs",
        install: "apt-get install chromium nodejs",
    },
    ..ANY_PYTHON
};

/// Basic by the client, or by a field that the program writes.
const ANY_NODE: Client = Client { schemes: &[Scheme::Basic], algorithms: &[], ..ANY_PYTHON };

const fn node(script: &'static str) -> Tool {
    Tool::Script { program: "node", script, install: NODE }
}

pub(crate) const URLLIB: Client = Client {
    name: "urllib.request",
    algorithms: MD5,
    sees: Sees::First,
    tool: python("urllib_client.py"),
    ..ANY_PYTHON
};

pub(crate) const NODE_FETCH: Client =
    Client { name: "Node fetch", tool: node("fetch.mjs"), ..ANY_NODE };

pub(crate) const NODE_HTTP: Client =
    Client { name: "node:http", tool: node("http.mjs"), ..ANY_NODE };

pub(crate) const NODE_HTTP2: Client =
    Client { name: "node:http2", http: &[Http::Two], tool: node("http2.mjs"), ..ANY_NODE };

pub(crate) const AXIOS: Client = Client { name: "axios", tool: node("axios.mjs"), ..ANY_NODE };

pub(crate) const NODE_URLLIB: Client = Client {
    name: "urllib (npm)",
    schemes: BASIC_AND_DIGEST,
    algorithms: MD5,
    tool: node("urllib.mjs"),
    ..ANY_NODE
};

pub(crate) const RUBY: Client = Client {
    name: "Net::HTTP",
    algorithms: MD5,
    tool: Tool::Script {
        program: "ruby",
        script: "net_http.rb",
        install: "apt-get install ruby ruby-net-http-digest-auth",
    },
    ..ANY_PYTHON
};

pub(crate) static ALL: [&Client; 17] = [
    &CURL,
    &CURL_ANYAUTH,
    &WGET,
    &REQUESTS,
    &HTTPX,
    &AIOHTTP,
    &URLLIB,
    &NODE_FETCH,
    &NODE_HTTP,
    &NODE_HTTP2,
    &AXIOS,
    &NODE_URLLIB,
    &RUBY,
    &LWP,
    &JAVA_HTTP_CLIENT,
    &JAVA_URL_CONNECTION,
    &CHROMIUM,
];
