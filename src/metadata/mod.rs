//! What is this service, and who issues tokens for it? Protected resource metadata,
//! [RFC 9728](https://www.rfc-editor.org/rfc/rfc9728).
//!
//! One fixed [`ResourceMetadata`] gives both halves, so that they can't differ:
//!
//! - the URL that Bearer challenges name as `resource_metadata`
//!   ([`Bearer::resource_metadata`](crate::scheme::Bearer::resource_metadata)),
//! - the document at that URL, as a service that any router can mount ([`MetadataService`]).
//!
//! Nothing of it comes from a request: who could choose the `Host` could otherwise send clients to
//! an authorization server of their own. Mount it outside of the front door; clients that read it
//! have no token yet.
//!
//! ```
//! # use http::{Request, StatusCode};
//! # use tower::{ServiceExt, service_fn, ServiceBuilder};
//! use tower_auth::AuthenticateLayer;
//! use tower_auth::metadata::ResourceMetadata;
//! use tower_auth::scheme::Bearer;
//! use tower_auth::token::OpaqueTokens;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let metadata = ResourceMetadata::builder("https://api.example/orders")
//!     .authorization_server("https://idp.example")
//!     .scopes_supported("orders:read orders:write")
//!     .build()?;
//! assert_eq!(metadata.path(), "/.well-known/oauth-protected-resource/orders");
//!
//! // In axum: `.route_service(metadata.path(), metadata.service())`.
//! let document = metadata.service().oneshot(Request::get(metadata.path()).body(())?).await?;
//! assert_eq!(document.status(), StatusCode::OK);
//!
//! let bearer = Bearer::new(OpaqueTokens::new().token("robot", "mF_9.B5f-4.1JqM"))
//!     .resource_metadata(&metadata);
//! let front_door = AuthenticateLayer::builder().scheme(bearer).build()?;
//! # let hello = service_fn(|_: Request<()>| async {
//! #     Ok::<_, std::convert::Infallible>(http::Response::new(String::new()))
//! # });
//! let service = ServiceBuilder::new().layer(front_door).service(hello);
//! let refusal = service.oneshot(Request::get("/orders").body(())?).await?;
//! assert_eq!(refusal.status(), StatusCode::UNAUTHORIZED);
//! assert_eq!(
//!     refusal.headers()["www-authenticate"],
//!     "Bearer realm=\"api\", resource_metadata=\
//!      \"https://api.example/.well-known/oauth-protected-resource/orders\"",
//! );
//! # Ok(())
//! # }
//! ```

mod body;
mod builder;
mod json;
mod service;
mod url;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

pub use body::MetadataBody;
pub use builder::{MemberValue, ResourceMetadataBuilder};
pub use service::MetadataService;
pub(crate) use url::{canonical, check as check_url};

/// The metadata of one protected resource. See the [module](self). Cheap to clone.
#[derive(Clone)]
pub struct ResourceMetadata(Arc<Facts>);

struct Facts {
    resource: Box<str>,
    url: Box<str>,
    path: Box<str>,
    methods: Box<[BearerMethod]>,
    requires_dpop: bool,
    max_age: Duration,
    document: Bytes,
}

/// A way to present a bearer token,
/// [RFC 6750 §2](https://www.rfc-editor.org/rfc/rfc6750#section-2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "RFC 6750 has these three")]
pub enum BearerMethod {
    /// The `Authorization` field.
    Header,
    /// The form parameter `access_token`.
    Body,
    /// The query parameter `access_token`.
    Query,
}

impl ResourceMetadata {
    /// Starts with the resource identifier: the URL under which clients know the service, as they
    /// write it. Clients compare it character by character (RFC 9728 §3.3).
    ///
    /// HTTPS, or plain HTTP for a loopback host; without a fragment. A query is possible, and not
    /// recommended (RFC 9728 §1.2).
    pub fn builder(resource: impl Into<String>) -> ResourceMetadataBuilder {
        ResourceMetadataBuilder::new(resource.into().into())
    }

    /// The resource identifier, as it was given.
    #[must_use]
    pub fn resource(&self) -> &str {
        &self.0.resource
    }

    /// Where the document is: the well-known path put between host and path of the resource
    /// ([RFC 9728 §3](https://www.rfc-editor.org/rfc/rfc9728#section-3)).
    #[must_use]
    pub fn metadata_url(&self) -> &str {
        &self.0.url
    }

    /// The path of [`metadata_url`](Self::metadata_url), to route by.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.0.path
    }

    /// The document: a JSON object.
    #[must_use]
    pub fn document(&self) -> &str {
        std::str::from_utf8(&self.0.document).unwrap_or_default()
    }

    /// The service that answers with the document.
    #[must_use]
    pub fn service(&self) -> MetadataService {
        MetadataService::new(self)
    }

    /// Whether these are the ways to present a token that the document names, in any order. Where
    /// it names none by leaving the member out, nothing is implied (RFC 9728 §2).
    pub(crate) fn names_bearer_methods(&self, methods: &[BearerMethod]) -> bool {
        let named = &self.0.methods;
        named.len() == methods.len() && methods.iter().all(|method| named.contains(method))
    }

    pub(crate) fn requires_dpop(&self) -> bool {
        self.0.requires_dpop
    }
}

impl BearerMethod {
    /// The name that RFC 9728 §2 gives it.
    const fn as_str(self) -> &'static str {
        match self {
            Self::Header => "header",
            Self::Body => "body",
            Self::Query => "query",
        }
    }
}

impl fmt::Debug for ResourceMetadata {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ResourceMetadata").field(&self.document()).finish()
    }
}

/// [RFC 9728 §3](https://www.rfc-editor.org/rfc/rfc9728#section-3)
pub(crate) const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";
