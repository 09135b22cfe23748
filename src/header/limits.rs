//! How much of one field value is read.

use super::cursor::Cursor;
use super::error::{ParseError, ParseErrorKind};

/// The most challenges that are read from one field value.
pub(super) const MAX_CHALLENGES: usize = 64;

/// The most parameters that are read for one scheme, and written.
pub(super) const MAX_PARAMS: usize = 64;

/// The most empty list elements that are skipped in one field value.
///
/// RFC 9110 §5.6.1.2: a recipient "MUST parse and ignore a reasonable number of empty list
/// elements: enough to handle common mistakes by senders that merge values, but not so much that
/// they could be used as a denial-of-service mechanism".
pub(super) const MAX_EMPTY_ELEMENTS: usize = 256;

/// What may still be read of one field value.
#[derive(Clone)]
pub(super) struct Budget {
    challenges: usize,
    empty_elements: usize,
}

impl Budget {
    pub(super) const fn new() -> Self {
        Self { challenges: MAX_CHALLENGES, empty_elements: MAX_EMPTY_ELEMENTS }
    }

    pub(super) fn challenge(&mut self, at: Cursor<'_>) -> Result<(), ParseError> {
        take_one(&mut self.challenges, at)
    }

    pub(super) fn empty_element(&mut self, at: Cursor<'_>) -> Result<(), ParseError> {
        take_one(&mut self.empty_elements, at)
    }
}

fn take_one(left: &mut usize, at: Cursor<'_>) -> Result<(), ParseError> {
    *left = left.checked_sub(1).ok_or_else(|| at.error(ParseErrorKind::TooMany))?;
    Ok(())
}
