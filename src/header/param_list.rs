//! Writing `#auth-param`.

use super::MAX_PARAMS;
use super::cursor::Cursor;
use super::error::{ChallengeProblem, InvalidChallenge};
use super::params::Params;
use super::table::{is_printable, is_tchar};

/// Parameters that are being written: the text so far, or the first thing that was wrong.
#[derive(Clone, Debug)]
pub(super) struct ParamList {
    text: Vec<u8>,
    /// Where in `text` the first parameter begins.
    start: usize,
    count: usize,
    place: Place,
    problem: Option<ChallengeProblem>,
}

/// Where parameters are written, which decides how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Challenge,
    Info,
}

impl Place {
    /// The parameters whose definitions want a token. All others are written as a quoted string,
    /// which every recipient must take as the same (RFC 9110 §11.2), and which RFC 9110 §11.5
    /// demands for `realm`.
    ///
    /// RFC 7616 §3.3: a sender "MUST NOT generate the quoted string syntax" for `stale` and
    /// `algorithm`; its examples in §3.9 have `userhash` without quotes. `charset` has them in the
    /// example of RFC 7617 §2.1. §3.5 wants `qop` and `nc` of `Authentication-Info` as tokens,
    /// while `qop` of a challenge is quoted.
    const fn token_params(self) -> &'static [&'static str] {
        match self {
            Self::Challenge => &["algorithm", "stale", "userhash"],
            Self::Info => &["nc", "qop"],
        }
    }

    /// What stands between `text` and its first parameter.
    const fn gap(self) -> &'static [u8] {
        match self {
            Self::Challenge => b" ",
            Self::Info => b"",
        }
    }
}

impl ParamList {
    /// Parameters that follow `text`, which has none yet.
    pub(super) fn after(text: Vec<u8>, place: Place) -> Self {
        Self { start: text.len(), text, count: 0, place, problem: None }
    }

    /// No parameters yet, and room for these.
    #[cfg(feature = "digest")]
    pub(super) fn with_room_for(params: &[(&str, &str)], place: Place) -> Self {
        let room = params.iter().map(|(name, value)| room_for(name, value)).sum();
        Self::after(Vec::with_capacity(room), place)
    }

    /// Parameters that follow those of a challenge whose name ends at `start`, with room for
    /// `more`.
    pub(super) fn resume(challenge: &[u8], start: usize, more: &[(&str, &str)]) -> Self {
        let room = more.iter().fold(challenge.len(), |room, (name, value)| {
            room.saturating_add(room_for(name, value))
        });
        let mut text = Vec::with_capacity(room);
        text.extend_from_slice(challenge);
        let mut list = Self { start, text, count: 0, place: Place::Challenge, problem: None };
        list.count = list.written().count();
        list
    }

    pub(super) fn push(&mut self, name: &str, value: &str) {
        if self.problem.is_none() {
            self.problem = self.try_push(name, value).err();
        }
    }

    /// The text with all parameters in it.
    pub(super) fn finish(self) -> Result<Vec<u8>, InvalidChallenge> {
        match self.problem {
            Some(problem) => Err(problem.into()),
            None => Ok(self.text),
        }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.count == 0
    }

    fn try_push(&mut self, name: &str, value: &str) -> Result<(), ChallengeProblem> {
        if name.is_empty() || !name.bytes().all(is_tchar) {
            return Err(ChallengeProblem::Name);
        }
        if !value.bytes().all(is_printable) {
            return Err(ChallengeProblem::Value(name.into()));
        }
        if self.written().get(name).is_some() {
            return Err(ChallengeProblem::Duplicate(name.into()));
        }
        if self.count >= MAX_PARAMS {
            return Err(ChallengeProblem::TooMany);
        }
        let is_token =
            self.place.token_params().iter().any(|known| known.eq_ignore_ascii_case(name));
        if is_token && (value.is_empty() || !value.bytes().all(is_tchar)) {
            return Err(ChallengeProblem::NotToken(name.into()));
        }
        self.write(name, value, is_token);
        Ok(())
    }

    fn written(&self) -> Params<'_> {
        Params::trusted(Cursor::trimmed(self.text.get(self.start..).unwrap_or_default()))
    }

    fn write(&mut self, name: &str, value: &str, is_token: bool) {
        self.text.reserve(room_for(name, value));
        self.text.extend(if self.is_empty() { self.place.gap() } else { b", " });
        self.count = self.count.saturating_add(1);
        self.text.extend(name.bytes());
        self.text.push(b'=');
        if is_token {
            self.text.extend(value.bytes());
            return;
        }
        self.text.push(b'"');
        for byte in value.bytes() {
            // RFC 9110 §5.6.4: nothing but these two should be escaped.
            if matches!(byte, b'"' | b'\\') {
                self.text.push(b'\\');
            }
            self.text.push(byte);
        }
        self.text.push(b'"');
    }
}

/// How much a parameter without escapes takes, and a little more.
fn room_for(name: &str, value: &str) -> usize {
    name.len().saturating_add(value.len()).saturating_add(8)
}
