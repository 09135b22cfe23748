//! Every client at every scheme of `examples/conformance_server`, over each version of HTTP that it
//! speaks: let in with the right credentials, refused with wrong ones.
//!
//! `columns.rs` has the schemes and what is asked for, `known.rs` what clients are known not to do,
//! `matrix.rs` the table. Where Apache httpd has the scheme it is asked the same, so that what fails at
//! both is the client's.

mod columns;
mod known;
pub(crate) mod matrix;
pub(crate) mod run;
mod server;

use crate::client::{self, Client};
use run::Run;

/// A test for each client, so that they run side by side and one can be asked for.
macro_rules! tests {
    ($($client:ident)*) => {
        mod every_scheme_lets_in_with_the_right_credentials_only {
            $(
                #[test]
                #[expect(non_snake_case, reason = "as the client is called elsewhere")]
                fn $client() {
                    super::check(&crate::client::$client);
                }
            )*

            #[test]
            fn no_client_is_forgotten() {
                let named = [$(crate::client::$client.name),*];
                assert_eq!(named, crate::client::ALL.map(|client| client.name));
            }
        }
    };
}

tests! {
    CURL CURL_ANYAUTH WGET REQUESTS HTTPX AIOHTTP URLLIB NODE_FETCH NODE_HTTP NODE_HTTP2 AXIOS
    NODE_URLLIB RUBY LWP JAVA_HTTP_CLIENT JAVA_URL_CONNECTION CHROMIUM
}

fn check(client: &'static Client) {
    let run = Run::of(client);
    let complaints = run.complaints();
    assert!(complaints.is_empty(), "{} {}:\n{}", client.name, run.version, complaints.join("\n"));
}

/// What is known of clients names clients and schemes that there are.
#[test]
fn nothing_is_known_of_clients_or_schemes_that_are_not_there() {
    for one in known::KNOWN {
        for name in one.clients {
            assert!(client::ALL.iter().any(|client| client.name == *name), "{name}");
        }
        for name in one.columns {
            assert!(columns::COLUMNS.iter().any(|column| column.name == *name), "{name}");
        }
    }
}
