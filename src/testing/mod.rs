//! What the tests of a protected service need.
