//! What is a presented token worth?

use crate::eventual::Eventual;
use crate::rejection::Verdict;

/// Judges tokens: the part of a scheme that knows what a token means.
///
/// The scheme has already found exactly one token, of the grammar that it allows and within the
/// size limit.
pub trait VerifyToken: Send + Sync + 'static {
    /// Judges `token`.
    ///
    /// A token bound to a key or certificate is valid here, with
    /// [`Principal::binding`](crate::Principal::binding) set; the scheme decides whether it can
    /// check the binding, and `Bearer` refuses it.
    fn verify(&self, token: &str) -> Eventual<Verdict>;
}
