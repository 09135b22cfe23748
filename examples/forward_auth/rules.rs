//! Which rule a request falls under.
//!
//! The rule whose path is the longest decides, and no other: where the rules stand in the file doesn't
//! matter, and none can be opened by another that is written above it. Within a path the method
//! decides. A request that no rule covers is nobody's: 401 for strangers, 403 for all others.

use axum::Router;
use http::Method;

use crate::target::{check, cut, folded};

/// `/orders` and `/orders/`; or, as `/orders/*`, these and whatever is below.
#[derive(Clone, Debug, serde::Deserialize, PartialEq, Eq)]
#[serde(try_from = "String")]
pub(crate) struct Pattern {
    base: String,
    below: bool,
}

impl TryFrom<String> for Pattern {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let (base, below) = match text.strip_suffix("/*") {
            Some(base) => (base, true),
            None => (text.trim_end_matches('/'), false),
        };
        if !text.starts_with('/') {
            return Err(format!("the path `{text}` begins without a slash: begin it with one"));
        }
        if base.contains(['*', '?', '#', '%']) {
            return Err(format!(
                "the path `{text}` has one of `*?#%`: write it as it is decoded, without a query, \
                 and `*` at its end only, as in `/orders/*`"
            ));
        }
        if !base.is_empty() {
            check(base).map_err(|why| format!("the path `{text}` can't be asked for: {why}"))?;
        }
        Ok(Self { base: base.to_owned(), below })
    }
}

impl Pattern {
    fn covers(&self, path: &str) -> bool {
        path.strip_prefix(self.base.as_str())
            .is_some_and(|rest| rest.is_empty() || (self.below && rest.starts_with('/')))
    }

    /// The longer, and of two that are as long the one that means a single path.
    fn precision(&self) -> (usize, bool) {
        (self.base.len(), !self.below)
    }

    fn folded(&self) -> Self {
        Self { base: folded(&self.base), below: self.below }
    }
}

impl std::fmt::Display for Pattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.below, self.base.as_str()) {
            (true, base) => write!(f, "{base}/*"),
            (false, "") => f.write_str("/"),
            (false, base) => f.write_str(base),
        }
    }
}

/// What may be done under a path.
pub(crate) struct Rule {
    pub(crate) path: Pattern,
    /// All of them where there are none. `GET` means `HEAD`, too.
    pub(crate) methods: Vec<Method>,
    /// Lets through whom the rule allows, and answers all others.
    pub(crate) guard: Router,
}

impl Rule {
    fn takes(&self, method: &Method) -> bool {
        let takes = |method| self.methods.contains(method);
        self.methods.is_empty() || takes(method) || (*method == Method::HEAD && takes(&Method::GET))
    }

    fn overlaps(&self, other: &Self) -> bool {
        self.methods.is_empty()
            || other.methods.is_empty()
            || self.methods.iter().any(|method| other.takes(method))
            || other.methods.iter().any(|method| self.takes(method))
    }
}

pub(crate) struct Rules {
    rules: Vec<Rule>,
    /// The paths as [`folded`] has them, in the same order.
    folded: Vec<Pattern>,
    denied: Router,
}

impl Rules {
    /// `denied` answers where no rule does.
    pub(crate) fn new(rules: Vec<Rule>, denied: Router) -> Result<Self, String> {
        let folded: Vec<Pattern> = rules.iter().map(|rule| rule.path.folded()).collect();
        for (at, (rule, path)) in rules.iter().zip(&folded).enumerate() {
            for (other, other_path) in rules.iter().zip(&folded).take(at) {
                if rule.path == other.path && rule.overlaps(other) {
                    return Err(format!(
                        "two rules for `{}` cover the same method: say it in one",
                        rule.path
                    ));
                }
                if rule.path != other.path && path == other_path {
                    return Err(format!(
                        "the paths `{}` and `{}` are one path to many services: keep one rule",
                        other.path, rule.path
                    ));
                }
            }
        }
        Ok(Self { rules, folded, denied })
    }

    /// Whether any rule tells methods apart.
    pub(crate) fn tell_methods_apart(&self) -> bool {
        self.rules.iter().any(|rule| !rule.methods.is_empty())
    }

    /// Who answers.
    pub(crate) fn guard(&self, path: &str, method: &Method) -> Result<&Router, &'static str> {
        let paths = self.rules.iter().map(|rule| &rule.path);
        let exact = best(paths, path).map(Pattern::folded);
        for path in [path, cut(path).trim_end_matches('/')] {
            if exact.as_ref() != best(self.folded.iter(), &folded(path)) {
                return Err("the path falls under another rule for who reads it in another way");
            }
        }
        let under = |rule: &&Rule| Some(rule.path.folded()) == exact;
        let rule = self.rules.iter().filter(under).find(|rule| rule.takes(method));
        Ok(rule.map_or(&self.denied, |rule| &rule.guard))
    }
}

fn best<'a>(patterns: impl Iterator<Item = &'a Pattern>, path: &str) -> Option<&'a Pattern> {
    patterns.filter(|pattern| pattern.covers(path)).max_by_key(|pattern| pattern.precision())
}
