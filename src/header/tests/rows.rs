//! Field values and what they mean, as rows of a table.

use super::super::ParseErrorKind as Kind;
use super::read;

pub(super) struct Row {
    pub(super) name: &'static str,
    pub(super) value: &'static [u8],
    /// The challenges before the first error.
    pub(super) want: &'static str,
    pub(super) error: Option<(Kind, usize)>,
}

pub(super) const fn ok(name: &'static str, value: &'static [u8], want: &'static str) -> Row {
    Row { name, value, want, error: None }
}

pub(super) const fn err(
    name: &'static str,
    value: &'static [u8],
    kind: Kind,
    position: usize,
) -> Row {
    Row { name, value, want: "", error: Some((kind, position)) }
}

pub(super) fn check(rows: &[Row]) {
    for row in rows {
        let (challenges, error) = read(row.value);
        assert_eq!(challenges, row.want, "{}", row.name);
        assert_eq!(error.map(|e| (e.kind(), e.position())), row.error, "{}", row.name);
    }
}
