//! Without the feature `tracing`: nobody looks unless asked to.

use std::sync::Arc;

use super::Observer;

pub(crate) fn default_observer() -> Option<Arc<dyn Observer>> {
    None
}
