//! Settings that could not work are refused while the door is built, by a sentence that says what
//! to do.

use std::time::Duration;

use tower_auth::scheme::session::{SessionCookie, Sessions, SessionsBuilder};
use tower_auth::store::MemorySessions;

use crate::site::MINUTE;
use crate::support::door;

fn refused(change: impl FnOnce(SessionsBuilder) -> SessionsBuilder) -> String {
    let builder = change(Sessions::builder(MemorySessions::new(10)));
    builder.build().map(|_| ()).unwrap_err().to_string()
}

/// RFC 6265bis §4.1.1: a name is a token.
#[test]
fn a_cookie_needs_a_name_that_browsers_take() {
    for (name, shown) in [
        ("", ""),
        ("a b", "a b"),
        ("a=b", "a=b"),
        ("a;b", "a;b"),
        ("a,b", "a,b"),
        ("\"a\"", "\\\"a\\\""),
        ("a\\b", "a\\\\b"),
        ("a\r\nset-cookie: x", "a\\r\\nset-cookie: x"),
        ("sitzung_ä", "sitzung_ä"),
    ] {
        assert_eq!(
            refused(|it| it.cookie_name(name)),
            format!("a cookie can't be called `{shown}`: use letters, digits, `-` and `_`")
        );
    }
}

/// RFC 6265bis §4.1.3, which browsers heed without regard to case (§5.6).
#[test]
fn a_prefix_needs_a_secure_cookie() {
    for name in ["__Host-s", "__Secure-s", "__Http-s", "__Host-Http-s", "__HOST-s", "__secure-"] {
        assert_eq!(
            refused(|it| it.danger_insecure_cookie().cookie_name(name)),
            format!(
                "browsers drop the cookie `{name}` unless it is `Secure`: serve it over HTTPS, or \
                 give it a name without that prefix"
            )
        );
        Sessions::builder(MemorySessions::new(1)).cookie_name(name).build().unwrap();
    }
}

#[test]
fn times_must_make_sense() {
    let sentence = "sessions must last at least 1 min without being used, and in all at least \
                    that long and at most 400 days";
    let day = Duration::from_secs(24 * 60 * 60);
    assert_eq!(refused(|it| it.idle(Duration::ZERO)), sentence);
    assert_eq!(refused(|it| it.idle(Duration::from_secs(59))), sentence);
    assert_eq!(refused(|it| it.absolute(29 * MINUTE)), sentence);
    assert_eq!(refused(|it| it.absolute(401 * day)), sentence);
    assert_eq!(refused(|it| it.idle(Duration::MAX).absolute(Duration::MAX)), sentence);
    let longest = Sessions::builder(MemorySessions::new(1)).idle(400 * day).absolute(400 * day);
    longest.build().unwrap();
    let shortest = Sessions::builder(MemorySessions::new(1)).idle(MINUTE).absolute(MINUTE);
    shortest.build().unwrap();
}

#[test]
fn trusted_origins_are_written_as_browsers_send_them() {
    for origin in [
        "",
        "*",
        "null",
        "app.example",
        "https://",
        "https://app.example/",
        "https://app.example/x",
        "https://App.example",
        "HTTPS://app.example",
        "https://user@app.example",
        "https://app.example?x",
        "ftp://app.example",
        "https://*.app.example",
        "https://app.example, https://b.example",
        "https://app.example:443",
        "http://app.example:80",
        "https://ä.example",
    ] {
        assert_eq!(
            refused(|it| it.origins([origin])),
            format!(
                "`{origin}` is no origin as browsers send it: write scheme and host in lower case \
                 and nothing after, such as `https://app.example`"
            ),
        );
    }
    for origin in ["https://app.example", "http://localhost:3000", "https://[2001:db8::1]:8443"] {
        Sessions::builder(MemorySessions::new(1)).origins([origin]).build().unwrap();
    }
}

#[test]
fn a_login_page_is_a_path_of_this_service() {
    let sessions = Sessions::builder(MemorySessions::new(10)).build().unwrap();
    for page in ["", "login", "https://idp.example/login", "//idp.example", "/\\x", "/log in"] {
        let built = door(SessionCookie::new(&sessions).login_page(page)).build();
        assert_eq!(
            built.map(|_| ()).unwrap_err().to_string(),
            format!(
                "the login page `{}` is no path of this service: write one such as `/login`",
                page.escape_debug()
            )
        );
    }
    let realm = door(SessionCookie::new(&sessions).realm("a\nb")).build();
    assert!(realm.map(|_| ()).unwrap_err().to_string().starts_with("SessionCookie: "));
}

/// Two doors for one cookie could not tell whose it is.
#[test]
fn one_cookie_has_one_scheme() {
    let sessions = |name: &'static str| {
        Sessions::builder(MemorySessions::new(10)).cookie_name(name).build().unwrap()
    };
    let [one, other] = [sessions("__Host-a"), sessions("__Host-b")];
    let twice = door(SessionCookie::new(&one)).scheme(SessionCookie::new(&one)).build();
    let sentence = twice.map(|_| ()).unwrap_err().to_string();
    assert!(sentence.contains("claim the same place (the cookie `__Host-a`)"), "{sentence}");
    door(SessionCookie::new(&one)).scheme(SessionCookie::new(&other)).build().unwrap();
}

#[test]
fn settings_print_themselves_without_what_they_hold() {
    let builder = Sessions::builder(MemorySessions::new(10));
    let shown = format!("{builder:?}");
    let sessions = builder.build().unwrap();
    assert_eq!(shown, "SessionsBuilder { cookie: \"__Host-session\", .. }");
    assert_eq!(format!("{sessions:?}"), "Sessions { cookie: \"__Host-session\", .. }");
    let scheme = format!("{:?}", SessionCookie::new(&sessions));
    assert!(scheme.starts_with("SessionCookie { sessions: Sessions {"), "{scheme}");
}
