//! Tokens that their authorization server is asked about: token introspection,
//! [RFC 7662](https://www.rfc-editor.org/rfc/rfc7662), and its signed answers,
//! [RFC 9701](https://www.rfc-editor.org/rfc/rfc9701).
//!
//! * Only `"active": true` is active. `false` is a bad token, 401; anything else is an answer that
//!   can't be used.
//! * An answer that can't be used is an outage, 503, and never a bad token: an error status, HTML, a
//!   time-out, a redirect. So is a refusal of this service's own credentials.
//! * `exp`, `nbf`, `iss` and `aud` are heeded where they are given, and required where an
//!   [issuer](Introspection::issuer) or [audience](Introspection::audience) is set (unless the server
//!   is known [to leave them out](Introspection::danger_accept_unnamed)). A token that is bound to a
//!   key (`cnf`) stays bound.
//! * One call for all requests that bring the same token at a time. Good answers are remembered for
//!   60 s and not beyond `exp`, bad ones for 5 s; under a digest, never under the token.
//! * The server is asked over HTTPS only, or on this machine.
//!
//! Name your service with [`audience`](Introspection::audience) if the server says whom a token is
//! for: without, a token that another service was given is good here as well.
//!
//! ```
//! use bytes::Bytes;
//! use http::{Request, Response};
//! use tower_auth::Eventual;
//! use tower_auth::rejection::Verdict;
//! use tower_auth::token::introspection::{ClientAuth, Introspection};
//! use tower_auth::token::IntoVerifier;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), tower_auth::ConfigError> {
//! // Any client will do; this one answers by itself.
//! let server = |request: Request<Bytes>| async move {
//!     Ok(Response::builder()
//!         .header("content-type", "application/json")
//!         .body(match &**request.body() {
//!             b"token=f00d&token_type_hint=access_token" => r#"{"active":true,"sub":"alice"}"#.into(),
//!             _ => r#"{"active":false}"#.into(),
//!         })
//!         .unwrap())
//! };
//! let verifier = Introspection::new("https://idp.example/introspect", server)
//!     .client(ClientAuth::basic("orders", "s3cret"))
//!     .into_verifier()?;
//!
//! let Eventual::Pending(asked) = verifier.verify("f00d") else { unreachable!() };
//! assert!(matches!(asked.await, Verdict::Valid(_)));
//! // It is remembered.
//! assert!(matches!(verifier.verify("f00d"), Eventual::Ready(Verdict::Valid(_))));
//!
//! let Eventual::Pending(asked) = verifier.verify("beef") else { unreachable!() };
//! let Verdict::Rejected(why) = asked.await else { unreachable!() };
//! assert_eq!(why.reason(), "token_inactive");
//! # Ok(())
//! # }
//! ```

mod answer;
mod client_auth;
mod flights;
mod settings;
mod signed;
mod verifier;

pub use client_auth::ClientAuth;
pub use settings::Introspection;
pub use signed::SignedAnswers;
