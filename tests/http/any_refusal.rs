//! Whatever a refusal can be made to hold, an independent reader reads in it.

use std::collections::BTreeMap;
use std::time::Duration;

use http::Request;
use http_auth::parser::ChallengeParser;
use proptest::prelude::*;
use tower_auth::header::parse_challenges;
use tower_auth::identity::Verified;
use tower_auth::policy::Decision;
use tower_auth::rejection::{Rejection, StepUp, Unavailable, Verdict};
use tower_auth::scheme::api_key::ApiKeys;
use tower_auth::scheme::basic::Users;
use tower_auth::scheme::{ApiKey, Basic, Bearer};
use tower_auth::testing::assert_refused;
use tower_auth::{AuthorizeLayer, ConfigError, Eventual, Identity};

use crate::support::{Payload, Stack, door, get, lines};

/// Scheme and unquoted parameters by name: what a client has when it has read a challenge.
type Read = Vec<(String, BTreeMap<String, String>)>;

fn by_http_auth(line: &str) -> Read {
    ChallengeParser::new(line)
        .map(|challenge| {
            let challenge = challenge.unwrap();
            let params = challenge.params.iter();
            let params = params.map(|(name, v)| (name.to_ascii_lowercase(), v.to_unescaped()));
            (challenge.scheme.to_owned(), params.collect())
        })
        .collect()
}

fn by_ourselves(line: &str) -> Read {
    parse_challenges(line.as_bytes())
        .map(|challenge| {
            let challenge = challenge.unwrap();
            let text = |value: &[u8]| String::from_utf8(value.to_vec()).unwrap();
            let params = challenge.params();
            let params = params.map(|p| (p.name().to_ascii_lowercase(), text(&p.value())));
            (challenge.scheme().to_owned(), params.collect())
        })
        .collect()
}

/// A set-up, and what is done to a request there.
#[derive(Clone, Debug)]
struct Case {
    realm: String,
    scope: Option<String>,
    error_uri: Option<String>,
    proxy: bool,
    order: usize,
    credentials: &'static str,
    description: Option<&'static str>,
    decision: Decision,
}

fn decisions() -> impl Strategy<Value = Decision> {
    prop_oneof![
        Just(Decision::Deny),
        Just(Decision::Conceal),
        any::<String>().prop_map(|scopes| Decision::InsufficientScope(scopes.into())),
        "[!-~]{1,9}( [!-~]{1,9}){0,2}".prop_map(|s| Decision::InsufficientScope(s.into())),
        any::<String>().prop_map(|acr| Decision::StepUp(StepUp::acr(acr))),
        any::<u32>().prop_map(|seconds| {
            Decision::StepUp(StepUp::max_age(Duration::from_secs(seconds.into())))
        }),
        any::<String>().prop_map(|why| Decision::Unavailable(Unavailable::new(why))),
    ]
}

fn cases() -> impl Strategy<Value = Case> {
    let credentials = prop::sample::select(vec![
        "",
        "Bearer good",
        "Bearer bad",
        "Bearer throttled",
        "Bearer down",
        "Bearer a b",
        "Bearer",
        "Basic !",
        "Basic YTpi",
        "Digest a=b",
        "x-api-key",
    ]);
    let descriptions = prop_oneof![
        Just(None),
        any::<String>().prop_map(|text| Some(&*Box::leak(text.into_boxed_str()))),
    ];
    let scopes = prop::option::of("[!#-\\[\\]-~]{1,9}( [!#-\\[\\]-~]{1,9}){0,3}");
    let uris = prop::option::of("https://[a-z]{1,9}/[!#-;=?-\\[\\]_a-z]{0,9}");
    let set_up = ("[ -~]{1,40}", scopes, uris, any::<bool>(), 0_usize..3);
    (set_up, credentials, descriptions, decisions()).prop_map(
        |((realm, scope, error_uri, proxy, order), credentials, description, decision)| Case {
            realm,
            scope,
            error_uri,
            proxy,
            order,
            credentials,
            description,
            decision,
        },
    )
}

impl Case {
    fn stack(&self) -> Result<Stack, ConfigError> {
        let description = self.description;
        let mut bearer = Bearer::new(move |token: &str| -> Eventual<Verdict> {
            let described = |why: Rejection| match description {
                Some(text) => why.describe(text),
                None => why,
            };
            Eventual::Ready(match token {
                "good" => Verified::assertion("x".into()).into(),
                "down" => Unavailable::new("idp").into(),
                "throttled" => Rejection::too_many_attempts(Duration::from_secs(1)).into(),
                _ => described(Rejection::invalid_credentials("x")).into(),
            })
        })
        .realm(&*self.realm);
        if let Some(scope) = &self.scope {
            bearer = bearer.scope(scope);
        }
        if let Some(uri) = &self.error_uri {
            bearer = bearer.error_uri(uri);
        }
        let basic = Basic::new(&*self.realm, Users::new().user("a", "c"));
        let keys = ApiKeys::new().key("a", "b");
        let api_key = ApiKey::header("X-API-Key", keys).realm(&*self.realm);
        let builder = match self.order {
            0 => door(bearer).scheme(basic).scheme(api_key),
            1 => door(basic).scheme(api_key).scheme(bearer),
            _ => door(api_key).scheme(bearer).scheme(basic),
        };
        let layer = if self.proxy { builder.proxy() } else { builder }.build()?;
        let decision = self.decision.clone();
        let policy = move |_: &Identity, _: &_| Eventual::Ready(decision.clone());
        Ok(Stack::new((layer, AuthorizeLayer::new(policy))))
    }

    fn request(&self) -> Request<Payload> {
        let name = if self.proxy { "proxy-authorization" } else { "authorization" };
        let request = match self.credentials {
            "" => get("/"),
            "x-api-key" => get("/").header("x-api-key", "wrong"),
            credentials => get("/").header(name, credentials),
        };
        request.body(Payload::Explosive).unwrap()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever a refusal is made of, an independent reader and our own read the same in it.
    #[test]
    fn every_refusal_is_read_alike_by_another_parser(case in cases()) {
        let stack = case.stack();
        prop_assume!(stack.is_ok());
        let stack = stack.unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let response = runtime.block_on(stack.send(case.request()));
        prop_assert_eq!(stack.calls(), 0);
        let refused = assert_refused(&response, response.status());
        let (ours, theirs) = if case.proxy {
            ("proxy-authenticate", "www-authenticate")
        } else {
            ("www-authenticate", "proxy-authenticate")
        };
        prop_assert!(!response.headers().contains_key(theirs));
        for line in lines(response.headers(), ours) {
            let read = by_ourselves(line);
            prop_assert_eq!(read.len(), 1);
            prop_assert_eq!(&read[0].1["realm"], &case.realm);
            prop_assert_eq!(read, by_http_auth(line));
        }
        let bearer = refused.challenge("Bearer").map(|challenge| &challenge.params);
        if let Some(said) = bearer.and_then(|params| params.get("error_description")) {
            prop_assert!(said.bytes().all(|b| matches!(b, 0x20..=0x21 | 0x23..=0x5b | 0x5d..=0x7e)));
        }
        if matches!(response.status().as_u16(), 400 | 401 | 407) {
            prop_assert_eq!(refused.challenges.len(), 3);
        }
        if case.credentials.is_empty() || case.credentials.starts_with("Digest") {
            prop_assert_eq!(refused.error(), None);
        }
        if !response.body().is_empty() {
            let body: serde_json::Value = serde_json::from_slice(response.body()).unwrap();
            prop_assert_eq!(&body["status"], response.status().as_u16());
        }
    }
}
