//! `src/manual/requirements.md`: which test holds which section of which specification, from the
//! doc comments of the tests.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;

use crate::sources::{Test, root, tests};

/// Whoever cites another section in a test writes the page again, as its first lines say. Without
/// the variable nothing is written.
#[test]
fn the_page_of_requirements_is_what_the_tests_say() {
    let path = root().join("src/manual/requirements.md");
    let text = page(&tests());
    if std::env::var_os("TOWER_AUTH_WRITE_TABLE").is_some() {
        fs::write(&path, &text).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(written == text, "src/manual/requirements.md is not up to date; it says what to run");
}

/// What may be cited: its name in doc comments, its title, and where its sections stand.
const DOCUMENTS: [(&str, &str); 41] = [
    ("RFC 2069", "Digest's first form, which is refused"),
    ("RFC 2617", "Digest as it was, for the values of its example"),
    ("RFC 4648", "base64"),
    ("RFC 6265bis", "Cookies"),
    ("RFC 6455", "WebSocket"),
    ("RFC 6585", "429 Too Many Requests"),
    ("RFC 6749", "OAuth 2.0"),
    ("RFC 6750", "Bearer tokens"),
    ("RFC 7239", "Forwarded"),
    ("RFC 7515", "JSON Web Signature"),
    ("RFC 7517", "JSON Web Key"),
    ("RFC 7518", "JSON Web Algorithms"),
    ("RFC 7519", "JSON Web Token"),
    ("RFC 7523", "Clients that authenticate with a JWT"),
    ("RFC 7616", "Digest"),
    ("RFC 7617", "Basic"),
    ("RFC 7638", "Thumbprints of keys"),
    ("RFC 7662", "Token introspection"),
    ("RFC 7800", "Tokens that are bound to a key"),
    ("RFC 8037", "EdDSA in JOSE"),
    ("RFC 8053", "Optional authentication"),
    ("RFC 8187", "Text other than ASCII in parameters"),
    ("RFC 8414", "Authorization server metadata"),
    ("RFC 8441", "WebSocket over HTTP/2"),
    ("RFC 8693", "Token exchange, for the claim `scope`"),
    ("RFC 8705", "Tokens that are bound to a certificate"),
    ("RFC 8707", "Resource indicators"),
    ("RFC 8725", "JWT best current practices"),
    ("RFC 9068", "Access tokens as JWTs"),
    ("RFC 9110", "HTTP semantics"),
    ("RFC 9111", "HTTP caching"),
    ("RFC 9112", "HTTP/1.1"),
    ("RFC 9113", "HTTP/2"),
    ("RFC 9449", "DPoP, for what it says of bound tokens"),
    ("RFC 9457", "Problem documents"),
    ("RFC 9470", "Step-up authentication"),
    ("RFC 9700", "OAuth 2.0 security"),
    ("RFC 9701", "Signed answers to introspection"),
    ("RFC 9728", "Protected resource metadata"),
    ("RFC 9864", "Ed25519 as a name of its own"),
    ("OpenID Connect Discovery 1.0", "From an issuer to its keys"),
];

/// `3.10.2` or `A.1`; ordered by its numbers.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Section(Vec<(u8, u32)>, String);

fn page(tests: &[Test]) -> String {
    // By document; then by section, and one row a test.
    let mut rows = BTreeMap::<usize, BTreeSet<(Vec<Section>, String)>>::new();
    let mut cited = 0;
    for test in tests {
        let references = references(test);
        cited += usize::from(!references.is_empty());
        for (document, sections) in references {
            let links = sections.iter().map(|section| link(document, section));
            let links = links.collect::<Vec<_>>().join(", ");
            let says = requirement(test).replace('|', "\\|");
            let row = format!("| {links} | {says} | `{}` `{}` |", test.file, test.name);
            rows.entry(document).or_default().insert((sections.into_iter().collect(), row));
        }
    }
    let mut text = HEAD.replace("{cited}", &cited.to_string());
    text = text.replace("{all}", &tests.len().to_string());
    for (document, rows) in rows {
        let (name, title) = DOCUMENTS[document];
        let _ = write!(text, "\n## {name}: {title} ({})\n\n", rows.len());
        text += "| § | what is checked | by the test |\n|---|---|---|\n";
        for (_, row) in rows {
            let _ = writeln!(text, "{row}");
        }
    }
    text
}

const HEAD: &str = "Written from the doc comments of the tests by a command, so don't edit it:

```sh
TOWER_AUTH_WRITE_TABLE=1 cargo test --test manual requirements
```

{cited} of the {all} tests say which section of which specification they hold the crate to. The
others check what no specification asks for. A section that stands nowhere on this page may be met,
too; here stands what is proved.
";

/// The sections that a test cites. A `§` alone is of the document that was named last, at first of
/// the one that the file is about.
fn references(test: &Test) -> BTreeMap<usize, BTreeSet<Section>> {
    let mut document = starts(&test.file_doc).map(|(_, document)| document).next();
    let mut found = BTreeMap::<usize, BTreeSet<Section>>::new();
    for (at, _) in test.doc.char_indices() {
        let rest = &test.doc[at..];
        if let Some(named) = document_at(rest) {
            document = Some(named);
            let after = rest.strip_prefix(DOCUMENTS[named].0).unwrap();
            if let Some(section) = appendix(after) {
                found.entry(named).or_default().insert(section);
            }
        } else if let Some(section) = rest.strip_prefix('§').and_then(numbered) {
            let document = document.unwrap_or_else(|| panic!("{}: of what? {rest}", test.name));
            found.entry(document).or_default().insert(section);
        } else {
            let number = rest
                .strip_prefix("RFC ")
                .filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
            assert!(number.is_none(), "{}: give it a title: {rest}", test.name);
        }
    }
    found
}

fn starts(text: &str) -> impl Iterator<Item = (usize, usize)> {
    text.char_indices().filter_map(|(at, _)| Some((at, document_at(&text[at..])?)))
}

fn document_at(rest: &str) -> Option<usize> {
    DOCUMENTS.iter().position(|(name, _)| rest.starts_with(name))
}

/// ` A.1` right behind the name of a document.
fn appendix(after: &str) -> Option<Section> {
    let after = after.strip_prefix(' ')?;
    let letter = after.chars().next().filter(char::is_ascii_uppercase)?;
    let numbers = after.get(1..)?.strip_prefix('.').and_then(numbered);
    let mut section = numbers?;
    section.0.insert(0, (1, u32::from(letter)));
    section.1.insert_str(0, &format!("{letter}."));
    Some(section)
}

fn numbered(rest: &str) -> Option<Section> {
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
    let name = rest[..end].trim_end_matches('.').to_owned();
    let numbers: Result<Vec<_>, _> = name.split('.').map(|part| part.parse()).collect();
    Some(Section(numbers.ok()?.into_iter().map(|number| (0, number)).collect(), name))
}

fn link(document: usize, Section(_, section): &Section) -> String {
    let name = DOCUMENTS[document].0;
    let kind = if section.starts_with(char::is_uppercase) { "appendix" } else { "section" };
    let page = match name.strip_prefix("RFC ") {
        Some("6265bis") => {
            "https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis".into()
        }
        Some(number) => format!("https://www.rfc-editor.org/rfc/rfc{number}"),
        None => {
            return format!(
                "[{section}](https://openid.net/specs/openid-connect-discovery-1_0.html)"
            );
        }
    };
    format!("[{section}]({page}#{kind}-{section})")
}

/// What the doc comment says beside the sections; where that is nothing, the name of the test.
fn requirement(test: &Test) -> String {
    let mut rest = test.doc.as_str();
    let mut alone = true;
    while let Some((after, comma)) = without_reference(rest) {
        (rest, alone) = (after, comma);
    }
    let rest = match rest.strip_prefix(':') {
        Some(says) => says,
        None if alone => rest,
        None if rest.trim_matches(['.', ' ']).is_empty() => "",
        // A sentence that begins with the section.
        None => &test.doc,
    };
    if rest.trim().is_empty() { test.name.replace('_', " ") } else { rest.trim().to_owned() }
}

/// What follows a reference, or a word between two; and whether that word ends a clause.
fn without_reference(rest: &str) -> Option<(&str, bool)> {
    let rest = rest.trim_start();
    if let Some(after) = rest.strip_prefix(',') {
        return Some((after, true));
    }
    if let Some(named) = document_at(rest) {
        let after = rest.strip_prefix(DOCUMENTS[named].0)?;
        let end = appendix(after).map_or(0, |section| section.1.len() + 1);
        return Some((&after[end..], false));
    }
    if let Some(after) = rest.strip_prefix('§') {
        let section = numbered(after)?;
        return Some((&after[section.1.len()..], false));
    }
    for word in ["and §", "and RFC", "to §", "(bis)"] {
        if rest.starts_with(word) {
            let end = word.find(['§', 'R']).unwrap_or(word.len());
            return Some((&rest[end..], false));
        }
    }
    None
}
