//! Where a person goes after a login.

/// The path and query of `next`, if it names a place in this service; `None` for whatever would
/// lead elsewhere. The login page gets it in the parameter `next`, where anybody can have written
/// it.
///
/// ```
/// use tower_auth::scheme::session::local_target;
///
/// assert_eq!(local_target("/orders?page=2"), Some("/orders?page=2"));
/// for elsewhere in ["https://evil.example", "//evil.example", "/\\evil.example", "orders", "/\n/e"] {
///     assert_eq!(local_target(elsewhere), None);
/// }
/// ```
#[must_use]
pub fn local_target(next: &str) -> Option<&str> {
    // Browsers take a backslash for a slash, and leave out tabs and line breaks.
    let is_plain = next.bytes().all(|byte| matches!(byte, b'!'..=b'~') && byte != b'\\');
    let is_path = next.starts_with('/') && !next.starts_with("//");
    (is_plain && is_path).then_some(next)
}
