//! Computes what it is asked for, a JSON line for each line: for test vectors of other
//! implementations.
//!
//! ```text
//! echo '{"op": "parse_challenges", "headers": ["Basic realm=\"x\", Negotiate"]}' |
//!     cargo run --example conformance_vectors
//! ```
//!
//! `parse_challenges` (`headers`), `digest_response` (`algorithm`, `qop`, `username`, `realm`,
//! `password`, `nonce`, `nc`, `cnonce`, `method`, `uri`, `body`), `verify_jws` (`jwk` or `jwks`,
//! `jws`, `algs`), `jwk_thumbprint` (`jwk`).

#![expect(clippy::print_stdout, reason = "an example answers there")]

mod jws;

use std::io::{self, BufRead as _, Write as _};

use serde_json::{Map, Value, json};
use tower_auth::header::{ChallengeRef, parse_challenges};
use tower_auth::scheme::digest::{Algorithm, Exchange};
use tower_auth::token::jwt::thumbprint;

fn main() -> io::Result<()> {
    // Bytes, not text: a line that is no UTF-8 gets its answer like any other that is no JSON.
    for line in io::stdin().lock().split(b'\n') {
        let answer = match serde_json::from_slice::<Value>(&line?) {
            Ok(input) => answer(&input),
            Err(error) => json!({ "error": error.to_string() }),
        };
        println!("{answer}");
        io::stdout().flush()?;
    }
    Ok(())
}

fn answer(input: &Value) -> Value {
    match text(input, "op") {
        Some("parse_challenges") => challenges(input),
        Some("digest_response") => digest_response(input),
        Some("verify_jws") => jws::verify(input),
        Some("jwk_thumbprint") => match thumbprint(&input["jwk"].to_string()) {
            Ok(thumbprint) => json!({ "thumbprint": thumbprint }),
            Err(error) => json!({ "error": error.to_string() }),
        },
        _ => json!({ "unsupported": true }),
    }
}

fn text<'a>(input: &'a Value, name: &str) -> Option<&'a str> {
    input.get(name)?.as_str()
}

fn challenges(input: &Value) -> Value {
    let headers = input["headers"].as_array();
    let Some(values) = headers.and_then(|all| all.iter().map(latin1).collect::<Option<Vec<_>>>())
    else {
        return json!({ "error": "`headers` are no texts of Latin-1" });
    };
    let mut found = Vec::new();
    for value in values {
        for challenge in parse_challenges(&value) {
            match challenge {
                Ok(challenge) => found.push(described(&challenge)),
                Err(error) => return json!({ "error": error.to_string() }),
            }
        }
    }
    json!({ "challenges": found })
}

fn described(challenge: &ChallengeRef<'_>) -> Value {
    let scheme = challenge.scheme().to_ascii_lowercase();
    if let Some(token68) = challenge.token68() {
        return json!({ "scheme": scheme, "token68": token68 });
    }
    let params = challenge.params().map(|param| {
        let value: String = param.value().iter().copied().map(char::from).collect();
        (param.name().to_ascii_lowercase(), Value::from(value))
    });
    json!({ "scheme": scheme, "params": params.collect::<Map<_, _>>() })
}

/// A character over U+007F stands for the byte of that number.
fn latin1(text: &Value) -> Option<Vec<u8>> {
    text.as_str()?.chars().map(|char| u8::try_from(u32::from(char)).ok()).collect()
}

fn digest_response(input: &Value) -> Value {
    let known = [
        Algorithm::Md5,
        Algorithm::Md5Sess,
        Algorithm::Sha256,
        Algorithm::Sha256Sess,
        Algorithm::Sha512_256,
        Algorithm::Sha512_256Sess,
    ];
    let name = text(input, "algorithm").unwrap_or("MD5");
    let Some(algorithm) = known.into_iter().find(|one| one.name().eq_ignore_ascii_case(name))
    else {
        return json!({ "unsupported": true });
    };
    let get = |name| text(input, name).unwrap_or_default();
    let exchange = Exchange {
        algorithm,
        username: get("username"),
        realm: get("realm"),
        password: get("password"),
        nonce: get("nonce"),
        nc: get("nc"),
        cnonce: get("cnonce"),
        qop: text(input, "qop"),
        method: get("method"),
        uri: get("uri"),
        content: get("body").as_bytes(),
    };
    json!({ "response": exchange.response() })
}
