//! The tests of this crate, as their sources have them: names and doc comments.

use std::fs;
use std::path::{Path, PathBuf};

/// One test.
pub(crate) struct Test {
    /// From the root of the repository.
    pub(crate) file: String,
    pub(crate) name: String,
    /// Its doc comment, in one line and with the text of links only.
    pub(crate) doc: String,
    /// The same of the file's own doc comment.
    pub(crate) file_doc: String,
}

/// Every test in `tests` and `src`, by file.
pub(crate) fn tests() -> Vec<Test> {
    let tests: Vec<Test> =
        sources(&["src", "tests"]).iter().flat_map(|file| tests_in(file)).collect();
    assert!(tests.len() > 900, "the tests were found");
    tests
}

/// The Rust files in these folders, in order.
pub(crate) fn sources(folders: &[&str]) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for folder in folders {
        collect(&root().join(folder), &mut files);
    }
    files.sort();
    files
}

/// A chapter of the manual.
pub(crate) fn page(name: &str) -> String {
    fs::read_to_string(root().join("src/manual").join(name).with_extension("md")).unwrap()
}

/// The cells of each line of the tables in a chapter, without their heads.
pub(crate) fn rows(page: &str) -> impl Iterator<Item = Vec<&str>> {
    let lines: Vec<&str> = page.lines().collect();
    let is_head = |at: usize| lines.get(at + 1).is_some_and(|next| next.starts_with("|---"));
    let is_row = |at: usize| lines[at].starts_with("| ") && !is_head(at);
    let rows: Vec<usize> = (0..lines.len()).filter(|&at| is_row(at)).collect();
    rows.into_iter().map(move |at| {
        let inner = lines[at].trim_start_matches("| ").trim_end_matches('|').trim_end();
        inner.split(" | ").map(str::trim).collect()
    })
}

pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("node_modules") && !path.ends_with(".venv") {
            collect(&path, files);
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            files.push(path);
        }
    }
}

fn tests_in(path: &Path) -> Vec<Test> {
    let text = fs::read_to_string(path).unwrap();
    let file = path.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
    let own = text.lines().filter_map(|line| line.strip_prefix("//!"));
    let file_doc = plain(&own.collect::<Vec<_>>());
    let (mut tests, mut doc, mut is_test) = (Vec::new(), Vec::new(), false);
    for line in text.lines().map(str::trim) {
        if let Some(comment) = line.strip_prefix("///") {
            doc.push(comment);
        } else if line == "#[test]" || line.starts_with("#[tokio::test") {
            is_test = true;
        } else if let Some(rest) = line.trim_start_matches("async ").strip_prefix("fn ") {
            if is_test {
                let name = rest.split('(').next().unwrap().to_owned();
                let (file, doc, file_doc) = (file.clone(), plain(&doc), file_doc.clone());
                tests.push(Test { file, name, doc, file_doc });
            }
            (doc, is_test) = (Vec::new(), false);
        } else if line.is_empty() || line.ends_with(['}', ';']) {
            (doc, is_test) = (Vec::new(), false);
        }
    }
    tests
}

/// Lines of Markdown as one, where `[text](address)` and `[text]` are `text`.
fn plain(lines: &[&str]) -> String {
    let joined: Vec<&str> = lines.iter().map(|line| line.trim()).collect();
    let mut text = String::new();
    let joined = joined.join(" ");
    let mut rest = joined.trim();
    while let Some((before, after)) = rest.split_once('[') {
        let Some((inner, after)) = after.split_once(']') else { break };
        text += before;
        text += inner;
        let address = after.strip_prefix('(').and_then(|after| after.split_once(')'));
        rest = address.map_or(after, |(_, after)| after);
    }
    text + rest
}
