//! The one reading of `Authorization`.

use http::{HeaderValue, Request};
use tower_auth::rejection::reason;

use crate::support::{
    ALADDIN, IMPORTER, Payload, ROBOT, Stack, api_key, basic, basic_of, bearer, door, get,
};

fn all_three() -> Stack {
    Stack::new(door(basic()).scheme(bearer()).scheme(api_key()).build().unwrap())
}

/// [RFC 9110 §5.3](https://www.rfc-editor.org/rfc/rfc9110#section-5.3): `Authorization` is no
/// list, so two lines are the sender's error, and no order of them makes one win.
#[tokio::test]
async fn two_lines_are_refused_in_every_order() {
    let stack = all_three();
    let lines = [ALADDIN, IMPORTER, "", "Bearer stolen-token", "Unknown x"];
    for first in lines {
        for second in lines {
            let request = get("/").header("authorization", first).header("authorization", second);
            let refused = stack.refuses(request, 400).await;
            assert_eq!(refused.error(), Some("invalid_request"), "{first} / {second}");
            assert_eq!(refused.reason(), Some(reason::SEVERAL_CREDENTIALS));
            assert_eq!(refused.challenges().len(), 3);
        }
    }
}

/// A joined line is what an intermediary makes of two.
#[tokio::test]
async fn two_credentials_joined_in_one_line_are_refused() {
    let stack = all_three();
    for joined in [
        format!("{ALADDIN}, {IMPORTER}"),
        format!("{IMPORTER}, {ALADDIN}"),
        format!("{IMPORTER},{IMPORTER}"),
        format!(",{IMPORTER}"),
        format!("{IMPORTER},"),
    ] {
        let request = get("/").header("authorization", &joined);
        let status = if joined.starts_with("Basic") { 401 } else { 400 };
        stack.refuses(request, status).await;
    }
}

/// [RFC 9110 §11.1](https://www.rfc-editor.org/rfc/rfc9110#section-11.1), and field names, §5.1.
#[tokio::test]
async fn scheme_and_field_name_are_found_in_any_case() {
    let stack = all_three();
    for (name, value, subject) in [
        ("authorization", "bAsIc QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "Aladdin"),
        ("AUTHORIZATION", "BASIC QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "Aladdin"),
        ("Authorization", "bearer mF_9.B5f-4.1JqM", "importer"),
        ("aUthorizatioN", "BEARER mF_9.B5f-4.1JqM", "importer"),
        ("x-API-key", ROBOT, "robot-1"),
    ] {
        let (head, _) = stack.admits(get("/").header(name, value)).await;
        let who = head.extensions.get::<tower_auth::Identity>().unwrap();
        assert_eq!(who.subject(), subject);
    }
}

/// [RFC 9110 §11.4](https://www.rfc-editor.org/rfc/rfc9110#section-11.4): `1*SP` between scheme
/// and credentials; a tab is none, nor is a no-break space, and nothing may follow.
#[tokio::test]
async fn only_spaces_part_scheme_and_credentials() {
    let stack = all_three();
    stack.admits(get("/").header("authorization", "Bearer    mF_9.B5f-4.1JqM")).await;
    for (value, status) in [
        (&b"Bearer\tmF_9.B5f-4.1JqM"[..], 400),
        (b"Bearer \tmF_9.B5f-4.1JqM", 400),
        (b"Bearer mF_9.B5f-4.1JqM ", 400),
        (b"Bearer mF_9.B5f-4.1JqM\t", 400),
        (b" Bearer mF_9.B5f-4.1JqM", 400),
        (b"Bearer\xa0mF_9.B5f-4.1JqM", 400),
        (b"Bearer\xc2\xa0mF_9.B5f-4.1JqM", 400),
        (b"Bearer", 400),
        (b"Bearer ", 400),
        (b"", 400),
        (b" ", 400),
        (b"Basic", 401),
        (b"Basic ", 401),
        (b"Basic\tQWxhZGRpbjpvcGVuIHNlc2FtZQ==", 400),
        (b"BearermF_9.B5f-4.1JqM", 401),
        (b"Bearer:mF_9.B5f-4.1JqM", 400),
        (b"mF_9.B5f-4.1JqM", 401),
    ] {
        let value = HeaderValue::from_bytes(value).unwrap();
        stack.refuses(get("/").header("authorization", value), status).await;
    }
}

/// A scheme is its whole name.
#[tokio::test]
async fn a_scheme_whose_name_begins_or_ends_like_ours_is_foreign() {
    let stack = all_three();
    for scheme in ["Basicdffd", "NotBasic", "Bearer2", "xBearer", "Basi", "Bear", "ApiKe"] {
        let value = format!("{scheme} QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
        let refused = stack.refuses(get("/").header("authorization", value), 401).await;
        assert_eq!(refused.reason(), Some(reason::UNSUPPORTED_SCHEME), "{scheme}");
        assert_eq!(refused.error(), None);
    }
}

/// An API key lives in its own field: the name of its challenge is no way in by `Authorization`.
#[tokio::test]
async fn api_key_is_not_taken_from_authorization() {
    let value = format!("ApiKey {ROBOT}");
    let refused = all_three().refuses(get("/").header("authorization", value), 401).await;
    assert_eq!(refused.reason(), Some(reason::UNSUPPORTED_SCHEME));
}

/// [RFC 9110 §5.4](https://www.rfc-editor.org/rfc/rfc9110#section-5.4): what is too large gets a
/// 4xx; ignored, it would make a request anonymous.
#[tokio::test]
async fn a_field_beyond_the_limit_is_refused_and_never_ignored() {
    let front_door = door(bearer()).optional().max_credentials(64).build().unwrap();
    let stack = Stack::new(front_door);
    for (scheme, length) in [("Bearer", 58), ("Bearer", 1 << 20), ("Unknown", 1 << 20), ("", 65)] {
        let value = format!("{scheme} {}", "a".repeat(length));
        let refused = stack.refuses(get("/").header("authorization", value), 400).await;
        assert!(refused.text().contains("larger"), "{}", refused.text());
    }
    let refused = stack.refuses(get("/").header("authorization", "Bearer aaaaaa"), 401).await;
    assert_eq!(refused.error(), Some("invalid_token"), "what fits is read");
}

/// Nobody has to set the limit for it to hold.
#[tokio::test]
async fn the_limit_is_sixteen_kibibytes_unless_set() {
    let stack = all_three();
    let of_length = |length: usize| {
        get("/").header("authorization", format!("Bearer {}", "a".repeat(length - 7)))
    };
    stack.refuses(of_length(16 * 1024), 401).await;
    stack.refuses(of_length(16 * 1024 + 1), 400).await;
}

/// [RFC 9110 §5.5](https://www.rfc-editor.org/rfc/rfc9110#section-5.5): bytes from 0x80 on are
/// data that no scheme of ours has a use for.
#[tokio::test]
async fn bytes_beyond_ascii_are_refused_without_guessing() {
    let stack = all_three();
    for value in [&b"Basic \xe4\xe4"[..], b"Bearer \xff\xfe", b"\xe4\xe4", b"Bearer caf\xe9"] {
        let value = HeaderValue::from_bytes(value).unwrap();
        let request = Request::get("/").header("authorization", value);
        let request = request.body(Payload::Explosive).unwrap();
        let response = stack.send(request).await;
        assert!(response.status() == 400 || response.status() == 401);
    }
    assert_eq!(stack.calls(), 0);
}

/// [RFC 9110 §11.7.2](https://www.rfc-editor.org/rfc/rfc9110#section-11.7.2): that field is for a
/// proxy on the way.
#[tokio::test]
async fn credentials_for_a_proxy_are_none_for_an_origin() {
    let refused = all_three().refuses(get("/").header("proxy-authorization", ALADDIN), 401).await;
    assert_eq!(refused.error(), None);
    assert!(refused.lines("proxy-authenticate").is_empty());
}

/// Fields that look like the right one, or that some gateway writes, say nothing.
#[tokio::test]
async fn lookalike_fields_are_ignored() {
    let stack = all_three();
    for name in [
        "x-authorization",
        "authorization_",
        "x-forwarded-authorization",
        "x-original-authorization",
        "x-forwarded-user",
        "x-remote-user",
        "x_api_key",
        "x-http-method-override",
    ] {
        let refused = stack.refuses(get("/").header(name, IMPORTER), 401).await;
        assert_eq!(refused.error(), None, "{name}");
    }
}

/// [RFC 9110 §13.2.1](https://www.rfc-editor.org/rfc/rfc9110#section-13.2.1): a precondition is
/// looked at only where the answer would be a success.
#[tokio::test]
async fn preconditions_do_not_come_before_credentials() {
    let stack = all_three();
    for (name, value) in
        [("if-none-match", "*"), ("if-match", "\"x\""), ("range", "bytes=0-1"), ("expect", "x")]
    {
        stack.refuses(get("/").header(name, value), 401).await;
    }
}

/// Every method is guarded alike: the ones of browsers, of caches, of tunnels, and unknown ones.
#[tokio::test]
async fn no_method_gets_around_the_door() {
    let stack = all_three();
    for method in
        ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PATCH", "BREW"]
    {
        let request = Request::builder().method(method).uri("/");
        stack.refuses(request, 401).await;
    }
    let preflight = Request::options("/")
        .header("origin", "https://evil.example")
        .header("access-control-request-method", "GET");
    stack.refuses(preflight, 401).await;
    let websocket = get("/").header("connection", "upgrade").header("upgrade", "websocket");
    stack.refuses(websocket, 401).await;
}

/// [RFC 9110 §3.3](https://www.rfc-editor.org/rfc/rfc9110#section-3.3): each request stands for
/// itself.
#[tokio::test]
async fn an_identity_is_not_kept_for_the_next_request() {
    let stack = all_three();
    stack.admits(get("/").header("authorization", ALADDIN)).await;
    stack.refuses(get("/"), 401).await;
    stack.refuses(get("/").header("authorization", basic_of("Aladdin:open window")), 401).await;
}
