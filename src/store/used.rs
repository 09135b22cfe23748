//! New or not.

/// Whether a use is new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "new or not")]
pub enum Use {
    /// Not seen before, and noted now.
    New,
    /// Seen, or too old to tell.
    Seen,
}
