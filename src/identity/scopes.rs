//! OAuth scopes, [RFC 6749 §3.3](https://www.rfc-editor.org/rfc/rfc6749#section-3.3).

use std::fmt;

/// The scopes granted to a caller: a list of exact, case-sensitive names without order.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Scopes(Box<str>);

impl Scopes {
    /// Reads the `scope` form of OAuth: names parted by spaces. Empty names are passed over.
    ///
    /// ```
    /// use tower_auth::identity::Scopes;
    ///
    /// let scopes = Scopes::parse("read write");
    /// assert!(scopes.contains("read"));
    /// assert!(!scopes.contains("rea"));
    /// ```
    #[must_use]
    pub fn parse(list: &str) -> Self {
        Self(list.into())
    }

    /// Whether `scope` was granted. A name that is empty or has a space never is.
    #[must_use]
    pub fn contains(&self, scope: &str) -> bool {
        !scope.is_empty() && self.iter().any(|granted| granted == scope)
    }

    /// Each granted name.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.split(' ').filter(|name| !name.is_empty())
    }

    /// Whether nothing was granted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }
}

impl<S: AsRef<str>> FromIterator<S> for Scopes {
    fn from_iter<I: IntoIterator<Item = S>>(names: I) -> Self {
        let mut list = String::new();
        for name in names {
            let name = name.as_ref();
            // A name with a space is no scope-token; read as a list it would grant two scopes.
            if name.is_empty() || name.contains(' ') {
                continue;
            }
            if !list.is_empty() {
                list.push(' ');
            }
            list.push_str(name);
        }
        Self(list.into_boxed_str())
    }
}

impl fmt::Debug for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6749 §3.3: scope-tokens are compared whole and case-sensitively.
    #[test]
    fn scope_is_found_only_as_a_whole_name() {
        let scopes = Scopes::parse("read  readwrite a\tb");
        for (name, granted) in [
            ("read", true),
            ("readwrite", true),
            ("write", false),
            ("READ", false),
            ("", false),
            ("read  readwrite", false),
            ("a", false),
            ("b", false),
        ] {
            assert_eq!(scopes.contains(name), granted, "{name:?}");
        }
    }

    #[test]
    fn a_listed_name_with_a_space_grants_nothing() {
        let scopes: Scopes = ["read write", "", "list"].into_iter().collect();
        assert_eq!(scopes.iter().collect::<Vec<_>>(), ["list"]);
        assert!(Scopes::parse("  ").is_empty());
    }
}
