//! Assertions on refusals.

use std::collections::BTreeMap;

use http::header::{CACHE_CONTROL, RETRY_AFTER};
use http::{HeaderMap, Response, StatusCode};

use crate::header::challenges_in;
use crate::respond::Target;

/// A refusal, read as a client reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReadRefusal {
    /// The status.
    pub status: StatusCode,
    /// The challenges, in order.
    pub challenges: Vec<ReadChallenge>,
    /// `Retry-After`, in seconds.
    pub retry_after: Option<u64>,
}

/// A challenge, read as a client reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReadChallenge {
    /// The scheme, as it was written.
    pub scheme: String,
    /// What stands instead of parameters in a multi-leg scheme.
    pub token68: Option<String>,
    /// The parameters, unquoted, by lower-case name.
    pub params: BTreeMap<String, String>,
}

impl ReadRefusal {
    /// The first challenge of a scheme, without regard to case.
    #[must_use]
    pub fn challenge(&self, scheme: &str) -> Option<&ReadChallenge> {
        self.challenges.iter().find(|challenge| challenge.scheme.eq_ignore_ascii_case(scheme))
    }

    /// The `error` of the challenges, if one has one.
    #[must_use]
    pub fn error(&self) -> Option<&str> {
        self.challenges.iter().find_map(|challenge| challenge.params.get("error")).map(|e| &**e)
    }
}

/// Reads a refusal and asserts that it has this status and is correct: a 401 or 407 has a
/// challenge, every challenge can be parsed, 429 and 503 say when to come back, 503 has no
/// challenge, and no cache may store it.
///
/// ```
/// # use http::{Request, StatusCode};
/// # use tower::{ServiceBuilder, ServiceExt, service_fn};
/// use tower_auth::AuthenticateLayer;
/// use tower_auth::scheme::{Basic, basic::Users};
/// use tower_auth::testing::assert_refused;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let handler = service_fn(|_: Request<String>| async {
/// #     Ok::<_, std::convert::Infallible>(http::Response::new(String::new()))
/// # });
/// let users = Users::new().user("alice", "wonderland");
/// let front_door = AuthenticateLayer::builder().scheme(Basic::new("orders", users)).build()?;
/// let service = ServiceBuilder::new().layer(front_door).service(handler);
///
/// let response = service.oneshot(Request::new(String::new())).await?;
/// let refusal = assert_refused(&response, StatusCode::UNAUTHORIZED);
/// assert_eq!(refusal.challenges[0].params["realm"], "orders");
/// # Ok(())
/// # }
/// ```
///
/// # Panics
///
/// When the response is anything else: this is an assertion.
#[track_caller]
pub fn assert_refused<B>(response: &Response<B>, status: StatusCode) -> ReadRefusal {
    assert_eq!(response.status(), status, "status");
    let headers = response.headers();
    let origin = read_challenges(headers, Target::Origin);
    let proxy = read_challenges(headers, Target::Proxy);
    let retry_after = headers.get(RETRY_AFTER).map(|value| {
        let seconds = value.to_str().ok().and_then(|text| text.parse().ok());
        assert!(seconds.is_some(), "`retry-after` is a number of seconds");
        seconds.unwrap_or_default()
    });
    match status {
        StatusCode::UNAUTHORIZED => assert!(!origin.is_empty(), "a 401 has a challenge"),
        StatusCode::PROXY_AUTHENTICATION_REQUIRED => {
            assert!(!proxy.is_empty(), "a 407 has a proxy challenge");
        }
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS => {
            assert!(retry_after.is_some(), "the client is told when to come back");
        }
        _ => {}
    }
    if status == StatusCode::SERVICE_UNAVAILABLE {
        assert!(origin.is_empty() && proxy.is_empty(), "an outage asks for no credentials");
    }
    let no_store = headers.get(CACHE_CONTROL).is_some_and(|value| value == "no-store");
    assert!(no_store, "a refusal has `cache-control: no-store`");
    let challenges = if origin.is_empty() { proxy } else { origin };
    ReadRefusal { status, challenges, retry_after }
}

#[track_caller]
fn read_challenges(headers: &HeaderMap, target: Target) -> Vec<ReadChallenge> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    challenges_in(headers, &target.challenge_field())
        .map(|challenge| {
            #[expect(clippy::panic, reason = "an assertion")]
            let challenge = challenge.unwrap_or_else(|why| panic!("unreadable challenge: {why}"));
            ReadChallenge {
                scheme: challenge.scheme().to_owned(),
                token68: challenge.token68().map(str::to_owned),
                params: challenge
                    .params()
                    .map(|param| (param.name().to_ascii_lowercase(), text(&param.value())))
                    .collect(),
            }
        })
        .collect()
}
