//! Requests to two front doors that share a Redis, while it is paused, killed and started again.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use http::header::{AUTHORIZATION, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{Request, Response, StatusCode};
use tokio::task::JoinSet;
use tokio::time::sleep;
use tower::{ServiceBuilder, ServiceExt as _, service_fn};
use tower_auth::scheme::Bearer;
use tower_auth::store::{NearRevocations, RedisStores, Revocation, RevocationStore as _, Use};
use tower_auth::token::{OpaqueTokens, Revocable};
use tower_auth::{AuthenticateLayer, Principal};

use super::server::Server;
use super::support::{HOUR, answer, note, within_a_second};

fn stores(server: &Server) -> RedisStores {
    let settings = RedisStores::at(&server.url());
    settings.answer_within(Duration::from_millis(100)).connect().unwrap()
}

async fn request(front_door: &AuthenticateLayer, token: &str) -> Response<String> {
    let handler = service_fn(|_: Request<String>| async {
        Ok::<_, Infallible>(Response::new(String::new()))
    });
    let service = ServiceBuilder::new().layer(front_door.clone()).service(handler);
    let mut request = Request::new(String::new());
    let credentials = format!("Bearer {token}").parse().unwrap();
    request.headers_mut().insert(AUTHORIZATION, credentials);
    service.oneshot(request).await.unwrap().map(|_| String::new())
}

#[tokio::test(flavor = "multi_thread")]
async fn no_request_passes_that_should_not_and_none_is_a_401_that_is_a_503() {
    let args = ["--appendonly", "yes", "--appendfsync", "always"];
    let Some(mut server) = Server::start(&args) else { return };
    let first = server.stores().await;
    let until = SystemTime::now() + HOUR;
    let revocation = Revocation::subject("thief", SystemTime::now(), until);
    answer(first.revocations(HOUR).revoke(&revocation)).await.unwrap();
    let front_doors = [false, true].map(|is_near| {
        let tokens = OpaqueTokens::new()
            .token(Principal::new("alice"), "good")
            .token(Principal::new("thief"), "stolen");
        let revoked = stores(&server).revocations(HOUR);
        let layer = AuthenticateLayer::builder();
        if is_near {
            let near = NearRevocations::new(revoked, 1000).stale_for(Duration::from_millis(50));
            layer.scheme(Bearer::new(Revocable::new(tokens, near))).build().unwrap()
        } else {
            layer.scheme(Bearer::new(Revocable::new(tokens, revoked))).build().unwrap()
        }
    });
    let counts = Arc::new(Counts::default());
    let mut clients = JoinSet::new();
    for client in 0..20 {
        let [one, other] = front_doors.clone();
        let front_door = if client % 2 == 0 { one } else { other };
        let counts = Arc::clone(&counts);
        clients.spawn(async move { ask(&front_door, &counts).await });
    }
    sleep(Duration::from_millis(200)).await;
    server.pause();
    sleep(Duration::from_millis(400)).await;
    server.resume();
    sleep(Duration::from_millis(200)).await;
    server.kill();
    sleep(Duration::from_millis(300)).await;
    server.start_again();
    while let Some(client) = clients.join_next().await {
        client.unwrap();
    }
    let [refused, passed, unavailable] =
        counts.each_ref().map(|count| count.load(Ordering::Relaxed));
    assert_eq!(refused + passed + unavailable, 10_000);
    assert!(refused > 100 && passed > 100 && unavailable > 10, "{refused} {passed} {unavailable}");
    for front_door in &front_doors {
        assert_eq!(request(front_door, "good").await.status(), StatusCode::OK);
    }
}

/// How many were refused, passed, and told to come back.
type Counts = [AtomicUsize; 3];

async fn ask(front_door: &AuthenticateLayer, counts: &Counts) {
    let [refused, passed, unavailable] = counts;
    for _ in 0..250 {
        for (token, own, count) in
            [("good", StatusCode::OK, passed), ("stolen", StatusCode::UNAUTHORIZED, refused)]
        {
            let response = request(front_door, token).await;
            let (status, headers) = (response.status(), response.headers());
            let is_503 = status == StatusCode::SERVICE_UNAVAILABLE;
            assert!(is_503 || status == own, "`{token}`: {status}");
            assert_eq!(headers.contains_key(RETRY_AFTER), is_503);
            let is_401 = status == StatusCode::UNAUTHORIZED;
            assert_eq!(headers.contains_key(WWW_AUTHENTICATE), is_401);
            let count = if is_503 { unavailable } else { count };
            count.fetch_add(1, Ordering::Relaxed);
        }
        sleep(Duration::from_millis(5)).await;
    }
}

/// A captured proof, sent a hundred times to two machines.
#[tokio::test(flavor = "multi_thread")]
async fn of_a_hundred_uses_on_two_machines_one_is_new() {
    let Some(server) = Server::start(&[]) else { return };
    let machines = [server.stores().await, server.stores().await];
    for round in 0..20 {
        let mut uses = JoinSet::new();
        for n in 0..100 {
            let machine = machines[n % 2].clone();
            uses.spawn(async move { note(&machine, &format!("round {round}")).await.unwrap() });
        }
        let new = uses.join_all().await.into_iter().filter(|used| *used == Use::New).count();
        assert_eq!(new, 1);
    }
    within_a_second(|| note(&machines[0], "round 0")).await;
}
