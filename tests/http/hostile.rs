//! Thousands of malformed requests.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use http::{HeaderMap, HeaderValue, Request};
use tower_auth::scheme::Bearer;
use tower_auth::testing::{TokenMaker, assert_refused};
use tower_auth::token::jwt::Jwt;

use crate::support::{ALADDIN, Payload, Stack, api_key, basic, basic_of, door, get};

/// A small generator of bytes: the same ones in every run.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap()
    }

    fn bytes(&mut self, alphabet: &[u8], longest: usize) -> Vec<u8> {
        let length = self.next() % (longest + 1);
        (0..length).map(|_| alphabet[self.next() % alphabet.len()]).collect()
    }
}

fn issuer() -> &'static TokenMaker {
    static ISSUER: OnceLock<TokenMaker> = OnceLock::new();
    ISSUER.get_or_init(|| TokenMaker::es256().issuer("https://idp").audience("api"))
}

fn service(optional: bool) -> Stack {
    let jwt = Jwt::issuer("https://idp").audience("api").keys(issuer().keys());
    let builder = door(basic()).scheme(Bearer::new(jwt)).scheme(api_key());
    Stack::new(if optional { builder.optional() } else { builder }.build().unwrap())
}

/// Noise of every alphabet, alone and after a scheme.
fn noise() -> Vec<Vec<u8>> {
    let any: Vec<u8> = (0x20..=0xff).filter(|&b| b != 0x7f).chain([b'\t']).collect();
    let alphabets: [&[u8]; 6] = [
        &any,
        b"abcXYZ019-._~+/=",
        b" \t,",
        b"\"\\ =,a",
        b"\x80\xa0\xc3\xa9\xff\xfe",
        b"{}[]()<>@;:?'`|&%$#!^*",
    ];
    let mut noise = Noise(0x9e37_79b9_7f4a_7c15);
    let mut values = Vec::new();
    for alphabet in alphabets {
        for prefix in ["", "Basic ", "Bearer ", "bearer\t", "Basic", "ApiKey ", "Digest ", ",", " "]
        {
            for _ in 0..20 {
                values.push([prefix.as_bytes(), &noise.bytes(alphabet, 40)].concat());
            }
        }
    }
    values
}

/// Valid credentials, cut short or changed in one place.
fn spoiled(token: &str) -> Vec<Vec<u8>> {
    let mut values = Vec::new();
    for valid in [ALADDIN.to_owned(), format!("Bearer {token}")] {
        let bytes = valid.as_bytes();
        values.extend((0..bytes.len()).map(|end| bytes[..end].to_vec()));
        let start = valid.find(' ').unwrap() + 1;
        for at in start..bytes.len() {
            for other in [b'A', b'.', b'=', b'-', b'+', 0xe9] {
                let mut changed = bytes.to_vec();
                changed[at] = other;
                if changed != bytes {
                    values.push(changed);
                }
            }
        }
        for rest in [" ", "\t", ",", ", ", "=", ".", "\"", " x", ", a=b", "\u{a0}", "A", "AAAA"] {
            values.push(format!("{valid}{rest}").into_bytes());
            values.push(format!("{rest}{valid}").into_bytes());
        }
        values.push(valid.replacen(' ', "\t", 1).into_bytes());
        values.push(valid.replacen(' ', "", 1).into_bytes());
        values.push(valid.replacen(' ', ", ", 1).into_bytes());
        values.push(format!("{valid}, {valid}").into_bytes());
    }
    values
}

/// Tokens that are put together well and mean the wrong thing.
fn bad_tokens(token: &str) -> Vec<Vec<u8>> {
    let maker = issuer();
    let [header, payload, signature] = token.split('.').collect::<Vec<_>>().try_into().unwrap();
    let stranger = TokenMaker::es256().issuer("https://idp").audience("api");
    let tokens = [
        format!("{header}.{payload}."),
        format!("{header}..{signature}"),
        format!(".{payload}.{signature}"),
        format!("{payload}.{header}.{signature}"),
        format!("{header}.{payload}.{signature}.{signature}"),
        format!("{header}.{payload}.{signature}.x.y"),
        format!("{header}.{payload}"),
        "..".to_owned(),
        ".".repeat(10_000),
        format!("eyJhbGciOiJub25lIn0.{payload}."),
        format!("eyJhbGciOiJIUzI1NiJ9.{payload}.{signature}"),
        stranger.token("alice").sign(),
        maker.token("alice").expired().sign(),
        maker.token("alice").claim("aud", "other").sign(),
        maker.token("alice").claim("aud", ["api", "x"].map(Some)).claim("iss", "x").sign(),
        maker.token("alice").without_claim("exp").sign(),
        maker.token("alice").claim("exp", "9999999999").sign(),
        maker.token("alice").claim("nbf", 9_999_999_999_u64).sign(),
        maker.token("alice").claim("cnf", BTreeMap::from([("jkt", "x")])).sign(),
        maker.token("alice").header("alg", "none").sign(),
        maker.token("alice").header("crit", ["x"]).header("x", 1).sign(),
        maker.token("alice").typ("dpop+jwt").sign(),
        maker.token("").sign(),
        maker.sign_raw("{}", "{}"),
        maker.sign_raw("", ""),
        maker.sign_raw("{\"alg\":\"ES256\"}", "null"),
        maker.sign_raw("{\"alg\":\"ES256\"}", [0xff, 0xfe]),
        maker.sign_raw("{\"alg\":\"ES256\"}", "[".repeat(8000)),
        maker.sign_raw("[".repeat(8000), "{}"),
    ];
    tokens.into_iter().map(|token| format!("Bearer {token}").into_bytes()).collect()
}

/// Too long, too many, and names that are none of ours.
fn extremes() -> Vec<Vec<u8>> {
    let mut values: Vec<Vec<u8>> = Vec::new();
    for length in [16_377, 16_384, 16_385, 65_536, 1 << 20] {
        values.push(format!("Bearer {}", "a".repeat(length)).into_bytes());
        values.push(format!("Basic {}", "YTpi".repeat(length / 4)).into_bytes());
        values.push(vec![b','; length]);
        values.push(vec![b' '; length]);
        values.push(vec![b'B'; length]);
        values.push(format!("Digest {}", "a=b,".repeat(length / 4)).into_bytes());
        values.push(format!("Bearer \"{}", "\\\"".repeat(length / 2)).into_bytes());
    }
    for scheme in [
        "Digest",
        "Negotiate",
        "NTLM",
        "Hawk",
        "DPoP",
        "SCRAM-SHA-256",
        "PrivateToken",
        "Token",
        "AWS4-HMAC-SHA256",
        "Mutual",
        "vapid",
        "GNAP",
        "OAuth",
        "Concealed",
        "Basicx",
        "xBearer",
    ] {
        for rest in ["", " ", " x", " x=y", " x=\"y\", z", " =", " \u{e9}", "\tx", "  x  "] {
            values.push(format!("{scheme}{rest}").into_bytes());
        }
    }
    for pair in ["", ":", "a", "Aladdin", "Aladdin:", ":open sesame", "Aladdin:open sesame\0"] {
        values.push(basic_of(pair).into_bytes());
    }
    values
}

fn malformed() -> Vec<HeaderValue> {
    let token = issuer().token("alice").sign();
    let values = [noise(), spoiled(&token), bad_tokens(&token), extremes()].concat();
    values.iter().filter_map(|value| HeaderValue::from_bytes(value).ok()).collect()
}

/// The answer to whatever is malformed is a refusal that says how to do it right.
#[tokio::test]
async fn no_malformed_value_gets_in_or_breaks_anything() {
    let good = issuer().token("alice").sign();
    let values = malformed();
    assert!(values.len() > 2000, "{}", values.len());
    for optional in [false, true] {
        let stack = service(optional);
        stack.admits(get("/").header("authorization", format!("Bearer {good}"))).await;
        stack.admits(get("/").header("authorization", ALADDIN)).await;
        let before = stack.calls();
        for value in &values {
            let request = get("/").header("authorization", value);
            let response = stack.send(request.body(Payload::Explosive).unwrap()).await;
            assert!(matches!(response.status().as_u16(), 400 | 401), "{value:?}");
            assert_eq!(assert_refused(&response, response.status()).challenges.len(), 3);
            assert_eq!(stack.calls(), before, "{value:?}");
        }
    }
}

/// Nor does any two of them, or one beside what would be enough alone.
#[tokio::test]
async fn no_malformed_value_beside_a_good_one_gets_in() {
    let stack = service(true);
    for value in malformed().iter().step_by(7) {
        for swap in [false, true] {
            let mut headers = HeaderMap::new();
            let good = HeaderValue::from_static(ALADDIN);
            let (first, second) = if swap { (value, &good) } else { (&good, value) };
            headers.append("authorization", first.clone());
            headers.append("authorization", second.clone());
            let mut request = Request::new(Payload::Explosive);
            *request.headers_mut() = headers;
            assert_eq!(stack.send(request).await.status(), 400, "{value:?}");
        }
    }
    assert_eq!(stack.calls(), 0);
}

/// As many fields as a map can hold.
#[tokio::test]
async fn a_request_full_of_fields_breaks_nothing() {
    let stack = service(true);
    for name in ["authorization", "x-api-key", "accept", "x-filler"] {
        let mut request = Request::new(Payload::Explosive);
        let headers = request.headers_mut();
        headers.append(name, HeaderValue::from_static("Bearer x"));
        let mut number = 0;
        loop {
            let field = http::HeaderName::try_from(format!("x-{number}")).unwrap();
            if headers.try_append(field, HeaderValue::from_static("x")).is_err() {
                break;
            }
            number += 1;
        }
        assert!(number > 20_000);
        let response = stack.send(request).await;
        assert!(response.status().as_u16() < 500);
    }
}
