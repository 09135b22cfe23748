//! Clients that say themselves who they are.

use super::ALICE;
use super::proxies::{Site, sites};

/// As CGI, WSGI, PHP and the like see a field.
fn variable(name: &str) -> String {
    let same = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
    name.chars().map(same).collect()
}

const SPELLINGS: [&str; 11] = [
    "Remote-User",
    "remote-user",
    "REMOTE-USER",
    "Remote_User",
    "remote_user",
    "REMOTE_USER",
    "Remote.User",
    "remote-User",
    "Remote_Roles",
    "Remote-Roles",
    "Remote!Scopes",
];

/// Whatever the client says, in the answer to whom it says it: the service hears it under no name.
fn check(site: &Site) {
    for name in SPELLINGS {
        let field = format!("{name}: root");
        for who in [&ALICE[..], &["-u", "bob:builder"], &[]] {
            for path in ["/orders/1", "/public/x", "/admin/x"] {
                let answer = site.get(path, &[who, &["-H", &field]].concat());
                assert!([200, 400, 401, 403].contains(&answer.status()), "{answer:?}");
            }
        }
    }
    let heads = site.backend.heads();
    assert!(!heads.is_empty() || site.proxy != "nginx", "{}: all were refused", site.proxy);
    for head in heads {
        for (name, value) in head.lines().filter_map(|line| line.split_once(':')) {
            let is_ours = variable(name).starts_with("REMOTE_");
            assert!(!is_ours || !value.contains("root"), "{}: {head}", site.proxy);
        }
    }
}

#[test]
fn what_a_client_says_of_itself_never_reaches_the_service() {
    sites().iter().for_each(check);
}

/// What `Connection` names is for the proxy alone (RFC 9110 §7.6.1), and some proxies take it away:
/// not what they themselves say of the caller, nor what the caller is judged by.
#[test]
fn no_client_can_have_its_name_taken_away() {
    for site in sites() {
        for field in ["Remote-User", "Remote-Roles", "remote-scheme, Remote-Issuer"] {
            let connection = format!("Connection: close, {field}");
            let answer = site.get("/admin/x", &["-u", "bob:builder", "-H", &connection]);
            assert_eq!(answer.status(), 200, "{}: {field}", site.proxy);
            for told in ["Remote-User: bob", "Remote-Roles: admin", "Remote-Scheme: Basic"] {
                assert!(answer.body().contains(told), "{}: {field}\n{answer:?}", site.proxy);
            }
        }
        for field in [
            "X-Forwarded-Uri",
            "X-Forwarded-Method",
            "X-Forwarded-For",
            "X-Original-URI",
            "Authorization",
            "X-API-Key",
        ] {
            let connection = format!("Connection: close, {field}");
            let answer = site.get("/admin/x", &[&ALICE[..], &["-H", &connection]].concat());
            assert!([401, 403, 500].contains(&answer.status()), "{}: {answer:?}", site.proxy);
        }
    }
}

/// A service that believes `X-Forwarded-For` hears the client's address, and none that it made up.
#[test]
fn no_client_chooses_its_address() {
    for site in sites() {
        let answer = site.get("/public/x", &["-H", "X-Forwarded-For: 192.0.2.1"]);
        assert_eq!(answer.status(), 200, "{}", site.proxy);
        assert!(answer.body().contains("X-Forwarded-For: 127.0.0.1"), "{answer:?}");
        assert!(!answer.body().contains("192.0.2.1"), "{}: {answer:?}", site.proxy);
    }
}

/// nginx with its guards off passes all spellings to the program, which refuses them.
#[test]
fn nginx_without_its_guards_is_no_way_in() {
    let open = |text: String| {
        let text = text.replace("underscores_in_headers off", "underscores_in_headers on");
        text.replace("ignore_invalid_headers on", "ignore_invalid_headers off")
    };
    let Some(site) = Site::nginx(open) else { return };
    for name in SPELLINGS {
        let field = format!("{name}: root");
        let answer = site.get("/orders", &[&ALICE[..], &["-H", &field]].concat());
        assert_eq!(answer.status(), 400, "{name}");
    }
    assert_eq!(site.backend.requests(), 0);
    assert_eq!(site.get("/orders", &ALICE).status(), 200);
}

/// A second target or method, for a service that heeds it, beside the one that is judged.
#[test]
fn a_second_target_or_method_is_refused() {
    for site in sites() {
        for field in [
            "X-Original-URL: /admin",
            "X-Rewrite-URL: /admin",
            "X-HTTP-Method-Override: DELETE",
            "X-HTTP-Method: DELETE",
            "X-Method-Override: DELETE",
        ] {
            let answer = site.get("/orders", &[&ALICE[..], &["-H", field]].concat());
            assert_eq!(answer.status(), 400, "{}: {field}", site.proxy);
        }
        assert_eq!(site.backend.requests(), 0, "{}", site.proxy);
        // Those by which the proxy itself tells the program what was asked are its own.
        for field in [
            "X-Original-URI: /public/x",
            "X-Original-Method: OPTIONS",
            "X-Forwarded-Uri: /public/x",
            "X-Forwarded-Method: OPTIONS",
        ] {
            assert_eq!(site.get("/admin", &["-H", field]).status(), 401, "{}: {field}", site.proxy);
        }
    }
}
