//! The schemes, and what every client asks for at each.

use crate::plan::Scheme;

use super::server::Token;

/// A scheme, and the steps that show whether a client gets along with it.
#[derive(Debug)]
pub(crate) struct Column {
    pub(crate) name: &'static str,
    /// What a client does by itself there.
    pub(crate) scheme: Scheme,
    /// The folder of Apache that demands the same.
    pub(crate) apache: Option<&'static str>,
    pub(crate) steps: &'static [Step],
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    pub(crate) name: &'static str,
    /// Steps with the same name share a session.
    pub(crate) session: &'static str,
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    pub(crate) user: &'static str,
    pub(crate) password: &'static str,
    pub(crate) body: &'static str,
    pub(crate) credentials: Credentials,
    pub(crate) wait: f32,
    pub(crate) must: Must,
}

/// What a program sends in a field of its own.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Credentials {
    None,
    Bearer(Token),
    Key(&'static str),
    /// Unasked, as most clients don't.
    WrongPassword,
}

/// What a step is to come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Must {
    /// 200, with this subject and the whole body.
    LetIn(Option<&'static str>),
    /// 401, with a challenge of this scheme.
    Refuse(&'static str),
    /// Of a request that comes through or is refused for another reason.
    Get(u16),
}

impl Must {
    pub(crate) fn is_refusal(self) -> bool {
        matches!(self, Self::Refuse(_))
    }
}

const GET: Step = Step {
    name: "",
    session: "",
    method: "GET",
    path: "",
    user: "",
    password: "",
    body: "",
    credentials: Credentials::None,
    wait: 0.0,
    must: Must::LetIn(Some("alice")),
};

/// In a session of its own.
const fn named(name: &'static str) -> Step {
    Step { name, session: name, ..GET }
}

/// With a password, in a session of its own.
const fn user(path: &'static str, name: &'static str, password: &'static str) -> Step {
    let must = Must::LetIn(Some(name));
    Step { path, user: name, password, must, ..named(name) }
}

const fn alice(path: &'static str, name: &'static str) -> Step {
    Step { name, session: "alice", ..user(path, "alice", "wonderland") }
}

const fn post(path: &'static str) -> Step {
    Step { session: "post", method: "POST", body: "a=hello", ..alice(path, "post") }
}

const fn wrong(path: &'static str, challenge: &'static str) -> Step {
    let must = Must::Refuse(challenge);
    Step { session: "wrong", password: "looking-glass", must, ..alice(path, "wrong") }
}

const fn bearer(path: &'static str, name: &'static str, token: Token, must: Must) -> Step {
    Step { path, credentials: Credentials::Bearer(token), must, ..named(name) }
}

const ALICE: Must = Must::LetIn(Some("alice"));

const fn digest(name: &'static str, steps: &'static [Step]) -> Column {
    Column { name, scheme: Scheme::Digest, apache: None, steps }
}

const fn by_field(name: &'static str, steps: &'static [Step]) -> Column {
    Column { name, scheme: Scheme::None, apache: None, steps }
}

/// Right, the same again, with a body, and wrong.
macro_rules! digest_steps {
    ($path:literal) => {
        &[alice($path, "right"), alice($path, "again"), post($path), wrong($path, "Digest")]
    };
}

pub(crate) static COLUMNS: [Column; 23] = [
    Column {
        name: "Basic",
        scheme: Scheme::Basic,
        apache: Some("basic"),
        steps: &[
            user("/basic", "alice", "wonderland"),
            user("/basic", "Mufasa", "Circle of Life"),
            user("/basic", "colon", "a:b:c"),
            user("/basic", "quo\"te\\back", "pa\"ss\\word"),
            post("/basic"),
            wrong("/basic", "Basic"),
        ],
    },
    Column {
        name: "Basic, UTF-8",
        scheme: Scheme::Basic,
        apache: Some("basic"),
        steps: &[user("/basic", "test", "123£"), user("/basic", "Jäsøn Doe", "Secret, or not?")],
    },
    Column {
        name: "Basic, no password",
        scheme: Scheme::Basic,
        apache: Some("basic"),
        steps: &[user("/basic", "empty", "")],
    },
    digest("Digest", digest_steps!("/digest")),
    Column { apache: Some("digest-md5"), ..digest("Digest MD5", digest_steps!("/digest-md5")) },
    digest("Digest SHA-256", digest_steps!("/digest-sha256")),
    digest("Digest SHA-512-256", digest_steps!("/digest-sha512-256")),
    digest("Digest MD5-sess", digest_steps!("/digest-md5-sess")),
    digest("Digest SHA-256-sess", digest_steps!("/digest-sha256-sess")),
    digest("Digest auth-int", digest_steps!("/digest-auth-int")),
    digest("Digest userhash", digest_steps!("/digest-userhash")),
    digest(
        "Digest stale",
        &[
            alice("/digest-short", "right"),
            // Its nonce lives for a second.
            Step { wait: 1.5, ..alice("/digest-short", "later") },
        ],
    ),
    Column {
        name: "Digest, names",
        scheme: Scheme::Digest,
        apache: Some("digest-md5"),
        steps: &[
            user("/digest-md5", "Mufasa", "Circle of Life"),
            user("/digest-md5", "colon", "a:b:c"),
            user("/digest-md5", "quo\"te\\back", "pa\"ss\\word"),
        ],
    },
    Column {
        name: "Digest, UTF-8",
        scheme: Scheme::Digest,
        apache: Some("digest-md5"),
        steps: &[
            user("/digest-md5", "test", "123£"),
            user("/digest-md5", "Jäsøn Doe", "Secret, or not?"),
        ],
    },
    Column {
        name: "Digest, no password",
        scheme: Scheme::Digest,
        apache: Some("digest-md5"),
        steps: &[user("/digest-md5", "empty", "")],
    },
    by_field(
        "Bearer JWT",
        &[
            bearer("/bearer", "RS256", Token::Rs256, ALICE),
            bearer("/bearer", "ES256", Token::Es256, ALICE),
            bearer("/bearer", "EdDSA", Token::EdDsa, ALICE),
            Step {
                method: "POST",
                body: "a=hello",
                ..bearer("/bearer", "post", Token::Es256, ALICE)
            },
            bearer("/bearer-at", "at+jwt", Token::Es256, ALICE),
            bearer("/bearer-at", "no at+jwt", Token::Plain, Must::Refuse("Bearer")),
            bearer("/bearer", "other key", Token::OtherKey, Must::Refuse("Bearer")),
            bearer("/bearer/scope/read", "scope", Token::Es256, ALICE),
            bearer("/bearer/scope/write", "other scope", Token::Es256, Must::Get(403)),
        ],
    ),
    by_field(
        "Introspection",
        &[
            bearer("/introspect", "active", Token::Opaque, ALICE),
            bearer("/introspect", "inactive", Token::Plain, Must::Refuse("Bearer")),
        ],
    ),
    by_field(
        "API key",
        &[
            Step {
                path: "/apikey",
                credentials: Credentials::Key("key-of-robot-1"),
                must: Must::LetIn(Some("robot-1")),
                ..named("right")
            },
            Step {
                path: "/apikey",
                credentials: Credentials::Key("revoked-key"),
                must: Must::Refuse("ApiKey"),
                ..named("revoked")
            },
        ],
    ),
    by_field(
        "Session",
        &[
            cookies("before", "GET", "/session", "", Must::Refuse("Cookie")),
            cookies("wrong", "POST", LOGIN, "username=alice&password=x", Must::Refuse("Cookie")),
            cookies("login", "POST", LOGIN, "username=alice&password=wonderland", Must::Get(204)),
            cookies("use", "GET", "/session", "", ALICE),
            cookies("again", "GET", "/session", "", ALICE),
            cookies("logout", "POST", "/session/logout", "", Must::Get(204)),
            cookies("after", "GET", "/session", "", Must::Refuse("Cookie")),
        ],
    ),
    Column {
        name: "Several offered",
        scheme: Scheme::Any,
        apache: None,
        steps: &[
            alice("/multi", "right"),
            alice("/multi", "again"),
            post("/multi"),
            wrong("/multi", "Digest"),
        ],
    },
    by_field(
        "Optional",
        &[
            Step { path: "/optional", must: Must::LetIn(None), ..named("none") },
            Step {
                path: "/optional",
                credentials: Credentials::WrongPassword,
                must: Must::Refuse("Basic"),
                ..named("wrong")
            },
        ],
    ),
    Column {
        name: "Forbidden",
        scheme: Scheme::Basic,
        apache: None,
        steps: &[Step { must: Must::Get(403), ..alice("/forbidden", "forbidden") }],
    },
    by_field(
        "MCP",
        &[
            Step {
                method: "POST",
                body: INITIALIZE,
                ..bearer("/mcp", "initialize", Token::Mcp, Must::Get(200))
            },
            Step {
                method: "POST",
                body: INITIALIZE,
                ..bearer("/mcp", "other audience", Token::Es256, Must::Refuse("Bearer"))
            },
        ],
    ),
];

const fn cookies(
    name: &'static str,
    method: &'static str,
    path: &'static str,
    body: &'static str,
    must: Must,
) -> Step {
    Step { name, session: "cookies", method, path, body, must, ..GET }
}

const LOGIN: &str = "/session/login";

const INITIALIZE: &str = r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"tower-auth","version":"1"}}}"#;
