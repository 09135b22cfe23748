//! nginx and Caddy with the settings that the documentation shows, but for the addresses.

use std::net::TcpStream;
use std::process::{Child, Command};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use super::backend::Backend;
use super::{Folder, Program};
use crate::curl::{Answer, curl};
use crate::redis::free_port;

const NGINX: &str = include_str!("../../../examples/forward_auth/proxies/nginx.conf");
const CADDY: &str = include_str!("../../../examples/forward_auth/proxies/Caddyfile");

/// A service behind a proxy that asks the program.
pub(crate) struct Site {
    pub(crate) proxy: &'static str,
    pub(crate) program: Program,
    pub(crate) backend: Backend,
    /// `127.0.0.1:PORT` of the proxy.
    pub(crate) address: String,
    /// The same for cleartext HTTP/2.
    pub(crate) http2: String,
    child: Child,
    folder: Folder,
}

/// One site for each proxy that is installed.
pub(crate) fn sites() -> Vec<Site> {
    [Site::nginx(|text| text), Site::caddy()].into_iter().flatten().collect()
}

fn is_installed(program: &str, argument: &str, package: &str) -> bool {
    let found = Command::new(program).arg(argument).output().is_ok();
    assert!(
        found || env::var_os("CI").is_none(),
        "{package} is not installed, so this was not tested: apt-get install {package}"
    );
    found
}

impl Site {
    /// Behind nginx, with settings that `change` may change.
    pub(crate) fn nginx(change: impl Fn(String) -> String) -> Option<Self> {
        let nginx = "/usr/sbin/nginx";
        is_installed(nginx, "-v", "nginx-light").then(|| {
            Self::start("nginx", |folder, text, http2| {
                let listen = format!("\n    listen {http2} http2;\n    listen");
                let text = change(text.replacen("\n    listen", &listen, 1));
                let at = folder.path().display();
                let text = format!(
                    "daemon off; worker_processes 1; pid {at}/pid; error_log {at}/error;\n\
                     events {{}}\n\
                     http {{ access_log off; client_body_temp_path {at}/body; \
                     proxy_temp_path {at}/proxy; fastcgi_temp_path {at}/f; \
                     uwsgi_temp_path {at}/u; scgi_temp_path {at}/s;\n{text}\n}}\n"
                );
                fs::write(folder.path().join("conf"), text).unwrap();
                let mut command = Command::new(nginx);
                command.arg("-c").arg(folder.path().join("conf"));
                command
            })
        })
    }

    /// Behind Caddy.
    pub(crate) fn caddy() -> Option<Self> {
        is_installed("caddy", "version", "caddy").then(|| {
            Self::start("caddy", |folder, text, http2| {
                let site = text.lines().find(|line| line.starts_with("http://")).unwrap();
                let first = site.trim_end_matches(" {");
                let (_, port) = http2.split_once(':').unwrap();
                let both = text.replacen(first, &format!("{first}, http://:{port}"), 1);
                let text = format!(
                    "{{\n admin off\n auto_https off\n servers {{\n protocols h1 h2c\n }}\n}}\n{both}"
                );
                fs::write(folder.path().join("Caddyfile"), text).unwrap();
                let mut command = Command::new("caddy");
                command.args(["run", "--config"]).arg(folder.path().join("Caddyfile"));
                command.env("HOME", folder.path()).env_remove("XDG_DATA_HOME");
                command.stderr(fs::File::create(folder.path().join("log")).unwrap());
                command
            })
        })
    }

    fn start(proxy: &'static str, command: impl Fn(&Folder, String, &str) -> Command) -> Self {
        let (program, backend) = (Program::start(proxy), Backend::start());
        let (address, http2) =
            (format!("127.0.0.1:{}", free_port()), format!("127.0.0.1:{}", free_port()));
        let text = if proxy == "nginx" { NGINX } else { CADDY };
        let mut text = text.to_owned();
        for (documented, actual) in [
            ("127.0.0.1:3000", program.example.origin().trim_start_matches("http://")),
            ("127.0.0.1:8000", &backend.address),
            (":8080", address.trim_start_matches("127.0.0.1")),
        ] {
            assert!(text.contains(documented), "{documented}");
            text = text.replace(documented, actual);
        }
        let folder = Folder::new(proxy);
        let child = command(&folder, text, &http2).spawn().unwrap();
        let until = Instant::now() + Duration::from_secs(20);
        for address in [&address, &http2] {
            while TcpStream::connect(address).is_err() {
                assert!(Instant::now() < until, "{proxy} does not listen");
                thread::sleep(Duration::from_millis(20));
            }
        }
        Self { proxy, program, backend, address, http2, child, folder }
    }

    /// Asks for a path through the proxy, which curl sends as it stands here.
    pub(crate) fn get(&self, path: &str, arguments: &[&str]) -> Answer {
        let url = format!("http://{}{path}", self.address);
        curl(&[arguments, &["--path-as-is", "-g", &url]].concat())
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        if self.proxy == "nginx" {
            // A polite end takes the workers along.
            let pid = fs::read_to_string(self.folder.path().join("pid")).unwrap_or_default();
            let _ = Command::new("kill").arg(pid.trim()).status();
        } else {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}
