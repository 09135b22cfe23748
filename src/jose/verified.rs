//! Signed content that is no token.

use super::algorithm::{Algorithm, Algorithms};
use super::jws::{JwsError, Unchecked, Workspace, verify_compact};
use super::keys::Keys;

impl Keys {
    /// The content of a compact JWS that one of these keys has signed with one of the `allowed`
    /// algorithms ([RFC 7515 §5.2](https://www.rfc-editor.org/rfc/rfc7515#section-5.2)). It may be
    /// anything, and nothing of it was looked at: for access tokens use
    /// [`Jwt`](crate::token::jwt::Jwt), which checks what they say.
    ///
    /// # Errors
    ///
    /// It is malformed, asks for an extension, or no key that may has signed it.
    pub fn verify_jws(&self, jws: &str, allowed: &[Algorithm]) -> Result<Vec<u8>, NotVerified> {
        let mut room = Workspace::new();
        let token = Unchecked::split(jws).map_err(NotVerified)?;
        let jws = verify_compact(token, self, Algorithms::of(allowed), &mut room);
        jws.map(|jws| jws.payload.to_vec()).map_err(NotVerified)
    }
}

/// Why a JWS is not good. Quotes nothing of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.reason())]
pub struct NotVerified(JwsError);

impl NotVerified {
    const fn reason(&self) -> &'static str {
        match self.0 {
            JwsError::Malformed(what) | JwsError::Extension(what) => what,
            JwsError::Algorithm => "the algorithm is unknown or not allowed",
            JwsError::NoKey => "no key fits the name and algorithm",
            JwsError::Signature { .. } => "the signature does not verify",
        }
    }
}
