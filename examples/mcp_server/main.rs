//! A Model Context Protocol server whose tools need a token, and the authorization server that
//! makes them.
//!
//! Any MCP client can connect to it: it finds the authorization server by the 401, registers
//! there, and gets a token for the person `alice`, who approves of everything at once. So nothing
//! else is needed:
//!
//! ```text
//! cargo run --example mcp_server
//! ```
//!
//! ```text
//! curl -i http://127.0.0.1:3000/mcp
//! curl -i http://127.0.0.1:3000/.well-known/oauth-protected-resource/mcp
//! curl -i http://127.0.0.1:3000/.well-known/oauth-authorization-server
//! curl -i -H 'origin: https://evil.example' http://127.0.0.1:3000/mcp
//! ```
//!
//! It prints commands with a token, too. Another port: `PORT=8080`, or `PORT=0` for any that is
//! free.

#![expect(clippy::print_stdout, reason = "an example says what to try")]

mod issuer;
mod tools;

use std::error::Error;

use axum::Router;
use axum::routing::post;
use tokio::net::TcpListener;
use tower_auth::ConfigError;
use tower_auth::mcp::{self, AllowOrigins};
use tower_auth::testing::TokenMaker;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let port = std::env::var("PORT").unwrap_or_else(|_| "3000".to_owned());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    let origin = format!("http://{}", listener.local_addr()?);
    let idp = TokenMaker::es256().issuer(origin.as_str());
    let app = routes(&origin, &idp)?;
    println!("listening on {origin}\n\n{}", commands(&origin, &idp));
    axum::serve(listener, app).await?;
    Ok(())
}

fn routes(origin: &str, idp: &TokenMaker) -> Result<Router, ConfigError> {
    // The URL of the server is fixed: a real one reads it from its configuration, and never from
    // the `Host` of a request.
    let server = mcp::protected_server(format!("{origin}/mcp"), origin)
        .name("Notes")
        .scopes_supported("notes:read notes:write")
        .scope("notes:read")
        .build()?;
    let front_door = server.front_door(server.jwt().keys(idp.keys())).build()?;

    // GET and DELETE get 405 from the router, once they are authenticated: this server has no
    // streams and no sessions.
    let mut app = Router::new()
        .route("/mcp", post(tools::answer))
        .with_state(tools::Notes::new()?)
        .route_layer(front_door);

    // Clients without a token must get at these.
    for path in server.metadata_paths() {
        app = app.route_service(path, server.metadata().service());
    }
    let resource = server.metadata().resource().to_owned();
    let app = app.merge(issuer::routes(origin, resource, idp.clone()));
    Ok(app.layer(AllowOrigins::new([origin])?))
}

fn commands(origin: &str, idp: &TokenMaker) -> String {
    let token = idp
        .token("alice")
        .claim("aud", format!("{origin}/mcp"))
        .scope("notes:read")
        .expires_in(std::time::Duration::from_secs(3600))
        .sign();
    let call = |why: &str, body: &str| {
        format!(
            "# {why}\ncurl -i -H 'authorization: Bearer {token}' \
             -H 'content-type: application/json' -d '{body}' {origin}/mcp\n"
        )
    };
    let list = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list_notes"}}"#;
    let add = r#"{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"add_note","arguments":{"text":"milk"}}}"#;
    call("200: alice's token is for reading", list)
        + &call("403: writing needs another scope, which the challenge names", add)
}
