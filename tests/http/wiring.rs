//! Layers, routes and handlers put together, rightly and wrongly.

use axum::response::{IntoResponse, Response as AxumResponse};
use axum::routing::get as on_get;
use axum::{Extension, Router};
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;
use tower_auth::extract::Claims;
use tower_auth::policy::{Decision, any_identity, role};
use tower_auth::rejection::{Rejection, StepUp};
use tower_auth::scheme::Bearer;
use tower_auth::testing::{IdentityLayer, assert_refused};
use tower_auth::token::OpaqueTokens;
use tower_auth::{Auth, AuthorizeLayer, Identity, Principal};

use crate::support::{ALADDIN, IMPORTER, Log, Payload, Stack, api_key, basic, bearer, door, get};

async fn send(router: &Router, uri: &str, credentials: Option<&str>) -> Response<Bytes> {
    let request = Request::get(uri);
    let request = match credentials {
        Some(value) => request.header("authorization", value),
        None => request,
    };
    let response = router.clone().oneshot(request.body(axum::body::Body::empty()).unwrap()).await;
    let (head, body) = response.unwrap().into_parts();
    Response::from_parts(head, body.collect().await.unwrap().to_bytes())
}

#[derive(Debug)]
struct Tenant(u32);

#[derive(Debug)]
struct Missing;

async fn whoami(who: Identity) -> String {
    who.subject().to_owned()
}

async fn maybe(who: Option<Identity>) -> String {
    who.map_or_else(|| "nobody".to_owned(), |who| who.subject().to_owned())
}

async fn tenant(Claims(tenant): Claims<Tenant>) -> String {
    tenant.0.to_string()
}

async fn missing(_: Claims<Missing>) -> &'static str {
    "never"
}

/// Names from a table of users are `&String` and `&Vec<String>`.
#[tokio::test]
async fn roles_of_a_table_are_roles() {
    let (name, roles) = (String::from("alice"), vec![String::from("admin"), "auditor".into()]);
    let alice = Principal::new(&name).role("staff").roles(&roles);
    for (wanted, status) in [("staff", 200), ("admin", 200), ("auditor", 200), ("root", 403)] {
        let router = Router::new()
            .route("/", on_get(whoami).route_layer(AuthorizeLayer::new(role(wanted))))
            .layer(IdentityLayer::of(alice.clone()));
        assert_eq!(send(&router, "/", None).await.status(), status, "{wanted}");
    }
}

async fn by_hand(auth: Auth) -> AxumResponse {
    match auth.identity() {
        None => auth.challenge().into_response(),
        Some(who) if who.has_role("admin") => "secret".into_response(),
        Some(_) => auth.forbid().into_response(),
    }
}

async fn forbids(auth: Auth) -> AxumResponse {
    auth.forbid().into_response()
}

async fn steps_up(auth: Auth) -> AxumResponse {
    let needed = Decision::StepUp(StepUp::acr("gold"));
    auth.refuse_by(needed).map_or_else(|| "allowed".into_response(), IntoResponse::into_response)
}

fn routes() -> Router {
    Router::new()
        .route("/whoami", on_get(whoami))
        .route("/maybe", on_get(maybe))
        .route("/tenant", on_get(tenant))
        .route("/missing", on_get(missing))
        .route("/by-hand", on_get(by_hand))
        .route("/forbids", on_get(forbids))
        .route("/steps-up", on_get(steps_up))
        .route("/extension", on_get(|Extension(who): Extension<Identity>| whoami(who)))
}

fn tokens() -> Bearer {
    let admin = Principal::new("root").role("admin").claims(Tenant(7));
    Bearer::new(OpaqueTokens::new().token(admin, "root-token").token("guest", "guest-token"))
        .realm("example")
}

const ROOT: Option<&str> = Some("Bearer root-token");
const GUEST: Option<&str> = Some("Bearer guest-token");

/// A guarded route that nobody put a front door before is the operator's mistake: 500, never a
/// pass, and never a 401 that no credentials could cure.
#[tokio::test]
async fn every_guard_without_a_front_door_is_500() {
    let router = routes();
    for path in ["/whoami", "/maybe", "/tenant", "/missing", "/by-hand", "/forbids"] {
        for credentials in [None, ROOT] {
            let response = send(&router, path, credentials).await;
            let refused = assert_refused(&response, http::StatusCode::INTERNAL_SERVER_ERROR);
            assert!(refused.challenges.is_empty(), "{path}");
            let rejection = response.extensions().get::<Rejection>().unwrap();
            assert_eq!(rejection.reason(), "no_front_door", "{path}");
        }
    }
    let stack = Stack::new(AuthorizeLayer::new(any_identity()));
    let refused = stack.refuses(get("/").header("authorization", ALADDIN), 500).await;
    assert_eq!(refused.reason(), Some("no_front_door"));
    assert!(!refused.text().contains("Layer"), "clients are told nothing of the inside");
}

/// An identity in the extensions makes no front door.
#[tokio::test]
async fn a_bare_identity_does_not_open_a_guard() {
    let forged = Identity::new(
        tower_auth::identity::Verified::assertion(Principal::new("root").role("admin")),
        tower_auth::header::SchemeName::BASIC,
    );
    let router = routes().layer(Extension(forged.clone()));
    let stack = Stack::new(AuthorizeLayer::new(role("admin")));
    let request = get("/").extension(forged);
    stack.refuses(request, 500).await;
    for path in ["/whoami", "/tenant", "/by-hand"] {
        assert_eq!(send(&router, path, None).await.status(), 500, "{path}");
    }
}

/// The layers in the wrong order: the policy would be asked before anybody is known.
#[tokio::test]
async fn a_policy_outside_of_the_front_door_is_500() {
    let layers = (AuthorizeLayer::new(any_identity()), door(basic()).build().unwrap());
    let stack = Stack::new(layers);
    stack.refuses(get("/").header("authorization", ALADDIN), 500).await;
}

/// The extractors behind a door that is closed to nobody.
#[tokio::test]
async fn extractors_answer_401_where_they_need_somebody() {
    let router = routes().layer(door(tokens()).optional().build().unwrap());
    for (path, credentials, status, body) in [
        ("/whoami", None, 401, None),
        ("/whoami", ROOT, 200, Some("root")),
        ("/maybe", None, 200, Some("nobody")),
        ("/maybe", ROOT, 200, Some("root")),
        ("/maybe", Some("Bearer stolen-token"), 401, None),
        ("/tenant", None, 401, None),
        ("/tenant", ROOT, 200, Some("7")),
        ("/tenant", GUEST, 500, None),
        ("/missing", None, 401, None),
        ("/missing", ROOT, 500, None),
        ("/by-hand", None, 401, None),
        ("/by-hand", GUEST, 403, None),
        ("/by-hand", ROOT, 200, Some("secret")),
        ("/forbids", None, 401, None),
        ("/forbids", ROOT, 403, None),
        ("/steps-up", None, 401, None),
        ("/steps-up", ROOT, 401, None),
        ("/extension", ROOT, 200, Some("root")),
        ("/nowhere", None, 404, None),
    ] {
        let response = send(&router, path, credentials).await;
        assert_eq!(response.status(), status, "{path} {credentials:?}");
        if let Some(body) = body {
            assert_eq!(response.body(), body);
        } else if status != 404 {
            let refused = assert_refused(&response, response.status());
            let error = match path {
                "/steps-up" if credentials.is_some() => Some("insufficient_user_authentication"),
                "/maybe" => Some("invalid_token"),
                _ => None,
            };
            assert_eq!(refused.error(), error, "{path} {credentials:?}");
        }
    }
}

/// A missing type of claims is the operator's to see, through the observer that is set.
#[tokio::test]
async fn claims_that_no_scheme_attaches_are_an_event_of_the_door() {
    let log = Log::default();
    let router = routes().layer(door(tokens()).observer(log.clone()).build().unwrap());
    assert_eq!(send(&router, "/missing", ROOT).await.status(), 500);
    assert_eq!(log.codes(), ["authenticated", "claims_not_attached"]);
}

/// Each guard on the way must open: more guards never open more.
#[tokio::test]
async fn nested_policies_only_tighten() {
    let front_door = || door(tokens()).build().unwrap();
    let (any, admin) = (AuthorizeLayer::new(any_identity()), AuthorizeLayer::new(role("admin")));
    for layers in [(any.clone(), admin.clone()), (admin.clone(), any), (admin.clone(), admin)] {
        let stack = Stack::new((front_door(), layers.0, layers.1));
        stack.admits(get("/").header("authorization", "Bearer root-token")).await;
        stack.refuses(get("/").header("authorization", "Bearer guest-token"), 403).await;
    }
}

/// In axum: on a route the policy sees what was routed there, however its path was spelled, under
/// `nest` and with trailing segments; the fallback is behind the door too.
#[tokio::test]
async fn a_policy_on_a_route_can_not_be_walked_around() {
    let guarded = on_get(|| async { "secret" }).route_layer(AuthorizeLayer::new(role("admin")));
    let router = Router::new()
        .nest("/api", Router::new().route("/admin", guarded))
        .fallback(|| async { "fallback" })
        .layer(door(tokens()).build().unwrap());
    assert_eq!(send(&router, "/api/admin", ROOT).await.body(), "secret");
    for path in [
        "/api/admin",
        "/api/admin?x=/public",
        "/api/admin/",
        "/api//admin",
        "/api/%61dmin",
        "/API/admin",
        "/api/x/../admin",
        "/api/admin;x",
        "//api/admin",
    ] {
        assert_ne!(send(&router, path, GUEST).await.body(), "secret", "{path}");
        assert_eq!(send(&router, path, None).await.status(), 401, "{path}");
    }
}

/// Also HEAD, which axum sends to the handler of GET.
#[tokio::test]
async fn head_does_not_slip_through_a_guard_on_get() {
    let guarded = on_get(|| async { "secret" }).route_layer(AuthorizeLayer::new(role("admin")));
    let router = Router::new().route("/", guarded).layer(door(tokens()).build().unwrap());
    let head = Request::head("/").header("authorization", "Bearer guest-token");
    let response = router.oneshot(head.body(axum::body::Body::empty()).unwrap()).await.unwrap();
    assert_eq!(response.status(), 403);
}

/// Whoever is asked within a handler speaks with the door's challenges.
#[tokio::test]
async fn a_handler_refuses_with_the_challenges_of_its_door() {
    let layer = door(basic()).scheme(bearer()).scheme(api_key()).optional().build().unwrap();
    let response = send(&routes().layer(layer), "/by-hand", None).await;
    assert_eq!(response.headers().get_all("www-authenticate").iter().count(), 3);
    let layer = door(basic()).proxy().optional().build().unwrap();
    let response = send(&routes().layer(layer), "/by-hand", None).await;
    assert_eq!(response.status(), 407);
}

/// The stand-in for tests is no way around a door in front of a service.
#[tokio::test]
async fn a_door_behind_the_stand_in_still_asks() {
    let stack = Stack::new((IdentityLayer::of("root"), door(bearer()).build().unwrap()));
    stack.refuses(get("/"), 401).await;
    let (head, _) = stack.admits(get("/").header("authorization", IMPORTER)).await;
    assert_eq!(head.extensions.get::<Identity>().unwrap().subject(), "importer");
}

/// Outside of axum.
#[tokio::test]
async fn the_handle_is_found_without_axum() {
    let stack = Stack::new(door(basic()).build().unwrap());
    let (head, _) = stack.admits(get("/").header("authorization", ALADDIN)).await;
    let auth = Auth::of(&head).unwrap();
    let refusal = auth.forbid().into_http::<http_body_util::Full<Bytes>>();
    assert_refused(&refusal, http::StatusCode::FORBIDDEN);
    assert!(auth.refuse_by(Decision::Allow).is_none());
    let (bare, _) = get("/").body(Payload::Explosive).unwrap().into_parts();
    assert!(Auth::of(&bare).is_none());
}
