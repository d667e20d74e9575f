//! Snapshots that stand beside what they are of.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use ambit_tests::house;

/// Compares `text` with `NAME.snap` in `folder`. What differs is a line for the list of failures, so that one run shows all.
pub(crate) fn check(folder: &Path, name: &str, text: &str) -> Option<String> {
    let compared = catch_unwind(AssertUnwindSafe(|| {
        insta::with_settings!({
            snapshot_path => folder,
            prepend_module_to_snapshot => false,
            omit_expression => true,
        }, { insta::assert_snapshot!(name, text) });
    }));
    compared.is_err().then(|| format!("{}/{name}.snap differs", house::shown(folder)))
}

/// Fails with the whole list.
pub(crate) fn all(failures: &[String]) {
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}
