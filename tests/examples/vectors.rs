//! `conformance_vectors`, with the vectors of specifications and with lines that are none.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use serde_json::Value;

use crate::process;

struct Program {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Program {
    fn start() -> Self {
        let mut command = process::command("conformance_vectors");
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let input = child.stdin.take().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        Self { child, input, output }
    }

    /// The answer to a line, before the next one is asked: it is flushed at once.
    fn ask(&mut self, line: impl AsRef<[u8]>) -> Value {
        self.input.write_all(line.as_ref()).unwrap();
        self.input.write_all(b"\n").unwrap();
        let mut answer = String::new();
        self.output.read_line(&mut answer).unwrap();
        serde_json::from_str(&answer).unwrap_or_else(|why| panic!("{why}: {answer:?}"))
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// RFC 7616 §3.9 (with the algorithm that it names, not the one that it printed) and what follows
/// from it, RFC 2617 §3.5, RFC 7638 §3.1, the appendices of RFC 7515 and RFC 8037, the key of RFC 9449;
/// and challenges.
#[test]
fn the_vectors_of_specifications_come_out() {
    let mut program = Program::start();
    for line in include_str!("vectors.jsonl").lines() {
        let vector: Value = serde_json::from_str(line).unwrap();
        let answer = program.ask(vector["input"].to_string());
        for (name, wanted) in vector["output"].as_object().unwrap() {
            assert_eq!(&answer[name], wanted, "{line}\n{answer}");
        }
    }
}

#[test]
fn every_line_has_an_answer_whatever_it_is() {
    let mut program = Program::start();
    let deep = "[".repeat(10_000);
    let long = format!(r#"{{"op":"parse_challenges","headers":["{}"]}}"#, "a".repeat(1_000_000));
    let lines: [&[u8]; 20] = [
        b"",
        b"{",
        b"null",
        b"[]",
        b"\xff\xfe",
        b"{\"op\":\"parse_challenges\",\"headers\":[\"\xff\"]}",
        br#"{"op":7}"#,
        br#"{"op":"parse_challenges"}"#,
        br#"{"op":"parse_challenges","headers":[5]}"#,
        "{\"op\":\"parse_challenges\",\"headers\":[\"Basic realm=€\"]}".as_bytes(),
        br#"{"op":"parse_challenges","headers":["Basic realm=\"x"]}"#,
        br#"{"op":"digest_response"}"#,
        br#"{"op":"digest_response","algorithm":"SHA-1"}"#,
        br#"{"op":"verify_jws"}"#,
        br#"{"op":"verify_jws","jws":"....","jwks":{"keys":[5,{}]}}"#,
        br#"{"op":"verify_jws","jws":"eyJhbGciOiJYIn0.e30.","jwk":[]}"#,
        br#"{"op":"jwk_thumbprint"}"#,
        br#"{"op":"jwk_thumbprint","jwk":{"kty":"RSA","n":5}}"#,
        deep.as_bytes(),
        long.as_bytes(),
    ];
    for line in lines {
        let answer = program.ask(line);
        assert!(answer.is_object(), "{answer}");
    }
    assert_eq!(program.ask(r#"{"op":"sing"}"#)["unsupported"], true);
}
