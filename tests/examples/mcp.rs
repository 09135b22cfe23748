//! `mcp_server`, found and used by the official clients of the protocol. What they are to see
//! stands in their scripts in `tests/mcp`.

#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test may panic, and says that it is skipped"
)]

use std::path::{Path, PathBuf};
use std::process::Command;

use tower_auth::testing::TokenMaker;

use crate::curl::{curl, shell};
use crate::process::Example;

#[test]
fn the_official_typescript_client_finds_its_way_to_a_tool() {
    let modules = folder().join("node_modules/@modelcontextprotocol/sdk");
    if missing(&modules, "npm ci --prefix tests/mcp") {
        return;
    }
    run_client(Path::new("node"), "client.mjs", 5);
}

#[test]
fn the_official_python_client_finds_its_way_to_a_tool() {
    let python = folder().join(".venv/bin/python");
    let install = "python3 -m venv tests/mcp/.venv && \
                   tests/mcp/.venv/bin/pip install -r tests/mcp/requirements.txt";
    if missing(&python, install) {
        return;
    }
    run_client(&python, "client.py", 4);
}

/// The server that other clients are pointed at has no authorization server of its own.
#[test]
fn the_official_typescript_client_takes_a_token_to_the_conformance_server() {
    let modules = folder().join("node_modules/@modelcontextprotocol/sdk");
    if missing(&modules, "npm ci --prefix tests/mcp") {
        return;
    }
    let issuer = TokenMaker::es256().issuer("https://idp.example");
    let keys = std::env::temp_dir().join(format!("tower-auth-mcp-{}.json", std::process::id()));
    std::fs::write(&keys, issuer.jwk_set()).unwrap();
    let variables = [
        ("JWT_ISSUER", "https://idp.example"),
        ("JWT_AUDIENCE", "https://api.example"),
        ("PUBLIC_URL", "https://api.example"),
        ("JWKS_FILE", keys.to_str().unwrap()),
    ];
    let example = Example::start_with("conformance_server", &variables);
    let token = issuer.token("alice").audience("https://api.example/mcp").sign();
    let url = format!("http://{}/mcp", example.origin());
    say_done(Command::new("node").arg(folder().join("token.mjs")).args([url, token]), 3);
    std::fs::remove_file(keys).unwrap();
}

#[test]
fn printed_commands_end_with_the_status_printed_above_them() {
    let mut example = Example::start("mcp_server");
    let printed = example.paragraph();
    assert_eq!(printed.len(), 4, "{printed:#?}");
    for pair in printed.chunks(2) {
        let [comment, command] = pair else { panic!("{pair:?} is no pair") };
        let answer = shell(command);
        assert!(comment.starts_with(&format!("# {}: ", answer.status())), "{comment}\n{answer:?}");
    }
}

/// MCP 2025-11-25: clients that read no challenge try the path form, then the root.
#[test]
fn both_well_known_paths_have_the_same_metadata() {
    let example = Example::start("mcp_server");
    let well_known = format!("{}/.well-known/oauth-protected-resource", example.origin());
    let (root, path) = (curl(&[&well_known]), curl(&[&format!("{well_known}/mcp")]));
    assert_eq!((root.status(), path.status()), (200, 200));
    assert_eq!(root.body(), path.body());
    assert!(root.body().contains(&format!(r#""resource":"{}/mcp""#, example.origin())));
}

/// MCP 2025-11-25, Streamable HTTP: GET and DELETE may be answered with 405; nobody learns so
/// much without a token.
#[test]
fn other_methods_are_refused_by_the_front_door_first() {
    let mut example = Example::start("mcp_server");
    let printed = example.paragraph().join("\n");
    let token = printed.split('\'').find(|part| part.starts_with("authorization: ")).unwrap();
    let url = format!("{}/mcp", example.origin());
    for method in ["GET", "DELETE", "PUT"] {
        assert_eq!(curl(&["-X", method, &url]).status(), 401, "{method}");
        let known = curl(&["-X", method, "-H", token, &url]);
        assert_eq!((known.status(), known.field("allow")), (405, vec!["POST"]), "{method}");
    }
}

/// [RFC 8707 §2](https://www.rfc-editor.org/rfc/rfc8707#section-2): a token for another server.
#[test]
fn the_issuer_of_the_example_makes_tokens_for_its_server_only() {
    let example = Example::start("mcp_server");
    let url = |path: &str| format!("{}{path}", example.origin());
    let json = "content-type: application/json";
    let client = r#"{"redirect_uris":["http://127.0.0.1:9/callback"]}"#;
    let registered = curl(&["-H", json, "-d", client, &url("/register")]);
    assert_eq!(registered.status(), 201, "{registered:?}");
    assert!(registered.body().contains(r#""client_id":"client-0""#), "{registered:?}");
    let authorize = |resource: &str, redirect_uri: &str| {
        let query = format!(
            "/authorize?response_type=code&client_id=client-0&code_challenge=x\
             &code_challenge_method=S256&resource={resource}&redirect_uri={redirect_uri}"
        );
        curl(&[&url(&query)])
    };
    let callback = "http://127.0.0.1:9/callback";
    let location = |answer: crate::curl::Answer| answer.field("location").join("");
    let other = location(authorize("https://other.example", callback));
    assert!(other.starts_with(callback) && other.contains("error=invalid_target"), "{other}");
    let ours = location(authorize(&url("/mcp"), callback));
    assert!(ours.starts_with(callback) && ours.contains("?code="), "{ours}");
    assert_eq!(authorize(&url("/mcp"), "https://evil.example/").status(), 400);
}

fn run_client(program: &Path, script: &str, steps: usize) {
    let example = Example::start("mcp_server");
    let script = folder().join(script);
    say_done(Command::new(program).arg(script).arg(example.origin()), steps);
}

fn say_done(command: &mut Command, steps: usize) {
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{complaints}");
    assert_eq!(said.lines().last(), Some("done"), "{said}");
    assert_eq!(said.lines().count(), steps.saturating_add(1), "{said}");
}

/// Whether a client is not installed, which a test says, and which fails under `CI`.
fn missing(part: &Path, install: &str) -> bool {
    if part.exists() {
        return false;
    }
    let message = format!("{} is missing: run `{install}`", part.display());
    assert!(std::env::var_os("CI").is_none(), "{message}");
    eprintln!("skipped: {message}");
    true
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mcp")
}
