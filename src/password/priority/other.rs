//! Systems on which all threads are alike.

/// Does nothing.
pub(in crate::password) fn lower() {}
