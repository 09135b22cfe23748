//! What tower asks of every service.

use std::convert::Infallible;
use std::future::{Future as _, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use http::request::Parts;
use http::{Request, Response};
use http_body_util::Full;
use tower::buffer::BufferLayer;
use tower::limit::ConcurrencyLimitLayer;
use tower::{Layer, Service, ServiceBuilder, ServiceExt as _, service_fn};
use tower_auth::identity::{Principal, Verified};
use tower_auth::policy::Decision;
use tower_auth::rejection::Verdict;
use tower_auth::scheme::Bearer;
use tower_auth::testing::Strict;
use tower_auth::{AuthenticateLayer, AuthorizeLayer, Eventual, Identity};

use crate::support::{Content, Inner, Payload, Stack, bearer, door, get};

fn verifier(later: bool) -> Bearer {
    Bearer::new(move |_: &str| -> Eventual<Verdict> {
        let verdict = || Verified::assertion(Principal::new("x")).into();
        if !later {
            return Eventual::Ready(verdict());
        }
        Eventual::pending(async move {
            tokio::time::sleep(Duration::from_millis(2)).await;
            verdict()
        })
    })
}

fn front_door(later: bool) -> AuthenticateLayer {
    door(verifier(later)).build().unwrap()
}

fn policy(later: bool) -> AuthorizeLayer {
    AuthorizeLayer::new(move |_: &Identity, _: &Parts| {
        if !later {
            return Eventual::Ready(Decision::Allow);
        }
        Eventual::pending(async {
            tokio::time::sleep(Duration::from_millis(2)).await;
            Decision::Allow
        })
    })
}

fn request() -> Request<Payload> {
    get("/").header("authorization", "Bearer abc").body(Payload::Explosive).unwrap()
}

async fn ready<S: Service<Request<Payload>>>(service: &mut S) -> &mut S {
    assert!(poll_fn(|cx| service.poll_ready(cx)).await.is_ok());
    service
}

/// Each with the decision at hand, and with one that is waited for.
const PATHS: [(bool, bool); 4] = [(false, false), (true, false), (false, true), (true, true)];

/// The instance that was polled ready is the one that is called, request after request.
#[tokio::test]
async fn the_ready_instance_is_the_one_that_is_called() {
    for (slow_door, slow_policy) in PATHS {
        let layers = (front_door(slow_door), policy(slow_policy));
        let mut service = layers.layer(Strict::new(Inner::default()));
        for _ in 0..3 {
            let response = ready(&mut service).await.call(request()).await.unwrap();
            assert_eq!(response.status(), 200);
        }
    }
}

/// The same for the door that reads forms, and for forms.
#[tokio::test]
async fn the_door_that_reads_forms_calls_the_ready_instance() {
    for later in [false, true] {
        let scheme = verifier(later).danger_in_form_body();
        let layer = door(scheme).build_buffering(1024).unwrap();
        let mut service = layer.layer(Strict::new(Inner::default()));
        for _ in 0..2 {
            let form = Request::post("/")
                .header("content-type", "application/x-www-form-urlencoded")
                .body(Payload::Bytes(Bytes::from_static(b"access_token=abc")))
                .unwrap();
            for request in [request(), form] {
                let response = ready(&mut service).await.call(request).await.unwrap();
                assert_eq!(response.status(), 200);
            }
        }
    }
}

/// One slot, many callers: a layer that takes slots with one instance and calls another hangs.
#[tokio::test]
async fn limits_and_buffers_inside_of_the_layers_keep_working() {
    for (slow_door, slow_policy) in PATHS {
        let inner = Inner::default();
        let service = ServiceBuilder::new()
            .layer(front_door(slow_door))
            .layer(policy(slow_policy))
            .layer(BufferLayer::<Request<Payload>>::new(1))
            .layer(ConcurrencyLimitLayer::new(1))
            .service(inner.clone());
        let calls = (0..20).map(|_| tokio::spawn(service.clone().oneshot(request())));
        let calls: Vec<_> = calls.collect();
        for call in calls {
            let call = tokio::time::timeout(Duration::from_secs(10), call);
            assert_eq!(call.await.unwrap().unwrap().unwrap().status(), 200);
        }
        assert_eq!(inner.calls(), 20);
    }
}

/// A slot that was taken for a request that is refused, or dropped, is given back.
#[tokio::test]
async fn refused_and_dropped_requests_give_their_slot_back() {
    for (slow_door, slow_policy) in PATHS {
        let service = ServiceBuilder::new()
            .layer(front_door(slow_door))
            .layer(policy(slow_policy))
            .layer(ConcurrencyLimitLayer::new(1))
            .service(Inner::default());
        for _ in 0..3 {
            let nobody = get("/").body(Payload::Explosive).unwrap();
            let refused = service.clone().oneshot(nobody).await.unwrap();
            assert_eq!(refused.status(), 401);
            let mut dropped = service.clone();
            drop(ready(&mut dropped).await.call(request()));
            drop(dropped);
        }
        let admitted = tokio::time::timeout(Duration::from_secs(10), service.oneshot(request()));
        assert_eq!(admitted.await.unwrap().unwrap().status(), 200);
    }
}

/// A client that goes away before the decision has called nothing.
#[tokio::test]
async fn a_dropped_future_never_calls_the_inner_service() {
    for (slow_door, slow_policy) in [(true, false), (false, true), (true, true)] {
        let inner = Inner::default();
        let mut service = (front_door(slow_door), policy(slow_policy)).layer(inner.clone());
        let mut call = Box::pin(ready(&mut service).await.call(request()));
        let mut context = Context::from_waker(Waker::noop());
        assert!(call.as_mut().poll(&mut context).is_pending());
        drop(call);
        tokio::time::sleep(Duration::from_millis(10)).await;
        assert_eq!(inner.calls(), 0);
    }
}

/// Made and never polled.
#[tokio::test]
async fn an_unpolled_refusal_calls_nothing() {
    let inner = Inner::default();
    let mut service = front_door(false).layer(inner.clone());
    drop(ready(&mut service).await.call(get("/").body(Payload::Explosive).unwrap()));
    assert_eq!(inner.calls(), 0);
}

/// A scheme or a policy that panics has decided nothing: the inner service is not called, neither
/// now nor if the future is polled again.
#[tokio::test]
async fn a_panic_while_deciding_calls_nothing() {
    let at_once = Bearer::new(|_: &str| -> Eventual<Verdict> { panic!("a bug, at once") });
    let later = Bearer::new(|_: &str| -> Eventual<Verdict> {
        Eventual::pending(async { panic!("a bug, later") })
    });
    for scheme in [at_once, later] {
        let inner = Inner::default();
        let mut service = door(scheme).optional().build().unwrap().layer(inner.clone());
        let instance = ready(&mut service).await;
        let called = catch_unwind(AssertUnwindSafe(|| instance.call(request())));
        if let Ok(call) = called {
            let mut call = Box::pin(call);
            let mut context = Context::from_waker(Waker::noop());
            for _ in 0..2 {
                let poll = AssertUnwindSafe(|| call.as_mut().poll(&mut context).is_ready());
                assert!(!matches!(catch_unwind(poll), Ok(true)));
            }
        }
        assert_eq!(inner.calls(), 0);
    }
    let policy = AuthorizeLayer::new(|_: &Identity, _: &Parts| -> bool { panic!("a bug") });
    let inner = Inner::default();
    let mut service = (front_door(false), policy).layer(inner.clone());
    let instance = ready(&mut service).await;
    assert!(catch_unwind(AssertUnwindSafe(|| drop(instance.call(request())))).is_err());
    assert_eq!(inner.calls(), 0);
}

/// An observer or a renderer that panics opens nothing either.
#[tokio::test]
async fn a_panicking_observer_calls_nothing() {
    for later in [false, true] {
        let observer = |_: &tower_auth::observe::Event<'_>| panic!("a bug");
        let inner = Inner::default();
        let layer = door(verifier(later)).observer(observer).build().unwrap();
        let service = layer.layer(inner.clone());
        let call = tokio::spawn(async move { service.oneshot(request()).await.map(|_| ()) });
        assert!(call.await.is_err(), "the panic comes through");
        assert_eq!(inner.calls(), 0);
    }
}

/// One set-up, however often the layer is cloned and used.
#[tokio::test]
async fn clones_and_services_share_one_set_up() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let layer = door(Bearer::new(move |_: &str| -> Eventual<Verdict> {
        count.fetch_add(1, Ordering::SeqCst);
        Eventual::Ready(Verified::assertion(Principal::new("x")).into())
    }))
    .build()
    .unwrap();
    let first = layer.clone().layer(Inner::default());
    let second = layer.layer(Inner::default());
    for service in [first.clone(), first, second.clone(), second] {
        assert_eq!(service.oneshot(request()).await.unwrap().status(), 200);
    }
    assert_eq!(asked.load(Ordering::SeqCst), 4);
}

/// Readiness and errors are the inner service's.
#[tokio::test]
async fn readiness_and_errors_of_the_inner_service_come_through() {
    #[derive(Clone)]
    struct Broken;
    impl Service<Request<Payload>> for Broken {
        type Response = Response<Content>;
        type Error = &'static str;
        type Future = std::future::Ready<Result<Self::Response, Self::Error>>;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
            Poll::Ready(Err("not ready"))
        }

        fn call(&mut self, _: Request<Payload>) -> Self::Future {
            std::future::ready(Err("broken"))
        }
    }
    let mut service = (front_door(false), policy(false)).layer(Broken);
    let ready = poll_fn(|cx| Service::<Request<Payload>>::poll_ready(&mut service, cx)).await;
    assert_eq!(ready, Err("not ready"));
    let failing =
        service_fn(|_: Request<Payload>| async { Err::<Response<Full<Bytes>>, _>("broken") });
    for (slow_door, slow_policy) in PATHS {
        let service = (front_door(slow_door), policy(slow_policy)).layer(failing);
        assert_eq!(service.oneshot(request()).await.unwrap_err(), "broken");
    }
}

/// The request goes on as it came: same body, same extensions, same fields.
#[tokio::test]
async fn an_admitted_request_passes_untouched() {
    let stack = Stack::new(door(bearer()).build().unwrap());
    let request = get("/a?b=%20c")
        .header("authorization", crate::support::IMPORTER)
        .header("x-a", "1")
        .header("x-a", "2")
        .extension(7_u8);
    let (head, _) = stack.admits(request).await;
    assert_eq!(head.uri, "/a?b=%20c");
    assert_eq!(head.headers.get_all("x-a").iter().collect::<Vec<_>>(), ["1", "2"]);
    assert_eq!(head.headers.len(), 3);
    assert_eq!(head.extensions.get::<u8>(), Some(&7));
}

/// The form that was read before the decision is whole for the inner service.
#[tokio::test]
async fn a_form_that_was_read_is_still_there() {
    use http_body_util::BodyExt as _;
    let layer = door(bearer().danger_in_form_body()).build_buffering(1024).unwrap();
    let echo = service_fn(|request: Request<tower_auth::respond::EitherBody<Payload>>| async {
        let body = request.into_body().collect().await.unwrap().to_bytes();
        Ok::<_, Infallible>(Response::new(Full::new(body)))
    });
    let form = Request::post("/")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Payload::Bytes(Bytes::from_static(b"a=b&access_token=mF_9.B5f-4.1JqM&c=%20")))
        .unwrap();
    let response = layer.layer(echo).oneshot(form).await.unwrap();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(body, "a=b&access_token=mF_9.B5f-4.1JqM&c=%20");
}

/// Layers, services and futures can go where tower's users put them.
#[test]
fn layers_services_and_futures_move_between_threads() {
    fn is_send_sync_clone<T: Send + Sync + Clone + 'static>(_: &T) {}
    fn is_send<T: Send>(_: &T) {}
    let (layer, policy) = (front_door(true), policy(true));
    is_send_sync_clone(&layer);
    is_send_sync_clone(&policy);
    let mut service = (layer, policy).layer(Inner::default());
    is_send_sync_clone(&service);
    is_send(&service.call(request()));
}
