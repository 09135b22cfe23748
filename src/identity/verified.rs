//! The proof that checking happened.

/// A value that has been checked.
///
/// An [`Identity`](super::Identity) can be made only from a `Verified<Principal>`, so code that
/// never checked anything cannot make one by accident.
#[derive(Debug)]
pub struct Verified<T>(T);

impl<T> Verified<T> {
    /// States that `value` has just been checked.
    ///
    /// # Security
    ///
    /// Call it only from the function that did the checking. Reviewers search for this name.
    pub fn assertion(value: T) -> Self {
        Self(value)
    }

    /// Looks at the checked value.
    pub fn get(&self) -> &T {
        &self.0
    }

    pub(crate) fn into_inner(self) -> T {
        self.0
    }
}
