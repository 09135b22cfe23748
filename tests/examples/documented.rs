//! The commands in the documentation of each example.

use crate::curl::shell;
use crate::process::Example;

#[test]
fn documented_commands_answer_as_documented() {
    for (name, source, statuses) in [
        ("quickstart", include_str!("../../examples/quickstart/main.rs"), &[401, 200, 403][..]),
        ("hyper", include_str!("../../examples/hyper.rs"), &[401, 200, 200]),
        // Of Digest, curl shows the challenge first.
        ("passwords", include_str!("../../examples/passwords.rs"), &[401, 200, 401, 401]),
        ("custom_scheme", include_str!("../../examples/custom_scheme/main.rs"), &[200, 403, 200]),
        ("custom_body", include_str!("../../examples/custom_body.rs"), &[401, 401, 403]),
        ("mcp_server", include_str!("../../examples/mcp_server/main.rs"), &[401, 200, 200, 403]),
        ("grpc", include_str!("../../examples/grpc.rs"), &[200, 200, 200]),
        ("multi_tenant", include_str!("../../examples/multi_tenant.rs"), &[401, 401]),
        ("sessions", include_str!("../../examples/sessions/main.rs"), &[401]),
        ("introspection", include_str!("../../examples/introspection/main.rs"), &[401, 403]),
    ] {
        let example = Example::start(name);
        let docs = answers_as_documented(&example, (name, source), statuses);
        assert!(docs.contains(&format!("cargo run --example {name}\n")), "{name}");
    }
}

/// Sends the documented requests of an example to it, and hands out its documentation.
pub(crate) fn answers_as_documented(
    example: &Example,
    (name, source): (&str, &str),
    statuses: &[u16],
) -> String {
    let docs: String = source
        .lines()
        .map_while(|line| line.strip_prefix("//!"))
        .map(|line| format!("{}\n", line.trim()))
        .collect();
    let docs = docs.replace("\\\n", "").replace("http://127.0.0.1:3000", example.origin());
    let commands: Vec<&str> = docs.lines().filter(|line| line.starts_with("curl ")).collect();
    let answers: Vec<u16> = commands.iter().map(|command| shell(command).status()).collect();
    assert_eq!(answers, statuses, "{name}: {commands:#?}");
    docs
}
