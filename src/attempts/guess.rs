//! What a caller guesses at.

use std::borrow::Cow;
use std::fmt;

/// What the credentials of a request would be a guess at, if they were wrong.
///
/// ```
/// use tower_auth::attempts::Guess;
///
/// let password_of_alice = Guess::on_account("alice");
/// let key = Guess::at_secret(b"key-of-robot-1");
/// # let _ = (password_of_alice, key);
/// ```
pub struct Guess<'a>(pub(super) Target<'a>);

#[derive(Clone, Default)]
pub(super) enum Target<'a> {
    #[default]
    Nothing,
    Account(Cow<'a, str>),
    Secret(Cow<'a, [u8]>),
}

impl<'a> Guess<'a> {
    /// At the secret of this account. Schemes that know the same accounts give them the same name.
    /// It may be one that nobody has.
    #[must_use]
    pub fn on_account(name: impl Into<Cow<'a, str>>) -> Self {
        Self(Target::Account(name.into()))
    }

    /// At a secret that says itself whose it is, such as an API key. Wrong ones count for their
    /// source alone; one that was right lately is not held up by what others do at the same source.
    #[must_use]
    pub fn at_secret(presented: impl Into<Cow<'a, [u8]>>) -> Self {
        Self(Target::Secret(presented.into()))
    }

    /// At something that has no name and can't be told apart. It counts for its source alone.
    #[must_use]
    pub const fn anonymous() -> Self {
        Self(Target::Nothing)
    }
}

impl fmt::Debug for Guess<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Target::Nothing => "Guess(anonymous)",
            Target::Account(_) => "Guess(on an account)",
            Target::Secret(_) => "Guess(at a secret)",
        })
    }
}

impl Target<'_> {
    pub(super) fn take(&mut self) -> Target<'static> {
        match std::mem::take(self) {
            Self::Nothing => Target::Nothing,
            Self::Account(name) => Target::Account(Cow::Owned(name.into_owned())),
            Self::Secret(secret) => Target::Secret(Cow::Owned(secret.into_owned())),
        }
    }
}
