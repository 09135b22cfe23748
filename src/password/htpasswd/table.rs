//! The text of a file of users.

use std::collections::HashMap;
use std::sync::Arc;

use unicode_normalization::UnicodeNormalization as _;

use crate::identity::Principal;
use crate::password::checker::{Against, Checker, Decoys};
use crate::password::formats::{Check, Formats};
use crate::secret::SecretDigest;

/// Says who a user of the file is.
pub(super) type Whose = Arc<dyn Fn(&str) -> Principal + Send + Sync>;

/// The users of one version of the file.
pub(super) struct Table {
    users: HashMap<Box<str>, User>,
    decoys: Decoys,
}

pub(super) struct User {
    pub(super) principal: Principal,
    /// Of the hash as it is written.
    pub(super) stamp: SecretDigest,
    check: Arc<dyn Check>,
}

impl User {
    pub(super) fn against(&self) -> Against {
        Against::Stored(Arc::clone(&self.check), self.stamp)
    }
}

impl Table {
    pub(super) fn find(&self, name: &str) -> Option<&User> {
        self.users.get(name)
    }

    /// The user whose principal says so; mostly they are called so.
    #[cfg(feature = "sessions")]
    pub(super) fn find_subject(&self, subject: &str) -> Option<&User> {
        let is_it = |user: &&User| user.principal.subject() == subject;
        self.find(subject).filter(is_it).or_else(|| self.users.values().find(is_it))
    }

    pub(super) fn len(&self) -> usize {
        self.users.len()
    }

    pub(super) fn decoy(&self, checker: &Checker, name: &str) -> Option<Against> {
        self.decoys.of(checker, name)
    }

    /// Reads lines of `name:hash`. Empty ones and those that begin with `#` are left out.
    ///
    /// What is wrong is said with the number of the line, and never quoted: a line that is no
    /// entry may hold a password.
    pub(super) fn parse(text: &str, formats: Formats, whose: &Whose) -> Result<Self, String> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut users: HashMap<Box<str>, User> = HashMap::new();
        for (line, number) in text.lines().zip(1_usize..) {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let at = |why: &str| format!("line {number}: {why}");
            let (name, hash) = line.split_once(':').ok_or_else(|| at("there is no colon"))?;
            if name.is_empty() {
                return Err(at("the name is empty"));
            }
            if name.chars().any(char::is_control) {
                return Err(at("the name has a control character, which Basic can't send"));
            }
            let name: Box<str> = name.nfc().collect::<String>().into();
            let check = formats.check(hash).map_err(|why| {
                at(&format!("the password hash of `{name}` can't be used: {why}"))
            })?;
            let stamp = SecretDigest::of(hash.as_bytes());
            let principal = whose(&name).security_stamp(hash);
            let user = User { principal, stamp, check };
            if users.contains_key(&name) {
                return Err(at(&format!("the user `{name}` is there twice: remove one")));
            }
            users.insert(name, user);
        }
        if users.is_empty() {
            return Err("it has no users, so nobody could log in".to_owned());
        }
        let decoys = Decoys::new(users.values().map(|user| Arc::clone(&user.check)));
        Ok(Self { users, decoys })
    }
}
