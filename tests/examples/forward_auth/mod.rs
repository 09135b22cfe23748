//! `forward_auth`, asked by real proxies that stand before a real service, and asked as the others ask.
//!
//! Envoy and Traefik are not in Debian: what they send is taken from their documentation, and sent by
//! curl. Their settings in `examples/forward_auth/proxies` were never loaded by them here.

mod asked;
mod backend;
mod behind;
mod files;
mod paths;
mod proxies;
mod spoofed;

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicU32, Ordering};
use std::{env, fs, process};

use tower_auth::testing::TokenMaker;

use crate::process::{Example, command};

/// The program, with settings that use all it has.
pub(crate) struct Program {
    pub(crate) example: Example,
    staff: TokenMaker,
    _folder: Folder,
}

impl Program {
    /// For the proxy of this name.
    pub(crate) fn start(proxy: &str) -> Self {
        let folder = Folder::new("forward-auth");
        let staff = TokenMaker::es256().issuer(STAFF).audience("https://api.example");
        let settings = include_str!("settings.toml");
        for (name, text) in [
            ("forward_auth.toml", settings.replace("\"nginx\"", &format!("\"{proxy}\"")).as_str()),
            ("users.htpasswd", include_str!("../../../examples/forward_auth/users.htpasswd")),
            ("staff.json", staff.jwk_set().as_str()),
        ] {
            fs::write(folder.path().join(name), text).unwrap();
        }
        let mut command = command("forward_auth");
        // Its log: every refusal of every test.
        command.arg(folder.path().join("forward_auth.toml")).stderr(Stdio::null());
        Self { example: Example::run("forward_auth", command), staff, _folder: folder }
    }

    /// A token of an issuer that is trusted.
    pub(crate) fn token(&self, subject: &str, scopes: &str) -> String {
        format!("Authorization: Bearer {}", self.staff.token(subject).scope(scopes).sign())
    }

    /// A token of an issuer that is trusted, and whose keys can't be had.
    pub(crate) fn token_of_a_lost_issuer(&self) -> String {
        format!("Authorization: Bearer {}", self.staff.token("eve").issuer(LOST).sign())
    }
}

/// As in `settings.toml`.
const STAFF: &str = "https://staff.example";
const LOST: &str = "https://lost.example";
/// Basic credentials of alice, who has a password and nothing else.
const ALICE: [&str; 2] = ["-u", "alice:wonderland"];
const ROBOT: [&str; 2] = ["-H", "X-API-Key: key-of-robot-1"];

/// A folder that goes away with the test.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new(what: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = env::temp_dir().join(format!("tower-auth-{what}-{}-{count}", process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
