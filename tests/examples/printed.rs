//! Printed commands: a line with the status and why, and the command below it.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use std::collections::BTreeMap;

use crate::curl::{Answer, shell};

/// Runs all of them in order, compares the statuses, and gives back the answers by what was
/// printed above them.
pub(crate) fn run(printed: &[String]) -> BTreeMap<&str, Answer> {
    let mut answers = BTreeMap::new();
    for pair in printed.chunks(2) {
        let [comment, command] = pair else { panic!("{pair:?} is no pair") };
        let (status, why) =
            comment.strip_prefix("# ").and_then(|text| text.split_once(": ")).unwrap();
        assert!(command.starts_with("curl -i ") && !why.is_empty(), "{comment}\n{command}");
        let answer = shell(command);
        assert_eq!(answer.status().to_string(), status, "{comment}\n{command}\n{answer:?}");
        answers.insert(comment.strip_prefix("# ").unwrap(), answer);
    }
    answers
}
