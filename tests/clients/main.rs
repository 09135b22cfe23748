//! The HTTP clients that people have, with the right password and with a wrong one, at our own
//! server (`examples/passwords.rs`) and at Apache httpd beside it. `COMPATIBILITY.md` has what each
//! does, written by `TOWER_AUTH_WRITE_TABLE=1 cargo test --test clients table`.
//!
//! A plain `cargo test` builds the examples first; otherwise `cargo build --examples`. What else is
//! needed is said where it is missing, and installed by `.ci/run`.
#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test may panic"
)]

mod apache;
mod client;
mod curl;
mod origin;
mod outcome;
mod plan;
#[expect(dead_code, reason = "the tests of the examples need more of it")]
#[path = "../examples/process.rs"]
mod process;
mod proxy;
mod request;
mod suite;
mod table;
mod wget;
mod wire;

use client::Client;
use outcome::Outcome;

#[test]
fn curl_is_let_in_with_the_right_password_only() {
    check(&client::CURL);
}

#[test]
fn curl_is_let_in_when_it_chooses_the_scheme_itself() {
    check(&client::CURL_ANYAUTH);
}

#[test]
fn wget_is_let_in_with_the_right_password_only() {
    check(&client::WGET);
}

#[test]
fn requests_is_let_in_with_the_right_password_only() {
    check(&client::REQUESTS);
}

#[test]
fn httpx_is_let_in_with_the_right_password_only() {
    check(&client::HTTPX);
}

#[test]
fn aiohttp_is_let_in_with_the_right_password_only() {
    check(&client::AIOHTTP);
}

#[test]
fn urllib_request_is_let_in_with_the_right_password_only() {
    check(&client::URLLIB);
}

#[test]
fn nodes_fetch_is_let_in_with_the_right_password_only() {
    check(&client::NODE_FETCH);
}

#[test]
fn nodes_http_is_let_in_with_the_right_password_only() {
    check(&client::NODE_HTTP);
}

#[test]
fn nodes_http2_is_let_in_with_the_right_password_only() {
    check(&client::NODE_HTTP2);
}

#[test]
fn axios_is_let_in_with_the_right_password_only() {
    check(&client::AXIOS);
}

#[test]
fn nodes_urllib_is_let_in_with_the_right_password_only() {
    check(&client::NODE_URLLIB);
}

#[test]
fn rubys_net_http_is_let_in_with_the_right_password_only() {
    check(&client::RUBY);
}

#[test]
fn libwww_perl_is_let_in_with_the_right_password_only() {
    check(&client::LWP);
}

#[test]
fn javas_http_client_is_let_in_with_the_right_password_only() {
    check(&client::JAVA_HTTP_CLIENT);
}

#[test]
fn javas_url_connection_is_let_in_with_the_right_password_only() {
    check(&client::JAVA_URL_CONNECTION);
}

#[test]
fn chromium_is_let_in_with_the_right_password_only() {
    check(&client::CHROMIUM);
}

/// Whoever adds a client or a route writes the table again. Without the variable nothing is written.
#[test]
fn the_table_has_a_line_for_each_client_and_route() {
    if std::env::var_os("TOWER_AUTH_WRITE_TABLE").is_some() {
        table::write();
    }
    assert_eq!(table::missing_lines(), Vec::<String>::new(), "COMPATIBILITY.md says what to run");
}

fn check(client: &'static Client) {
    let outcome = Outcome::of(client);
    let complaints = outcome.complaints();
    let Outcome { version, .. } = &outcome;
    assert!(complaints.is_empty(), "{} {version}:\n{}", client.name, complaints.join("\n"));
}
