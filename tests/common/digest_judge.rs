//! Whether Digest credentials are right, found out the slow way.

use crate::client::Login;
use crate::naive;

/// Whether credentials prove the password of this login, whatever they look like: the slow way, by
/// reading them with the naive reader. Of `nc`, `cnonce` and `response` they may have their own.
pub(crate) fn proves(value: &[u8], login: &Login) -> bool {
    let Some((scheme, rest)) = naive::credentials(value) else { return false };
    let Some(params) = naive::params(&rest) else { return false };
    let param = |name: &str| {
        let mut found = params.iter().filter(|(n, _)| n.eq_ignore_ascii_case(name.as_bytes()));
        found.next().map(|(_, value)| value.clone())
    };
    let is = |name: &str, wanted: &str| param(name).as_deref() == Some(wanted.as_bytes());
    let is_in_any_case = |name: &str, wanted: &str| {
        param(name).is_some_and(|value| value.eq_ignore_ascii_case(wanted.as_bytes()))
    };
    let text = |name: &str| param(name).and_then(|value| String::from_utf8(value).ok());
    let (Some(nc), Some(cnonce)) = (text("nc"), text("cnonce")) else { return false };
    let claimed = Login { nc, cnonce, ..login.clone() };
    let is_count = claimed.nc.len() == 8 && claimed.nc.bytes().all(|b| b.is_ascii_hexdigit());
    let algorithm = param("algorithm").unwrap_or_else(|| b"MD5".to_vec());

    scheme.eq_ignore_ascii_case(b"Digest")
        && is("username", &login.username)
        && param("username*").is_none()
        && (param("userhash").is_none() || is_in_any_case("userhash", "false"))
        && is("realm", &login.realm)
        && is("nonce", &login.nonce)
        && is("uri", &login.uri)
        && algorithm.eq_ignore_ascii_case(login.algorithm.as_bytes())
        && is("qop", login.qop)
        && (param("opaque").is_none() || is("opaque", ""))
        && is_count
        && !claimed.cnonce.is_empty()
        && is("response", &claimed.response())
}
