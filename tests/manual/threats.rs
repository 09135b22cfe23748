//! `src/manual/threats.md` names the test that shows each line.

use std::collections::BTreeSet;

use crate::sources::{page, rows, tests};

#[test]
fn every_threat_has_a_test_that_is_there() {
    let tests: BTreeSet<_> =
        tests().into_iter().map(|test| format!("`{}` `{}`", test.file, test.name)).collect();
    let page = page("threats");
    let mut lines = 0;
    for cells in rows(&page) {
        let [threat, _, test] = cells[..] else { panic!("three cells: {cells:?}") };
        assert!(tests.contains(test), "{threat}: there is no test {test}");
        lines += 1;
    }
    assert!(lines > 60, "the lines were found");
}
