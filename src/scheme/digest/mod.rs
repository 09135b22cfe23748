//! `Digest`: a password that never travels, [RFC 7616](https://www.rfc-editor.org/rfc/rfc7616).
//!
//! - One challenge for each algorithm, the strongest first. SHA-256 alone by default; MD5, which
//!   many clients speak alone, is an explicit choice.
//! - Nonces need no memory: any replica with the same [key](Digest::key) knows them again. What is
//!   remembered is which uses were seen, and only of requests that proved the password.
//! - Each use of a nonce counts once, in any order within a window of 1024.
//! - `stale=true` is said only to who has the password: a wrong one learns nothing.
//! - `uri` must be the request target as the client sent it, whatever routers did to it since; a
//!   layer that rewrites the target in any other way belongs inside of this one.
//! - The form of RFC 2069, without `qop`, is refused: it can be replayed for ever.
//! - Each answer carries `Authentication-Info` with `rspauth`, which proves that the server knows
//!   the password too.
//!
//! Digest hides the password, and nothing else: use it over TLS.
//!
//! Where the RFC leaves room: malformed credentials, and a `uri` that is not the target, are 400
//! (§3.4.6); whatever was not offered (algorithm, `qop`, realm, `opaque`) is 401 with new
//! challenges; digests must be lower-case (§3.1.3). For the `-sess` algorithms the RFC takes the
//! `cnonce` of a nonce's first use and most clients that of each request: both are accepted, since
//! either proves the password.
//!
//! ```
//! # use http::{Request, StatusCode};
//! # use tower::{ServiceBuilder, ServiceExt, service_fn};
//! use tower_auth::AuthenticateLayer;
//! use tower_auth::header::parse_challenges;
//! use tower_auth::scheme::digest::{Algorithm, Digest, DigestUsers, Exchange};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let users = DigestUsers::new().user("Mufasa", "Circle of Life");
//! let front_door = AuthenticateLayer::builder().scheme(Digest::new("pride lands", users)).build()?;
//! # let hello = service_fn(|_: Request<String>| async {
//! #     Ok::<_, std::convert::Infallible>(http::Response::new(String::new()))
//! # });
//! let service = ServiceBuilder::new().layer(front_door).service(hello);
//!
//! let refused = service.clone().oneshot(Request::get("/rock").body(String::new())?).await?;
//! assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
//! let line = &refused.headers()["www-authenticate"];
//! let challenge = parse_challenges(line.as_bytes()).next().ok_or("no challenge")??;
//! let nonce = challenge.param("nonce").and_then(|nonce| nonce.value_str()).ok_or("no nonce")?;
//!
//! // What every client computes.
//! let answer = |password: &str| {
//!     let exchange = Exchange {
//!         algorithm: Algorithm::Sha256,
//!         username: "Mufasa",
//!         realm: "pride lands",
//!         password,
//!         nonce: &nonce,
//!         nc: "00000001",
//!         cnonce: "c",
//!         qop: Some("auth"),
//!         method: "GET",
//!         uri: "/rock",
//!         content: b"",
//!     };
//!     format!(
//!         "Digest username=\"Mufasa\", realm=\"pride lands\", nonce=\"{nonce}\", uri=\"/rock\", \
//!          algorithm=SHA-256, qop=auth, nc=00000001, cnonce=\"c\", response=\"{}\"",
//!         exchange.response()
//!     )
//! };
//! let request = |credentials| {
//!     Request::get("/rock").header("authorization", credentials).body(String::new())
//! };
//! let wrong = service.clone().oneshot(request(answer("Hakuna Matata"))?).await?;
//! assert_eq!(wrong.status(), StatusCode::UNAUTHORIZED);
//! let right = service.clone().oneshot(request(answer("Circle of Life"))?).await?;
//! assert_eq!(right.status(), StatusCode::OK);
//! assert!(right.headers().contains_key("authentication-info"));
//! let replayed = service.oneshot(request(answer("Circle of Life"))?).await?;
//! assert_eq!(replayed.status(), StatusCode::UNAUTHORIZED);
//! # Ok(())
//! # }
//! ```

mod algorithm;
mod check;
mod credentials;
mod directory;
mod exchange;
mod info;
mod nonce;
mod offer;
mod settings;
#[cfg(test)]
mod tests;
mod users;

pub use algorithm::Algorithm;
pub use directory::{
    DigestDirectory, DigestEntry, DigestName, DigestQuery, Ha1, IntoDigestDirectory,
};
pub use exchange::Exchange;
pub use settings::Digest;
pub use users::DigestUsers;
