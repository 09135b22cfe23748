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

    fn wants_token(self, name: &str) -> bool {
        self.token_params().iter().any(|known| known.eq_ignore_ascii_case(name))
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

    /// No parameters yet, and room for these and no more: what is full can be sent as it is.
    #[cfg(feature = "digest")]
    pub(super) fn with_room_for(params: &[(&str, &str)], place: Place) -> Self {
        let room = place.gap().len().saturating_add(room_for_all(params, place));
        Self::after(Vec::with_capacity(room.saturating_sub(SEPARATOR.len())), place)
    }

    /// Parameters that follow those of a challenge whose name ends at `start`, with room for
    /// `more`.
    pub(super) fn resume(challenge: &[u8], start: usize, more: &[(&str, &str)]) -> Self {
        let place = Place::Challenge;
        let room = challenge.len().saturating_add(room_for_all(more, place));
        let mut text = Vec::with_capacity(room);
        text.extend_from_slice(challenge);
        let mut list = Self { start, text, count: 0, place, problem: None };
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

    /// A parameter whose name is a token that is not there yet.
    #[cfg(feature = "digest")]
    pub(super) fn push_known(&mut self, name: &'static str, value: &str) {
        if self.problem.is_none() {
            self.problem = self.push_value(name, value).err();
        }
    }

    fn try_push(&mut self, name: &str, value: &str) -> Result<(), ChallengeProblem> {
        if name.is_empty() || !name.bytes().all(is_tchar) {
            return Err(ChallengeProblem::Name);
        }
        if self.written().get(name).is_some() {
            return Err(ChallengeProblem::Duplicate(name.into()));
        }
        self.push_value(name, value)
    }

    fn push_value(&mut self, name: &str, value: &str) -> Result<(), ChallengeProblem> {
        // Without branches, which compilers turn into vector instructions.
        if !value.bytes().fold(true, |all, byte| all & is_printable(byte)) {
            return Err(ChallengeProblem::Value(name.into()));
        }
        if self.count >= MAX_PARAMS {
            return Err(ChallengeProblem::TooMany);
        }
        let is_token = self.place.wants_token(name);
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
        let gap = if self.is_empty() { self.place.gap() } else { SEPARATOR };
        self.text.reserve(gap.len().saturating_add(room_for(name, value, self.place)));
        self.text.extend_from_slice(gap);
        self.count = self.count.saturating_add(1);
        self.text.extend_from_slice(name.as_bytes());
        self.text.push(b'=');
        if is_token {
            self.text.extend_from_slice(value.as_bytes());
            return;
        }
        self.text.push(b'"');
        if escapes_in(value) > 0 {
            for byte in value.bytes() {
                self.text.extend(needs_escape(byte).then_some(b'\\'));
                self.text.push(byte);
            }
        } else {
            self.text.extend_from_slice(value.as_bytes());
        }
        self.text.push(b'"');
    }
}

/// How long these parameters are, each with a separator before it.
fn room_for_all(params: &[(&str, &str)], place: Place) -> usize {
    let room = |(name, value): &(&str, &str)| room_for(name, value, place);
    let separators = params.len().saturating_mul(SEPARATOR.len());
    params.iter().map(room).fold(separators, usize::saturating_add)
}

/// How long a parameter is when it is written.
fn room_for(name: &str, value: &str, place: Place) -> usize {
    let bare = name.len().saturating_add("=".len()).saturating_add(value.len());
    if place.wants_token(name) {
        return bare;
    }
    bare.saturating_add("\"\"".len()).saturating_add(escapes_in(value))
}

fn escapes_in(value: &str) -> usize {
    value.bytes().filter(|&byte| needs_escape(byte)).count()
}

/// RFC 9110 §5.6.4: nothing but these two should be escaped.
const fn needs_escape(byte: u8) -> bool {
    matches!(byte, b'"' | b'\\')
}

const SEPARATOR: &[u8] = b", ";
