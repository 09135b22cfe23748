//! The challenges of one response.

use http::HeaderMap;

use super::Target;
use crate::header::Challenge;

/// Where schemes put their challenges: one field line each, in the order they are pushed.
#[derive(Debug)]
pub struct ChallengeList<'a> {
    headers: &'a mut HeaderMap,
    target: Target,
}

impl<'a> ChallengeList<'a> {
    pub(crate) fn new(headers: &'a mut HeaderMap, target: Target) -> Self {
        Self { headers, target }
    }

    /// Adds a challenge.
    pub fn push(&mut self, challenge: &Challenge) {
        self.headers.append(self.target.challenge_field(), challenge.header_value().clone());
    }

    /// Whom the challenges are sent by.
    #[must_use]
    pub fn target(&self) -> Target {
        self.target
    }

    pub(crate) fn is_empty(&self) -> bool {
        !self.headers.contains_key(self.target.challenge_field())
    }
}
