//! Keys that change while the service runs: fetched from their issuer ([`RemoteKeys`]) or kept in a
//! file ([`FileKeys`]).
//!
//! * A token whose key is at hand is judged on the spot, without a lock, whatever is under way.
//! * Whoever needs the same fetch shares it: a thousand requests at a cold start make one.
//! * A token with an unknown key asks the issuer again *within its request*, so the first request
//!   after a rotation is answered like any other. That happens at most once per 30 s, however many
//!   `kid`s somebody invents, and a flood of them can't keep a new key out for longer than that.
//! * Keys are fresh for 10 min, or what `Cache-Control` says between 1 min and 24 h, and are asked
//!   for again at 80 % of it (±10 %) behind the requests, whether there are any or not.
//! * A failure is waited out: 1 s, doubled each time up to 60 s. Meanwhile the keys at hand are used
//!   until 1 h after they expired. After that, and for a token whose key is not among them, the
//!   answer is 503: an outage is never a bad token.
//! * A key that the issuer withdraws is gone with the next fetch. A key that can't be used (weak,
//!   for encryption, a secret, malformed) is left out, with an event, and hides no other.
//! * Of two answers, the one that was asked for later holds.
//!
//! Needs a tokio runtime with its timer. A token without `kid`, or with one that no key has while
//! some keys have none, is tried with these; its key counts as unknown where none verifies it.
//!
//! ```
//! use bytes::Bytes;
//! use http::{Request, Response};
//! use tower_auth::Eventual;
//! use tower_auth::rejection::Verdict;
//! use tower_auth::testing::TokenMaker;
//! use tower_auth::token::IntoVerifier;
//! use tower_auth::token::jwt::Jwt;
//! use tower_auth::token::keys::RemoteKeys;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let idp = TokenMaker::es256().issuer("https://idp.example").audience("https://api.example");
//! let jwk_set = idp.jwk_set();
//! // With feature `client`, this is `HttpClient::new()?`.
//! let client = move |_: Request<Bytes>| {
//!     let answer = Response::new(Bytes::from(jwk_set.clone()));
//!     async { Ok(answer) }
//! };
//!
//! let keys = RemoteKeys::from_url("https://idp.example/jwks", client).build()?;
//! let verifier = Jwt::issuer("https://idp.example")
//!     .audience("https://api.example")
//!     .keys(keys.clone())
//!     .into_verifier()?;
//! keys.ready().await.map_err(|_| "no keys")?;
//!
//! let good = idp.token("alice").sign();
//! assert!(matches!(verifier.verify(&good), Eventual::Ready(Verdict::Valid(_))));
//!
//! // Another issuer's key: this one is asked again, and does not know it either.
//! let forged = TokenMaker::es256().issuer("https://idp.example").token("alice").sign();
//! let Eventual::Pending(answer) = verifier.verify(&forged) else { unreachable!() };
//! let Verdict::Rejected(why) = answer.await else { unreachable!() };
//! assert_eq!(why.reason(), "no_matching_key");
//! # Ok(())
//! # }
//! ```

mod discovery;
mod document;
mod file;
mod flight;
mod live;
mod pace;
mod remote;
mod stats;
#[cfg(test)]
mod tests;
mod verifier;

use std::sync::Arc;

use self::live::Live;
use self::verifier::LiveVerifier;
use crate::jose::{Algorithm, Algorithms};
use crate::token::jwt::{Rules, VerifyJwt};

pub use file::{FileKeys, FileKeysSettings};
pub use remote::{RemoteKeys, RemoteKeysSettings};
pub use stats::KeyStats;

fn live_verifier(live: &Arc<Live>, rules: Rules) -> Arc<dyn VerifyJwt> {
    Arc::new(LiveVerifier { rules: Arc::new(rules), live: Arc::clone(live) })
}

/// What a key that everyone may know can verify. A secret is never fetched.
const PUBLIC: Algorithms = Algorithms::of(&[
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::ES512,
    Algorithm::EdDSA,
    Algorithm::Ed25519,
]);
