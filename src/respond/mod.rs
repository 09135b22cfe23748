//! How is no said?
//!
//! One writer turns every refusal of the crate into a response, from one table:
//!
//! | kind | status | challenges |
//! |---|---|---|
//! | nothing presented, foreign scheme, bad credentials, step-up | 401 (proxy: 407) | every scheme's |
//! | malformed or ambiguous request | 400 | every scheme's |
//! | connection not secured | 400 | none |
//! | body too large to find credentials in | 413 | none |
//! | too many failed attempts | 429 and `Retry-After` | none |
//! | a scope is missing | 403 | the token scheme's, `insufficient_scope` |
//! | not permitted | 403 | none |
//! | concealed | 404, no body | none |
//! | can't be known now | 503 and `Retry-After` | none |
//!
//! All carry `Cache-Control: no-store`. The body is a problem document (RFC 9457), or plain text
//! where the client prefers text; a renderer of one's own ([`Respond`]) changes the body and
//! nothing else:
//!
//! ```
//! use http::HeaderValue;
//! use tower_auth::respond::{Refusal, RefusalBody};
//!
//! let html = |refusal: &Refusal<'_>| {
//!     let page = format!("<h1>{}</h1><p>{}</p>", refusal.title(), refusal.detail());
//!     RefusalBody::new(HeaderValue::from_static("text/html; charset=utf-8"), page)
//! };
//! # fn check(_: impl tower_auth::respond::Respond) {}
//! # check(html);
//! ```
//!
//! A gRPC call (`POST` with `content-type: application/grpc…`) is refused with HTTP 200 and
//! `grpc-status`.

mod body;
mod challenges;
mod negotiate;
mod render;
mod table;
mod target;
mod writer;

pub use body::EitherBody;
pub use challenges::ChallengeList;
pub use render::{ProblemDetails, Refusal, RefusalBody, Respond};
pub use target::Target;

pub(crate) use body::BufferedBody;
pub(crate) use negotiate::Negotiated;
pub(crate) use render::json_escaped;
pub(crate) use table::Challenges;
pub(crate) use writer::Writer;
