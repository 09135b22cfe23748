//! Reading challenges: `WWW-Authenticate` and `Proxy-Authenticate`.

use std::borrow::Cow;
use std::fmt;

use http::{HeaderMap, HeaderName};

use super::cursor::{Cursor, text};
use super::error::{ParseError, ParseErrorKind};
use super::limits::Budget;
use super::params::{Param, Params, read_list};

/// The challenges of one field value, in the order in which they were sent
/// ([RFC 9110 §11.6.1](https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1)).
///
/// Ends after the first error: where one challenge ends and the next begins is unknown from there
/// on. A challenge comes out only where the end, or the name of another scheme, follows it. Reads no
/// more than 64 challenges with 64 parameters each, and skips no more than 256 empty list elements.
/// Allocates nothing.
#[must_use]
pub fn parse_challenges(value: &[u8]) -> Challenges<'_> {
    Challenges { at: Cursor::trimmed(value), budget: Budget::new(), state: State::Start }
}

/// The challenges of all field lines called `name`, in order.
///
/// Each line is read by itself. An error ends its line only: the challenges of the lines after it
/// can still be used.
pub fn challenges_in<'a>(
    headers: &'a HeaderMap,
    name: &HeaderName,
) -> impl Iterator<Item = Result<ChallengeRef<'a>, ParseError>> + use<'a> {
    headers.get_all(name).into_iter().flat_map(|value| parse_challenges(value.as_bytes()))
}

/// An iterator over challenges, made by [`parse_challenges`].
#[derive(Clone)]
pub struct Challenges<'a> {
    /// Before the first challenge, or at the first byte of the next one.
    at: Cursor<'a>,
    budget: Budget,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Start,
    Between,
    Done,
}

impl<'a> Challenges<'a> {
    fn read(&mut self) -> Result<Option<ChallengeRef<'a>>, ParseError> {
        if self.state == State::Start {
            self.state = State::Between;
            self.at = self.next_element(self.at)?;
        }
        if self.at.is_end() {
            return Ok(None);
        }
        self.budget.challenge(self.at)?;
        let Some((scheme, after)) = self.at.token() else {
            return Err(self.at.error(ParseErrorKind::ExpectedScheme));
        };
        let (body, after) = match after.byte(b' ') {
            Some(after) => self.body(after.spaces())?,
            None => (Body::Params(Params::none()), self.end_of_bare(after)?),
        };
        self.at = after;
        Ok(Some(ChallengeRef { scheme: text(scheme), body }))
    }

    /// `token68 / #auth-param`, and all up to the next challenge.
    fn body(&mut self, at: Cursor<'a>) -> Result<(Body<'a>, Cursor<'a>), ParseError> {
        if let Some((token68, after)) = at.token68()
            && (after.is_end() || after.separator().is_some())
        {
            return Ok((Body::Token68(token68), self.end_of_challenge(after)?));
        }
        let (params, after) = read_list(at, &mut self.budget, |_| {})?;
        Ok((Body::Params(params), self.skip_empty(after)?))
    }

    /// All up to the next challenge, after a scheme that no space follows.
    fn end_of_bare(&mut self, at: Cursor<'a>) -> Result<Cursor<'a>, ParseError> {
        if at.is_end() || at.separator().is_some() {
            return self.end_of_challenge(at);
        }
        Err(at.error(ParseErrorKind::ExpectedSpace))
    }

    /// All up to the next challenge, after one that takes no parameters.
    fn end_of_challenge(&mut self, at: Cursor<'a>) -> Result<Cursor<'a>, ParseError> {
        match at.separator() {
            Some(next) => self.next_element(next),
            None => Ok(at),
        }
    }

    /// Skips empty elements, up to something that could be a challenge.
    fn next_element(&mut self, at: Cursor<'a>) -> Result<Cursor<'a>, ParseError> {
        let at = self.skip_empty(at)?;
        if at.param_name().is_some() {
            return Err(at.error(ParseErrorKind::StrayParam));
        }
        if at.is_end() || at.token().is_some() {
            return Ok(at);
        }
        Err(at.error(ParseErrorKind::ExpectedScheme))
    }

    fn skip_empty(&mut self, mut at: Cursor<'a>) -> Result<Cursor<'a>, ParseError> {
        while let Some(next) = at.separator() {
            self.budget.empty_element(at)?;
            at = next;
        }
        Ok(at)
    }
}

impl<'a> Iterator for Challenges<'a> {
    type Item = Result<ChallengeRef<'a>, ParseError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.state == State::Done {
            return None;
        }
        let item = self.read().transpose();
        if !matches!(item, Some(Ok(_))) {
            self.state = State::Done;
        }
        item
    }
}

impl std::iter::FusedIterator for Challenges<'_> {}

impl fmt::Debug for Challenges<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

/// A challenge that was read,
/// [RFC 9110 §11.3](https://www.rfc-editor.org/rfc/rfc9110#section-11.3).
///
/// ```text
/// challenge = auth-scheme [ 1*SP ( token68 / #auth-param ) ]
/// ```
#[derive(Clone)]
pub struct ChallengeRef<'a> {
    scheme: &'a str,
    body: Body<'a>,
}

#[derive(Clone)]
enum Body<'a> {
    Token68(&'a [u8]),
    Params(Params<'a>),
}

impl<'a> ChallengeRef<'a> {
    /// The name of the scheme as it was sent; compare it without regard to case, for example with
    /// [`SchemeName::matches`](super::SchemeName::matches).
    #[must_use]
    pub fn scheme(&self) -> &'a str {
        self.scheme
    }

    /// The `token68`, where there is one instead of parameters.
    #[must_use]
    pub fn token68(&self) -> Option<&'a str> {
        match self.body {
            Body::Token68(token68) => Some(text(token68)),
            Body::Params(_) => None,
        }
    }

    /// The parameters, in the order in which they were sent; none where there is a `token68`.
    #[must_use]
    pub fn params(&self) -> Params<'a> {
        match &self.body {
            Body::Token68(_) => Params::none(),
            Body::Params(params) => params.clone(),
        }
    }

    /// The parameter of this name, ignoring case.
    #[must_use]
    pub fn param(&self, name: &str) -> Option<Param<'a>> {
        self.params().get(name)
    }

    /// The value of `realm`, without quotes and escapes
    /// ([RFC 9110 §11.5](https://www.rfc-editor.org/rfc/rfc9110#section-11.5)).
    #[must_use]
    pub fn realm(&self) -> Option<Cow<'a, [u8]>> {
        self.param("realm").map(|realm| realm.value())
    }
}

impl fmt::Debug for ChallengeRef<'_> {
    /// The scheme and the names of the parameters.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChallengeRef")
            .field("scheme", &self.scheme)
            .field("params", &self.params())
            .finish_non_exhaustive()
    }
}
