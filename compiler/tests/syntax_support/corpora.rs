//! Where the suites of others are. Comes in: `AMBIT_CORPORA`. Goes out: a folder in it, or nothing and a message.

use std::path::PathBuf;

/// A file or folder of the corpora. Without it a test is skipped, or fails when `AMBIT_REQUIRE_PARTS` asks for all parts.
pub(crate) fn find(name: &str) -> Option<PathBuf> {
    let path =
        std::env::var_os("AMBIT_CORPORA").map(|root| PathBuf::from(root).join(name)).filter(|path| path.exists());
    if path.is_none() {
        assert!(std::env::var_os("AMBIT_REQUIRE_PARTS").is_none(), "AMBIT_CORPORA has no {name}");
        println!("skipped: AMBIT_CORPORA has no {name}");
    }
    path
}
