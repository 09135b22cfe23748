//! JSON Web Tokens, [RFC 7519](https://www.rfc-editor.org/rfc/rfc7519), by the rules of
//! [RFC 8725](https://www.rfc-editor.org/rfc/rfc8725).
//!
//! * The token is a signed JWS in compact form; encrypted, nested and unsigned ones are refused.
//! * The algorithm comes from the key and the allow-list; `crit`, `b64` and `zip` are refused, and
//!   no key or address in a token is ever used.
//! * Header and claims are strict JSON: UTF-8, no name twice.
//! * `iss`, `aud` and `exp` are required, and so is a `sub`; `nbf` and `iat` are heeded.
//! * `typ`, where it is there, is `JWT` or `at+jwt`, so that other kinds of token are no access
//!   tokens.
//! * The claims are not looked at before the signature was good.
//!
//! What a token is bound to (`cnf`) is handed on, never dropped: see
//! [`Principal::bound_to`](crate::Principal::bound_to).
//!
//! ```
//! use tower_auth::rejection::Verdict;
//! use tower_auth::token::IntoVerifier;
//! use tower_auth::token::jwt::{Algorithm, Jwt, SigningKey};
//! use tower_auth::Eventual;
//!
//! let issuer = SigningKey::generate(Algorithm::ES256)?;
//! let verifier = Jwt::issuer("https://idp.example")
//!     .audience("https://api.example")
//!     .keys(issuer.keys()?)
//!     .into_verifier()?;
//!
//! let mut claims = serde_json::json!({
//!     "iss": "https://idp.example",
//!     "aud": "https://api.example",
//!     "sub": "alice",
//!     "exp": 4_000_000_000_u64,
//! });
//! let token = issuer.sign("at+jwt", &claims)?;
//! assert!(matches!(verifier.verify(&token), Eventual::Ready(Verdict::Valid(_))));
//!
//! claims["aud"] = "https://other.example".into();
//! let token = issuer.sign("at+jwt", &claims)?;
//! let Eventual::Ready(Verdict::Rejected(why)) = verifier.verify(&token) else { unreachable!() };
//! assert_eq!(why.reason(), "wrong_audience");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod claim_path;
pub(super) mod claims;
mod issuers;
mod rules;
#[cfg(feature = "introspection")]
mod said;
mod settings;
mod source;
#[cfg(feature = "remote-keys")]
mod tenants;

pub use crate::jose::{Algorithm, Keys, NotVerified, SigningError, SigningKey, thumbprint};
pub use issuers::Issuers;
#[cfg(feature = "remote-keys")]
pub(crate) use rules::{Judged, Rules, VerifyJwt, unreadable, verify_text};
pub use settings::Jwt;
pub use source::KeySource;
#[cfg(feature = "remote-keys")]
pub(crate) use source::sealed::Source;
#[cfg(feature = "remote-keys")]
pub use tenants::Tenants;
