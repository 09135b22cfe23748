//! The claims of a token as an authorization server says them of it: the same names, of which it
//! need say none.

use std::borrow::Cow;

use super::claims::{BadClaim, Claims, date};
use crate::jose::Json;

impl<'a> Claims<'a> {
    /// The members of an object that was read before.
    pub(in crate::token) fn of_object(mut members: Vec<(Cow<'a, str>, Json<'a>)>) -> Self {
        let mut take = |wanted: &str| {
            let at = members.iter().position(|(name, _)| name == wanted)?;
            Some(members.swap_remove(at).1)
        };
        Self {
            iss: take("iss"),
            aud: take("aud"),
            sub: take("sub"),
            exp: take("exp"),
            nbf: take("nbf"),
            iat: take("iat"),
            cnf: take("cnf"),
            scope: take("scope"),
            scp: take("scp"),
            roles: take("roles"),
            acr: take("acr"),
            amr: take("amr"),
            auth_time: take("auth_time"),
            jti: take("jti"),
            sid: take("sid"),
            client_id: take("client_id"),
        }
    }

    /// `exp`, `nbf` and `iat`, each of which may be missing.
    pub(in crate::token) fn some_times(&self) -> Result<[Option<f64>; 3], BadClaim> {
        let time = |claim: &Option<Json<'a>>, otherwise| {
            date(claim.as_ref().filter(|claim| **claim != Json::Null), otherwise)
        };
        Ok([
            time(&self.exp, "`exp` is not a date")?,
            time(&self.nbf, "`nbf` is not a date")?,
            time(&self.iat, "`iat` is not a date")?,
        ])
    }

    /// A token that is about no person is about its client.
    pub(in crate::token) fn default_subject_to_client(&mut self) {
        if self.sub.as_ref().is_none_or(|sub| *sub == Json::Null) {
            self.sub.clone_from(&self.client_id);
        }
    }
}
