//! A real OpenID provider: npm's `oidc-provider`.

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// `node provider.mjs`, until it is dropped.
pub(crate) struct Provider(Child);

impl Provider {
    pub(crate) fn start(port: u16) -> Self {
        let mut child = Command::new("node")
            .arg("provider.mjs")
            .arg(port.to_string())
            .current_dir(folder())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let ready = lines.any(|line| line.is_ok_and(|line| line == "ready"));
        // It goes on printing notes; a pipe that nobody reads would stop it.
        std::thread::spawn(move || lines.for_each(drop));
        let provider = Self(child);
        assert!(ready, "the provider starts");
        provider
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oidc")
}

/// Says that the provider is missing. Under continuous integration it must not be.
pub(crate) fn is_installed() -> bool {
    let node = Command::new("node").arg("--version").output().is_ok_and(|it| it.status.success());
    let package = folder().join("node_modules/oidc-provider").is_dir();
    if node && package {
        return true;
    }
    let text =
        "oidc-provider is not installed: run `npm ci` in tests/oidc (needs Node 20 or newer)";
    assert!(std::env::var_os("CI").is_none(), "{text}");
    std::io::Write::write_all(&mut std::io::stderr(), format!("skipped: {text}\n").as_bytes())
        .unwrap();
    false
}

/// A port that nobody listens at.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
