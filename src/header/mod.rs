//! What came over the wire?

mod scheme_name;
mod written;

pub use scheme_name::SchemeName;
pub use written::Challenge;
