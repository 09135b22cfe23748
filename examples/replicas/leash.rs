//! Programs that end with this one.

use std::error::Error;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

/// A program on a leash: a shell that ends it as soon as nobody holds the other end of a pipe. So
/// nothing has to be caught here, neither Ctrl-C nor what ends a process at once.
#[derive(Debug)]
pub(crate) struct Leash {
    _shell: Child,
}

impl Leash {
    /// Starts the program, and waits until it listens on this port. The folder goes with it.
    pub(crate) fn start(
        program: &str,
        args: &[&str],
        folder: &Path,
        port: u16,
    ) -> Result<Self, Box<dyn Error>> {
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", SHELL, "leash"]).arg(folder).arg(program).args(args);
        let shell = Self { _shell: shell.stdin(Stdio::piped()).stdout(Stdio::null()).spawn()? };
        for _ in 0..500 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return Ok(shell);
            }
            sleep(Duration::from_millis(20));
        }
        Err(format!("{program} does not listen on port {port}").into())
    }
}

/// Signals to all at once, as by Ctrl-C in a terminal, leave the shell time to end its program. Who
/// was paused has to go on to end.
const SHELL: &str = r#"
trap : INT HUP TERM
folder=$1
shift
"$@" &
read -r _
kill $! 2>/dev/null
kill -CONT $! 2>/dev/null
wait
rm -rf "$folder"
"#;

/// The first of these programs that is here.
pub(crate) fn installed<'a>(programs: &[&'a str], package: &str) -> Result<&'a str, String> {
    let runs = |program: &&&str| {
        let mut command = Command::new(program);
        command.arg("-v").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
    };
    let found = programs.iter().find(runs).copied();
    found.ok_or_else(|| {
        format!("{package} is not installed: apt-get install {package}, or the like")
    })
}

pub(crate) fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
