//! A server of the Model Context Protocol, protected as the protocol's
//! [authorization](https://modelcontextprotocol.io/specification/2025-11-25/basic/authorization)
//! chapter says, revisions 2025-06-18 to 2026-07-28.
//!
//! [`protected_server`] puts the parts of this crate together:
//!
//! - Tokens are taken in the `Authorization` field only, on every request; a session id proves
//!   nothing.
//! - A token must be issued for this server: its audience is the server's URL. Where the URL has
//!   no path, with or without the slash at its end.
//! - Every challenge (401, 400, 403) has `resource_metadata`, and the metadata names the
//!   authorization server. It is served at both well-known paths that clients try.
//! - A 401 has the scope to begin with, a 403 the scope that is missing
//!   ([`policy::scope`](crate::policy::scope)). `offline_access` is in none of them.
//! - The client's token is taken off the request before the server sees it, so that it can't be
//!   passed on to another service.
//! - Requests of foreign web pages are refused, with or without a token: [`AllowOrigins`].
//!
//! Clients in browsers need a CORS layer outside of all this, which exposes `WWW-Authenticate`.
//! The metadata is readable from any origin without one.
//!
//! ```
//! # use http::{Request, StatusCode};
//! # use tower::{ServiceBuilder, ServiceExt, service_fn};
//! use tower_auth::{Principal, mcp};
//! use tower_auth::token::OpaqueTokens;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let server = mcp::protected_server("https://mcp.example.com/mcp", "https://idp.example")
//!     .scopes_supported("files:read files:write")
//!     .scope("files:read")
//!     .build()?;
//! // With JSON Web Tokens: `server.front_door(server.jwt().keys(keys))`.
//! let tokens = OpaqueTokens::new().token(Principal::new("agent"), "mF_9.B5f-4.1JqM");
//! let front_door = server.front_door(tokens).build()?;
//!
//! // In axum: `for path in server.metadata_paths()`
//! //              `{ app = app.route_service(path, server.metadata().service()); }`
//! assert_eq!(
//!     server.metadata_paths().collect::<Vec<_>>(),
//!     ["/.well-known/oauth-protected-resource/mcp", "/.well-known/oauth-protected-resource"],
//! );
//!
//! # let handler = service_fn(|_: Request<()>| async {
//! #     Ok::<_, std::convert::Infallible>(http::Response::new(String::new()))
//! # });
//! let service = ServiceBuilder::new().layer(front_door).service(handler);
//! let known = Request::post("/mcp").header("authorization", "Bearer mF_9.B5f-4.1JqM").body(())?;
//! assert_eq!(service.clone().oneshot(known).await?.status(), StatusCode::OK);
//!
//! let unknown = service.oneshot(Request::post("/mcp").body(())?).await?;
//! assert_eq!(unknown.status(), StatusCode::UNAUTHORIZED);
//! assert_eq!(
//!     unknown.headers()["www-authenticate"],
//!     "Bearer realm=\"mcp\", resource_metadata=\
//!      \"https://mcp.example.com/.well-known/oauth-protected-resource/mcp\", scope=\"files:read\"",
//! );
//! # Ok(())
//! # }
//! ```

#[cfg(feature = "_jose")]
mod jwt;
mod origin;

use crate::authenticate::{AuthenticateLayer, Builder, SomeScheme};
use crate::error::ConfigError;
use crate::metadata::{
    ResourceMetadata, ResourceMetadataBuilder, WELL_KNOWN, canonical, check_url,
};
use crate::scheme::Bearer;
use crate::token::IntoVerifier;

pub use origin::{AllowOrigins, AllowOriginsService, ResponseFuture};

/// Starts with the URL under which clients reach the server, and the issuer identifier of the
/// authorization server that makes tokens for it. See the [module](self).
pub fn protected_server(
    url: impl Into<String>,
    authorization_server: impl Into<String>,
) -> ProtectedServerBuilder {
    ProtectedServerBuilder {
        url: url.into(),
        issuer: authorization_server.into(),
        scopes: String::new(),
        scope: None,
        name: None,
    }
}

/// The settings of a [`ProtectedServer`].
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `build`"]
pub struct ProtectedServerBuilder {
    url: String,
    issuer: String,
    scopes: String,
    scope: Option<String>,
    name: Option<String>,
}

impl ProtectedServerBuilder {
    /// The scopes that clients may ask for, parted by spaces. Clients ask for all of them where a
    /// challenge names none, so name no more than what is commonly needed.
    pub fn scopes_supported(mut self, scopes: impl Into<String>) -> Self {
        self.scopes = scopes.into();
        self
    }

    /// The scopes that a client should ask for first, parted by spaces: those of the 401.
    pub fn scope(mut self, scopes: impl Into<String>) -> Self {
        self.scope = Some(scopes.into());
        self
    }

    /// The name of the server, for people.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// The server.
    ///
    /// # Errors
    ///
    /// When a URL is not HTTPS (loopback excepted) or has a fragment, a scope has characters that
    /// it can't have, or `offline_access` is among the scopes: it is between clients and the
    /// authorization server, and no resource needs it.
    pub fn build(self) -> Result<ProtectedServer, ConfigError> {
        let scopes = self.scopes.split(' ').chain(self.scope.iter().flat_map(|s| s.split(' ')));
        if scopes.into_iter().any(|scope| scope == "offline_access") {
            return Err(ConfigError::new(
                "`offline_access` is among the scopes of an MCP server: leave it out, clients ask \
                 for it on their own when they want a refresh token",
            ));
        }
        let resource = canonical(&check_url("the server", &self.url)?);
        let metadata = ResourceMetadata::builder(resource.as_str());
        let metadata = metadata.authorization_server(self.issuer.as_str());
        let metadata = match self.scopes.as_str() {
            "" => metadata,
            scopes => metadata.scopes_supported(scopes),
        };
        let metadata = self.name.into_iter().fold(metadata, ResourceMetadataBuilder::name);
        let audiences = audiences(&resource, self.url);
        Ok(ProtectedServer {
            metadata: metadata.build()?,
            issuer: self.issuer,
            audiences,
            scope: self.scope,
        })
    }
}

/// A server that is protected by tokens of one authorization server. See the [module](self).
#[derive(Clone, Debug)]
pub struct ProtectedServer {
    metadata: ResourceMetadata,
    issuer: String,
    audiences: Vec<String>,
    scope: Option<String>,
}

impl ProtectedServer {
    /// The metadata, and the service that answers with it. Mount that at each of the
    /// [`metadata_paths`](Self::metadata_paths), outside of the front door.
    #[must_use]
    pub fn metadata(&self) -> &ResourceMetadata {
        &self.metadata
    }

    /// Where clients look for the metadata, in their order: with the path of the server, and
    /// without. One path where the server's URL has none.
    pub fn metadata_paths(&self) -> impl Iterator<Item = &str> {
        let own = self.metadata.path();
        [own, WELL_KNOWN].into_iter().take(if own == WELL_KNOWN { 1 } else { 2 })
    }

    /// The issuer identifier of the authorization server: the `iss` of its tokens.
    #[must_use]
    pub fn authorization_server(&self) -> &str {
        &self.issuer
    }

    /// What a token must name as its audience (`aud`), one of them.
    pub fn audiences(&self) -> impl Iterator<Item = &str> {
        self.audiences.iter().map(String::as_str)
    }

    /// The settings of the scheme, to be put beside others.
    ///
    /// # Security
    ///
    /// The verifier must refuse tokens of another issuer than
    /// [`authorization_server`](Self::authorization_server), and tokens whose audience is none of
    /// the [`audiences`](Self::audiences). With the feature `jwt`, `jwt()` makes one that does.
    #[must_use]
    pub fn bearer(&self, verifier: impl IntoVerifier) -> Bearer {
        let bearer = Bearer::new(verifier).realm("mcp").resource_metadata(&self.metadata);
        match &self.scope {
            Some(scope) => bearer.scope(scope.as_str()),
            None => bearer,
        }
    }

    /// The front door: [`bearer`](Self::bearer), and credentials stripped from requests that go on.
    pub fn front_door(&self, verifier: impl IntoVerifier) -> Builder<SomeScheme> {
        AuthenticateLayer::builder().scheme(self.bearer(verifier)).strip_credentials()
    }
}

/// The spellings of one URL: canonical, with a slash where there is no path
/// ([RFC 3986 §6.2.3](https://www.rfc-editor.org/rfc/rfc3986#section-6.2.3)), and as configured.
fn audiences(canonical: &str, configured: String) -> Vec<String> {
    let has_path = canonical.splitn(4, '/').nth(3).is_some() || canonical.contains('?');
    let slashed = (!has_path).then(|| format!("{canonical}/"));
    let mut audiences = vec![canonical.to_owned()];
    for other in slashed.into_iter().chain([configured]) {
        if !audiences.contains(&other) {
            audiences.push(other);
        }
    }
    audiences
}
