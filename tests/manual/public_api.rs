//! `src/manual/public_api.md` has every public name. That there is what it has, rustdoc checks: each
//! is a link.

use std::collections::BTreeSet;
use std::fs;

use crate::sources::{page, root, sources};

#[test]
fn the_page_of_the_public_api_leaves_nothing_out() {
    let page = page("public_api");
    let names = public_names();
    assert!(names.len() > 200, "the names were found");
    let missing: Vec<_> =
        names.iter().filter(|name| !page.contains(&format!("::{name})"))).collect();
    assert!(missing.is_empty(), "src/manual/public_api.md has no link to {missing:?}");
}

/// What is public in the files that hold a module's own items: `src/*.rs` and each `mod.rs`. Other
/// files are private, and re-exported from there.
fn public_names() -> BTreeSet<String> {
    let src = root().join("src");
    let mut names = BTreeSet::new();
    for path in sources(&["src"]) {
        if path.parent() != Some(&src) && !path.ends_with("mod.rs") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let code: Vec<&str> = text.lines().filter(|line| !line.trim().starts_with("//")).collect();
        for item in code.join("\n").split("\npub ").skip(1) {
            names.extend(names_of(item));
        }
    }
    // Its constants stand in a page of their own.
    names.remove("reason");
    names
}

/// The names that an item behind `pub` gives to others: its own, or those of a `use`.
fn names_of(item: &str) -> Vec<String> {
    let ident = |text: &str| {
        let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
        text[..end].to_owned()
    };
    if let Some(used) = item.strip_prefix("use ") {
        let used = used.split(';').next().unwrap();
        let list = used.split_once('{').map_or(used, |(_, list)| list);
        let last = |path: &str| ident(path.trim().rsplit("::").next().unwrap());
        return list.split(',').map(last).filter(|name| !name.is_empty()).collect();
    }
    let item = item.trim_start_matches("const ").trim_start_matches("async ");
    let kinds = ["struct ", "enum ", "trait ", "type ", "fn "];
    let name = kinds.iter().find_map(|kind| item.strip_prefix(kind));
    name.map(ident).into_iter().collect()
}
