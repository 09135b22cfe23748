//! The request target as the client sent it, where axum's routers may have taken a prefix off.

use axum::extract::OriginalUri;
use http::Uri;
use http::request::Parts;

/// Routers remember the target before the outermost `nest` changes it.
pub(crate) fn original_uri(head: &Parts) -> &Uri {
    head.extensions.get::<OriginalUri>().map_or(&head.uri, |original| &original.0)
}
