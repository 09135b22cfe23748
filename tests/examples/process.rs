//! An example as a child process.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use std::fs;
use std::io::{BufRead as _, BufReader, Lines};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

/// A running example, stopped when dropped.
pub(crate) struct Example {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    origin: String,
}

impl Example {
    /// Starts the example on a free port, and waits until it listens.
    pub(crate) fn start(name: &str) -> Self {
        Self::start_with(name, &[])
    }

    /// The same, with these environment variables.
    pub(crate) fn start_with(name: &str, variables: &[(&str, &str)]) -> Self {
        let mut command = command(name);
        command.envs(variables.iter().copied());
        Self::run(name, command)
    }

    /// The same, by a [`command`] of one's own.
    pub(crate) fn run(name: &str, mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = lines.next().unwrap_or_else(|| panic!("{name} ends at once")).unwrap();
        let origin = first.strip_prefix("listening on ").unwrap_or_else(|| panic!("{first}"));
        Self { origin: origin.to_owned(), child, lines }
    }

    /// `http://127.0.0.1:PORT`
    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    /// Stops it before its time.
    pub(crate) fn stop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// The number of the process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// The next lines up to an empty one.
    pub(crate) fn paragraph(&mut self) -> Vec<String> {
        let lines = self.lines.by_ref().map(Result::unwrap);
        lines.skip_while(String::is_empty).take_while(|line| !line.is_empty()).collect()
    }

    /// The next `count` lines.
    pub(crate) fn lines(&mut self, count: usize) -> Vec<String> {
        self.lines.by_ref().take(count).map(Result::unwrap).collect()
    }
}

impl Drop for Example {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The example, on a free port, with none of the other variables that examples read.
pub(crate) fn command(name: &str) -> Command {
    let path = path(name);
    assert!(is_fresh(&path), "{} is out of date: {HINT}", path.display());
    let mut command = Command::new(&path);
    for name in [
        "AUDIENCE",
        "INTROSPECTION_URL",
        "ISSUER",
        "JWT_ISSUER",
        "REDIS_URL",
        "PROFILE",
        "RESOURCE",
        "SCOPE",
    ] {
        command.env_remove(name);
    }
    command.env("PORT", "0");
    command
}

/// `target/PROFILE/examples/NAME`, seen from `target/PROFILE/deps/THIS-TEST`.
fn path(name: &str) -> PathBuf {
    let this = std::env::current_exe().unwrap();
    let profile = this.ancestors().nth(2).unwrap();
    profile.join("examples").join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}

/// Whether the example was built, and after its sources were last changed. They stand in a file
/// beside it that Cargo writes: `EXAMPLE: SOURCE SOURCE ...`.
fn is_fresh(example: &Path) -> bool {
    let changed = |path: &Path| path.metadata().and_then(|metadata| metadata.modified()).ok();
    let rule = fs::read_to_string(example.with_extension("d")).unwrap_or_default();
    let sources = rule.trim_end().split_once(": ").map_or("", |(_, sources)| sources);
    let newest = sources.split(' ').map(|source| changed(Path::new(source))).max();
    changed(example).is_some() && newest.flatten() <= changed(example)
}

const HINT: &str = "run `cargo build --examples`";
