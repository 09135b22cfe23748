//! Where in the claims something stands.

use super::claims::{BadClaim, NOT_STRICT};
use crate::error::ConfigError;
use crate::jose::{Json, members};

/// The name of a claim, and names within it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ClaimPath {
    claim: String,
    below: Vec<String>,
}

impl ClaimPath {
    /// A JSON Pointer where it starts with `/`, else the name of a claim as it stands.
    pub(super) fn parse(path: &str) -> Result<Self, ConfigError> {
        let Some(pointer) = path.strip_prefix('/') else {
            if path.is_empty() {
                return Err(ConfigError::new("the path to a claim is empty: name the claim"));
            }
            return Ok(Self { claim: path.to_owned(), below: Vec::new() });
        };
        let mut names = pointer.split('/').map(|name| {
            unescape(name).ok_or_else(|| {
                ConfigError::new(format!(
                    "the path `{path}` has a `~` that is neither `~0` nor `~1` (RFC 6901)"
                ))
            })
        });
        let claim = names.next().transpose()?.unwrap_or_default();
        Ok(Self { claim, below: names.collect::<Result<_, _>>()? })
    }

    /// What stands there, if anything does.
    pub(super) fn read<'a>(&self, payload: &'a [u8]) -> Result<Option<Json<'a>>, BadClaim> {
        let [claim] = members(payload, &[self.claim.as_str()]).map_err(|_| NOT_STRICT)?;
        let Some(claim) = claim else { return Ok(None) };
        Ok(self.below.iter().try_fold(claim, |value, name| {
            let Json::Object(members) = value else { return None };
            members.into_iter().find_map(|(own, value)| (own == *name).then_some(value))
        }))
    }
}

fn unescape(name: &str) -> Option<String> {
    let mut parts = name.split('~');
    let mut text = parts.next()?.to_owned();
    for part in parts {
        // RFC 6901 §3.
        let (escaped, rest) = match part.as_bytes().first() {
            Some(b'0') => ('~', part.strip_prefix('0')?),
            Some(b'1') => ('/', part.strip_prefix('1')?),
            _ => return None,
        };
        text.push(escaped);
        text.push_str(rest);
    }
    Some(text)
}
