//! The keys of one subject's sessions.

pub(super) type Key = [u8; 32];

/// Most people have one session.
pub(super) enum Keys {
    One(Key),
    Many(Vec<Key>),
}

impl Keys {
    pub(super) fn all(&self) -> &[Key] {
        match self {
            Self::One(key) => std::slice::from_ref(key),
            Self::Many(keys) => keys,
        }
    }

    pub(super) fn push(&mut self, key: Key) {
        match self {
            Self::One(first) => *self = Self::Many(vec![*first, key]),
            Self::Many(keys) => keys.push(key),
        }
    }

    /// Takes one out, and says whether none is left.
    pub(super) fn remove(&mut self, key: &Key) -> bool {
        match self {
            Self::One(only) => only == key,
            Self::Many(keys) => {
                // From the end, as `remove_subject` takes them: else ending many would take their
                // number squared.
                if let Some(at) = keys.iter().rposition(|held| held == key) {
                    keys.swap_remove(at);
                }
                keys.is_empty()
            }
        }
    }
}
