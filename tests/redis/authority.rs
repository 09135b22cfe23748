//! A certificate authority of a test's own, by `openssl`.

use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::{env, fs, process};

use super::server::{Server, free_port, is_installed};

/// In a folder that goes with it.
pub(crate) struct Authority {
    dir: PathBuf,
}

/// The paths of a certificate and its key.
pub(crate) struct Files {
    pub(crate) certificate: String,
    pub(crate) key: String,
}

impl Authority {
    /// `None` where `openssl` is not installed.
    pub(crate) fn new() -> Option<Self> {
        if !is_installed("openssl") {
            return None;
        }
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let dir = env::temp_dir().join(format!("tower-auth-authority-{}-{count}", process::id()));
        fs::create_dir_all(&dir).unwrap();
        let authority = Self { dir };
        // What the machine's own configuration would add is not wanted.
        fs::write(authority.path("req.conf"), "[req]\ndistinguished_name = dn\n[dn]\n").unwrap();
        let name = format!("/CN=Authority {count}");
        authority.request("ca", &["-subj", &name, "-addext", "basicConstraints=critical,CA:TRUE"]);
        Some(authority)
    }

    /// A Redis that speaks nothing but TLS, with a certificate for this name.
    pub(crate) fn server(&self, name: &str, args: &[&str]) -> Option<Server> {
        let (port, leaf, roots) = (free_port(), self.issue(name), self.file());
        let tls = [
            ["--port", "0"],
            ["--tls-port", &port.to_string()],
            ["--tls-ca-cert-file", &roots],
            ["--tls-cert-file", &leaf.certificate],
            ["--tls-key-file", &leaf.key],
        ];
        let cli = ["--tls", "--cacert", &roots, "--cert", &leaf.certificate, "--key", &leaf.key];
        let args = tls.as_flattened().iter().chain(args).map(ToString::to_string).collect();
        Server::launch(port, args, cli.map(str::to_owned).into())
    }

    /// A certificate for this name (`DNS:localhost`).
    pub(crate) fn issue(&self, name: &str) -> Files {
        let (roots, key) = (self.file(), self.path("ca.key"));
        let name = format!("subjectAltName={name}");
        let leaf = ["-subj", "/CN=leaf", "-addext", "basicConstraints=critical,CA:FALSE"];
        let signed = ["-addext", &name, "-CA", &roots, "-CAkey", &key];
        self.request("leaf", &[&leaf[..], &signed[..]].concat());
        Files { certificate: self.path("leaf.pem"), key: self.path("leaf.key") }
    }

    /// Where its own certificate is.
    pub(crate) fn file(&self) -> String {
        self.path("ca.pem")
    }

    pub(crate) fn pem(&self) -> Vec<u8> {
        fs::read(self.file()).unwrap()
    }

    fn path(&self, name: &str) -> String {
        self.dir.join(name).to_str().unwrap().to_owned()
    }

    fn request(&self, name: &str, args: &[&str]) {
        let output = Command::new("openssl")
            .args(["req", "-x509", "-config", &self.path("req.conf"), "-nodes", "-days", "2"])
            .args(["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"])
            .args(["-keyout", &self.path(&format!("{name}.key"))])
            .args(["-out", &self.path(&format!("{name}.pem"))])
            .args(args)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

impl Drop for Authority {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.dir);
    }
}
