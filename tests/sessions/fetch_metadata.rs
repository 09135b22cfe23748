//! What browsers make of answers to other origins, [Fetch](https://fetch.spec.whatwg.org): a CORS
//! layer around the door. `tests/browser/cors.mjs` has the same by a browser.

use axum::Router;
use axum::body::Body;
use axum::routing::any;
use http::header::{AUTHORIZATION, HeaderName, RETRY_AFTER, WWW_AUTHENTICATE};
use http::request::Builder;
use http::{Method, Request, Response};
use tower::ServiceExt as _;
use tower_auth::scheme::session::SessionCookie;
use tower_http::cors::CorsLayer;

use crate::site::{Site, own_post, with_cookie};
use crate::support::{IMPORTER, basic, bearer, door, lines};

const APP: &str = "https://app.example";

fn dpop() -> HeaderName {
    HeaderName::from_static("dpop")
}

/// Routes for sessions, tokens and passwords, and around them what pages of `APP` may do.
fn around(site: &Site) -> Router {
    let schemes = door(SessionCookie::new(&site.sessions)).scheme(bearer()).scheme(basic());
    let cors = CorsLayer::new()
        .allow_origin([APP.parse().unwrap()])
        .allow_credentials(true)
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([AUTHORIZATION, dpop()])
        .expose_headers([WWW_AUTHENTICATE, RETRY_AFTER]);
    let hello = any(async || "hello");
    Router::new().route("/account", hello).layer(schemes.build().unwrap()).layer(cors)
}

async fn answer(router: &Router, request: Builder) -> Response<Body> {
    router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
}

fn preflight(method: &str, fields: &str) -> Builder {
    Request::options("/account")
        .header("origin", APP)
        .header("access-control-request-method", method)
        .header("access-control-request-headers", fields)
}

/// RFETCH-1 to RFETCH-3, CORS-preflight fetch: it has no credentials, fails by any status but an ok
/// one, and `*` does not stand for `Authorization`.
#[tokio::test]
async fn a_preflight_is_answered_outside_of_the_door() {
    let router = around(&Site::new());
    let response = answer(&router, preflight("POST", "authorization,dpop")).await;
    assert_eq!(response.status(), 200);
    assert_eq!(lines(response.headers(), "access-control-allow-headers"), ["authorization,dpop"]);
    assert_eq!(lines(response.headers(), "access-control-allow-origin"), [APP]);
    assert_eq!(lines(response.headers(), "www-authenticate"), [""; 0]);
}

/// An `OPTIONS` that gets to the door needs what any request does, preflight or not.
#[tokio::test]
async fn no_method_is_let_past_the_door() {
    let site = Site::new();
    site.stack.refuses(preflight("POST", "authorization"), 401).await;
    site.stack.refuses(Request::options("/account"), 401).await;
    site.stack.refuses(Request::options("*"), 401).await;
}

/// RFETCH-4 to RFETCH-6: a script reads an answer, and fields of it that are not common ones, only
/// where CORS says so; which it does of refusals, too.
#[tokio::test]
async fn scripts_of_other_origins_can_read_why_they_are_refused() {
    let site = Site::new();
    let router = around(&site);
    let pair = site.login("alice").await.pair().to_owned();
    let act = || own_post(&pair).header("sec-fetch-site", "cross-site");
    for (request, status) in [
        (Request::get("/account"), 401),
        (Request::get("/account").header("authorization", "Bearer x"), 401),
        (with_cookie(&pair).header("authorization", IMPORTER), 400),
        (act(), 403),
        (Request::get("/account").header("authorization", IMPORTER), 200),
        (with_cookie(&pair), 200),
    ] {
        let response = answer(&router, request.header("origin", APP)).await;
        assert_eq!(response.status(), status);
        let fields = response.headers();
        assert_eq!(lines(fields, "access-control-allow-origin"), [APP]);
        assert_eq!(lines(fields, "access-control-allow-credentials"), ["true"]);
        let exposed = lines(fields, "access-control-expose-headers");
        assert_eq!(exposed, ["www-authenticate,retry-after"]);
        let is_challenged = matches!(status, 400 | 401);
        assert_eq!(fields.contains_key("www-authenticate"), is_challenged, "{status}");
        // `Vary` of both layers.
        let vary = lines(fields, "vary").join(",").to_ascii_lowercase();
        assert!(vary.contains("origin"), "{vary}");
        assert_eq!(vary.contains("cookie"), status == 200, "{status}: {vary}");
    }
}

/// RFETCH-5: to be let in by CORS with credentials is no evidence for the door. An origin that may
/// act in people's names is named there too.
#[tokio::test]
async fn what_cors_allows_to_be_read_may_not_therefore_act() {
    let site = Site::with(|it| it.origins([APP]));
    let strict = Site::new();
    for (site, status) in [(&site, 200), (&strict, 403)] {
        let pair = site.login("alice").await.pair().to_owned();
        let act = Request::post("/account").header("cookie", pair).header("origin", APP);
        let act = act.header("sec-fetch-site", "cross-site");
        assert_eq!(answer(&around(site), act).await.status(), status);
    }
}

/// RFETCH-7 and RFETCH-8: browsers ask people at a 401 that offers a scheme they know. A door
/// without Basic, Digest and Negotiate makes none of them ask.
#[tokio::test]
async fn sessions_and_tokens_offer_nothing_that_a_browser_would_ask_for() {
    let site = Site::new();
    let doors = door(SessionCookie::new(&site.sessions)).scheme(bearer());
    let stack = crate::support::Stack::new(doors.build().unwrap());
    for mode in ["navigate", "cors", "same-origin", "no-cors"] {
        let request = Request::get("/account").header("sec-fetch-mode", mode);
        let refused = stack.refuses(request, 401).await;
        let schemes: Vec<_> = refused
            .challenges()
            .iter()
            .map(|challenge| challenge.split(' ').next().unwrap().to_owned())
            .collect();
        assert_eq!(schemes, ["Cookie", "Bearer"], "{mode}");
    }
}

/// RFETCH-9: a 407 makes a browser fail where nobody can be asked, and so is no answer of an
/// origin's.
#[tokio::test]
async fn an_origin_never_answers_407() {
    let site = Site::new();
    let router = around(&site);
    for request in [
        Request::get("/account"),
        Request::get("/account").header("proxy-authorization", IMPORTER),
        with_cookie("__Host-session=stale"),
    ] {
        let response = answer(&router, request).await;
        assert_eq!(response.status(), 401);
        assert!(!response.headers().contains_key("proxy-authenticate"));
    }
}
