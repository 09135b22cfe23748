//! `redis-server`, started, stopped and paused.

use std::io::{self, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use std::{env, fs, process, thread};

use tower_auth::store::RedisStores;

/// A server of its own, on a free port, with a folder for its data. Ends with the test.
pub(crate) struct Server {
    pub(crate) port: u16,
    dir: PathBuf,
    child: Child,
    args: Vec<String>,
    /// How `redis-cli` comes in.
    cli: Vec<String>,
}

impl Server {
    /// `None` where Redis is not installed.
    pub(crate) fn start(args: &[&str]) -> Option<Self> {
        let port = free_port();
        let plain = ["--port".to_owned(), port.to_string()];
        let given = args.iter().map(ToString::to_string);
        Self::launch(port, plain.into_iter().chain(given).collect(), Vec::new())
    }

    /// On this port, where `redis-cli` comes in with these.
    pub(crate) fn launch(port: u16, args: Vec<String>, cli: Vec<String>) -> Option<Self> {
        if !is_installed("redis-server") {
            return None;
        }
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let dir = env::temp_dir().join(format!("tower-auth-redis-{}-{count}", process::id()));
        fs::create_dir_all(&dir).unwrap();
        let child = spawn(&dir, &args);
        let server = Self { port, dir, child, args, cli };
        server.wait_until_up();
        Some(server)
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Stores in it, connected, in which nothing was remembered before.
    pub(crate) async fn stores(&self) -> RedisStores {
        self.stores_under("tower-auth").await
    }

    /// Stores of their own.
    pub(crate) async fn stores_under(&self, prefix: &str) -> RedisStores {
        let stores = RedisStores::at(&self.url()).prefix(prefix).connect().unwrap();
        stores.danger_nothing_was_lost().await.unwrap();
        stores
    }

    /// Stores of their own whose answers may take long, where time is not what is tested: this
    /// machine may have much else to do.
    pub(crate) async fn patient_stores(&self, prefix: &str) -> RedisStores {
        let settings = RedisStores::at(&self.url()).prefix(prefix);
        let stores = settings.answer_within(Duration::from_secs(10)).connect().unwrap();
        stores.danger_nothing_was_lost().await.unwrap();
        stores
    }

    /// Ends it as a power cut would.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Starts it again, with the data that it had saved.
    pub(crate) fn start_again(&mut self) {
        self.child = spawn(&self.dir, &self.args);
        self.wait_until_up();
    }

    pub(crate) fn restart_empty(&mut self) {
        self.kill();
        fs::remove_dir_all(&self.dir).unwrap();
        fs::create_dir_all(&self.dir).unwrap();
        self.start_again();
    }

    pub(crate) fn pause(&self) {
        self.signal("-STOP");
    }

    pub(crate) fn resume(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        let status = Command::new("kill").args([signal, &self.child.id().to_string()]).status();
        assert!(status.unwrap().success());
    }

    /// What `redis-cli` says to a command.
    pub(crate) fn cli(&self, command: &[&str]) -> String {
        let output = Command::new("redis-cli")
            .args(["-p", &self.port.to_string()])
            .args(&self.cli)
            .args(command)
            .stderr(Stdio::null())
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// How often commands were called since [`forget_calls`](Self::forget_calls), by name.
    pub(crate) fn calls(&self) -> Vec<(String, u64)> {
        let stats = self.cli(&["INFO", "commandstats"]);
        let line = |line: &str| {
            let (name, rest) = line.trim().strip_prefix("cmdstat_")?.split_once(":calls=")?;
            let calls = rest.split(',').next()?.parse().ok()?;
            let is_ours = !matches!(name, "info" | "config|resetstat" | "command|docs" | "hello");
            is_ours.then(|| (name.to_owned(), calls))
        };
        stats.lines().filter_map(line).collect()
    }

    pub(crate) fn forget_calls(&self) {
        self.cli(&["CONFIG", "RESETSTAT"]);
    }

    fn wait_until_up(&self) {
        let start = Instant::now();
        loop {
            let answer = self.cli(&["PING"]);
            if answer == "PONG" || answer.starts_with("NOAUTH") {
                return;
            }
            assert!(start.elapsed() < Duration::from_secs(20), "redis-server did not start");
            thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.dir);
    }
}

/// Where it is not, there is a sentence, and a failure under `CI`.
pub(crate) fn is_installed(program: &str) -> bool {
    if Command::new(program).arg("--version").output().is_ok() {
        return true;
    }
    let text =
        format!("{program} is not installed, so this was not tested: apt-get install {program}");
    assert!(env::var_os("CI").is_none(), "{text}");
    io::stderr().write_all(format!("skipped: {text}\n").as_bytes()).unwrap();
    false
}

fn spawn(dir: &Path, args: &Vec<String>) -> Child {
    Command::new("redis-server")
        .args(["--bind", "127.0.0.1", "--save", ""])
        .args(["--dir", dir.to_str().unwrap()])
        .args(args)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
