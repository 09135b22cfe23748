//! The layout of the crate, held to by reading its sources: a folder may use only folders of the
//! rows above its own.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use std::fs;
use std::path::{Path, PathBuf};

/// From what everything uses to what users use.
const ROWS: [&[&str]; 12] = [
    &["clock", "secret", "error", "eventual", "shards", "slots"],
    &["tls"],
    &["fetch", "header", "jose"],
    &["identity"],
    &["rejection"],
    &["respond", "observe", "policy", "store"],
    &["attempts", "metadata"],
    &["token", "password"],
    &["scheme"],
    &["front_door"],
    &["authenticate", "authorize"],
    &["extract", "manual", "mcp", "testing"],
];

/// Crates that few places of ours hide from all others.
const HIDDEN: [(&str, &[&str]); 22] = [
    ("tower_sessions_core", &["store"]),
    ("jsonwebtoken", &["jose"]),
    ("aws_lc_rs", &["jose"]),
    ("rustls_pki_types", &["jose"]),
    ("hyper_util", &["fetch"]),
    ("hyper_rustls", &["fetch"]),
    ("use rustls", &["tls", "store"]),
    ("rustls_native_certs", &["tls"]),
    ("tokio_rustls", &["store"]),
    ("sha2", &["secret", "scheme"]),
    ("argon2", &["password"]),
    ("phc", &["password"]),
    ("bcrypt", &["password"]),
    ("sha_crypt", &["password"]),
    ("scrypt", &["password"]),
    ("pbkdf2", &["password"]),
    ("md5", &["password", "scheme"]),
    ("sha1", &["password"]),
    ("rustix", &["password"]),
    ("redis", &["store"]),
    ("tracing", &["observe"]),
    ("axum_core", &["extract"]),
];

const MAX_LINES: usize = 400;

#[test]
fn modules_use_only_rows_above_their_own() {
    for file in sources() {
        let own = module_of(&file);
        for used in crate_paths(&code(&file)) {
            let allowed = used == own || row(&used) < row(&own);
            assert!(allowed, "{}: `{own}` may not use `{used}`", file.display());
        }
    }
}

#[test]
fn every_module_has_a_row() {
    let lib = fs::read_to_string(src().join("lib.rs")).unwrap();
    let declared = lib
        .lines()
        .filter_map(|line| line.trim_start_matches("pub ").strip_prefix("mod ")?.strip_suffix(';'));
    for module in declared {
        assert!(ROWS.concat().contains(&module), "`{module}` has no row");
    }
}

#[test]
fn foreign_crates_stay_behind_one_module() {
    for file in sources() {
        let own = module_of(&file);
        let code = code(&file);
        for (name, homes) in HIDDEN {
            let named =
                code.contains(&format!("{name}::")) || code.contains(&format!("use {name}"));
            assert!(
                !named || homes.contains(&&*own),
                "{}: `{name}` is not for `{own}`",
                file.display()
            );
        }
    }
}

#[test]
fn features_choose_files_and_never_statements() {
    for file in sources() {
        for line in code(&file).lines() {
            let indented = line.starts_with("        ");
            assert!(
                !(indented && line.contains("cfg(") && line.contains("feature")),
                "{}: a feature inside a function: {line}",
                file.display()
            );
        }
    }
}

#[test]
fn files_are_short_enough_to_read() {
    for file in sources() {
        let lines = fs::read_to_string(&file).unwrap().lines().count();
        assert!(lines <= MAX_LINES, "{} has {lines} lines", file.display());
    }
}

fn src() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn sources() -> Vec<PathBuf> {
    let (mut files, mut folders) = (Vec::new(), vec![src()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|kind| kind == "rs") {
                files.push(path);
            }
        }
    }
    files.retain(|file| !file.ends_with("lib.rs"));
    assert!(files.len() > 30, "the sources were found");
    files
}

/// The first folder or file below `src`.
fn module_of(file: &Path) -> String {
    let below = file.strip_prefix(src()).unwrap();
    let first = below.components().next().unwrap().as_os_str().to_string_lossy();
    first.trim_end_matches(".rs").to_owned()
}

/// A source without its comments.
fn code(file: &Path) -> String {
    let text = fs::read_to_string(file).unwrap();
    text.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .flat_map(|line| [line, "\n"])
        .collect()
}

/// The modules named after `crate::`.
fn crate_paths(code: &str) -> Vec<String> {
    let names = code.split("crate::").skip(1).filter(|rest| !rest.is_empty());
    names
        .map(|rest| rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap())
        .map(str::to_owned)
        .collect()
}

fn row(module: &str) -> usize {
    ROWS.iter()
        .position(|row| row.contains(&module))
        .unwrap_or_else(|| panic!("`{module}` has no row; name the module, not a re-export"))
}
