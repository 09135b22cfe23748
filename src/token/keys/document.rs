//! What a server answers: a JWK Set and how long it is good.

use std::time::Duration;

use bytes::Bytes;
use http::header::{AGE, CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderMap, Response};

use super::live::{Loaded, Validity};
use crate::fetch::{Address, Door};
use crate::jose::Keys;

/// Gets the JWK Set at `address`.
pub(super) async fn get_keys(door: &Door, address: &Address) -> Result<Loaded, String> {
    let response = door.get(address, "application/jwk-set+json, application/json").await;
    let response = response.map_err(|error| error.to_string())?;
    let text = utf8(&response).ok_or_else(|| format!("{address} answered no text"))?;
    let keys = Keys::read_jwk_set(text).map_err(|error| format!("{address}: {error}"))?;
    let validity = Validity::MaxAge(max_age(response.headers()));
    Ok(Loaded { keys: Some(keys), validity, digest: None })
}

pub(super) fn utf8(response: &Response<Bytes>) -> Option<&str> {
    str::from_utf8(response.body()).ok()
}

/// Whether the answer calls itself JSON: `application/json`, or a type that ends in `+json`.
pub(super) fn is_json(headers: &HeaderMap) -> bool {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    media_type == "application/json" || media_type.ends_with("+json")
}

/// How long the answer is fresh, [RFC 9111 §4.2](https://www.rfc-editor.org/rfc/rfc9111#section-4.2):
/// `max-age`, less the time that it spent in caches. `no-store` and `no-cache` are an age of
/// nothing; without any of these the answer does not say.
fn max_age(headers: &HeaderMap) -> Option<Duration> {
    let mut stated = None;
    let lines = headers.get_all(CACHE_CONTROL).iter().filter_map(|line| line.to_str().ok());
    for directive in lines.flat_map(|line| line.split(',')) {
        let (name, value) = directive.split_once('=').unwrap_or((directive, ""));
        let seconds = match name.trim().to_ascii_lowercase().as_str() {
            "no-store" | "no-cache" => Some(0),
            // RFC 9111 §1.2.2: a number that is too large is as good as for ever.
            "max-age" => {
                let digits = value.trim().trim_matches('"');
                let number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
                number.then(|| digits.parse().unwrap_or(u64::MAX))
            }
            _ => None,
        };
        // RFC 9111 §4.2.1: where they disagree, the most restrictive.
        stated = match (stated, seconds) {
            (Some(earlier), Some(seconds)) => Some(std::cmp::min::<u64>(earlier, seconds)),
            (earlier, seconds) => earlier.or(seconds),
        };
    }
    let age = headers.get(AGE).and_then(|age| age.to_str().ok()?.trim().parse::<u64>().ok());
    stated.map(|seconds| Duration::from_secs(seconds.saturating_sub(age.unwrap_or(0))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn freshness_is_what_cache_control_says() {
        for (cache_control, age, want) in [
            (None, None, None),
            (Some("max-age=300"), None, Some(300)),
            (Some("public, Max-Age=300"), None, Some(300)),
            (Some("max-age=\"300\""), None, Some(300)),
            (Some("max-age=300"), Some("100"), Some(200)),
            (Some("max-age=300"), Some("400"), Some(0)),
            (Some("max-age=300"), Some("x"), Some(300)),
            (Some("no-store"), None, Some(0)),
            (Some("no-cache, no-store, max-age=0"), None, Some(0)),
            (Some("max-age=60, max-age=600"), None, Some(60)),
            (Some("s-maxage=60"), None, None),
            (Some("max-age=-1"), None, None),
            (Some("max-age=soon"), None, None),
            (Some("max-age"), None, None),
            (Some("max-age=99999999999999999999999"), None, Some(u64::MAX)),
            (Some("public"), Some("5"), None),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(value) = cache_control {
                headers.insert(CACHE_CONTROL, value.parse().unwrap());
            }
            if let Some(value) = age {
                headers.insert(AGE, value.parse().unwrap());
            }
            assert_eq!(
                max_age(&headers),
                want.map(Duration::from_secs),
                "{cache_control:?} {age:?}"
            );
        }
    }
}
