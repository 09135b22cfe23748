//! `grpc`, called by tonic's own client.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use tonic::metadata::MetadataValue;
use tonic::transport::Channel;
use tonic::{Code, Request, Status};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use crate::process::Example;

#[tokio::test]
async fn refusals_are_what_grpc_clients_expect() {
    let example = Example::start("grpc");
    let channel =
        Channel::from_shared(example.origin().to_owned()).unwrap().connect().await.unwrap();
    let bad = r#"Bearer realm="api", error="invalid_token", error_description="The access token is invalid""#;
    for (token, code, challenge) in [
        (None, Code::Unauthenticated, Some(r#"Bearer realm="api""#)),
        (Some("nonsense"), Code::Unauthenticated, Some(bad)),
        (Some("alice"), Code::PermissionDenied, None),
        (Some("outage"), Code::Unavailable, None),
    ] {
        let status = check(&channel, token).await.unwrap_err();
        assert_eq!(status.code(), code, "{token:?}: {status:?}");
        assert!(!status.message().is_empty(), "{token:?}");
        let sent = status.metadata().get("www-authenticate").map(|value| value.to_str().unwrap());
        assert_eq!(sent, challenge, "{token:?}");
        let retry_after = status.metadata().get("retry-after").is_some();
        assert_eq!(retry_after, code == Code::Unavailable, "{token:?}");
    }
    let served = check(&channel, Some("root")).await.unwrap();
    assert_eq!(served, ServingStatus::Serving as i32);
}

#[tokio::test]
async fn a_refused_stream_ends_with_its_status() {
    let example = Example::start("grpc");
    let channel =
        Channel::from_shared(example.origin().to_owned()).unwrap().connect().await.unwrap();
    let refused = HealthClient::new(channel).watch(HealthCheckRequest::default()).await;
    assert_eq!(refused.unwrap_err().code(), Code::Unauthenticated);
}

#[test]
fn the_example_says_what_its_own_client_got() {
    let mut example = Example::start("grpc");
    let begins = ["no token: 16 ", "nonsense: 16 ", "alice: 7 ", "root: 0 ", "outage: 14 "];
    for (line, begin) in example.lines(begins.len()).iter().zip(begins) {
        assert!(line.starts_with(begin), "{line}");
    }
}

async fn check(channel: &Channel, token: Option<&str>) -> Result<i32, Status> {
    let mut request = Request::new(HealthCheckRequest::default());
    if let Some(token) = token {
        let credentials = MetadataValue::try_from(format!("Bearer {token}")).unwrap();
        request.metadata_mut().insert("authorization", credentials);
    }
    let answer = HealthClient::new(channel.clone()).check(request).await?;
    Ok(answer.into_inner().status)
}
