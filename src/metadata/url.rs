//! URLs that clients are sent to.

use http::Uri;
use http::uri::PathAndQuery;

use super::WELL_KNOWN;
use crate::error::ConfigError;

/// Checks a URL: HTTPS, or plain HTTP for a loopback host; with a host, without user information
/// and fragment, of the characters of [RFC 3986 §2](https://www.rfc-editor.org/rfc/rfc3986#section-2).
pub(crate) fn check(what: &str, url: &str) -> Result<Uri, ConfigError> {
    let wrong = |why: &str| Err(ConfigError::new(format!("{what} `{}` {why}", url.escape_debug())));
    if let Some(character) = url.chars().find(|&c| !is_uri_character(c)) {
        let why = format!("has {character:?} in it: percent-encode it");
        return wrong(&why);
    }
    // `http::Uri` forgets fragments, so they are looked for before.
    if url.contains('#') {
        return wrong("has a fragment: leave it out");
    }
    let Ok(uri) = url.parse::<Uri>() else { return wrong("is no absolute URL") };
    let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
        return wrong("is no absolute URL: write it with `https://` and the host");
    };
    if authority.as_str().contains('@') || authority.host().is_empty() {
        return wrong("needs a host, and no user in front of it");
    }
    match scheme {
        "https" => Ok(uri),
        "http" if is_loopback(authority.host()) => Ok(uri),
        "http" => wrong("is not secured: use https, which only a loopback host can do without"),
        _ => wrong("is no web address: use https"),
    }
}

/// Where the metadata of a resource is: URL and path.
///
/// RFC 9728 §3.1: a slash that ends the part up to the host goes; all else stays.
pub(super) fn well_known(resource: &Uri) -> (String, String) {
    let after = resource.path_and_query().map_or("", PathAndQuery::as_str);
    let after = match after.strip_prefix('/') {
        Some(rest) if rest.is_empty() || rest.starts_with('?') => rest,
        _ => after,
    };
    let path = after.split('?').next().unwrap_or_default();
    (format!("{}{WELL_KNOWN}{after}", origin(resource)), format!("{WELL_KNOWN}{path}"))
}

/// The form in which the Model Context Protocol writes a server's URL: scheme and host in lower
/// case, no default port, and no slash where there is no path.
pub(crate) fn canonical(url: &Uri) -> String {
    let after = url.path_and_query().map_or("", PathAndQuery::as_str);
    let scheme = url.scheme_str().unwrap_or_default();
    let authority = url.authority().map_or("", |authority| authority.as_str());
    let authority = authority.to_ascii_lowercase();
    let default = if scheme == "https" { ":443" } else { ":80" };
    let authority = authority.strip_suffix(default).unwrap_or(&authority);
    let after = if after == "/" { "" } else { after };
    format!("{scheme}://{authority}{after}")
}

fn origin(url: &Uri) -> String {
    let scheme = url.scheme_str().unwrap_or_default();
    let authority = url.authority().map_or("", |authority| authority.as_str());
    format!("{scheme}://{authority}")
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || address.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn is_uri_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-._~:/?#[]@!$&'()*+,;=%".contains(c)
}
