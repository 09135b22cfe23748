//! The client that everybody has.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use std::process::{Command, Output};

/// What `curl -i` prints.
#[derive(Debug)]
pub(crate) struct Answer {
    status: u16,
    fields: Vec<(String, String)>,
    body: String,
}

/// Runs `curl -i` with these arguments too.
pub(crate) fn curl(arguments: &[&str]) -> Answer {
    let common = ["-sS", "-i", "--max-time", "30"];
    Answer::of(&Command::new("curl").args(common).args(arguments).output().unwrap())
}

/// Runs a whole command as a shell does.
pub(crate) fn shell(command: &str) -> Answer {
    Answer::of(&Command::new("sh").args(["-c", command]).output().unwrap())
}

impl Answer {
    fn of(output: &Output) -> Self {
        let complaints = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "curl: {complaints}");
        let text = std::str::from_utf8(&output.stdout).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{text}"));
        let mut lines = head.lines();
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).unwrap();
        let field = |line: &str| {
            let (name, value) = line.split_once(": ").unwrap();
            (name.to_ascii_lowercase(), value.to_owned())
        };
        Self {
            status: status.parse().unwrap(),
            fields: lines.map(field).collect(),
            body: body.to_owned(),
        }
    }

    pub(crate) fn status(&self) -> u16 {
        self.status
    }

    pub(crate) fn body(&self) -> &str {
        &self.body
    }

    /// The values of all lines of a field.
    pub(crate) fn field(&self, name: &str) -> Vec<&str> {
        let lines = self.fields.iter().filter(|(other, _)| other == name);
        lines.map(|(_, value)| value.as_str()).collect()
    }

    /// The schemes that are offered, in order.
    pub(crate) fn offers(&self) -> Vec<&str> {
        let challenges = self.field("www-authenticate");
        challenges.iter().filter_map(|challenge| challenge.split(' ').next()).collect()
    }
}
