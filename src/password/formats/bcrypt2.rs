//! bcrypt: `$2y$10$` and 53 more characters.

use std::sync::Arc;

use bcrypt::HashParts;

use super::{Check, Profile, STAND_IN};

struct Stored {
    text: Box<str>,
    cost: u32,
}

impl Check for Stored {
    /// bcrypt looks at 72 bytes, the final NUL among them. What is longer is wrong: cut to that
    /// length, two passwords that begin alike would be one. The work is done all the same, on
    /// something else, so that the time does not tell that it was too long.
    fn matches(&self, password: &[u8]) -> bool {
        match bcrypt::non_truncating_verify(password, &self.text) {
            Ok(matches) => matches,
            Err(_) => {
                let _ = bcrypt::non_truncating_verify(STAND_IN, &self.text);
                false
            }
        }
    }

    fn profile(&self) -> Profile {
        Profile { kind: "bcrypt", costs: [self.cost, 0, 0] }
    }
}

/// Not `$2x$`: hashes of a faulty version, for which different passwords fit.
pub(super) fn parse(text: &str) -> Option<Result<Arc<dyn Check>, String>> {
    let known = ["$2y$", "$2b$", "$2a$"].iter().any(|start| text.starts_with(start));
    if !known {
        return None;
    }
    Some(stored(text).map(|stored| Arc::new(stored) as Arc<dyn Check>))
}

fn stored(text: &str) -> Result<Stored, String> {
    let parts: HashParts = text.parse().map_err(|_| "it is no bcrypt hash".to_owned())?;
    let cost = parts.get_cost();
    if cost > MAX_COST {
        return Err(format!("bcrypt of cost {cost} takes too long: at most {MAX_COST}"));
    }
    if cost < MIN_COST {
        return Err(format!("bcrypt has no cost {cost}: at least {MIN_COST}"));
    }
    Ok(Stored { text: text.into(), cost })
}

const MIN_COST: u32 = 4;
/// About a second; each step more doubles it.
const MAX_COST: u32 = 14;
