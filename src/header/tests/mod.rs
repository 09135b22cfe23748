//! Tests of the grammar.

mod abnf;
mod browsers;
mod credentials;
mod info;
mod names;
mod properties;
mod rfc9110_authentication;
mod rfc9110_fields;
mod rows;
mod writing;

use std::fmt::Write;

use super::{ChallengeRef, Credentials, Params, ParseError, ParseErrorKind, parse_challenges};

/// `[A t68=YII=] [B x=1 y="a b"]`: challenges in a form that is easy to compare. Values that are
/// not text are shown in hexadecimal.
fn show(challenges: &[ChallengeRef<'_>]) -> String {
    let shown: Vec<_> = challenges.iter().map(show_one).collect();
    shown.join(" ")
}

fn show_one(challenge: &ChallengeRef<'_>) -> String {
    let mut out = format!("[{}", challenge.scheme());
    if let Some(token68) = challenge.token68() {
        write!(out, " token68:{token68}").unwrap();
    }
    out + &show_params(challenge.params()) + "]"
}

fn show_params(params: Params<'_>) -> String {
    params.fold(String::new(), |mut out, param| {
        match param.value_str() {
            Some(value) => write!(out, " {}=<{value}>", param.name()).unwrap(),
            None => write!(out, " {}=0x{:02x?}", param.name(), param.value()).unwrap(),
        }
        out
    })
}

/// The challenges before the first error, and that error.
fn read(value: &[u8]) -> (String, Option<ParseError>) {
    let mut challenges = Vec::new();
    let mut error = None;
    for item in parse_challenges(value) {
        match item {
            Ok(challenge) => challenges.push(challenge),
            Err(e) => error = Some(e),
        }
    }
    (show(&challenges), error)
}

fn kind_of<T>(result: Result<T, ParseError>) -> Option<ParseErrorKind> {
    result.err().map(ParseError::kind)
}

fn params_of(credentials: &str) -> String {
    show_params(Credentials::parse(credentials.as_bytes()).unwrap().params().unwrap())
}
