//! Whoever reads the pages as files, on a web site with the repository, follows links to files.

use std::fs;
use std::path::PathBuf;

use crate::sources::root;

const PAGES: [&str; 6] = [
    "README.md",
    "COMPATIBILITY.md",
    "CHANGELOG.md",
    "examples/forward_auth/README.md",
    "tests/clients/README.md",
    "tests/mcp/README.md",
];

#[test]
fn links_of_pages_lead_to_files() {
    let mut pages: Vec<_> = PAGES.iter().map(|page| root().join(page)).collect();
    pages.extend(chapters().iter().map(|name| manual(&format!("{name}.md"))));
    pages.push(manual("README.md"));
    let mut seen = 0;
    for page in pages {
        let text = fs::read_to_string(&page).unwrap();
        for target in targets(&text) {
            let file = page.parent().unwrap().join(target.split('#').next().unwrap());
            assert!(file.exists(), "{}: `{target}` leads nowhere", page.display());
            seen += 1;
        }
    }
    assert!(seen > 60, "{seen}");
}

/// In rustdoc the first definition of a name wins, so `links.md` has each chapter.
#[test]
fn chapters_are_linked_in_both_indexes() {
    let [links, index] = ["links.md", "README.md"].map(|f| fs::read_to_string(manual(f)).unwrap());
    for name in chapters() {
        assert!(index.contains(&format!("]({name}.md)")), "README.md lacks {name}");
        let own = name == "not_met"; // stands in `requirements`
        let line = format!("[{name}]: crate::manual::{name}\n");
        assert!(own || links.contains(&line), "links.md lacks {name}");
    }
}

fn manual(file: &str) -> PathBuf {
    root().join("src/manual").join(file)
}

/// What `mod.rs` includes.
fn chapters() -> Vec<String> {
    let text = fs::read_to_string(manual("mod.rs")).unwrap();
    let all = text.split("include_str!(\"").skip(1).map(|rest| rest.split(".md").next().unwrap());
    let all: Vec<_> = all.filter(|name| *name != "links").map(str::to_owned).collect();
    assert!(all.len() > 10, "{all:?}");
    all
}

/// Targets of links, in lines or by a definition, but for addresses, items of Rust and headings.
fn targets(text: &str) -> impl Iterator<Item = &str> {
    let inline = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let defined = text.lines().filter(|line| line.starts_with('['));
    let defined = defined.filter_map(|line| line.split_once("]: ").map(|(_, target)| target));
    inline
        .chain(defined)
        .filter(|target| !["http", "crate::", "#"].iter().any(|start| target.starts_with(start)))
}
