//! The request target as the client sent it: nothing that the crate knows of changes it.

use http::Uri;
use http::request::Parts;

pub(crate) fn original_uri(head: &Parts) -> &Uri {
    &head.uri
}
