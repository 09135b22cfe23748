//! What other sites make a browser send. RFC 6265bis §8.2 and §8.8.1; it is no defence that the
//! cookie is `SameSite`.

use http::request::Builder;
use http::{Method, Request};

use crate::site::{Site, head, with_cookie};
use crate::support::lines;

/// A request of a browser to `orders.example` with this cookie.
fn browser(method: &str, cookie: &str) -> Builder {
    let method = Method::from_bytes(method.as_bytes()).unwrap();
    Request::builder()
        .method(method)
        .uri("/account")
        .header("host", "orders.example")
        .header("cookie", cookie)
}

const OWN: &str = "https://orders.example";
const SAFE: [&str; 4] = ["GET", "HEAD", "OPTIONS", "TRACE"];
const UNSAFE: [&str; 7] = ["POST", "PUT", "PATCH", "DELETE", "CONNECT", "PROPFIND", "post"];

/// What is said of where a request comes from, and whether it may act.
type Fields = &'static [(&'static str, &'static str)];

const EVIDENCE: [(&str, Fields, bool); 26] = [
    ("nothing", &[], false),
    ("same origin", &[("sec-fetch-site", "same-origin")], true),
    ("a person, by hand", &[("sec-fetch-site", "none")], true),
    ("same site", &[("sec-fetch-site", "same-site")], false),
    ("cross site", &[("sec-fetch-site", "cross-site")], false),
    ("a value of the future", &[("sec-fetch-site", "next-door")], false),
    ("empty", &[("sec-fetch-site", "")], false),
    ("other case", &[("sec-fetch-site", "Same-Origin")], false),
    (
        "both, in two lines",
        &[("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")],
        false,
    ),
    ("both, in one line", &[("sec-fetch-site", "same-origin, cross-site")], false),
    ("own origin", &[("origin", OWN)], true),
    ("own origin in capitals", &[("origin", "https://ORDERS.example")], true),
    ("own origin, TLS ends elsewhere", &[("origin", "http://orders.example")], true),
    ("another origin", &[("origin", "https://evil.example")], false),
    ("another port", &[("origin", "https://orders.example:8443")], false),
    ("a sibling", &[("origin", "https://x.orders.example")], false),
    ("own name in front", &[("origin", "https://orders.example.evil.example")], false),
    ("own name as a user", &[("origin", "https://orders.example@evil.example")], false),
    ("own name behind", &[("origin", "https://evilorders.example")], false),
    ("another scheme", &[("origin", "ftp://orders.example")], false),
    ("no origin", &[("origin", "null")], false),
    ("two origins", &[("origin", OWN), ("origin", "https://evil.example")], false),
    ("own origin twice", &[("origin", OWN), ("origin", OWN)], false),
    ("own origin, cross site", &[("origin", OWN), ("sec-fetch-site", "cross-site")], false),
    (
        "same origin, beside another",
        &[("origin", "https://evil.example"), ("sec-fetch-site", "same-origin")],
        true,
    ),
    ("only a referer", &[("referer", "https://orders.example/account")], false),
];

/// [RFC 9110 §9.2.1](https://www.rfc-editor.org/rfc/rfc9110#section-9.2.1): safe methods change
/// nothing. Every other one, known or not, needs evidence.
#[tokio::test]
async fn what_may_change_something_needs_evidence_that_it_comes_from_an_own_page() {
    let site = Site::new();
    let pair = site.login("alice").await.pair().to_owned();
    for method in SAFE.into_iter().chain(UNSAFE) {
        for (name, fields, is_evidence) in EVIDENCE {
            let request =
                fields.iter().fold(browser(method, &pair), |it, (n, v)| it.header(*n, *v));
            if SAFE.contains(&method) || is_evidence {
                site.stack.admits(request).await;
            } else {
                let refused = site.stack.refuses(request, 403).await;
                assert_eq!(refused.reason(), Some("foreign_origin"), "{method}, {name}");
                assert_eq!(refused.lines("set-cookie"), [""; 0], "{method}, {name}");
                assert_eq!(refused.challenges(), [""; 0], "no other credentials would help");
            }
        }
    }
}

#[tokio::test]
async fn the_refusal_says_why() {
    let site = Site::new();
    let pair = site.login("alice").await.pair().to_owned();
    let refused = site.stack.refuses(browser("POST", &pair), 403).await;
    assert!(refused.text().contains("not known to come from a page of this service"));
}

/// HTTP/2 and requests in absolute form name the host in the target; `Host` beside it is worth
/// nothing ([RFC 9112 §3.2.2](https://www.rfc-editor.org/rfc/rfc9112#section-3.2.2)).
#[tokio::test]
async fn the_host_is_the_one_that_the_request_was_sent_to() {
    let site = Site::new();
    let pair = site.login("alice").await.pair().to_owned();
    let to = |uri: &str| Request::post(uri).header("cookie", &pair).header("origin", OWN);
    site.stack.admits(to("https://orders.example/")).await;
    site.stack.refuses(to("https://other.example/").header("host", "orders.example"), 403).await;
    site.stack.refuses(to("/"), 403).await;
    let twice = to("/").header("host", "orders.example").header("host", "other.example");
    site.stack.refuses(twice, 403).await;
    let forwarded = to("/").header("host", "inner").header("x-forwarded-host", "orders.example");
    site.stack.refuses(forwarded, 403).await;
    let port = Request::post("/").header("cookie", &pair).header("host", "127.0.0.1:3000");
    site.stack.admits(port.header("origin", "http://127.0.0.1:3000")).await;
}

/// A method override or a content type that a form can't send is no evidence.
#[tokio::test]
async fn nothing_else_is_taken_for_evidence() {
    let site = Site::new();
    let pair = site.login("alice").await.pair().to_owned();
    for (name, value) in [
        ("x-http-method-override", "GET"),
        ("x-requested-with", "XMLHttpRequest"),
        ("content-type", "application/json"),
        ("sec-fetch-mode", "same-origin"),
        ("x-csrf-token", "x"),
    ] {
        site.stack.refuses(browser("POST", &pair).header(name, value), 403).await;
    }
    // Nor does an override make more of a GET than there is.
    site.stack.admits(browser("GET", &pair).header("x-http-method-override", "DELETE")).await;
}

/// [RFC 6455 §10.2](https://www.rfc-editor.org/rfc/rfc6455#section-10.2): browsers let any page
/// open a WebSocket to anywhere, with cookies. Over HTTP/2 it is a `CONNECT`
/// ([RFC 8441 §4](https://www.rfc-editor.org/rfc/rfc8441#section-4)).
#[tokio::test]
async fn a_web_socket_needs_evidence_too() {
    let site = Site::new();
    let pair = site.login("alice").await.pair().to_owned();
    let socket = |upgrade: &str| {
        browser("GET", &pair).header("connection", "Upgrade").header("upgrade", upgrade)
    };
    for upgrade in ["websocket", "WebSocket", "h2c, websocket", "foo,WEBSOCKET"] {
        site.stack.refuses(socket(upgrade), 403).await;
        site.stack.refuses(socket(upgrade).header("origin", "https://evil.example"), 403).await;
        site.stack.refuses(socket(upgrade).header("sec-fetch-site", "cross-site"), 403).await;
        site.stack.admits(socket(upgrade).header("origin", OWN)).await;
    }
    let lines = socket("h2c").header("upgrade", "websocket");
    site.stack.refuses(lines, 403).await;
    site.stack.admits(socket("h2c")).await;
    // Before the upgrade: a request without a session is refused as any other.
    let nobody = Request::get("/").header("upgrade", "websocket").header("origin", OWN);
    site.stack.refuses(nobody, 401).await;
}

#[tokio::test]
async fn trusted_origins_may_act_and_no_others() {
    let site = Site::with(|it| it.origins(["https://app.example", "http://localhost:8080"]));
    let pair = site.login("alice").await.pair().to_owned();
    for (origin, may) in [
        ("https://app.example", true),
        ("http://localhost:8080", true),
        ("http://app.example", false),
        ("https://app.example:8443", false),
        ("https://app.example.evil.example", false),
        ("http://localhost", false),
        ("https://evil.example", false),
        ("null", false),
    ] {
        for site_said in ["cross-site", "same-site"] {
            let request = browser("POST", &pair).header("origin", origin);
            let request = request.header("sec-fetch-site", site_said);
            if may {
                site.stack.admits(request).await;
            } else {
                site.stack.refuses(request, 403).await;
            }
        }
    }
    let both = browser("POST", &pair).header("origin", "https://app.example");
    site.stack.refuses(both.header("origin", "https://evil.example"), 403).await;
    site.stack.admits(browser("POST", &pair).header("sec-fetch-site", "same-origin")).await;
}

#[tokio::test]
async fn the_check_can_be_left_out_by_a_name_that_says_so() {
    let site = Site::with(|it| it.danger_skip_origin_check());
    let pair = site.login("alice").await.pair().to_owned();
    site.stack.admits(browser("POST", &pair).header("sec-fetch-site", "cross-site")).await;
    let foreign = browser("POST", &pair).header("sec-fetch-site", "cross-site");
    assert!(site.sessions.is_from_own_page(&head(foreign)));
}

/// A login form has no session yet that the scheme could protect: it asks by itself, or people are
/// logged in as somebody else without knowing.
#[tokio::test]
async fn a_login_form_can_ask_the_same() {
    let site = Site::new();
    for (name, fields, is_evidence) in EVIDENCE {
        let request = fields
            .iter()
            .fold(browser("POST", "a=b"), |it, (name, value)| it.header(*name, *value));
        assert_eq!(site.sessions.is_from_own_page(&head(request)), is_evidence, "{name}");
    }
}

/// Who has no session learns nothing else: the answer is the same from wherever it was asked.
#[tokio::test]
async fn without_a_session_a_foreign_request_gets_a_401() {
    let site = Site::new();
    let pair = site.login("alice").await.pair().to_owned();
    let _ = site.sessions.logout(&crate::site::holding(&pair)).await.unwrap();
    let foreign = with_cookie(&pair).method("POST").header("sec-fetch-site", "cross-site");
    site.stack.refuses(foreign, 401).await;
    let none = Request::post("/").header("sec-fetch-site", "cross-site");
    let refused = site.stack.refuses(none, 401).await;
    assert_eq!(lines(refused.response.headers(), "www-authenticate").len(), 1);
}
