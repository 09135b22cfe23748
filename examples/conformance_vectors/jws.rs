//! Signatures of compact JWS.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use tower_auth::ConfigError;
use tower_auth::token::jwt::{Algorithm, Keys};

const ALL: [&str; 14] = [
    "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256",
    "ES384", "ES512", "EdDSA", "Ed25519",
];

pub(crate) fn verify(input: &Value) -> Value {
    let jws = input["jws"].as_str().unwrap_or_default();
    if names_unknown_algorithm(jws) {
        return json!({ "unsupported": true });
    }
    let allowed: Vec<Algorithm> = match input["algs"].as_array() {
        Some(names) => {
            names.iter().filter_map(Value::as_str).filter_map(Algorithm::from_name).collect()
        }
        None => ALL.into_iter().filter_map(Algorithm::from_name).collect(),
    };
    let keys = match input.get("jwks").and_then(|set| set["keys"].as_array()) {
        Some(members) => all_keys(members),
        None => keys(&input["jwk"]),
    };
    let verified = keys
        .map_err(|error| error.to_string())
        .and_then(|keys| keys.verify_jws(jws, &allowed).map_err(|error| error.to_string()));
    match verified {
        Ok(payload) => json!({ "valid": true, "payload": URL_SAFE_NO_PAD.encode(payload) }),
        Err(error) => json!({ "valid": false, "error": error }),
    }
}

/// The members of a set that are of use.
fn all_keys(members: &[Value]) -> Result<Keys, ConfigError> {
    together(members.iter().map(keys))
}

/// Those that can be used; why the last can't, if none can.
fn together(keys: impl Iterator<Item = Result<Keys, ConfigError>>) -> Result<Keys, ConfigError> {
    let (mut usable, mut why): (Option<Keys>, _) = (None, ConfigError::new("there is no key"));
    for next in keys {
        match next {
            Ok(next) => {
                usable = Some(match usable {
                    Some(keys) => keys.and(next),
                    None => next,
                });
            }
            Err(error) => why = error,
        }
    }
    usable.ok_or(why)
}

fn keys(jwk: &Value) -> Result<Keys, ConfigError> {
    if jwk["kty"] != "oct" {
        return Keys::from_jwk(&jwk.to_string());
    }
    let secret = URL_SAFE_NO_PAD.decode(jwk["k"].as_str().unwrap_or_default());
    let secret = secret.map_err(|_| ConfigError::new("the secret is not base64url"))?;
    // A shared secret serves the algorithm that it names, or those that it is long enough for.
    let named = jwk["alg"].as_str();
    let serves = |name: &&&str| named.is_none_or(|named| named == **name);
    let algorithms = ALL.iter().take(3).filter(serves);
    together(algorithms.filter_map(|name| Algorithm::from_name(name)).map(|algorithm| {
        let keys = Keys::hmac(algorithm, secret.clone())?;
        Ok(match jwk["kid"].as_str() {
            Some(kid) => keys.with_kid(kid),
            None => keys,
        })
    }))
}

fn names_unknown_algorithm(jws: &str) -> bool {
    let header = jws.split('.').next().and_then(|part| URL_SAFE_NO_PAD.decode(part).ok());
    let header = header.and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
    let named = header.as_ref().and_then(|header| header["alg"].as_str());
    // However they are written, these are refused and not unsupported.
    let is_none = |name: &str| name.is_empty() || name.eq_ignore_ascii_case("none");
    named.is_some_and(|name| !is_none(name) && Algorithm::from_name(name).is_none())
}
